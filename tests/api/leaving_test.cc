// A client that leaves while there is nothing to tell it: its place is free at once. Here nothing is told for
// ten minutes, so that only its leaving can end it.

#include "tests/api/api_world.h"
#include "tests/api/tls_certificate.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace newsfold::api {
namespace {

using namespace std::chrono_literals;

ApiWorld::Settings quiet() {
  ApiWorld::Settings settings;
  settings.api.bookmark_interval = 10min;
  settings.api.poll_timeout = 10min;
  return settings;
}

// Whether there come to be so many, and as many connections, before the test's patience ends.
testing::AssertionResult subscribers_are(ApiWorld& world, std::size_t count) {
  auto const deadline = std::chrono::steady_clock::now() + 20s;
  for (;;) {
    auto const counters = world.counters();
    if (counters.subscribers == count && counters.connections_open == count)
      return testing::AssertionSuccess();
    if (std::chrono::steady_clock::now() > deadline)
      return testing::AssertionFailure()
             << counters.subscribers << " subscribers on " << counters.connections_open << " connections";
    std::this_thread::yield();
  }
}

TEST(Leaving, EndsALongPoll) {
  ApiWorld world(quiet());
  for (bool const over_tcp : {true, false}) {
    std::optional<WireClient> client;
    if (over_tcp)
      client.emplace(world.wire());
    else
      client.emplace(world.socket_path());
    client->get("/v1/changes?since=now");
    ASSERT_TRUE(subscribers_are(world, 1));
    client.reset();
    EXPECT_TRUE(subscribers_are(world, 0));
  }
}

TEST(Leaving, EndsALongPollBehindWhichAnotherRequestWaits) {
  ApiWorld world(quiet());
  std::optional<WireClient> client(world.wire());
  client->get("/v1/changes?since=now");
  client->get("/healthz");
  ASSERT_TRUE(subscribers_are(world, 1));
  client.reset();
  EXPECT_TRUE(subscribers_are(world, 0));
}

TEST(Leaving, IsNotSeenInARequestThatWaitsForTheLongPollBeforeIt) {
  ApiWorld world(quiet());
  auto client = world.wire();
  client.get("/v1/changes?since=now");
  client.get("/healthz");
  ASSERT_TRUE(subscribers_are(world, 1));
  world.notice("alpha");
  auto const page = client.read_head();
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(client.read_body(page).find("feed.failing"), std::string::npos);
  auto const health = client.read_head();
  EXPECT_EQ(client.read_body(health), "alive\n");
}

TEST(Leaving, EndsAnIdleStream) {
  ApiWorld world(quiet());
  for (auto const* form : {"application/x-ndjson", "text/event-stream"}) {
    std::optional<WireClient> client(world.wire());
    client->get("/v1/changes?since=now", "Accept: " + std::string(form) + "\r\n");
    client->read_head();
    ASSERT_TRUE(subscribers_are(world, 1));
    client.reset();
    EXPECT_TRUE(subscribers_are(world, 0)) << form;
  }
}

TEST(Leaving, EndsAnIdleStreamOverTls) {
  Certificate const certificate;
  ApiWorld world(with(certificate, quiet()));
  auto const one = [](std::string_view) { return false; };
  auto const streamed = tls_client(world, certificate).stream("/v1/changes?since=now", one);
  ASSERT_TRUE(streamed) << streamed.error().message;
  EXPECT_TRUE(subscribers_are(world, 0));
}

}  // namespace
}  // namespace newsfold::api
