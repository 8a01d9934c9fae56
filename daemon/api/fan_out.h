#pragma once
// Hands the newest events to the subscribers that keep up: those with one filter and format form a group,
// for which events are rendered once and written to every socket from the same bytes. A subscriber here is a
// socket and two numbers, no coroutine.
//
// Nothing is buffered for who does not read: of a write that the socket takes in part, the rest is kept (the
// group's bytes, shared), and until it is gone the subscriber gets nothing more. Then it reads on from
// memory, or, where that has moved on, is handed back by `Behind` to read the log on disk. One that takes no
// byte for write_timeout is dropped.
//
// Memory of a subscriber: its Peer (some 400 bytes with Asio's part), at most one batch (batch_bytes_max and
// an event, mostly shared), and what the kernel holds for the socket, which send_buffer_bytes bounds.
//
// A pass over many sockets is done in slices, so that the thread stays free for others, and events that come
// meanwhile travel together in the next one. Runs on the I/O thread.

#include "daemon/api/event_bytes.h"
#include "daemon/notify/change_feed.h"
#include "daemon/notify/filter.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace newsfold::api {

// Counts something for as long as it lives.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(&count) { ++*count_; }
  Counted(Counted&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  Counted& operator=(Counted&& other) noexcept {
    std::swap(count_, other.count_);
    return *this;
  }
  ~Counted() {
    if (count_) --*count_;
  }

 private:
  std::size_t* count_;
};

struct FanOutOptions {
  std::chrono::milliseconds bookmark_interval{15'000};
  std::chrono::milliseconds write_timeout{30'000};
};

struct FanOutCounters {
  std::uint64_t events_sent = 0;
  std::uint64_t stuck_dropped = 0;
  std::uint64_t fell_behind = 0;  // were handed back to read the disk
  std::uint64_t writes = 0;       // to sockets: events_sent / writes is what batching brings
};

class FanOut {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  static constexpr std::size_t batch_events_max = 256;
  static constexpr std::size_t batch_bytes_max = 64 * 1024;
  static constexpr int send_buffer_bytes = 256 * 1024;
  static constexpr std::size_t slice_writes = 256;  // about a millisecond
  // Events that come faster than this travel together; the first after a pause goes at once.
  static constexpr std::chrono::milliseconds pass_gap{2};

  struct Member {
    Socket socket;
    Counted connection;
    Counted subscriber;
    notify::Filter filter;
    StreamFormat format = StreamFormat::ndjson;
    Sequence cursor{};    // everything up to here was sent; at most ChangeFeed::last()
    Sequence previous{};  // the newest number up to it that passed the filter
  };
  using Behind = std::function<void(Member member)>;

  // `feed` outlives the FanOut. `behind` is called from the loop, never from within join().
  FanOut(notify::ChangeFeed& feed, Epoch epoch, FanOutOptions options, Behind behind);
  ~FanOut();

  void join(Member member);
  // Sends what is published and ends the streams.
  void close();

  FanOutCounters const& counters() const noexcept;
  std::size_t size() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace newsfold::api
