#include "daemon/api/change_stream.h"

#include "daemon/runtime/run_on.h"
#include "feeds/model/event_json.h"

#include <algorithm>

namespace newsfold::api {

namespace asio = boost::asio;

asio::awaitable<Result<void>> ChangeStream::begin(Sequence after) {
  auto job = [this, after] { return find_previous(after); };
  auto found = co_await run_on(blocking_, std::move(job));
  if (found) cursor_ = after;
  co_return found;
}

// The first event names the one before it that passes the filter: looked for backwards from the cursor, in
// windows that grow, so that a frequent match costs little and a rare one is still found.
Result<void> ChangeStream::find_previous(Sequence before) {
  auto probe = store_.changes(before);
  if (!probe) return probe.error();
  notify::FoldedText text;
  auto const oldest = number(store_.oldest_sequence());
  auto end = number(before);
  for (std::uint64_t window = 64; end >= oldest && end > 0; window *= 4) {
    auto const begin = end > window + oldest ? end - window : oldest;
    auto reader = store_.changes(Sequence{begin - 1});
    if (!reader) break;  // retention goes on meanwhile
    for (;;) {
      auto const next = reader->next();
      if (!next) continue;  // a row that does not decode matches nothing
      if (*next == nullptr || number((*next)->sequence) > end) break;
      text.clear();
      if (filter_.matches(**next, text)) previous_ = (*next)->sequence;
    }
    if (number(previous_) != 0 || begin == oldest) break;
    end = begin - 1;
  }
  return {};
}

void ChangeStream::append(std::string& out, storage::ChangeView const& event) {
  auto const id = format_sequence(event.sequence);
  switch (format_) {
    case StreamFormat::ndjson: break;
    case StreamFormat::sse:
      out += "id: " + id + "\nevent: ";
      out += to_string(event.type);
      out += "\ndata: ";
      break;
    case StreamFormat::list:
      if (!first_) out += ",\n";
      break;
  }
  out += event.open_json;
  append_event_end(out, previous_);
  if (format_ != StreamFormat::list) out += format_ == StreamFormat::sse ? "\n\n" : "\n";
  previous_ = event.sequence;
  first_ = false;
}

void ChangeStream::read_ring(Batch& batch) {
  while (batch.events < batch_events_max && batch.bytes.size() < batch_bytes_max) {
    auto* const entry = feed_.find(Sequence{number(cursor_) + 1});
    if (entry == nullptr) return;
    cursor_ = entry->view.sequence;
    if (!filter_.matches(entry->view, entry->text)) continue;
    append(batch.bytes, entry->view);
    ++batch.events;
  }
}

Result<void> ChangeStream::read_store(Batch& batch) {
  auto reader = store_.changes(cursor_);
  if (!reader) return reader.error();
  notify::FoldedText text;
  for (std::size_t rows = 0; rows < batch_events_max * 16; ++rows) {
    if (batch.events >= batch_events_max || batch.bytes.size() >= batch_bytes_max) break;
    auto const next = reader->next();
    if (!next) {
      cursor_ = Sequence{number(cursor_) + 1};
      return next.error();
    }
    if (*next == nullptr) break;
    auto const& event = **next;
    cursor_ = event.sequence;
    text.clear();
    if (!filter_.matches(event, text)) continue;
    append(batch.bytes, event);
    ++batch.events;
  }
  return {};
}

std::string ChangeStream::bookmark() const {
  auto const id = format_sequence(cursor_);
  auto const json =
      "{\"type\":\"bookmark\",\"id\":\"" + id + "\",\"epoch\":\"" + format_epoch(store_.epoch()) + "\"}";
  switch (format_) {
    case StreamFormat::ndjson: return json + "\n";
    case StreamFormat::sse: return "id: " + id + "\nevent: bookmark\ndata: " + json + "\n\n";
    case StreamFormat::list: break;
  }
  return {};
}

asio::awaitable<Result<Batch>> ChangeStream::next(std::chrono::steady_clock::time_point deadline) {
  Batch batch;
  for (;;) {
    if (feed_.find(Sequence{number(cursor_) + 1}) != nullptr) {
      read_ring(batch);
    } else if (number(cursor_) < number(store_.last_sequence())) {
      auto job = [this, &batch] { return read_store(batch); };
      auto const read = co_await run_on(blocking_, std::move(job));
      if (!read && batch.events == 0) co_return read.error();
    }
    if (batch.events > 0) co_return batch;
    if (std::chrono::steady_clock::now() >= deadline) break;
    // Also after a batch of events that nobody wanted.
    if (number(cursor_) >= number(store_.last_sequence())) co_await feed_.wait_beyond(cursor_, deadline);
  }
  batch.bookmark = true;
  batch.bytes = bookmark();
  co_return batch;
}

}  // namespace newsfold::api
