#pragma once
// Clocks that coroutines can sleep on: the machine's, and one that a test turns by hand.

#include "feeds/model/time.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace newsfold {

class SleepingClock : public Clock {
 public:
  // Returns at `t` or soon after, at once where `t` is past. Cancellable (operation_aborted). Follows
  // steps of the machine's clock within a minute.
  virtual boost::asio::awaitable<void> sleep_until(UtcMicros t) = 0;
};

// now() from any thread; sleep_until on any executor.
class SystemClock final : public SleepingClock {
 public:
  UtcMicros now() const override;
  boost::asio::awaitable<void> sleep_until(UtcMicros t) override;
};

// Stands still until turned. All calls from one executor.
class ManualClock final : public SleepingClock {
 public:
  explicit ManualClock(UtcMicros start);
  ~ManualClock() override;

  UtcMicros now() const override;
  boost::asio::awaitable<void> sleep_until(UtcMicros t) override;

  // Wakes every sleeper whose time has come, in order of their times.
  void set(UtcMicros t);
  void advance(std::chrono::microseconds by) { set(now() + by); }

  // When the earliest sleeper wants to wake; UtcMicros::max() where nobody sleeps.
  UtcMicros next_wake() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace newsfold
