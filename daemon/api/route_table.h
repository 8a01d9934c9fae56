#pragma once
// Which address is answered by whom, who may ask, and how large a body it takes. The server looks a route up
// before it reads the body: what is not admitted costs a header.
//
// Filled before the server runs, then only read; on the I/O thread. A handler is a coroutine on that thread:
// what touches the disk goes to the blocking pool or the writer (daemon/runtime/run_on.h).

#include "daemon/api/http.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::api {

// Who may ask.
enum class Scope : std::uint8_t {
  open,   // everyone who reaches us: health checks
  read,   // loopback and the Unix socket; elsewhere the read or the admin token
  admin,  // changes something: the Unix socket or the admin token, also on loopback
};

struct Route {
  // `request` lives until the handler ends. Errors are answers, too: error_reply().
  using Handler = std::function<boost::asio::awaitable<Reply>(Request const& request)>;

  Method method = Method::get;  // get answers HEAD, too
  std::string pattern;          // "/v1/feeds/{name}/poll"; a variable is one whole segment
  Scope scope = Scope::read;
  std::size_t body_bytes_max = 0;  // beyond: 413, unread; http.request_max bounds it, too
  Handler handler;
  // Of a request without its body: whether body_bytes_max holds for it whatever http.request_max says. Null:
  // it does not.
  std::function<bool(Request const&)> beyond_request_max{};
};

class RouteTable {
 public:
  void add(Route route);

  // The route for the method and path of the request, into which its variables are put.
  struct Found {
    Route const* route = nullptr;
    std::string allow;  // where route is null: the methods that would be answered; empty: no such address
  };
  Found find(Request& request) const;

  Reply not_found() const;
  // What is answered here, by address: {"routes": [{"method", "path", "scope"}]}.
  Reply index() const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> segments;
  };
  std::vector<Entry> entries_;
};

Reply method_not_allowed(std::string_view allow);

}  // namespace newsfold::api
