#pragma once
// The change log as one subscriber reads it: from a cursor on, through a filter, without gap or overlap, out
// of memory while it keeps up and off the disk while it does not. Makes bytes in the subscriber's format.
//
// Holds at most one batch (batch_bytes_max and an event) at a time, and while it reads off the disk a RocksDB
// iterator. Lives on the I/O executor.

#include "daemon/api/event_bytes.h"
#include "daemon/notify/change_feed.h"
#include "daemon/notify/filter.h"
#include "feeds/model/error.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace newsfold::api {

struct Batch {
  std::string bytes;
  std::size_t events = 0;
  bool bookmark = false;  // `bytes` says only how far the log was read
};

class ChangeStream {
 public:
  static constexpr std::size_t batch_events_max = 4096;
  static constexpr std::size_t batch_bytes_max = 256 * 1024;
  static constexpr std::size_t batch_rows_max = 4096;  // looked at for one batch
  // An iterator keeps files alive that compaction has replaced: a slow subscriber begins a new one.
  static constexpr std::chrono::seconds reader_age_max{5};

  ChangeStream(storage::Store& store, notify::ChangeFeed& feed, boost::asio::any_io_executor blocking,
               notify::Filter filter, StreamFormat format)
      : store_(store),
        feed_(feed),
        blocking_(std::move(blocking)),
        filter_(std::move(filter)),
        format_(format) {}

  // Where to begin: behind `after`. Fails with `expired`, or with `invalid` beyond the last number.
  boost::asio::awaitable<Result<void>> begin(Sequence after);
  // Goes on where another stream with this filter was.
  void begin_at(Sequence cursor, Sequence previous) noexcept;

  // What comes next: at once where there is something, else at `deadline` a bookmark. Fails with `expired`
  // where retention overtook the subscriber, with what the disk says where it cannot be read. A row that does
  // not decode is told as lost, whatever the filter.
  boost::asio::awaitable<Result<Batch>> next(std::chrono::steady_clock::time_point deadline);

  // Everything up to here was looked at.
  Sequence cursor() const noexcept { return cursor_; }
  // The newest number up to the cursor that passed the filter; 0: none.
  Sequence previous() const noexcept { return previous_; }
  notify::Filter const& filter() const noexcept { return filter_; }
  StreamFormat format() const noexcept { return format_; }
  std::string bookmark() const { return bookmark_bytes(format_, cursor_, store_.epoch()); }

 private:
  void append(Batch& batch, storage::ChangeView const& event);
  void read_ring(Batch& batch);
  Result<void> read_store(Batch& batch);
  // Looks for previous_ in one window that ends with `end`; true where the search is over.
  Result<bool> look_back(std::uint64_t end, std::uint64_t window);

  storage::Store& store_;
  notify::ChangeFeed& feed_;
  boost::asio::any_io_executor blocking_;
  notify::Filter filter_;
  StreamFormat format_;
  Sequence cursor_{};
  Sequence previous_{};
  std::optional<storage::ChangeReader> reader_;
  std::chrono::steady_clock::time_point reader_made_;
};

}  // namespace newsfold::api
