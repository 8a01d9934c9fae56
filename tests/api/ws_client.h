#pragma once
// A WebSocket client; Beast stays in ws_client.cc.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace newsfold::api {

enum class Deflate : std::uint8_t { off, on };

class WsClient {
 public:
  // Throws where the server does not upgrade; the message holds its status.
  WsClient(std::uint16_t port, std::string_view target, Deflate deflate = Deflate::off,
           std::string_view origin = {});
  ~WsClient();

  std::string read();  // the next message; "" at the end
  void say(std::string_view text);
  // Whether the server agreed to compress.
  bool deflated() const noexcept;
  std::size_t bytes_read() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsfold::api
