#pragma once
// Whether everything that must be alive is: each part is asked in its turn, and only when all have answered
// is somebody told. A part that hangs holds up the round, so nobody is told any more, and the manager acts.

#include "daemon/runtime/clock.h"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <vector>

namespace newsfold::systemd {

// Returns when the part has answered.
using Probe = std::function<boost::asio::awaitable<void>()>;

// Round after round, `every` apart, until cancelled. Runs where it is awaited; `clock` outlives it.
boost::asio::awaitable<void> watch_liveness(SleepingClock& clock, std::chrono::microseconds every,
                                            std::vector<Probe> parts, std::function<void()> all_answered);

}  // namespace newsfold::systemd
