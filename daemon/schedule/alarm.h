#pragma once
// Calls a function at a time that may still change: one sleeper on a SleepingClock.

#include "daemon/runtime/clock.h"
#include "feeds/model/time.h"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace newsfold::schedule {

class Alarm {
 public:
  // `clock` outlives the alarm. `ring` runs on the executor, never from inside set().
  Alarm(boost::asio::any_io_executor executor, SleepingClock& clock, std::function<void()> ring);
  Alarm(Alarm const&) = delete;
  Alarm& operator=(Alarm const&) = delete;
  ~Alarm();

  // Rings once, at `t` or soon after; instead of what was set before. UtcMicros::max(): not at all.
  void set(UtcMicros t);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace newsfold::schedule
