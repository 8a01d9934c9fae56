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

// What a reload does with files that were replaced, as certificates are every few weeks.
TEST(Tls, NewConnectionsSeeTheNewCertificateAndOpenOnesGoOn) {
  Certificate const first, second;
  ApiWorld world(with(first));
  auto const old_client = tls_client(world, first);
  auto const new_client = tls_client(world, second);
  ASSERT_TRUE(old_client.get("/healthz"));
  ASSERT_FALSE(new_client.get("/healthz"));
  bool replaced = false;
  auto const take = [&](std::string_view line) {
    if (line.find("\"type\":\"bookmark\"") == std::string_view::npos) return false;  // the event below
    if (replaced) return true;
    replaced = true;
    auto fresh = read_certificate(second.cert, second.key);
    EXPECT_TRUE(fresh) << fresh.error().message;
    world.on_loop([&] { world.server().set_certificate(std::move(*fresh)); });
    EXPECT_FALSE(old_client.get("/healthz")) << "whoever trusts the old one alone";
    auto const health = new_client.get("/healthz");
    EXPECT_TRUE(health) << health.error().message;
    world.notice("alpha");  // to the stream that began under the old one
    return true;
  };
  auto const streamed = old_client.stream("/v1/changes?since=0", take);
  EXPECT_TRUE(streamed) << streamed.error().message;
  EXPECT_TRUE(replaced);
}

TEST(Tls, AKeyOfAnotherCertificateIsRefusedWithBothNames) {
  Certificate const one, other;
  Certificate const rsa("rsa:2048");
  for (auto const* key : {&other.key, &rsa.key}) {
    auto const read = read_certificate(one.cert, *key);
    ASSERT_FALSE(read) << "a handshake would fail, each time, and the log would say nothing";
    EXPECT_EQ(read.error().code, ErrorCode::unreadable);
    EXPECT_NE(read.error().message.find(*key), std::string::npos) << read.error().message;
  }
}

TEST(Tls, ACertificateThatCannotBeReadIsAReasonNotToStart) {
  auto settings = ApiWorld::quick();
  settings.api.tls_cert_file = "/nowhere/cert.pem";
  settings.api.tls_key_file = "/nowhere/key.pem";
  EXPECT_THROW(ApiWorld{settings}, std::runtime_error);
}

}  // namespace
}  // namespace newsfold::api
