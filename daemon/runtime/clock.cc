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

namespace {

std::chrono::microseconds never_set() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

// By the exchange a step that two find at once counts once.
void StepsBack::look(UtcMicros wall, std::chrono::microseconds steady) {
  auto const ahead = wall.time_since_epoch() - steady;
  auto const back = ahead_.exchange(ahead) - ahead;
  if (back > 1min) total_us_.fetch_add(back.count());
}

SystemClock::SystemClock() : steps_(now(), never_set()) {}

asio::awaitable<void> SystemClock::sleep_until(UtcMicros t) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto const before = set_back();
  // In slices: a machine that was suspended or whose clock was set must not oversleep by the whole step.
  for (auto left = t - now(); left > 0us && set_back() == before; left = t - now()) {
    timer.expires_after(std::min<std::chrono::microseconds>(left, 1min));
    co_await timer.async_wait(asio::use_awaitable);
    steps_.look(now(), never_set());
  }
}

struct ManualClock::State {
  std::atomic<UtcMicros> now;
  std::chrono::microseconds set_back{};
  struct Sleeper {
    explicit Sleeper(asio::any_io_executor const& executor)
        : timer(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer timer;
    bool woken = false;  // by the clock, which took it out
  };
  std::multimap<UtcMicros, std::shared_ptr<Sleeper>> sleepers;
};

ManualClock::ManualClock(UtcMicros start) : state_(std::make_shared<State>()) { state_->now = start; }
ManualClock::~ManualClock() = default;

UtcMicros ManualClock::now() const { return state_->now; }

asio::awaitable<void> ManualClock::sleep_until(UtcMicros t) {
  auto const state = state_;
  if (t <= state->now.load()) co_return;
  auto const sleeper = std::make_shared<State::Sleeper>(co_await asio::this_coro::executor);
  auto const entry = state->sleepers.emplace(t, sleeper);
  boost::system::error_code ignored;
  co_await sleeper->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (sleeper->woken) co_return;
  state->sleepers.erase(entry);
  throw boost::system::system_error(asio::error::operation_aborted);
}

void ManualClock::set(UtcMicros t) {
  auto& sleepers = state_->sleepers;
  bool const back = t < now();
  if (back) state_->set_back += now() - t;
  state_->now = t;
  auto const end = back ? sleepers.end() : sleepers.upper_bound(t);
  for (auto it = sleepers.begin(); it != end; it = sleepers.erase(it)) {
    it->second->woken = true;
    it->second->timer.cancel();
  }
}

std::chrono::microseconds ManualClock::set_back() const noexcept { return state_->set_back; }

UtcMicros ManualClock::next_wake() const {
  return state_->sleepers.empty() ? UtcMicros::max() : state_->sleepers.begin()->first;
}

}  // namespace newsfold
