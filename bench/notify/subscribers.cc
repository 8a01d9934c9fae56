#include "bench/notify/subscribers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace newsfold::bench {
namespace {

constexpr std::size_t connecting_max = 200;  // at once: the listener's queue is finite
constexpr std::size_t digits = 8;            // "#00000042#"

struct Subscriber {
  int fd = -1;
  bool ready = false;
  std::string rest;  // what may be the beginning of a mark
};

[[noreturn]] void die(char const* what) {
  std::fprintf(stderr, "subscribers: %s: %s\n", what, std::strerror(errno));
  std::_Exit(1);
}

int connect_to(std::uint16_t port) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  return fd;
}

// Counts "#NNNNNNNN#" in `text`, returns how much of its end may belong to one that is yet to be whole.
std::size_t count_marks(Shared& shared, std::string_view text, std::uint64_t now, std::uint64_t& found) {
  std::size_t at = 0;
  for (;;) {
    auto const* const hit = static_cast<char const*>(std::memchr(text.data() + at, '#', text.size() - at));
    if (hit == nullptr) return 0;
    at = static_cast<std::size_t>(hit - text.data());
    if (text.size() - at < digits + 2) return text.size() - at;
    if (text[at + digits + 1] == '#') {
      auto const number = std::strtoul(std::string(text.substr(at + 1, digits)).c_str(), nullptr, 10);
      if (number < events_max) {
        shared.latency.add((now - shared.sent_at[number]) / 1000);
        ++found;
      }
      at += digits + 2;
    } else {
      ++at;
    }
    if (at >= text.size()) return 0;
  }
}

void read_from(Shared& shared, Subscriber& one, std::string const& ready) {
  static char buffer[256 * 1024];
  auto const got = ::recv(one.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (got == 0) die("the server closed");
  if (got < 0) {
    if (errno == EAGAIN) return;
    die("recv");
  }
  auto const now = now_ns();
  std::string_view text(buffer, static_cast<std::size_t>(got));
  if (!one.ready) {
    one.rest += text;
    if (one.rest.find(ready) == std::string::npos) return;
    one.ready = true;
    one.rest.clear();
    ++shared.connected;
    return;
  }
  std::uint64_t found = 0;
  std::string joined;
  if (!one.rest.empty()) {
    joined = one.rest + std::string(text);
    text = joined;
  }
  auto const keep = count_marks(shared, text, now, found);
  one.rest.assign(text.substr(text.size() - keep));
  if (found > 0) shared.delivered += found;
}

[[noreturn]] void subscribe(Shared& shared, std::uint16_t port, std::size_t count, std::string const& hello,
                            std::string const& ready) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  int const poll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Subscriber> all(count);
  std::vector<epoll_event> events(1024);
  std::size_t begun = 0;
  for (;;) {
    while (begun < count && begun - shared.connected < connecting_max) {
      auto& one = all[begun++];
      one.fd = connect_to(port);
      if (::send(one.fd, hello.data(), hello.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(hello.size()))
        die("send");
      epoll_event interest{};
      interest.events = EPOLLIN;
      interest.data.ptr = &one;
      epoll_ctl(poll, EPOLL_CTL_ADD, one.fd, &interest);
    }
    int const n = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 1000);
    for (int i = 0; i < n; ++i) read_from(shared, *static_cast<Subscriber*>(events[i].data.ptr), ready);
  }
}

}  // namespace

pid_t start_subscribers(Shared& shared, std::uint16_t port, std::size_t count, std::string const& hello,
                        std::string const& ready) {
  auto const child = ::fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  subscribe(shared, port, count, hello, ready);
}

}  // namespace newsfold::bench
