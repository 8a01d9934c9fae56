#pragma once
// The one kind of stream that the API is spoken over: TCP or a Unix socket, in the clear or under TLS.
//
// Beast's operations are templates over the stream, each instance of which costs minutes of compilation; this
// one hides what is below it, so that connection.cc and websocket.cc compile them once. The price is an
// allocation (recycled) and an indirect call for each read and write.
//
// Threads: one operation of each kind (read, write) at a time, as with Asio's own streams.
// Heavy: nobody but connection.cc and websocket.cc includes it.

#include "daemon/api/connection.h"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <array>
#include <chrono>
#include <utility>
#include <variant>

namespace newsfold::api {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

class Wire {
  using error_code = boost::system::error_code;

 public:
  using executor_type = boost::asio::any_io_executor;

  explicit Wire(AnySocket socket);
  Wire(AnySocket socket, boost::asio::ssl::context& tls);

  bool is_tls() const;
  executor_type get_executor();
  AnySocket& socket();
  AnySocket release_socket();

  // Of every operation that begins after the call; one that takes longer fails with beast::error::timeout.
  void expires_after(std::chrono::steady_clock::duration timeout);
  void expires_never();

  // Of TLS; a plain one has neither to do.
  boost::asio::awaitable<error_code> handshake();
  boost::asio::awaitable<error_code> shutdown();

  template <class Buffers, class Token>
  auto async_read_some(Buffers const& buffers, Token&& token) {
    auto start = [this](auto handler, Parts<boost::asio::mutable_buffer> const& parts) {
      start_read(parts, erase<Handler>(std::move(handler)));
    };
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        std::move(start), token, Parts<boost::asio::mutable_buffer>(buffers));
  }
  template <class Buffers, class Token>
  auto async_write_some(Buffers const& buffers, Token&& token) {
    auto start = [this](auto handler, Parts<boost::asio::const_buffer> const& parts) {
      start_write(parts, erase<Handler>(std::move(handler)));
    };
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        std::move(start), token, Parts<boost::asio::const_buffer>(buffers));
  }

  // How Beast's WebSocket ends a connection, and how it cuts one off.
  template <class TeardownHandler>
  friend void async_teardown(boost::beast::role_type role, Wire& wire, TeardownHandler&& handler) {
    wire.start_teardown(role, wire.erase<EndHandler>(std::forward<TeardownHandler>(handler)));
  }
  friend void beast_close_socket(Wire& wire) { boost::beast::close_socket(wire.plain()); }

 private:
  using Plain = boost::beast::basic_stream<boost::asio::generic::stream_protocol, executor_type>;
  using Tls = boost::beast::ssl_stream<Plain>;
  template <class Signature>
  using Erased = boost::asio::executor_binder<boost::asio::any_completion_handler<Signature>, executor_type>;
  using Handler = Erased<void(error_code, std::size_t)>;
  using EndHandler = Erased<void(error_code)>;

  // An any_completion_handler forgets that its executor can post, which Beast needs: bound to it again.
  template <class To, class From>
  To erase(From&& handler) {
    executor_type const executor = boost::asio::get_associated_executor(handler, get_executor());
    return To(boost::asio::executor_arg, executor, typename To::target_type(std::forward<From>(handler)));
  }

  // A buffer sequence of one type for all; what does not fit is left for the next call, as "some" allows.
  template <class Buffer>
  class Parts {
   public:
    template <class Buffers>
    explicit Parts(Buffers const& buffers) {
      auto const end = boost::asio::buffer_sequence_end(buffers);
      for (auto part = boost::asio::buffer_sequence_begin(buffers); part != end && count_ < parts_.size();
           ++part)
        if (Buffer const buffer(*part); buffer.size() > 0) parts_[count_++] = buffer;
    }
    using value_type = Buffer;
    using const_iterator = Buffer const*;
    const_iterator begin() const { return parts_.data(); }
    const_iterator end() const { return parts_.data() + count_; }

   private:
    std::array<Buffer, 8> parts_;
    std::size_t count_ = 0;
  };

  Plain& plain();
  void start_read(Parts<boost::asio::mutable_buffer> const& parts, Handler handler);
  void start_write(Parts<boost::asio::const_buffer> const& parts, Handler handler);
  void start_teardown(boost::beast::role_type role, EndHandler handler);

  std::variant<Plain, Tls> stream_;
};

}  // namespace newsfold::api
