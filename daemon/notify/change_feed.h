#pragma once
// The newest end of the change log in memory, for subscribers that keep up: a ring of rows that are shared
// with nobody copying them. Who falls behind the ring reads the log on disk (change_stream.h).
//
// Everything runs on the executor given (the I/O thread). The store tells its commits on the writer's
// thread: post them here.

#include "daemon/notify/filter.h"
#include "storage/change_row.h"
#include "storage/records.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <span>

namespace newsfold::notify {

struct RingLimits {
  std::size_t events_max = 8192;
  std::size_t bytes_max = std::size_t{8}
                          << 20;  // some 2,000 articles; it is full whether or not anyone listens
};

class ChangeFeed {
 public:
  struct Entry {
    storage::ChangeRow row;
    storage::ChangeView view;
    FoldedText text;
  };

  // `last` is Store::last_sequence() at the start.
  ChangeFeed(boost::asio::any_io_executor executor, Sequence last, RingLimits limits = {});
  ~ChangeFeed();
  ChangeFeed(ChangeFeed const&) = delete;
  ChangeFeed& operator=(ChangeFeed const&) = delete;

  // Durable events, numbered first, first + 1, ... Numbers that are known already are passed over; after
  // a gap (a commit whose announcement was lost) the ring begins anew behind it.
  void publish(Sequence first, std::span<storage::ChangeRow const> rows);
  void publish(storage::CommitReport const& report) { publish(report.first, report.changes); }

  // The newest number that was published; subscribers may already have read later ones from the store.
  Sequence last() const noexcept { return last_; }
  // The oldest number in memory; last() + 1 where the ring is empty.
  Sequence first() const noexcept;
  // Null: not in memory. Valid until the next publish.
  Entry* find(Sequence sequence) noexcept;

  // Returns when last() > `after`, or at the deadline. Cancellable.
  boost::asio::awaitable<void> wait_beyond(Sequence after, std::chrono::steady_clock::time_point deadline);

  // Called after each publish, in the order of their coming. Must not block.
  using Listener = std::function<void()>;
  class Listening {  // ends the listening when it goes
   public:
    Listening() = default;
    Listening(Listening&& other) noexcept;
    Listening& operator=(Listening&& other) noexcept;
    ~Listening();

   private:
    friend class ChangeFeed;
    ChangeFeed* feed_ = nullptr;
    std::list<Listener>::iterator at_;
  };
  Listening listen(Listener listener);

  boost::asio::any_io_executor executor() const { return executor_; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Waiter;
  boost::asio::any_io_executor executor_;
  RingLimits limits_;
  Sequence last_{};
  std::deque<Entry> ring_;  // ends with last_
  std::size_t bytes_ = 0;
  std::list<Waiter*> waiters_;
  std::list<Listener> listeners_;
};

}  // namespace newsfold::notify
