#include "daemon/api/access.h"

#include "tests/api/api_world.h"
#include "tests/api/ws_client.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace newsfold::api {
namespace {

AccessRules rules() {
  AccessRules out;
  out.public_url = "https://News.example:8443/feed";
  out.allowed_hosts = {"news.lan"};
  return out;
}

Caller calling(std::string_view host, std::string_view authorization = {}, std::string_view origin = {}) {
  return {false, host, authorization, origin};
}

TEST(Access, AHostThatIsNoneOfOursIsRefusedSoThatNoNameCanBeReboundToUs) {
  Access const access(rules());
  for (auto const* ours : {"localhost", "localhost:8480", "127.0.0.1:8480", "[::1]:8480", "192.168.1.5",
                           "news.example", "NEWS.EXAMPLE:8443", "news.lan:80"})
    EXPECT_FALSE(access.judge(calling(ours), Scope::read).refusal) << ours;
  for (auto const* foreign : {"", "evil.example", "news.example.evil.example", "example", "news",
                              "127.0.0.1.evil.example", "localhost.evil.example", "[::1", "feed"}) {
    auto const verdict = access.judge(calling(foreign), Scope::open);
    ASSERT_TRUE(verdict.refusal) << foreign;
    EXPECT_EQ(verdict.refusal->status, 403u);
  }
}

TEST(Access, TheUnixSocketIsAskedForNothing) {
  auto all = rules();
  all.read_tokens = {Secret("r")};
  Access const access(all);
  Caller const local{true, "whatever.example", {}, {}};
  auto const verdict = access.judge(local, Scope::admin);
  EXPECT_FALSE(verdict.refusal);
  EXPECT_TRUE(verdict.admin);
}

TEST(Access, AReadTokenReadsAndAnAdminTokenDoesBoth) {
  auto all = rules();
  all.read_tokens = {Secret("read-1"), Secret("read-2")};
  all.admin_tokens = {Secret("admin-1")};
  Access const access(all);
  auto const status = [&](std::string_view authorization, Scope scope) {
    auto const verdict = access.judge(calling("localhost", authorization), scope);
    return verdict.refusal ? verdict.refusal->status : 200u;
  };
  EXPECT_EQ(status("", Scope::read), 401u);
  EXPECT_EQ(status("", Scope::open), 200u);
  EXPECT_EQ(status("Bearer read-1", Scope::read), 200u);
  EXPECT_EQ(status("bearer  read-2", Scope::read), 200u);
  EXPECT_EQ(status("read-1", Scope::read), 401u);
  EXPECT_EQ(status("Bearer read-", Scope::read), 401u);
  EXPECT_EQ(status("Bearer read-11", Scope::read), 401u);
  EXPECT_EQ(status("Bearer ", Scope::read), 401u);
  EXPECT_EQ(status("Basic read-1", Scope::read), 401u);
  EXPECT_EQ(status("Bearer read-1", Scope::admin), 403u);
  EXPECT_EQ(status("Bearer admin-1", Scope::read), 200u);
  EXPECT_EQ(status("Bearer admin-1", Scope::admin), 200u);
}

TEST(Access, NewTokensTakeThePlaceOfTheOldOnes) {
  auto all = rules();
  all.read_tokens = {Secret("old")};
  all.admin_tokens = {Secret("old-admin")};
  Access access(all);
  access.set_tokens({Secret("new")}, {Secret("new-admin")});
  auto const admits = [&](std::string_view authorization, Scope scope) {
    return !access.judge(calling("localhost", authorization), scope).refusal;
  };
  EXPECT_TRUE(admits("Bearer new", Scope::read));
  EXPECT_TRUE(admits("Bearer new-admin", Scope::admin));
  EXPECT_FALSE(admits("Bearer old", Scope::read));
  EXPECT_FALSE(admits("Bearer old-admin", Scope::read));
}

TEST(Access, WithoutAnAdminTokenNobodyIsAdminOverTcp) {
  Access const access(rules());
  for (auto const* header : {"", "Bearer ", "Bearer x"}) {
    auto const verdict = access.judge(calling("localhost", header), Scope::admin);
    ASSERT_TRUE(verdict.refusal) << header;
    EXPECT_EQ(verdict.refusal->status, 403u);
  }
}

TEST(Access, PagesOfOtherOriginsReadNothingUnlessTheyAreNamed) {
  auto all = rules();
  Access const closed(all);
  Reply reply;
  closed.allow_origin("https://reader.example", reply);
  EXPECT_TRUE(reply.headers.empty()) << "CORS is off";
  EXPECT_TRUE(closed.foreign(calling("localhost:8480", {}, "https://reader.example")));
  EXPECT_FALSE(closed.foreign(calling("localhost:8480", {}, "http://localhost:8480")));
  EXPECT_FALSE(closed.foreign(calling("localhost:8480")));
  all.cors_origins = {"https://reader.example"};
  Access const open(all);
  open.allow_origin("https://reader.example", reply);
  ASSERT_EQ(reply.headers.size(), 2u);
  EXPECT_EQ(reply.headers[1].second, "https://reader.example");
  EXPECT_FALSE(open.foreign(calling("localhost:8480", {}, "https://reader.example")));
  EXPECT_TRUE(open.foreign(calling("localhost:8480", {}, "https://other.example")));
}

// ---- On the wire ------------------------------------------------------------------------------------

int status_of(WireClient& client) { return client.read_head().status; }

TEST(AccessOnTheWire, AnotherHostIsRefusedBeforeAnythingElse) {
  ApiWorld world;
  auto client = world.wire();
  client.send("GET /v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(status_of(client), 403);
}

TEST(AccessOnTheWire, AWebSocketOfAForeignPageIsRefused) {
  ApiWorld world;
  EXPECT_THROW(WsClient(world.port(), "/v1/changes?since=now", Deflate::off, "https://evil.example"),
               std::runtime_error);
  WsClient const own(world.port(), "/v1/changes?since=now", Deflate::off, "http://localhost");
}

TEST(AccessOnTheWire, CorsIsOffByDefaultAndAnswersPreflightsWhereItIsOn) {
  auto const ask = [](ApiWorld& world) {
    auto client = world.wire();
    client.send(
        "OPTIONS /v1/status HTTP/1.1\r\nHost: localhost\r\nOrigin: https://reader.example\r\n"
        "Access-Control-Request-Method: GET\r\n\r\n");
    return client.read_head();
  };
  ApiWorld closed;
  EXPECT_EQ(ask(closed).status, 405);
  auto settings = ApiWorld::quick();
  settings.api.cors_origins = {"https://reader.example"};
  ApiWorld open(settings);
  auto const head = ask(open);
  EXPECT_EQ(head.status, 204);
  EXPECT_EQ(head.fields.at("access-control-allow-origin"), "https://reader.example");
  auto client = open.wire();
  client.get("/v1/changes?since=now", "Accept: text/event-stream\r\nOrigin: https://reader.example\r\n");
  EXPECT_EQ(client.read_head().fields.at("access-control-allow-origin"), "https://reader.example");
}

TEST(AccessOnTheWire, TokensAreAskedForByEveryRequestAndByAWebSocket) {
  auto settings = ApiWorld::quick();
  settings.api.read_tokens = {Secret("read-1")};
  settings.api.admin_tokens = {Secret("admin-1")};
  ApiWorld world(settings);
  world.notice("alpha");
  constexpr auto put = "PUT /v1/subscriptions/archive HTTP/1.1\r\nHost: localhost\r\nContent-Length: 14\r\n";
  auto const upgrade = std::string(
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  struct Case {
    std::string authorization;
    int read;
    int change;
    int socket;
  };
  for (auto const& [authorization, read, change, socket] :
       {Case{"", 401, 401, 401},
        {"Authorization: Bearer wrong\r\n", 401, 401, 401},
        {"Authorization: Bearer read-1\r\n", 200, 403, 101},
        {"Authorization: Bearer admin-1\r\n", 200, 200, 101}}) {
    for (auto const* target : {"/v1/status", "/v1/changes?since=0&wait=0", "/v1/changes?stream=sse"}) {
      auto client = world.wire();
      client.get(target, authorization);
      EXPECT_EQ(status_of(client), read) << target << " " << authorization;
    }
    auto changing = world.wire();
    changing.send(put + authorization + "\r\n{\"cursor\":\"1\"}");
    EXPECT_EQ(status_of(changing), change) << authorization;
    auto upgrading = world.wire();
    upgrading.get("/v1/changes?since=0", authorization + upgrade);
    EXPECT_EQ(status_of(upgrading), socket) << authorization;
    auto health = world.wire();
    health.get("/healthz", authorization);
    EXPECT_EQ(status_of(health), 200);
  }
}

TEST(AccessOnTheWire, TheUnixSocketHasMode0660) {
  ApiWorld world;
  struct stat about {};
  ASSERT_EQ(::stat(world.socket_path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0660u);
}

TEST(AccessOnTheWire, HeadersAndConnectionsAreBounded) {
  auto settings = ApiWorld::quick();
  settings.api.header_bytes_max = 4096;
  settings.api.connections_max = 2;
  settings.api.header_timeout = std::chrono::milliseconds(200);
  ApiWorld world(settings);
  {
    auto client = world.wire();
    client.send("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nX-Long: " + std::string(5000, 'x') +
                "\r\n\r\n");
    EXPECT_EQ(status_of(client), 413);
    EXPECT_TRUE(client.closed());
  }
  {
    auto idle = world.wire();  // says nothing
    EXPECT_TRUE(idle.closed()) << "a header that does not come is not waited for";
  }
  {
    auto slow = world.wire();
    slow.get("/healthz");
    slow.read_body(slow.read_head());
    slow.send("GET /healthz HT");
    EXPECT_TRUE(slow.closed()) << "nor is the rest of a later one, though it may begin when it likes";
  }
  auto one = world.wire();
  one.get("/v1/changes?since=now", "Accept: text/event-stream\r\n");
  one.read_head();
  auto two = world.wire();
  two.get("/v1/changes?since=now", "Accept: text/event-stream\r\n");
  two.read_head();
  auto three = world.wire();
  EXPECT_TRUE(three.closed()) << "the third connection is one too many";
  EXPECT_EQ(world.counters().connections_refused, 1u);
}

}  // namespace
}  // namespace newsfold::api
