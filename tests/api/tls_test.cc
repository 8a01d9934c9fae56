#include "tests/api/api_world.h"
#include "tests/api/tls_certificate.h"

#include <gtest/gtest.h>

namespace newsfold::api {
namespace {

TEST(Tls, AnswersAndStreamsOverTlsByACertificateFile) {
  Certificate const certificate;
  ApiWorld world(with(certificate));
  auto const client = tls_client(world, certificate);
  auto const health = client.get("/healthz");
  ASSERT_TRUE(health) << health.error().message;
  EXPECT_EQ(health->status, 200);
  world.notices("alpha", 3);
  int events = 0;
  auto const take = [&](std::string_view line) {
    if (line.find("\"type\":\"bookmark\"") != std::string_view::npos) {
      if (events == 3) world.notices("alpha", 2);  // once it is live
      return true;
    }
    return ++events < 5;
  };
  auto const streamed = client.stream("/v1/changes?since=0", take);
  ASSERT_TRUE(streamed) << streamed.error().message;
  EXPECT_EQ(events, 5);
}

TEST(Tls, PlainHttpOnTheTlsPortIsNotServed) {
  Certificate const certificate;
  ApiWorld world(with(certificate));
  auto client = world.wire();
  client.get("/healthz");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(world.counters().requests, 0u);
}

TEST(Tls, TheUnixSocketStaysPlain) {
  Certificate const certificate;
  ApiWorld world(with(certificate));
  auto const health = world.client().get("/healthz");
  ASSERT_TRUE(health) << health.error().message;
  EXPECT_EQ(health->status, 200);
}

TEST(Tls, ACertificateThatCannotBeReadIsAReasonNotToStart) {
  auto settings = ApiWorld::quick();
  settings.api.tls_cert_file = "/nowhere/cert.pem";
  settings.api.tls_key_file = "/nowhere/key.pem";
  EXPECT_THROW(ApiWorld{settings}, std::runtime_error);
}

}  // namespace
}  // namespace newsfold::api
