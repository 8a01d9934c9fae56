#include "daemon/runtime/task_group.h"
#include "daemon/runtime/clock.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <stdexcept>

namespace newsfold {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> sleep_for_ever(SleepingClock& clock, int& aborted) {
  try {
    co_await clock.sleep_until(UtcMicros{24h});
  } catch (boost::system::system_error const&) {
    ++aborted;
    throw;
  }
}

asio::awaitable<void> join_and_note(TaskGroup& group, bool& joined) {
  co_await group.join();
  joined = true;
}

TEST(TaskGroup, CancelReachesEveryChildAndJoinWaitsForAll) {
  asio::io_context loop;
  ManualClock clock(UtcMicros{});
  int aborted = 0;
  bool joined = false;
  TaskGroup group(loop.get_executor());
  for (int i = 0; i < 3; ++i) group.spawn(sleep_for_ever(clock, aborted));
  asio::co_spawn(loop, join_and_note(group, joined), asio::detached);
  loop.poll();
  EXPECT_FALSE(joined);
  group.cancel();
  loop.restart();
  loop.run();
  EXPECT_EQ(aborted, 3);
  EXPECT_TRUE(joined);
}

TEST(TaskGroup, AChildSpawnedAfterCancelIsCancelledToo) {
  asio::io_context loop;
  ManualClock clock(UtcMicros{});
  int aborted = 0;
  TaskGroup group(loop.get_executor());
  group.cancel();
  group.spawn(sleep_for_ever(clock, aborted));
  loop.run();
  EXPECT_EQ(aborted, 1);
}

asio::awaitable<void> fail() {
  throw std::logic_error("bug");
  co_return;
}

TEST(TaskGroup, ABugInAChildReachesTheOwner) {
  asio::io_context loop;
  bool seen = false;
  TaskGroup group(loop.get_executor(), [&](std::exception_ptr) { seen = true; });
  group.spawn(fail());
  loop.run();
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace newsfold
