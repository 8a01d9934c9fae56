#include "daemon/runtime/channel.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <vector>

namespace newsfold {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> send_numbers(Channel<std::unique_ptr<int>>& channel, int count) {
  for (int i = 0; i < count; ++i) {
    auto value = std::make_unique<int>(i);
    co_await channel.send(std::move(value));
  }
  co_await channel.finish();
}

asio::awaitable<void> collect(Channel<std::unique_ptr<int>>& channel, std::vector<int>& out, int& ends) {
  while (auto value = co_await channel.receive()) out.push_back(**value);
  ++ends;
}

TEST(Channel, DeliversEverythingSentBeforeTheEndInOrder) {
  asio::io_context loop;
  Channel<std::unique_ptr<int>> channel(loop.get_executor(), 3);
  std::vector<int> got;
  int ends = 0;
  asio::co_spawn(loop, send_numbers(channel, 100), asio::detached);
  asio::co_spawn(loop, collect(channel, got, ends), asio::detached);
  loop.run();
  ASSERT_EQ(got.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(got[std::size_t(i)], i);
  EXPECT_EQ(ends, 1);
}

TEST(Channel, EndReachesEveryReceiver) {
  asio::io_context loop;
  Channel<std::unique_ptr<int>> channel(loop.get_executor(), 2);
  std::vector<int> got;
  int ends = 0;
  for (int i = 0; i < 3; ++i) asio::co_spawn(loop, collect(channel, got, ends), asio::detached);
  asio::co_spawn(loop, send_numbers(channel, 10), asio::detached);
  loop.run();
  EXPECT_EQ(got.size(), 10u);
  EXPECT_EQ(ends, 3);
}

asio::awaitable<void> send_all_then_take(Channel<std::unique_ptr<int>>& channel, std::vector<int>& out,
                                         bool& ended) {
  co_await send_numbers(channel, 3);
  while (auto value = channel.receive_now()) out.push_back(**value);
  ended = !co_await channel.receive();
}

TEST(Channel, WhatIsThereCanBeTakenWithoutWaiting) {
  asio::io_context loop;
  Channel<std::unique_ptr<int>> channel(loop.get_executor(), 8);
  EXPECT_FALSE(channel.receive_now());
  std::vector<int> got;
  bool ended = false;
  asio::co_spawn(loop, send_all_then_take(channel, got, ended), asio::detached);
  loop.run();
  EXPECT_EQ(got, (std::vector<int>{0, 1, 2}));
  EXPECT_TRUE(ended);
}

TEST(Channel, SenderWaitsWhileFull) {
  asio::io_context loop;
  Channel<std::unique_ptr<int>> channel(loop.get_executor(), 3);
  asio::co_spawn(loop, send_numbers(channel, 100), asio::detached);
  loop.poll();  // runs what can run: the sender now waits for room
  std::vector<int> got;
  int ends = 0;
  asio::co_spawn(loop, collect(channel, got, ends), asio::detached);
  loop.restart();
  loop.run();
  EXPECT_EQ(got.size(), 100u);
}

}  // namespace
}  // namespace newsfold
