#include "daemon/api/server.h"

#include "daemon/commands/api_client.h"
#include "daemon/runtime/clock.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <thread>

namespace newsfold::api {
namespace {

namespace asio = boost::asio;

asio::awaitable<Reply> echo(Request const& request) {
  Reply reply;
  reply.body = std::string(request.variable("how")) + ":" + request.body;
  co_return reply;
}

// A server over a real store whose log holds a few feed events, on a loop of its own.
class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/newsfold-api.XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    directory_ = pattern;
    storage::StoreOptions options;
    options.sync = storage::SyncMode::os;
    options.fresh_epoch = Epoch{7};
    auto opened = storage::Store::open(directory_ / "store", options);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
    for (auto const* feed : {"alpha", "beta", "alpha", "beta", "alpha"}) notice(feed);
    changes_ = std::make_unique<notify::ChangeFeed>(io_.get_executor(), store_->last_sequence());
    subscriptions_ = std::make_unique<notify::StoreSubscriptions>(*store_, writer_.get_executor());
    ApiOptions api;
    api.listen = "127.0.0.1:0";
    api.socket_path = (directory_ / "api.sock").string();
    api.bookmark_interval = std::chrono::milliseconds(20);
    server_ = std::make_unique<ApiServer>(
        io_.get_executor(), blocking_.get_executor(),
        ApiParts{*store_, *changes_, *subscriptions_, clock_, nullptr, {}, {}}, api);
    server_->routes().add({Method::post, "/v1/echo/{how}", Scope::admin, 16, echo});
    constexpr std::size_t large = std::size_t{4} << 20;
    server_->routes().add({Method::post, "/v1/large/{how}", Scope::admin, large, echo});
    auto const known = [](Request const& request) { return request.variable("how") != "stranger"; };
    server_->routes().add({Method::post, "/v1/push/{how}", Scope::admin, large, echo, known});
    auto const listening = server_->listen();
    ASSERT_TRUE(listening) << listening.error().message;
    asio::co_spawn(io_, server_->run(), asio::detached);
    loop_ = std::thread([this] { io_.run(); });
  }

