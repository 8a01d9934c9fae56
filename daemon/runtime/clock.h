#pragma once
// Clocks that coroutines can sleep on: the machine's, and one that a test turns by hand.

#include "feeds/model/time.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace newsfold {

class SleepingClock : public Clock {
 public:
  // Returns at `t` or soon after, at once where `t` is past. Cancellable (operation_aborted). Follows
  // steps of the machine's clock within a minute: also returns, early, where that was set back, as `t` was
  // reckoned from a time that was not.
  virtual boost::asio::awaitable<void> sleep_until(UtcMicros t) = 0;

  // By how much the clock was set back so far, all its steps of more than a minute together; as seen by who
  // slept.
  virtual std::chrono::microseconds set_back() const noexcept = 0;
};

// Tells steps back of a clock that can be set from time that passes, by one that cannot. From any thread.
class StepsBack {
 public:
  StepsBack(UtcMicros wall, std::chrono::microseconds steady) : ahead_(wall.time_since_epoch() - steady) {}
  void look(UtcMicros wall, std::chrono::microseconds steady);
  std::chrono::microseconds total() const noexcept { return std::chrono::microseconds(total_us_.load()); }

 private:
  std::atomic<std::chrono::microseconds> ahead_;
  std::atomic<std::int64_t> total_us_ = 0;
};

// now() from any thread; sleep_until on any executor.
class SystemClock final : public SleepingClock {
 public:
  SystemClock();

  UtcMicros now() const override;
  boost::asio::awaitable<void> sleep_until(UtcMicros t) override;
  std::chrono::microseconds set_back() const noexcept override { return steps_.total(); }

 private:
  StepsBack steps_;
};

// Stands still until turned. All calls from one executor.
class ManualClock final : public SleepingClock {
 public:
  explicit ManualClock(UtcMicros start);
  ~ManualClock() override;

  UtcMicros now() const override;
  boost::asio::awaitable<void> sleep_until(UtcMicros t) override;
  std::chrono::microseconds set_back() const noexcept override;

  // Wakes every sleeper whose time has come, in order of their times; all of them where `t` is past.
  void set(UtcMicros t);
  void advance(std::chrono::microseconds by) { set(now() + by); }

  // When the earliest sleeper wants to wake; UtcMicros::max() where nobody sleeps.
  UtcMicros next_wake() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace newsfold
