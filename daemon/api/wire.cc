#include "daemon/api/wire.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>

namespace newsfold::api {

namespace asio = boost::asio;
namespace beast = boost::beast;

Wire::Wire(AnySocket socket) : stream_(std::in_place_type<Plain>, std::move(socket)) {}

Wire::Wire(AnySocket socket, asio::ssl::context& tls)
    : stream_(std::in_place_type<Tls>, Plain(std::move(socket)), tls) {}

bool Wire::is_tls() const { return std::holds_alternative<Tls>(stream_); }

Wire::Plain& Wire::plain() {
  auto* const tls = std::get_if<Tls>(&stream_);
  return tls ? tls->next_layer() : std::get<Plain>(stream_);
}

Wire::executor_type Wire::get_executor() { return plain().get_executor(); }
AnySocket& Wire::socket() { return plain().socket(); }
AnySocket Wire::release_socket() { return plain().release_socket(); }
void Wire::expires_after(std::chrono::steady_clock::duration timeout) { plain().expires_after(timeout); }
void Wire::expires_never() { plain().expires_never(); }

asio::awaitable<boost::system::error_code> Wire::handshake() {
  error_code failure;
  if (auto* const tls = std::get_if<Tls>(&stream_))
    co_await tls->async_handshake(asio::ssl::stream_base::server,
                                  asio::redirect_error(asio::use_awaitable, failure));
  co_return failure;
}

asio::awaitable<boost::system::error_code> Wire::shutdown() {
  error_code failure;
  if (auto* const tls = std::get_if<Tls>(&stream_))
    co_await tls->async_shutdown(asio::redirect_error(asio::use_awaitable, failure));
  co_return failure;
}

void Wire::start_read(Parts<asio::mutable_buffer> const& parts, Handler handler) {
  std::visit([&](auto& stream) { stream.async_read_some(parts, std::move(handler)); }, stream_);
}

void Wire::start_write(Parts<asio::const_buffer> const& parts, Handler handler) {
  std::visit([&](auto& stream) { stream.async_write_some(parts, std::move(handler)); }, stream_);
}

void Wire::start_teardown(beast::role_type role, EndHandler handler) {
  using beast::websocket::async_teardown;
  std::visit([&](auto& stream) { async_teardown(role, stream, std::move(handler)); }, stream_);
}

}  // namespace newsfold::api
