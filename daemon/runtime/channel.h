#pragma once
// A bounded queue between two coroutines of one executor: the back-pressure between pipeline stages.
//
// Why not Asio's own: Boost 1.81's experimental channel drops what is buffered on close(), and a
// cancelled wait throws `channel_cancelled`. Here the end is a mark in the stream, so everything sent
// before it arrives, and a cancelled wait throws operation_aborted as every other Asio wait does.
//
// Not thread-safe: all calls come from the executor given. Any number of senders; receivers share the
// stream; after finish() each of them gets the end.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/channel_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <optional>

namespace newsfold {

template <class T>
class Channel {
 public:
  Channel(boost::asio::any_io_executor executor, std::size_t items_max)
      : channel_(std::move(executor), items_max) {}

  // Waits while the channel is full.
  boost::asio::awaitable<void> send(T value) {
    std::optional<T> item(std::move(value));
    try {
      co_await channel_.async_send({}, std::move(item), boost::asio::use_awaitable);
    } catch (boost::system::system_error const& e) {
      rethrow(e);
    }
  }

  // The next value; nothing after the end.
  boost::asio::awaitable<std::optional<T>> receive() {
    if (ended_) co_return std::nullopt;
    try {
      auto item = co_await channel_.async_receive(boost::asio::use_awaitable);
      if (!item) {
        ended_ = true;
        // Other receivers wait for a mark of their own: the end is passed on, never consumed.
        channel_.cancel();
      }
      co_return item;
    } catch (boost::system::system_error const& e) {
      if (ended_) co_return std::nullopt;
      rethrow(e);
    }
  }

  // The next value where one is there already; nothing otherwise and after the end.
  std::optional<T> receive_now() {
    std::optional<T> item;
    if (ended_) return item;
    bool const got = channel_.try_receive(
        [&item](boost::system::error_code, std::optional<T> value) { item = std::move(value); });
    if (got && !item) {
      ended_ = true;
      channel_.cancel();
    }
    return item;
  }

  // Puts the end behind everything sent so far. Call once.
  boost::asio::awaitable<void> finish() {
    std::optional<T> end;
    try {
      co_await channel_.async_send({}, std::move(end), boost::asio::use_awaitable);
    } catch (boost::system::system_error const& e) {
      if (!ended_) rethrow(e);
    }
  }

 private:
  [[noreturn]] static void rethrow(boost::system::system_error const& e) {
    if (e.code() == boost::asio::experimental::error::channel_cancelled)
      throw boost::system::system_error(boost::asio::error::operation_aborted);
    throw e;
  }

  boost::asio::experimental::channel<void(boost::system::error_code, std::optional<T>)> channel_;
  bool ended_ = false;
};

}  // namespace newsfold
