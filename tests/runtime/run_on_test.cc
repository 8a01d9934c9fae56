#include "daemon/runtime/run_on.h"

#include "daemon/runtime/task_group.h"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace newsfold {
namespace {

namespace asio = boost::asio;

struct Loop {
  asio::io_context io{1};
  asio::thread_pool other{1};
  TaskGroup group{io.get_executor(), [this](std::exception_ptr failure) { failed = failure; }};
  std::exception_ptr failed;
};

TEST(RunOn, RunsElsewhereAndComesBack) {
  Loop loop;
  std::thread::id ran;
  std::thread::id came_back;
  std::unique_ptr<int> result;
  auto task = [&]() -> asio::awaitable<void> {
    auto job = [&ran, owned = std::make_unique<int>(7)]() mutable {
      ran = std::this_thread::get_id();
      return std::move(owned);
    };
    result = co_await run_on(loop.other.get_executor(), std::move(job));
    came_back = std::this_thread::get_id();
  };
  loop.group.spawn(task());
  loop.io.run();
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 7);
  EXPECT_NE(ran, std::this_thread::get_id());
  EXPECT_EQ(came_back, std::this_thread::get_id());
}

TEST(RunOn, AnExceptionReachesTheCaller) {
  Loop loop;
  std::string message;
  auto task = [&]() -> asio::awaitable<void> {
    auto job = [] { throw std::runtime_error("no such page"); };
    try {
      co_await run_on(loop.other.get_executor(), job);
    } catch (std::runtime_error const& e) {
      message = e.what();
    }
  };
  loop.group.spawn(task());
  loop.io.run();
  EXPECT_EQ(message, "no such page");
}

// What the function holds is the caller's: it must not go while the function runs.
TEST(RunOn, ACancelledCallerWaitsForTheFunctionAndGetsItsResult) {
  Loop loop;
  std::atomic<bool> release = false;
  bool finished = false;
  int result = 0;
  auto task = [&]() -> asio::awaitable<void> {
    auto job = [&] {
      release.wait(false);
      finished = true;
      return 5;
    };
    result = co_await run_on(loop.other.get_executor(), job);
    EXPECT_TRUE(finished);
    co_await asio::post(loop.io.get_executor(), asio::use_awaitable);
    ADD_FAILURE() << "the cancellation is seen at the next wait";
  };
  loop.group.spawn(task());
  asio::post(loop.io, [&] {
    loop.group.cancel();
    release = true;
    release.notify_one();
  });
  loop.io.run();
  EXPECT_EQ(result, 5);
  EXPECT_FALSE(loop.failed);
}

// A daemon that is told to stop the moment it started: cancel and answer cross each other.
TEST(RunOn, ACancellationThatCrossesTheAnswerIsHarmless) {
  Loop loop;
  int answered = 0;
  auto task = [&]() -> asio::awaitable<void> {
    auto job = [] { return 1; };
    answered += co_await run_on(loop.other.get_executor(), job);
  };
  constexpr int rounds = 5'000;
  for (int i = 0; i < rounds; ++i) {
    TaskGroup group(loop.io.get_executor(), [&](std::exception_ptr failure) { loop.failed = failure; });
    group.spawn(task());
    asio::post(loop.io, [&] { group.cancel(); });
    loop.io.run();
    loop.io.restart();
  }
  EXPECT_FALSE(loop.failed);
  EXPECT_EQ(answered, rounds);
}

}  // namespace
}  // namespace newsfold
