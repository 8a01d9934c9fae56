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
#include <utility>

namespace newsfold::schedule {

enum class SourceKind : std::uint8_t { feed, page, opml };

enum class RobotsRule : std::uint8_t { obey, ignore };

// How to prove who we are to a feed's publisher. Nearly all feeds have nothing to prove: theirs are 16 bytes.
// Copies share what they hold, and compare by it: secrets that were read anew are the same as long as they
// say the same.
class FeedCredentials {
 public:
  FeedCredentials() = default;
  FeedCredentials(fetch::Credentials credentials)  // not explicit: a holder, not another thing
      : held_(credentials.empty() ? nullptr
                                  : std::make_shared<fetch::Credentials const>(std::move(credentials))) {}

  fetch::Credentials value() const { return held_ ? *held_ : fetch::Credentials{}; }
  bool empty() const noexcept { return held_ == nullptr; }

  bool operator==(FeedCredentials const& other) const {
    return held_ == other.held_ || (held_ && other.held_ && *held_ == *other.held_);
  }

 private:
  std::shared_ptr<fetch::Credentials const> held_;  // null: none
};

struct FeedSpec {
  FeedId id{};
  std::string name;  // as configured; for logs and events
  std::string url;   // as configured; a redirect that was adopted stands in the PollState
  std::optional<std::chrono::seconds> interval;  // fixed; wins over the model and the server's hints
  std::optional<std::chrono::seconds> fresh;     // goal for the mean delay between publication and poll
  double weight = 1;                             // of this feed's news against the others'
  SourceKind kind = SourceKind::feed;
  RobotsRule robots = RobotsRule::obey;
  FeedCredentials credentials;
  fetch::Limits limits;
  // Of how its documents are read (its kind, its selectors): with another one they are read anew.
  std::uint64_t reading_key = 0;
  // What PollSink::begin() gave for the poll under way: how its documents are read. Null outside of a poll.
  std::shared_ptr<void const> reading = nullptr;

  bool operator==(FeedSpec const&) const = default;
};

}  // namespace newsfold::schedule
