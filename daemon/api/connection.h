#pragma once
// One client's connection, from its first byte to its last: requests are read, admitted and answered; one
// that asks for a stream of changes is served until it has caught up, then handed to the FanOut (plain
// sockets) or served by a coroutine to the end (TLS, WebSocket).
//
// The only files that see Beast are connection.cc, websocket.cc and wire.cc.

#include "daemon/api/access.h"
#include "daemon/api/certificate.h"
#include "daemon/api/fan_out.h"
#include "daemon/api/route_table.h"
#include "daemon/api/server.h"
#include "daemon/runtime/task_group.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <optional>

namespace newsfold::api {

inline constexpr std::string_view changes_pattern = "/v1/changes";

// What all connections of a server share.
struct ServerState {
  boost::asio::any_io_executor executor;
  boost::asio::any_io_executor blocking;
  ApiParts& parts;
  ApiOptions const& options;
  ApiCounters& counters;
  RouteTable const& table;
  Access const& access;
  FanOut& fan_out;
  TaskGroup& tasks;
  TlsContext tls = nullptr;  // of connections to come; null: TCP is plain
};

using AnySocket = boost::asio::generic::stream_protocol::socket;

boost::asio::awaitable<void> serve_connection(ServerState& server, AnySocket socket, Counted connection,
                                              bool is_local);
// A subscriber that the FanOut could not serve out of memory: reads the disk, and joins again.
boost::asio::awaitable<void> resume_subscriber(ServerState& server, FanOut::Member member);

// GET /v1/changes without a stream.
boost::asio::awaitable<Reply> answer_long_poll(ServerState& server, Request const& request);

}  // namespace newsfold::api
