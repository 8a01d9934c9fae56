#pragma once
// A client on the level of bytes: what exactly goes over the wire, and when. Blocking, with a deadline for
// everything; throws std::runtime_error, with what came so far, where it passes.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace newsfold::api {

class WireClient {
 public:
  explicit WireClient(std::uint16_t port, int receive_buffer_bytes = 0);
  explicit WireClient(std::filesystem::path const& socket);
  WireClient(WireClient&& other) noexcept;
  ~WireClient();

  void send(std::string_view bytes);
  // "GET TARGET HTTP/1.1" with a Host of ours and further header lines, each ending with "\r\n".
  void get(std::string_view target, std::string_view headers = {});

  struct Head {
    int status = 0;
    std::map<std::string, std::string> fields;  // names in lower case
  };
  Head read_head();
  std::string read_body(Head const& head);  // by Content-Length
  std::string read_bytes(std::size_t count);
  // Of a chunked body: the next line without its end. Sets ended() and returns "" at the last chunk.
  std::string read_line();
  // Lines up to the first that starts with `prefix`, which is returned.
  std::string read_line_with(std::string_view prefix);
  bool ended() const noexcept { return ended_; }
  // Whether the peer closed, now or before the deadline.
  bool closed();

 private:
  bool fill();  // false: the peer closed
  std::string take_raw_line();

  int fd_ = -1;
  std::string raw_;
  std::string text_;  // out of chunks
  bool ended_ = false;
};

}  // namespace newsfold::api
