#pragma once
// The Beast types that connection.cc and websocket.cc share. Heavy: nobody else includes it.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace newsfold::api {

// TCP or a Unix socket.
using PlainStream =
    boost::beast::basic_stream<boost::asio::generic::stream_protocol, boost::asio::any_io_executor>;
using TlsStream = boost::beast::ssl_stream<PlainStream>;
using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

}  // namespace newsfold::api
