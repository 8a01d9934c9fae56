#pragma once
// What the API asks the scheduler: how the feeds are, and to do something about one. Implemented beside the
// scheduler; called on the I/O thread.

#include "feeds/model/error.h"
#include "feeds/model/ids.h"
#include "feeds/model/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::api {

enum class FeedState : std::uint8_t { waiting, polling, failing, gone, paused };
std::string_view to_string(FeedState state) noexcept;

struct FeedStatus {
  FeedId id{};
  std::string name;
  std::string url;  // as it is polled now
  FeedState state = FeedState::waiting;
  std::optional<UtcMicros> last_poll;
  std::optional<UtcMicros> last_success;
  std::optional<UtcMicros> next_poll;
  std::optional<UtcMicros> failing_since;
  unsigned http_status = 0;    // of the last answer; 0: none came
  std::string error;           // of the last poll, in words; empty: it went well
  std::uint64_t failures = 0;  // in a row
  std::uint64_t interval_seconds = 0;
  double items_per_day = 0;         // as learnt
  std::uint64_t articles = 0;       // that it brought first ...
  std::uint64_t copies = 0;         // ... and those of them that were copies of others
  std::uint64_t polls = 0;          // since the start ...
  std::uint64_t wire_bytes = 0;     // ... and their bytes
  std::uint64_t stored_bytes = 0;   // of its articles that are kept, all versions, before compression
  std::string next_poll_reason;     // a sentence: why then
  std::vector<std::string> alarms;  // in words; empty: none
};

class FeedStatusSource {
 public:
  virtual ~FeedStatusSource() = default;
  virtual std::vector<FeedStatus> feed_status() const = 0;
  // Asks for a poll soon, within what the publisher allows. `not_found`, or `refused` with the reason.
  virtual Result<void> poll_now(std::string_view name) = 0;
};

}  // namespace newsfold::api
