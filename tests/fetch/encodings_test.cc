// Bodies compressed in the ways that we say we take, and servers that give too little, too slowly.

#include "tests/fetch/fetch_fixture.h"

#include <string_view>

namespace newsfold::fetch {
namespace {

using namespace std::chrono_literals;
using origin::Delivery;
using origin::OriginResponse;

std::string bytes_of(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

constexpr std::string_view text = "<rss><channel><title>Harbour</title></channel></rss>";

// Made by libbrotlienc and libzstd: `text`, and 100,000 times "x".
struct Packed {
  char const* encoding;
  std::string_view text;
  std::string_view many;
};
constexpr Packed encodings[] = {
    {"br", "1b3300a08dd462cd9c0ed43c3e7273e3059471e03459dd5e277a0b42a39ab33f61124cc88ad156",
     "5b9f86815f022f1e0b04b2fc0200"},
    {"zstd",
     "28b52ffd20347d010054023c7273733e3c6368616e6e656c3e3c7469746c653e486172626f75723c2f3c2f2f7273733e0200"
     "4315ac0cd309",
     "28b52ffda0a08601004d0000087801009c86391002"},
};

class Encodings : public FetchTest {
 protected:
  void serve(std::string path, char const* encoding, std::string body) {
    OriginResponse response;
    response.headers = {{"Content-Encoding", encoding}};
    response.body = std::move(body);
    origin_.handle("a.example", std::move(path), [response](auto const&) { return response; });
  }
};

TEST_F(Encodings, BrotliAndZstandardAreDecoded) {
  for (auto const& [encoding, packed, many] : encodings) {
    serve("/text", encoding, bytes_of(packed));
    serve("/many", encoding, bytes_of(many));
    EXPECT_EQ(get("http://a.example/text").value().body, text) << encoding;
    auto const large = get("http://a.example/many").value();
    EXPECT_EQ(large.body, std::string(100'000, 'x')) << encoding;
    EXPECT_LT(large.wire_bytes, 1000u) << encoding;
  }
}

TEST_F(Encodings, WhatTheyDecodeToIsBounded) {
  for (auto const& [encoding, packed, many] : encodings) {
    serve("/many", encoding, bytes_of(many));
    Request request;
    request.url = "http://a.example/many";
    request.limits.body_bytes_max = 99'999;
    auto const bomb = fetch(request);
    ASSERT_FALSE(bomb) << encoding;
    EXPECT_EQ(bomb.error().code, ErrorCode::too_large) << encoding;
    EXPECT_NE(bomb.error().message.find("fetch.body_max"), std::string::npos) << encoding;
  }
}

TEST_F(Encodings, ABodyThatDoesNotDecodeIsMalformed) {
  for (auto const& [encoding, packed, many] : encodings) {
    serve("/bad", encoding, "this is not compressed at all");
    EXPECT_EQ(get("http://a.example/bad").error().code, ErrorCode::malformed) << encoding;
  }
}

class SlowServers : public FetchTest {};

TEST_F(SlowServers, OneThatDripsIsCutOffLongBeforeTheTimeIsUp) {
  origin_.handle("a.example", "/drip", [](auto const&) {
    OriginResponse response;
    response.delivery = Delivery::endless;
    response.body = "x";
    response.chunk_delay = 250ms;
    return response;
  });
  Request request;
  request.url = "http://a.example/drip";
  request.limits.stall_max = 1s;
  auto const response = fetch(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::unreachable);
  EXPECT_NE(response.error().message.find("Less than 10 bytes/sec"), std::string::npos)
      << response.error().message;
}

TEST_F(SlowServers, ATimeoutIsNotAskedAgainNotEvenOnAKeptConnection) {
  origin_.handle("a.example", "/", [](auto const&) { return OriginResponse{}; });
  origin_.handle("a.example", "/silent", [](auto const&) {
    OriginResponse response;
    response.delivery = Delivery::silent;
    return response;
  });
  Request request;
  request.url = "http://a.example/silent";
  request.limits.total_max = 100ms;
  for (auto const requests : {1u, 2u}) {  // a fresh connection; then one that was used before
    origin_.forget_requests();
    if (requests == 2) get("http://a.example/").value();
    auto const response = fetch(request);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::unreachable);
    EXPECT_TRUE(response.error().message.starts_with("a.example: too slow")) << response.error().message;
    EXPECT_EQ(origin_.request_count(), requests);
  }
}

}  // namespace
}  // namespace newsfold::fetch
