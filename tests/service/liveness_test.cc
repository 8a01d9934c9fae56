#include "daemon/service/liveness.h"

#include "daemon/runtime/run_on.h"
#include "daemon/runtime/task_group.h"

#include <gtest/gtest.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <future>
#include <string>

namespace newsfold::systemd {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> ask(asio::any_io_executor part) {
  auto answer = [] {};
  co_await run_on(std::move(part), answer);
}

asio::awaitable<void> note(std::string& asked, char name) {
  asked += name;
  co_return;
}

struct Liveness : ::testing::Test {
  void poll() {
    io.restart();
    io.poll();
  }
  void TearDown() override {
    tasks.cancel();
    io.restart();
    io.run();
  }
  asio::io_context io{1};
  ManualClock clock{UtcMicros{}};
  TaskGroup tasks{io.get_executor()};
};

TEST_F(Liveness, EveryPartIsAskedInEveryRoundBeforeAnybodyIsTold) {
  std::string asked;
  tasks.spawn(watch_liveness(clock, 10s, {[&] { return note(asked, 'a'); }, [&] { return note(asked, 'b'); }},
                             [&] { asked += '!'; }));
  poll();
  EXPECT_EQ(asked, "ab!");
  clock.advance(9s);
  poll();
  EXPECT_EQ(asked, "ab!");
  clock.advance(1s);
  poll();
  EXPECT_EQ(asked, "ab!ab!");
}

TEST_F(Liveness, NobodyIsToldWhileAPartHangsAndAgainOnceItAnswers) {
  asio::thread_pool healthy{1};
  asio::thread_pool hanging{1};
  std::promise<void> ends;
  asio::post(hanging, [until = ends.get_future().share()] { until.wait(); });
  int told = 0;
  std::string asked;
  tasks.spawn(watch_liveness(
      clock, 10s, {[&] { return note(asked, 'a'); }, [&] { return ask(hanging.get_executor()); }}, [&] {
        ++told;
        io.stop();
      }));
  poll();
  for (int i = 0; i < 5; ++i) {
    clock.advance(1h);
    poll();
  }
  EXPECT_EQ(asked, "a");
  EXPECT_EQ(told, 0);
  ends.set_value();
  io.restart();
  io.run();
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace newsfold::systemd
