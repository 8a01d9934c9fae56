#pragma once
// What the API answers, beside the change stream: articles, versions, stories, feeds, subscriptions, health
// and metrics. docs/API.md is its description for people.

#include "daemon/api/http.h"
#include "daemon/api/server.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace newsfold::api {

class Routes {
 public:
  // `counters` is asked for /metrics. What `parts` refers to outlives the routes.
  Routes(ApiParts const& parts, boost::asio::any_io_executor blocking, std::function<ApiCounters()> counters)
      : parts_(parts), blocking_(std::move(blocking)), counters_(std::move(counters)) {}

  boost::asio::awaitable<Reply> answer(Request request);

 private:
  boost::asio::awaitable<Reply> articles(Request const& request);
  boost::asio::awaitable<Reply> subscriptions(Request const& request);
  Reply feeds(Request const& request);
  boost::asio::awaitable<Reply> feed_action(Request const& request);
  boost::asio::awaitable<Reply> metrics();
  boost::asio::awaitable<Reply> status();

  ApiParts const& parts_;
  boost::asio::any_io_executor blocking_;
  std::function<ApiCounters()> counters_;
};

}  // namespace newsfold::api
