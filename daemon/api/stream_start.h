#pragma once
// What stands at the beginning of every stream of changes, whatever the transport: the filter, the cursor
// and, where it is asked for, the state before the changes.

#include "daemon/api/change_stream.h"
#include "daemon/api/connection.h"
#include "daemon/api/snapshot.h"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace newsfold::api {

struct StreamStart {
  std::unique_ptr<ChangeStream> changes;
  std::unique_ptr<Snapshot> state;  // null: changes only
};

// Fills `start`, or gives the answer that refuses it.
boost::asio::awaitable<std::optional<Reply>> start_stream(ServerState& server, Request const& request,
                                                          StreamFormat format, StreamStart& start);

}  // namespace newsfold::api
