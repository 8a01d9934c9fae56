#pragma once
// The change log in slices, for sinks that push (webhooks, JetStream): from a cursor on, through a filter,
// off the disk. What is read is bounded, so a receiver that is down holds no events in memory.
//
// Blocking: run it on the pool for disk reads. Calls share nothing.

#include "daemon/notify/filter.h"
#include "feeds/model/error.h"
#include "storage/store.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::notify {

// An event as a subscriber gets it.
struct LoggedEvent {
  Sequence sequence{};
  Sequence previous{};  // the event before it that passes the filter; 0: none
  EventType type{};
  UtcMicros time{};
  FeedId feed{};
  ArticleId article{};
  StoryId story{};
  StoryId former_story{};
  std::string feed_name;
  std::string language;
  std::string json;   // whole, `prev` included
  bool lost = false;  // its row cannot be read: only its number is known, and `json` says so
};

// What a subscriber is told instead of an event whose row cannot be read, whatever the filter, as nobody
// knows whether it would have passed. For `prev` it counts as one that did.
std::string lost_json(Sequence sequence, Sequence previous, Epoch epoch);

struct SliceLimits {
  std::size_t events_max = 64;
  std::size_t bytes_max = std::size_t{256} << 10;  // and an event
  std::size_t rows_max = 4096;                     // looked at, whether they pass or not
};

struct LogSlice {
  std::vector<LoggedEvent> events;
  Sequence cursor{};     // everything up to here was looked at
  Sequence previous{};   // the newest number up to `cursor` that passes
  std::size_t lost = 0;  // among the events: rows that cannot be read
};

// What comes behind `after`; `previous` is the newest number up to `after` that passes (previous_match).
// Fails with `expired` where retention was faster, and with what the disk says where it fails before anything
// was read: the next slice begins at the same place.
Result<LogSlice> read_slice(storage::Store const& store, Filter const& filter, Sequence after,
                            Sequence previous, SliceLimits const& limits);

// One event by its number, whether it passes a filter or not. Fails with `expired`, or with what the disk
// says.
Result<LoggedEvent> read_event(storage::Store const& store, Sequence sequence, Sequence previous);

// The newest retained number from `begin` to `end` that passes; 0: none. Rows that cannot be read count as
// such that do.
Result<Sequence> newest_match(storage::Store const& store, Filter const& filter, Sequence begin,
                              Sequence end);

// The newest retained number up to `before` that passes; 0: none. Looks backwards in windows that grow, so
// that a frequent match costs little and a rare one is still found.
Result<Sequence> previous_match(storage::Store const& store, Filter const& filter, Sequence before);

}  // namespace newsfold::notify
