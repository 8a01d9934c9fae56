#include "daemon/notify/log_reader.h"

#include "feeds/model/event_json.h"

#include <algorithm>

namespace newsfold::notify {

namespace {

constexpr std::uint64_t first_window = 64;
constexpr std::uint64_t window_growth = 4;

LoggedEvent copy_of(storage::ChangeView const& view, Sequence previous) {
  LoggedEvent event;
  event.sequence = view.sequence;
  event.previous = previous;
  event.type = view.type;
  event.time = view.time;
  event.feed = view.feed;
  event.article = view.article;
  event.story = view.story;
  event.former_story = view.former_story;
  event.feed_name = view.feed_name;
  event.language = view.language;
  event.json = view.open_json;
  append_event_end(event.json, previous);
  return event;
}

LoggedEvent lost_event(Sequence sequence, Sequence previous, Epoch epoch) {
  LoggedEvent event;
  event.sequence = sequence;
  event.previous = previous;
  event.json = lost_json(sequence, previous, epoch);
  event.lost = true;
  return event;
}

Result<Sequence> newest_of(storage::Store const& store, Filter const& filter, Sequence begin, Sequence end) {
  auto reader = store.changes(Sequence{number(begin) - 1});
  if (!reader) return reader.error();
  auto found = Sequence{0};
  FoldedText text;
  for (;;) {
    auto const next = reader->next();
    if (auto const lost = reader->lost()) {
      if (*lost > end) return found;
      found = *lost;
      continue;
    }
    if (!next) return next.error();
    if (*next == nullptr || (*next)->sequence > end) return found;
    text.clear();
    if (filter.matches(**next, text)) found = (*next)->sequence;
  }
}

}  // namespace

std::string lost_json(Sequence sequence, Sequence previous, Epoch epoch) {
  auto json = R"({"type":"lost","id":")" + format_sequence(sequence) + R"(","epoch":")" +
              format_epoch(epoch) + R"(","message":"event )" + std::to_string(number(sequence)) +
              R"( of the change log cannot be read: the disk has damaged it")";
  append_event_end(json, previous);
  return json;
}

Result<LogSlice> read_slice(storage::Store const& store, Filter const& filter, Sequence after,
                            Sequence previous, SliceLimits const& limits) {
  LogSlice slice;
  slice.cursor = after;
  slice.previous = previous;
  auto reader = store.changes(after);
  if (!reader) return reader.error();
  FoldedText text;
  std::size_t bytes = 0;
  for (std::size_t rows = 0; rows < limits.rows_max; ++rows) {
    if (slice.events.size() >= limits.events_max || bytes >= limits.bytes_max) break;
    auto const next = reader->next();
    if (auto const lost = reader->lost()) {
      slice.cursor = *lost;
      slice.events.push_back(lost_event(*lost, slice.previous, store.epoch()));
      slice.previous = *lost;
      ++slice.lost;
      continue;
    }
    if (!next && slice.cursor == after) return next.error();
    if (!next) break;
    if (*next == nullptr) break;
    auto const& view = **next;
    slice.cursor = view.sequence;
    text.clear();
    if (!filter.matches(view, text)) continue;
    slice.events.push_back(copy_of(view, slice.previous));
    slice.previous = view.sequence;
    bytes += slice.events.back().json.size();
  }
  return slice;
}

Result<LoggedEvent> read_event(storage::Store const& store, Sequence sequence, Sequence previous) {
  auto reader = store.changes(Sequence{number(sequence) - 1});
  if (!reader) return reader.error();
  auto const next = reader->next();
  if (reader->lost()) return lost_event(sequence, previous, store.epoch());
  if (!next) return next.error();
  if (*next == nullptr)
    return Error{ErrorCode::not_found, "event " + format_sequence(sequence) + " is yet to come"};
  return copy_of(**next, previous);
}

Result<Sequence> newest_match(storage::Store const& store, Filter const& filter, Sequence begin,
                              Sequence end) {
  for (;;) {
    begin = std::max(begin, store.oldest_sequence());
    if (begin > end) return Sequence{0};
    auto const found = newest_of(store, filter, begin, end);
    // Retention goes on meanwhile: less stands before us than there was.
    if (found || found.error().code != ErrorCode::expired) return found;
  }
}

Result<Sequence> previous_match(storage::Store const& store, Filter const& filter, Sequence before) {
  auto const oldest = number(store.oldest_sequence());
  auto end = number(before);
  for (auto window = first_window; end >= oldest && end > 0; window *= window_growth) {
    auto const begin = end > window + oldest ? end - window : oldest;
    auto const found = newest_match(store, filter, Sequence{begin}, Sequence{end});
    if (!found || number(*found) != 0 || begin == oldest) return found;
    end = begin - 1;
  }
  return Sequence{0};
}

}  // namespace newsfold::notify
