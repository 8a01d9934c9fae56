#pragma once
// The change log over a WebSocket: one text message an event or bookmark. Compressed where the client offers
// it, with small windows (some 30 KB a subscriber); pinged while it is quiet, closed where it does not
// answer.
//
// What a client says is not listened to, and little of it borne.

#include "daemon/api/stream_start.h"
#include "daemon/api/wire.h"

namespace newsfold::api {

// `request` asked for the upgrade. Returns when either side has ended.
boost::asio::awaitable<void> serve_websocket(ServerState& server, Wire wire, HttpRequest request,
                                             StreamStart start);

}  // namespace newsfold::api
