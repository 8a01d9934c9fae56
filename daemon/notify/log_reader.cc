#include "daemon/notify/log_reader.h"

#include "feeds/model/event_json.h"

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

}  // namespace

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
    if (!next) {
      ++slice.corrupt;
      slice.cursor = Sequence{number(slice.cursor) + 1};
      continue;
    }
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
  if (!next || *next == nullptr || (*next)->sequence != sequence)
    return Error{ErrorCode::not_found, "event " + format_sequence(sequence) + " cannot be read"};
  return copy_of(**next, previous);
}

Result<Sequence> previous_match(storage::Store const& store, Filter const& filter, Sequence before) {
  FoldedText text;
  auto found = Sequence{0};
  auto const oldest = number(store.oldest_sequence());
  auto end = number(before);
  for (auto window = first_window; end >= oldest && end > 0; window *= window_growth) {
    auto const begin = end > window + oldest ? end - window : oldest;
    auto reader = store.changes(Sequence{begin - 1});
    if (!reader) return reader.error();
    for (;;) {
      auto const next = reader->next();
      if (!next) continue;  // a row that does not decode matches nothing
      if (*next == nullptr || number((*next)->sequence) > end) break;
      text.clear();
      if (filter.matches(**next, text)) found = (*next)->sequence;
    }
    if (number(found) != 0 || begin == oldest) break;
    end = begin - 1;
  }
  return found;
}

}  // namespace newsfold::notify
