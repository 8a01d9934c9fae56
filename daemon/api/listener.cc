#include "daemon/api/listener.h"

#include "daemon/api/server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace newsfold::api {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr auto unfinished_ending = ".new";

Error open_to_others(std::string const& where) {
  return {ErrorCode::refused, where +
                                  " is open to others: set http.token_file (or the systemd credential "
                                  "newsfold.token), or listen on 127.0.0.1"};
}

template <class Endpoint>
error_code bind(AnyAcceptor& acceptor, Endpoint const& endpoint) {
  error_code failure;
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(asio::socket_base::reuse_address(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  return failure;
}

Result<Listener> listen_tcp(asio::any_io_executor const& executor, ApiOptions const& options) {
  auto const colon = options.listen.rfind(':');
  auto host = options.listen.substr(0, colon);
  auto const port = colon == std::string::npos ? std::string() : options.listen.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  error_code failure;
  auto const address = asio::ip::make_address(host, failure);
  bool const digits =
      !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  if (failure || !digits || std::stoul(port) > 65535)
    return Error{ErrorCode::unreadable, "http.listen is \"" + options.listen + "\"; it must be ADDRESS:PORT"};
  if (!address.is_loopback() && options.read_tokens.empty())
    return open_to_others("http.listen " + options.listen);
  tcp::endpoint const endpoint(address, std::uint16_t(std::stoul(port)));
  Listener listener{AnyAcceptor(executor), false, {}, 0};
  failure = bind(listener.acceptor, endpoint);
  if (!failure) listener.acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure)
    return Error{ErrorCode::unreadable, "cannot listen on " + options.listen + ": " + failure.message() +
                                            "; another daemon may run, or set http.listen"};
  auto const bound = listener.acceptor.local_endpoint(failure);
  // Both families have the port in the same place.
  sockaddr_in in{};
  std::memcpy(&in, bound.data(), sizeof in);
  listener.port = ntohs(in.sin_port);
  return listener;
}

Result<Listener> listen_local(asio::any_io_executor const& executor, ApiOptions const& options) {
  auto const& path = options.socket_path;
  if (path.size() + std::strlen(unfinished_ending) >= sizeof(sockaddr_un::sun_path))
    return Error{ErrorCode::unreadable,
                 "http.socket " + path + " is longer than a Unix socket's path may be"};
  error_code failure;
  // One that nobody answers on was left by a daemon that died.
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    local::socket probe(executor);
    error_code refused;
    probe.connect(local::endpoint(path), refused);
    if (!refused) return Error{ErrorCode::conflict, "another daemon answers on " + path};
    std::filesystem::remove(path, ignored);
  }
  Listener listener{AnyAcceptor(executor), true, path, 0};
  // Under another name until it has its mode and answers: whoever sees the path may connect.
  auto const unfinished = path + unfinished_ending;
  std::filesystem::remove(unfinished, ignored);
  failure = bind(listener.acceptor, local::endpoint(unfinished));
  if (!failure && chmod(unfinished.c_str(), options.socket_mode) != 0)
    failure = error_code(errno, boost::system::system_category());
  if (!failure) listener.acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (!failure && std::rename(unfinished.c_str(), path.c_str()) != 0)
    failure = error_code(errno, boost::system::system_category());
  if (failure) return Error{ErrorCode::unreadable, "cannot listen on " + path + ": " + failure.message()};
  return listener;
}

bool is_loopback(sockaddr_storage const& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return asio::ip::address_v4(ntohl(in.sin_addr.s_addr)).is_loopback();
  }
  sockaddr_in6 in{};
  std::memcpy(&in, &address, sizeof in);
  return IN6_IS_ADDR_LOOPBACK(&in.sin6_addr) != 0;
}

Result<Listener> take_over(asio::any_io_executor const& executor, ApiOptions const& options, int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return Error{ErrorCode::unreadable,
                 "descriptor " + std::to_string(descriptor) + " is no socket: " + std::strerror(errno)};
  bool const is_local = address.ss_family == AF_UNIX;
  if (!is_local && !is_loopback(address) && options.read_tokens.empty())
    return open_to_others("the socket that systemd opened");
  Listener listener{AnyAcceptor(executor), is_local, {}, 0};
  if (!is_local) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    listener.port = ntohs(in.sin_port);
  }
  error_code failure;
  asio::generic::stream_protocol const protocol(address.ss_family, is_local ? 0 : IPPROTO_TCP);
  listener.acceptor.assign(protocol, descriptor, failure);
  if (failure) return Error{ErrorCode::unreadable, "cannot take over a socket: " + failure.message()};
  return listener;
}

}  // namespace

Result<std::vector<Listener>> open_listeners(asio::any_io_executor const& executor,
                                             ApiOptions const& options) {
  std::vector<Listener> out;
  auto add = [&out](Result<Listener> listener) -> Result<void> {
    if (!listener) return listener.error();
    out.push_back(std::move(*listener));
    return {};
  };
  for (int const descriptor : options.inherited)
    if (auto added = add(take_over(executor, options, descriptor)); !added) return added.error();
  if (!options.inherited.empty()) return out;
  if (!options.listen.empty())
    if (auto added = add(listen_tcp(executor, options)); !added) return added.error();
  if (!options.socket_path.empty())
    if (auto added = add(listen_local(executor, options)); !added) return added.error();
  return out;
}

}  // namespace newsfold::api
