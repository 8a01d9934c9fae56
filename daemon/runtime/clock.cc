#include "daemon/runtime/clock.h"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <atomic>
#include <map>

namespace newsfold {

namespace asio = boost::asio;
using namespace std::chrono_literals;

UtcMicros SystemClock::now() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

asio::awaitable<void> SystemClock::sleep_until(UtcMicros t) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  // In slices: a machine that was suspended or whose clock was set must not oversleep by the whole step.
  for (auto left = t - now(); left > 0us; left = t - now()) {
    timer.expires_after(std::min<std::chrono::microseconds>(left, 1min));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

struct ManualClock::State {
  std::atomic<UtcMicros> now;
  std::multimap<UtcMicros, std::shared_ptr<asio::steady_timer>> sleepers;
};

ManualClock::ManualClock(UtcMicros start) : state_(std::make_shared<State>()) { state_->now = start; }
ManualClock::~ManualClock() = default;

UtcMicros ManualClock::now() const { return state_->now; }

asio::awaitable<void> ManualClock::sleep_until(UtcMicros t) {
  auto const state = state_;
  if (t <= state->now.load()) co_return;
  auto const timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor,
                                                          asio::steady_timer::time_point::max());
  auto const entry = state->sleepers.emplace(t, timer);
  boost::system::error_code ignored;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (t <= state->now.load()) co_return;  // set() took the entry out
  state->sleepers.erase(entry);
  throw boost::system::system_error(asio::error::operation_aborted);
}

void ManualClock::set(UtcMicros t) {
  state_->now = t;
  auto const end = state_->sleepers.upper_bound(t);
  for (auto it = state_->sleepers.begin(); it != end; it = state_->sleepers.erase(it)) it->second->cancel();
}

UtcMicros ManualClock::next_wake() const {
  return state_->sleepers.empty() ? UtcMicros::max() : state_->sleepers.begin()->first;
}

}  // namespace newsfold
