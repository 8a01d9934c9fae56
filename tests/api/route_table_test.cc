#include "daemon/api/route_table.h"

#include <gtest/gtest.h>

namespace newsfold::api {
namespace {

boost::asio::awaitable<Reply> nothing(Request const&) { co_return Reply(); }

RouteTable table_of(std::vector<std::pair<Method, std::string>> const& routes) {
  RouteTable table;
  for (auto const& [method, pattern] : routes) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = nothing;
    table.add(std::move(route));
  }
  return table;
}

Request request_for(Method method, std::string_view target) {
  auto request = parse_target(target);
  EXPECT_TRUE(request) << target;
  request->method = method;
  return std::move(*request);
}

TEST(RouteTable, PutsSegmentsIntoVariablesDecoded) {
  auto const table = table_of({{Method::post, "/v1/feeds/{name}/poll"}});
  auto request = request_for(Method::post, "/v1/feeds/the%2Ftimes/poll");
  auto const found = table.find(request);
  ASSERT_NE(found.route, nullptr);
  EXPECT_EQ(request.variable("name"), "the/times");
  EXPECT_EQ(request.variable("absent"), "");
}

TEST(RouteTable, GetAnswersHeadAndAnotherMethodIsToldWhatIsTaken) {
  auto const table =
      table_of({{Method::get, "/v1/subscriptions/{name}"}, {Method::put, "/v1/subscriptions/{name}"}});
  auto head = request_for(Method::head, "/v1/subscriptions/a");
  EXPECT_NE(table.find(head).route, nullptr);
  auto post = request_for(Method::post, "/v1/subscriptions/a");
  auto const found = table.find(post);
  EXPECT_EQ(found.route, nullptr);
  auto const reply = method_not_allowed(found.allow);
  EXPECT_EQ(reply.status, 405u);
  ASSERT_EQ(reply.headers.size(), 1u);
  EXPECT_EQ(reply.headers[0].second, "GET, HEAD, PUT");
}

TEST(RouteTable, AWordGoesBeforeAVariable) {
  auto const table = table_of({{Method::get, "/v1/webhooks/{name}"}, {Method::get, "/v1/webhooks/dead"}});
  auto request = request_for(Method::get, "/v1/webhooks/dead");
  EXPECT_EQ(table.find(request).route->pattern, "/v1/webhooks/dead");
}

TEST(RouteTable, AnAddressThatIsNotThereNamesThoseThatAre) {
  auto const table = table_of({{Method::get, "/v1/feeds"}, {Method::get, "/healthz"}});
  auto request = request_for(Method::get, "/v1/feeds/a/b/c");
  EXPECT_TRUE(table.find(request).allow.empty());
  EXPECT_NE(table.not_found().body.find("/healthz, /v1/feeds"), std::string::npos) << table.not_found().body;
}

}  // namespace
}  // namespace newsfold::api
