#include "daemon/service/liveness.h"

namespace newsfold::systemd {

boost::asio::awaitable<void> watch_liveness(SleepingClock& clock, std::chrono::microseconds every,
                                            std::vector<Probe> parts, std::function<void()> all_answered) {
  for (;;) {
    for (auto const& part : parts) co_await part();
    all_answered();
    co_await clock.sleep_until(clock.now() + every);
  }
}

}  // namespace newsfold::systemd
