#include "daemon/schedule/alarm.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <cstdint>

namespace newsfold::schedule {

namespace asio = boost::asio;

struct Alarm::State {
  asio::any_io_executor executor;
  SleepingClock& clock;
  std::function<void()> ring;
  UtcMicros at = UtcMicros::max();
  std::uint64_t generation = 0;  // of the sleeper that counts
  std::shared_ptr<asio::cancellation_signal> sleeper;
};

namespace {

asio::awaitable<void> sleep(SleepingClock& clock, UtcMicros t) { co_await clock.sleep_until(t); }

}  // namespace

Alarm::Alarm(asio::any_io_executor executor, SleepingClock& clock, std::function<void()> ring)
    : state_(std::make_shared<State>(
          State{std::move(executor), clock, std::move(ring), UtcMicros::max(), 0, {}})) {}

Alarm::~Alarm() {
  ++state_->generation;
  state_->ring = {};
  if (auto const sleeper = std::move(state_->sleeper)) sleeper->emit(asio::cancellation_type::terminal);
}

void Alarm::set(UtcMicros t) {
  if (t == state_->at) return;
  state_->at = t;
  auto const generation = ++state_->generation;
  if (auto const sleeper = std::move(state_->sleeper)) sleeper->emit(asio::cancellation_type::terminal);
  if (t == UtcMicros::max()) return;
  auto const signal = state_->sleeper = std::make_shared<asio::cancellation_signal>();
  auto woken = [state = state_, generation, signal](std::exception_ptr failure) {
    if (failure || generation != state->generation) return;  // replaced, or gone
    state->at = UtcMicros::max();
    state->sleeper.reset();
    state->ring();
  };
  asio::co_spawn(state_->executor, sleep(state_->clock, t),
                 asio::bind_cancellation_slot(signal->slot(), std::move(woken)));
}

}  // namespace newsfold::schedule
