#pragma once
// The change log as one subscriber reads it: from a cursor on, through a filter, without gap or overlap, out
// of memory while it keeps up and off the disk while it does not. Makes bytes in the subscriber's format.
//
// Holds at most one batch (batch_bytes_max and an event) at a time. Lives on the I/O executor.

#include "daemon/notify/change_feed.h"
#include "daemon/notify/filter.h"
#include "feeds/model/error.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace newsfold::api {

enum class StreamFormat : std::uint8_t {
  ndjson,  // an event a line
  sse,     // text/event-stream
  list,    // events parted by commas: the inside of a JSON array
};

struct Batch {
  std::string bytes;
  std::size_t events = 0;
  bool bookmark = false;  // `bytes` says only how far the log was read
};

class ChangeStream {
 public:
  static constexpr std::size_t batch_events_max = 256;
  static constexpr std::size_t batch_bytes_max = 256 * 1024;

  ChangeStream(storage::Store& store, notify::ChangeFeed& feed, boost::asio::any_io_executor blocking,
               notify::Filter filter, StreamFormat format)
      : store_(store),
        feed_(feed),
        blocking_(std::move(blocking)),
        filter_(std::move(filter)),
        format_(format) {}

  // Where to begin: behind `after`. Fails with `expired`, or with `invalid` beyond the last number.
  boost::asio::awaitable<Result<void>> begin(Sequence after);

  // What comes next: at once where there is something, else at `deadline` a bookmark. Fails with `expired`
  // where retention overtook the subscriber, with `corrupt` once for a row that does not decode.
  boost::asio::awaitable<Result<Batch>> next(std::chrono::steady_clock::time_point deadline);

  // Everything up to here was looked at.
  Sequence cursor() const noexcept { return cursor_; }
  std::string bookmark() const;

 private:
  void append(std::string& out, storage::ChangeView const& event);
  void read_ring(Batch& batch);
  Result<void> read_store(Batch& batch);
  Result<void> find_previous(Sequence before);

  storage::Store& store_;
  notify::ChangeFeed& feed_;
  boost::asio::any_io_executor blocking_;
  notify::Filter filter_;
  StreamFormat format_;
  Sequence cursor_{};
  Sequence previous_{};  // the newest number up to cursor_ that passed the filter
  bool first_ = true;
};

}  // namespace newsfold::api
