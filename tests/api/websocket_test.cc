// The WebSocket on the level of frames (RFC 6455, 7692): what is compressed, who pings, who answers.

#include "tests/api/api_world.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::api {
namespace {

using namespace std::chrono_literals;

constexpr unsigned text_frame = 0x1, ping_frame = 0x9, pong_frame = 0xA;

struct Frame {
  bool final = false;
  bool compressed = false;  // RSV1
  unsigned kind = 0;
  std::string payload;
};

class RawSocket {
 public:
  explicit RawSocket(ApiWorld& world, std::string const& target, std::string const& extensions = {})
      : wire_(world.wire()) {
    wire_.get(target,
              "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                  (extensions.empty() ? "" : "Sec-WebSocket-Extensions: " + extensions + "\r\n"));
    head_ = wire_.read_head();
  }
  WireClient::Head const& head() const { return head_; }

  Frame read() {
    auto const begin = wire_.read_bytes(2);
    Frame out;
    auto const first = static_cast<unsigned char>(begin[0]);
    out.final = (first & 0x80) != 0;
    out.compressed = (first & 0x40) != 0;
    out.kind = first & 0x0F;
    std::size_t size = static_cast<unsigned char>(begin[1]);  // a server never masks
    auto const wide = size == 126 ? 2u : size == 127 ? 8u : 0u;
    if (wide > 0) size = 0;
    for (char const c : wire_.read_bytes(wide)) size = size << 8 | static_cast<unsigned char>(c);
    out.payload = wire_.read_bytes(size);
    return out;
  }
  Frame read(unsigned kind) {
    for (;;)
      if (auto frame = read(); frame.kind == kind) return frame;
  }
  // Masked with zeros, as short as pings are.
  void send(unsigned kind, std::string const& payload) {
    std::string frame{static_cast<char>(0x80 | kind), static_cast<char>(0x80 | payload.size())};
    wire_.send(frame + std::string(4, '\0') + payload);
  }
  bool closed() { return wire_.closed(); }

 private:
  WireClient wire_;
  WireClient::Head head_;
};

// One event that is worth compressing, and no bookmark between.
ApiWorld::Settings quiet() {
  ApiWorld::Settings settings;
  settings.api.bookmark_interval = 10min;
  return settings;
}
std::string const much(2000, 'a');

TEST(WebSocket, CompressesWhereTheClientOffersIt) {
  ApiWorld world(quiet());
  world.notice("alpha", much);
  RawSocket offered(world, "/v1/changes?since=0", "permessage-deflate; client_max_window_bits");
  ASSERT_EQ(offered.head().status, 101);
  EXPECT_NE(offered.head().fields.at("sec-websocket-extensions").find("permessage-deflate"),
            std::string::npos);
  auto const deflated = offered.read(text_frame);
  EXPECT_TRUE(deflated.compressed);
  EXPECT_TRUE(deflated.final);
  EXPECT_LT(deflated.payload.size(), much.size() / 4);

  RawSocket plain(world, "/v1/changes?since=0");
  ASSERT_EQ(plain.head().status, 101);
  EXPECT_FALSE(plain.head().fields.contains("sec-websocket-extensions"));
  auto const whole = plain.read(text_frame);
  EXPECT_FALSE(whole.compressed);
  EXPECT_NE(whole.payload.find(much), std::string::npos);
}

TEST(WebSocket, AnswersAPing) {
  ApiWorld world(quiet());
  RawSocket socket(world, "/v1/changes?since=now");
  socket.send(ping_frame, "are you there");
  EXPECT_EQ(socket.read(pong_frame).payload, "are you there");
}

TEST(WebSocket, PingsAClientThatSaysNothingAndKeepsItWhileItAnswers) {
  auto settings = quiet();
  settings.api.write_timeout = 400ms;
  ApiWorld world(settings);
  RawSocket socket(world, "/v1/changes?since=now");
  auto const began = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) socket.send(pong_frame, socket.read(ping_frame).payload);
  // Longer than one that is silent is kept.
  EXPECT_GT(std::chrono::steady_clock::now() - began, 600ms);
  EXPECT_EQ(world.counters().subscribers, 1u);
}

TEST(WebSocket, DropsAClientThatDoesNotAnswerAPing) {
  auto settings = quiet();
  settings.api.write_timeout = 200ms;
  ApiWorld world(settings);
  RawSocket socket(world, "/v1/changes?since=now");
  ASSERT_EQ(socket.head().status, 101);
  EXPECT_TRUE(socket.closed());
  while (world.counters().subscribers > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace newsfold::api
