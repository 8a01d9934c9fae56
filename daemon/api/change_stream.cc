#include "daemon/api/change_stream.h"

#include "daemon/notify/log_reader.h"
#include "daemon/runtime/run_on.h"

#include <algorithm>

namespace newsfold::api {

namespace asio = boost::asio;

namespace {

// Rows looked at in one go when the event before the first is sought: some milliseconds of a blocking thread,
// also where a filter looks for words.
constexpr std::uint64_t look_back_first = 64;
constexpr std::uint64_t look_back_max = 8192;

}  // namespace

// The first event names the one before it that passes the filter: looked for backwards from the cursor, in
// windows that grow, so that a frequent match costs little and a rare one is still found.
asio::awaitable<Result<void>> ChangeStream::begin(Sequence after) {
  {
    auto const probe = store_.changes(after);
    if (!probe) co_return probe.error();
  }
  cursor_ = after;
  auto end = number(after);
  for (auto window = look_back_first;; window = std::min(window * 4, look_back_max)) {
    auto job = [this, end, window] { return look_back(end, window); };
    auto const done = co_await run_on(blocking_, std::move(job));
    if (!done) co_return done.error();
    if (*done) co_return Result<void>();
    end -= window;
  }
}

Result<bool> ChangeStream::look_back(std::uint64_t end, std::uint64_t window) {
  auto const oldest = number(store_.oldest_sequence());
  if (end < oldest || end == 0) return true;
  auto const begin = end >= oldest + window ? end - window + 1 : oldest;
  auto const found = notify::newest_match(store_, filter_, Sequence{begin}, Sequence{end});
  if (!found) return found.error();
  previous_ = *found;
  return number(previous_) != 0 || begin == oldest;
}

void ChangeStream::begin_at(Sequence cursor, Sequence previous) noexcept {
  cursor_ = cursor;
  previous_ = previous;
}

void ChangeStream::append(Batch& batch, storage::ChangeView const& event) {
  append_event(batch.bytes, format_, event, previous_);
  previous_ = event.sequence;
  ++batch.events;
}

void ChangeStream::read_ring(Batch& batch) {
  while (batch.events < batch_events_max && batch.bytes.size() < batch_bytes_max) {
    auto* const entry = feed_.find(Sequence{number(cursor_) + 1});
    if (entry == nullptr) return;
    cursor_ = entry->view.sequence;
    if (!filter_.matches(entry->view, entry->text)) continue;
    append(batch, entry->view);
  }
}

Result<void> ChangeStream::read_store(Batch& batch) {
  auto const now = std::chrono::steady_clock::now();
  if (!reader_ || now - reader_made_ > reader_age_max) {
    reader_.reset();
    auto reader = store_.changes(cursor_);
    if (!reader) return reader.error();
    reader_.emplace(std::move(*reader));
    reader_made_ = now;
  }
  batch.bytes.reserve(batch_bytes_max + batch_bytes_max / 8);
  notify::FoldedText text;
  for (std::size_t rows = 0; rows < batch_rows_max; ++rows) {
    if (batch.events >= batch_events_max || batch.bytes.size() >= batch_bytes_max) return {};
    auto const next = reader_->next();
    if (!next) {
      auto const lost = reader_->lost();
      if (!lost) {
        reader_.reset();
        return next.error();
      }
      cursor_ = *lost;
      append_lost(batch.bytes, format_, *lost, previous_, store_.epoch());
      previous_ = *lost;
      ++batch.events;
      continue;
    }
    if (*next == nullptr) {
      reader_.reset();
      return {};
    }
    auto const& event = **next;
    cursor_ = event.sequence;
    text.clear();
    if (filter_.matches(event, text)) append(batch, event);
  }
  return {};
}

asio::awaitable<Result<Batch>> ChangeStream::next(std::chrono::steady_clock::time_point deadline) {
  Batch batch;
  for (;;) {
    if (feed_.find(Sequence{number(cursor_) + 1}) != nullptr) {
      reader_.reset();
      read_ring(batch);
    } else if (number(cursor_) < number(store_.last_sequence())) {
      auto job = [this, &batch] { return read_store(batch); };
      auto const read = co_await run_on(blocking_, std::move(job));
      if (!read && batch.events == 0) co_return read.error();  // else with the next one
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