  void TearDown() override {
    asio::co_spawn(io_, server_->stop(), asio::detached);
    if (loop_.joinable()) loop_.join();
    server_.reset();
    changes_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void notice(std::string const& feed) {
    storage::FeedChange change;
    change.feed = FeedId{feed == "alpha" ? 1U : 2U};
    change.feed_name = feed;
    change.notices.push_back({EventType::feed_failing, "it does not answer", {}, {}});
    auto const report = store_->commit(std::span(&change, 1), clock_.now());
    ASSERT_TRUE(report) << report.error().message;
  }

  ApiClient local() const { return ApiClient({(directory_ / "api.sock").string(), {}, {}}); }

  // The first `count` lines of a stream.
  std::vector<std::string> lines(std::string_view target, std::size_t count) const {
    std::vector<std::string> out;
    auto const take = [&](std::string_view line) {
      out.emplace_back(line);
      return out.size() < count;
    };
    auto const answer = local().stream(target, take);
    EXPECT_TRUE(answer) << answer.error().message;
    return out;
  }

  std::filesystem::path directory_;
  asio::io_context io_{1};
  asio::thread_pool blocking_{1};
  asio::thread_pool writer_{1};
  SystemClock clock_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<notify::ChangeFeed> changes_;
  std::unique_ptr<notify::StoreSubscriptions> subscriptions_;
  std::unique_ptr<ApiServer> server_;
  std::thread loop_;
};

TEST_F(ServerTest, ALongPollGivesWhatIsThereAndWhereToGoOn) {
  auto const answer = local().get("/v1/changes?since=2&wait=0");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_NE(answer->body.find("\"last\":\"00000000000000000005\""), std::string::npos) << answer->body;
  EXPECT_NE(answer->body.find("\"id\":\"00000000000000000003\""), std::string::npos);
  EXPECT_EQ(answer->body.find("\"id\":\"00000000000000000002\""), std::string::npos);
}

TEST_F(ServerTest, PrevCountsOnlyWhatPassesTheFilterAlsoForTheFirstEvent) {
  auto const got = lines("/v1/changes?since=2&feed=alpha", 2);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_NE(got[0].find("\"id\":\"00000000000000000003\""), std::string::npos) << got[0];
  EXPECT_TRUE(got[0].ends_with("\"prev\":\"00000000000000000001\"}")) << got[0];
  EXPECT_TRUE(got[1].ends_with("\"prev\":\"00000000000000000003\"}")) << got[1];
}

TEST_F(ServerTest, AFilteredStreamMovesItsCursorByBookmarks) {
  auto const got = lines("/v1/changes?since=0&feed=nobody", 1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_NE(got[0].find("\"type\":\"bookmark\""), std::string::npos);
  EXPECT_NE(got[0].find("\"id\":\"00000000000000000005\""), std::string::npos) << got[0];
}

TEST_F(ServerTest, WhatCannotBeServedIsSaidWithItsReason) {
  auto const status = [&](std::string_view target) {
    auto const answer = local().get(target);
    EXPECT_TRUE(answer) << target;
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(status("/v1/changes?since=99"), 409);
  EXPECT_EQ(status("/v1/changes?since=yesterday"), 400);
  EXPECT_EQ(status("/v1/changes?type=article.nonsense&wait=0"), 400);
  EXPECT_EQ(status("/v1/changes?since=0&epoch=0000000000000009"), 409);
  EXPECT_EQ(status("/v1/articles/12"), 404);
  EXPECT_EQ(status("/v1/nothing"), 404);
}

TEST_F(ServerTest, ANamedCursorIsKeptAndGoneOnFrom) {
  auto const put = local().send("PUT", "/v1/subscriptions/archive", "{\"cursor\":\"4\"}");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->status, 200) << put->body;
  auto const got = lines("/v1/changes?as=archive", 1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_NE(got[0].find("\"id\":\"00000000000000000005\""), std::string::npos) << got[0];
}

TEST_F(ServerTest, OverTcpNobodyChangesAnythingWithoutTheAdminToken) {
  ApiClient const tcp({{}, "http://127.0.0.1:" + std::to_string(server_->port()), {}});
  auto const put = tcp.send("PUT", "/v1/subscriptions/archive", "{\"cursor\":\"4\"}");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->status, 403);
  auto const health = tcp.get("/healthz");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);
}

TEST_F(ServerTest, ARouteThatIsAddedHasItsOwnBoundForTheBody) {
  auto const fits = local().send("POST", "/v1/echo/loud", std::string(16, 'x'));
  ASSERT_TRUE(fits) << fits.error().message;
  EXPECT_EQ(fits->body, "loud:" + std::string(16, 'x'));
  auto const larger = local().send("POST", "/v1/echo/loud", std::string(17, 'x'));
  ASSERT_TRUE(larger) << larger.error().message;
  EXPECT_EQ(larger->status, 413);
}

TEST_F(ServerTest, OnlyARouteThatSaysSoTakesMoreThanRequestMax) {
  std::string const body(std::size_t{2} << 20, 'x');
  auto const bounded = local().send("POST", "/v1/large/x", body);
  if (bounded) {  // else it was cut off while it sent
    EXPECT_EQ(bounded->status, 413);
  }
  auto const pushed = local().send("POST", "/v1/push/x", body);
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_EQ(pushed->body.size(), body.size() + 2);
  auto const strange = local().send("POST", "/v1/push/stranger", body);
  if (strange) {
    EXPECT_EQ(strange->status, 413);
  }
  auto const beyond = local().send("POST", "/v1/push/x", std::string((std::size_t{4} << 20) + 1, 'x'));
  if (beyond) {
    EXPECT_EQ(beyond->status, 413);
  }
}

TEST_F(ServerTest, ARouteForTheAdminIsClosedOnLoopback) {
  ApiClient const tcp({{}, "http://127.0.0.1:" + std::to_string(server_->port()), {}});
  auto const refused = tcp.send("POST", "/v1/echo/loud", "x");
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_EQ(refused->status, 403);
}

TEST_F(ServerTest, AnotherMethodIsAnsweredBy405) {
  auto const answer = local().send("DELETE", "/v1/status", "");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 405);
}

TEST(ApiServer, AnAddressOpenToOthersNeedsAToken) {
  asio::io_context io;
  asio::thread_pool pool(1);
  char pattern[] = "/tmp/newsfold-api.XXXXXX";
  ASSERT_NE(mkdtemp(pattern), nullptr);
  storage::StoreOptions options;
  options.fresh_epoch = Epoch{7};
  auto store = storage::Store::open(std::filesystem::path(pattern) / "store", options);
  ASSERT_TRUE(store);
  notify::ChangeFeed changes(io.get_executor(), Sequence{0});
  notify::StoreSubscriptions subscriptions(**store, pool.get_executor());
  SystemClock clock;
  ApiOptions api;
  api.listen = "0.0.0.0:0";
  ApiServer server(io.get_executor(), pool.get_executor(),
                   ApiParts{**store, changes, subscriptions, clock, nullptr, {}, {}}, api);
  auto const listening = server.listen();
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, ErrorCode::refused);
  store->reset();
  std::filesystem::remove_all(pattern);
}

}  // namespace
}  // namespace newsfold::api
