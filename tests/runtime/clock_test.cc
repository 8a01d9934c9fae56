#include "daemon/runtime/clock.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <vector>

namespace newsfold {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> note_when_awake(ManualClock& clock, UtcMicros t, std::vector<int>& order, int name) {
  co_await clock.sleep_until(t);
  order.push_back(name);
}

TEST(ManualClock, WakesSleepersInOrderOfTheirTimesAndNotBefore) {
  asio::io_context loop;
  ManualClock clock(UtcMicros{});
  std::vector<int> order;
  asio::co_spawn(loop, note_when_awake(clock, UtcMicros{20s}, order, 20), asio::detached);
  asio::co_spawn(loop, note_when_awake(clock, UtcMicros{10s}, order, 10), asio::detached);
  asio::co_spawn(loop, note_when_awake(clock, UtcMicros{30s}, order, 30), asio::detached);
  loop.poll();
  EXPECT_EQ(clock.next_wake(), UtcMicros{10s});
  clock.set(UtcMicros{25s});
  loop.restart();
  loop.poll();
  EXPECT_EQ(order, (std::vector<int>{10, 20}));
  clock.advance(5s);
  loop.restart();
  loop.run();
  EXPECT_EQ(order, (std::vector<int>{10, 20, 30}));
  EXPECT_EQ(clock.next_wake(), UtcMicros::max());
}

TEST(ManualClock, WakesAllWhereItIsSetBack) {
  asio::io_context loop;
  ManualClock clock(UtcMicros{100s});
  std::vector<int> order;
  asio::co_spawn(loop, note_when_awake(clock, UtcMicros{200s}, order, 200), asio::detached);
  loop.poll();
  clock.set(UtcMicros{40s});
  loop.restart();
  loop.run();
  EXPECT_EQ(order, (std::vector<int>{200}));
  EXPECT_EQ(clock.set_back(), 60s);
}

TEST(StepsBack, AreToldFromTimeThatPassesAndFromStepsAhead) {
  StepsBack steps(UtcMicros{5000s}, 10s);
  steps.look(UtcMicros{5600s}, 610s);  // ten minutes pass
  EXPECT_EQ(steps.total(), 0s);
  steps.look(UtcMicros{9600s}, 611s);  // the machine slept, or was set ahead
  EXPECT_EQ(steps.total(), 0s);
  steps.look(UtcMicros{9570s}, 611s);  // half a minute: as good as nothing
  EXPECT_EQ(steps.total(), 0s);
  steps.look(UtcMicros{6030s}, 671s);
  EXPECT_EQ(steps.total(), 3600s);
  steps.look(UtcMicros{6090s}, 731s);
  EXPECT_EQ(steps.total(), 3600s);
}

TEST(SystemClock, ATimePastIsNoSleep) {
  asio::io_context loop;
  SystemClock clock;
  bool awake = false;
  auto sleeper = [&]() -> asio::awaitable<void> {
    co_await clock.sleep_until(clock.now() - 1s);
    awake = true;
  };
  asio::co_spawn(loop, sleeper(), asio::detached);
  loop.poll();
  EXPECT_TRUE(awake);
}

}  // namespace
}  // namespace newsfold
