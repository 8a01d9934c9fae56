#include "tests/api/ws_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

#include <stdexcept>

namespace newsfold::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

struct WsClient::Impl {
  asio::io_context io;
  websocket::stream<asio::ip::tcp::socket> stream{io};
  bool deflated = false;
  std::size_t bytes = 0;
};

WsClient::WsClient(std::uint16_t port, std::string_view target, Deflate deflate, std::string_view origin)
    : impl_(std::make_unique<Impl>()) {
  auto& stream = impl_->stream;
  stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
  timeval const patience{20, 0};
  setsockopt(stream.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  websocket::permessage_deflate offer;
  offer.client_enable = deflate == Deflate::on;
  stream.set_option(offer);
  auto decorate = [origin = std::string(origin)](websocket::request_type& request) {
    if (!origin.empty()) request.set(beast::http::field::origin, origin);
  };
  stream.set_option(websocket::stream_base::decorator(decorate));
  websocket::response_type response;
  beast::error_code failure;
  stream.handshake(response, "localhost", beast::string_view(target.data(), target.size()), failure);
  if (failure) throw std::runtime_error(std::to_string(response.result_int()) + " " + failure.message());
  impl_->deflated = response.count(beast::http::field::sec_websocket_extensions) > 0;
}

WsClient::~WsClient() = default;

std::string WsClient::read() {
  beast::flat_buffer buffer;
  beast::error_code failure;
  impl_->bytes += impl_->stream.read(buffer, failure);
  if (failure == websocket::error::closed || failure == asio::error::eof) return {};
  if (failure) throw std::runtime_error("read: " + failure.message());
  return beast::buffers_to_string(buffer.data());
}

void WsClient::say(std::string_view text) { impl_->stream.write(asio::buffer(text)); }
bool WsClient::deflated() const noexcept { return impl_->deflated; }
std::size_t WsClient::bytes_read() const noexcept { return impl_->bytes; }

}  // namespace newsfold::api
