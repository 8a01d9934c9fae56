#pragma once
// What the operator wants of one source, as the scheduler needs it: the configuration's [[feed]] or
// [[page]] with the defaults of [polling] filled in.

#include "feeds/fetch/client.h"
#include "feeds/model/ids.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace newsfold::schedule {

enum class SourceKind : std::uint8_t { feed, page, sitemap, opml };

enum class RobotsRule : std::uint8_t { obey, ignore };

struct FeedSpec {
  FeedId id{};
  std::string name;  // as configured; for logs and events
  std::string url;   // as configured; a redirect that was adopted stands in the PollState
  SourceKind kind = SourceKind::feed;
  std::optional<std::chrono::seconds> interval;  // fixed; wins over the model and the server's hints
  std::optional<std::chrono::seconds> fresh;     // goal for the mean delay between publication and poll
  double weight = 1;                             // of this feed's news against the others'
  RobotsRule robots = RobotsRule::obey;
  fetch::Credentials credentials;
  fetch::Limits limits;
  // What PollSink::begin() gave for the poll under way: how its documents are read. Null outside of a poll.
  std::shared_ptr<void const> reading = nullptr;

  bool operator==(FeedSpec const&) const = default;
};

}  // namespace newsfold::schedule
