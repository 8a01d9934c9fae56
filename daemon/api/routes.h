#pragma once
// What the API answers by itself, beside the change stream: articles, versions, stories, feeds,
// subscriptions, health and metrics. docs/API.md is its description for people. Other parts of the daemon add
// routes of their own (README.md says how).

#include "daemon/api/http.h"
#include "daemon/api/route_table.h"
#include "daemon/api/server.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace newsfold::api {

class Routes {
 public:
  // `counters` is asked for /metrics. What `parts` refers to outlives the routes.
  Routes(ApiParts const& parts, boost::asio::any_io_executor blocking, std::function<ApiCounters()> counters)
      : parts_(parts), blocking_(std::move(blocking)), counters_(std::move(counters)) {}

  void add_to(RouteTable& table);

 private:
  using Answer = boost::asio::awaitable<Reply>;
  Answer health(Request const& request);
  Answer readiness(Request const& request);
  Answer metrics(Request const& request);
  Answer articles(Request const& request);
  Answer json_feed(Request const& request);
  Answer atom_feed(Request const& request);
  Answer split(Request const& request);
  Answer feeds(Request const& request);
  Answer poll_feed(Request const& request);
  Answer list_subscriptions(Request const& request);
  Answer show_subscription(Request const& request);
  Answer put_subscription(Request const& request);
  Answer remove_subscription(Request const& request);
  Answer status(Request const& request);

  ApiParts const& parts_;
  boost::asio::any_io_executor blocking_;
  std::function<ApiCounters()> counters_;
};

}  // namespace newsfold::api
