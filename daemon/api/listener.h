#pragma once
// The sockets that clients come in by: TCP, a Unix socket, or those that systemd has opened for us.

#include "feeds/model/error.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace newsfold::api {

struct ApiOptions;

using AnyAcceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

struct Listener {
  AnyAcceptor acceptor;
  bool is_local = false;  // a Unix socket: guarded by its file mode
  std::string path;       // removed at the end; empty: TCP, or systemd's
  std::uint16_t port = 0;
};

// Binds what the options ask for. Fails with `refused` where a listener would be open to others without a
// token, with `unreadable` or `conflict` where an address cannot be had.
Result<std::vector<Listener>> open_listeners(boost::asio::any_io_executor const& executor,
                                             ApiOptions const& options);

}  // namespace newsfold::api
