#include "tests/api/wire_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace newsfold::api {
namespace {

constexpr int patience_seconds = 20;

void be_patient(int fd) {
  timeval const patience{patience_seconds, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

[[noreturn]] void fail(std::string const& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

}  // namespace

WireClient::WireClient(std::uint16_t port, int receive_buffer_bytes)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer_bytes > 0)
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  be_patient(fd_);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
}

WireClient::WireClient(std::filesystem::path const& socket)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  be_patient(fd_);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
}

WireClient::WireClient(WireClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      raw_(std::move(other.raw_)),
      text_(std::move(other.text_)),
      ended_(other.ended_) {}

WireClient::~WireClient() {
  if (fd_ >= 0) ::close(fd_);
}

void WireClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto const sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void WireClient::get(std::string_view target, std::string_view headers) {
  send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) + "\r\n");
}

bool WireClient::fill() {
  char buffer[16384];
  auto const got = ::recv(fd_, buffer, sizeof buffer, 0);
  if (got < 0 && errno == ECONNRESET) return false;
  if (got < 0) fail("nothing came; so far: " + text_ + raw_);
  raw_.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

std::string WireClient::take_raw_line() {
  for (;;) {
    if (auto const end = raw_.find("\r\n"); end != std::string::npos) {
      auto line = raw_.substr(0, end);
      raw_.erase(0, end + 2);
      return line;
    }
    if (!fill()) throw std::runtime_error("the server closed; so far: " + raw_);
  }
}

WireClient::Head WireClient::read_head() {
  Head head;
  auto const status = take_raw_line();
  head.status = status.size() > 12 ? std::stoi(status.substr(9, 3)) : 0;
  for (;;) {
    auto const line = take_raw_line();
    if (line.empty()) return head;
    auto const colon = line.find(':');
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return char(std::tolower(c)); });
    auto const value = line.find_first_not_of(' ', colon + 1);
    head.fields[name] = value == std::string::npos ? "" : line.substr(value);
  }
}

std::string WireClient::read_body(Head const& head) {
  auto const found = head.fields.find("content-length");
  return read_bytes(found == head.fields.end() ? 0 : std::stoul(found->second));
}

std::string WireClient::read_bytes(std::size_t count) {
  while (raw_.size() < count)
    if (!fill()) throw std::runtime_error("the server closed within a body");
  auto bytes = raw_.substr(0, count);
  raw_.erase(0, count);
  return bytes;
}

std::string WireClient::read_line() {
  for (;;) {
    if (auto const end = text_.find('\n'); end != std::string::npos) {
      auto line = text_.substr(0, end);
      text_.erase(0, end + 1);
      return line;
    }
    auto const size = std::stoul(take_raw_line(), nullptr, 16);
    while (raw_.size() < size + 2)
      if (!fill()) throw std::runtime_error("the server closed within a chunk");
    text_ += raw_.substr(0, size);
    raw_.erase(0, size + 2);
    if (size == 0) {
      ended_ = true;
      return {};
    }
  }
}

std::string WireClient::read_line_with(std::string_view prefix) {
  for (;;) {
    auto line = read_line();
    if (line.starts_with(prefix)) return line;
    if (ended_) throw std::runtime_error("the stream ended without " + std::string(prefix));
  }
}

bool WireClient::closed() {
  while (fill()) {
  }
  return true;
}

}  // namespace newsfold::api
