// What a poll costs the client in CPU, against nginx on loopback and `curl --parallel` in the same run; and
// the three places where libcurl is dear at scale: many hosts, the CA bundle, TLS handshakes.
//
// CPU is this process's user + system time around the polls, and curl's own by its rusage.
#include "bench/fetch/feeds_bench.h"
#include "bench/fetch/nginx.h"
#include "feeds/fetch/fetcher.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace newsfold::bench {
namespace {

namespace asio = boost::asio;
using namespace fetch;
using namespace std::chrono_literals;

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

struct Load {
  std::size_t polls = 0;
  std::size_t hosts = 0;
  std::size_t in_flight = 100;
  std::uint16_t port = 0;  // where nginx listens
  char const* scheme = "http";
};

// libcurl answers names under .localhost by itself: ours and the peer's requests then look alike. With TLS
// the name must be the certificate's, and a rule says where it is; such a rule makes all hosts one to
// libcurl's cache of connections, which it searches one by one.
std::string url_of(Load const& load, std::size_t i) {
  auto const host = "h" + std::to_string(i % load.hosts);
  return load.scheme == std::string("https")
             ? "https://" + host + ".bench.example/feed"
             : "http://" + host + ".localhost:" + std::to_string(load.port) + "/feed";
}

FetchOptions options_for(Load const& load, std::string ca) {
  FetchOptions options;
  options.user_agent = "newsfold-bench";
  options.resolve = {"*:443:127.0.0.1:" + std::to_string(load.port),
                     "*:80:127.0.0.1:" + std::to_string(load.port)};
  options.allow_private = {"127.0.0.0/8", "::1/128"};
  options.ca_file = std::move(ca);
  return options;
}

struct Counts {
  std::size_t next = 0, good = 0, done = 0;
};

asio::awaitable<void> worker(Fetcher& fetcher, Load const& load, Counts& counts) {
  while (counts.next < load.polls) {
    Request request;
    request.url = url_of(load, counts.next++);
    request.etag = etag;
    auto const response = co_await fetcher.fetch(std::move(request));
    counts.good += response && response->status == 304;
    if (!response && counts.done == 0) std::fprintf(stderr, "%s\n", response.error().message.c_str());
    ++counts.done;
  }
}

// CPU seconds per 10,000 polls.
double ours(asio::io_context& loop, Fetcher& fetcher, Load const& load) {
  Counts counts;
  double const before = cpu(RUSAGE_SELF);
  for (std::size_t i = 0; i < load.in_flight; ++i)
    asio::co_spawn(loop, worker(fetcher, load, counts), asio::detached);
  loop.restart();
  while (counts.done < load.polls) loop.run_one();
  double const spent = cpu(RUSAGE_SELF) - before;
  if (counts.good != load.polls)
    std::printf("only %zu of %zu polls were answered 304\n", counts.good, load.polls);
  return spent * 1e4 / static_cast<double>(load.polls);
}

double ours(Load const& load, std::string ca = ca_system) {
  asio::io_context loop(1);
  auto const fetcher = Fetcher::create(loop.get_executor(), options_for(load, std::move(ca))).value();
  return ours(loop, *fetcher, load);
}

// The same, of hosts that were polled once before.
double ours_again(Load const& load) {
  asio::io_context loop(1);
  auto const fetcher = Fetcher::create(loop.get_executor(), options_for(load, ca_system)).value();
  ours(loop, *fetcher, load);
  return ours(loop, *fetcher, load);
}

double curl_parallel(Nginx const& nginx, Load const& load) {
  auto const file = nginx.path("curl.conf");
  {
    std::ofstream out(file);
    for (std::size_t i = 0; i < load.polls; ++i)
      out << "url = \"" << url_of(load, i) << "\"\noutput = \"/dev/null\"\n";
  }
  double const before = cpu(RUSAGE_CHILDREN);
  pid_t const pid = fork();
  if (pid == 0) {
    if (!std::freopen("/dev/null", "w", stderr)) _exit(126);
    std::string const header = std::string("If-None-Match: ") + etag, most = std::to_string(load.in_flight);
    execlp("curl", "curl", "-s", "--parallel", "--parallel-max", most.c_str(), "-H", header.c_str(), "-K",
           file.c_str(), nullptr);
    _exit(127);
  }
  waitpid(pid, nullptr, 0);
  return (cpu(RUSAGE_CHILDREN) - before) * 1e4 / static_cast<double>(load.polls);
}

// What the kernel takes for a poll on a new connection, whoever asks: a socket, connect, send, receive to the
// end, close, one after another, with the handshake's last packet saved as ours is.
double bare_sockets(Load const& load) {
  std::string const request = std::string("GET /feed HTTP/1.1\r\nHost: h.localhost\r\nIf-None-Match: ") +
                              etag + "\r\nConnection: close\r\n\r\n";
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(load.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::size_t good = 0;
  double const before = cpu(RUSAGE_SELF);
  for (std::size_t i = 0; i < load.polls; ++i) {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int const off = 0;
    setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
    char answer[4096];
    bool answered = connect(socket, reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0 &&
                    send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0;
    ssize_t first = 0;
    if (answered) first = recv(socket, answer, sizeof answer, 0);
    for (ssize_t n = first; n > 0;) n = recv(socket, answer, sizeof answer, 0);
    good += first > 12 && std::string_view(answer + 9, 3) == "304";
    close(socket);
  }
  double const spent = cpu(RUSAGE_SELF) - before;
  if (good != load.polls) std::printf("only %zu of %zu bare polls were answered 304\n", good, load.polls);
  return spent * 1e4 / static_cast<double>(load.polls);
}

asio::awaitable<void> hang(Fetcher& fetcher, std::string url) {
  Request request;
  request.url = std::move(url);
  request.limits.total_max = 4s;
  co_await fetcher.fetch(std::move(request));
}

double measure_transfers(Load load, std::string ca) {
  constexpr std::size_t transfers = 400;
  asio::io_context loop(1);
  auto const fetcher = Fetcher::create(loop.get_executor(), options_for(load, std::move(ca))).value();
  auto const before = resident_bytes();
  for (std::size_t i = 0; i < transfers; ++i)
    asio::co_spawn(
        loop, hang(*fetcher, std::string(load.scheme) + "://h" + std::to_string(i) + ".bench.example/slow"),
        asio::detached);
  loop.run_for(3s);
  double const each = static_cast<double>(resident_bytes() - before) / 1024 / transfers;
  bool const all_open = fetcher->counters().in_flight == transfers;
  while (fetcher->counters().in_flight > 0) loop.run_one();
  return all_open ? each : 1e9;
}

// In a process of its own: memory that was used before does not count.
double kilobytes_per_transfer(Load const& load, std::string const& ca) {
  int ends[2];
  if (pipe(ends) != 0) return 1e9;
  pid_t const pid = fork();
  double each = 1e9;
  if (pid == 0) {
    each = measure_transfers(load, ca);
    _exit(write(ends[1], &each, sizeof each) == sizeof each ? 0 : 1);
  }
  close(ends[1]);
  if (read(ends[0], &each, sizeof each) != sizeof each) each = 1e9;
  close(ends[0]);
  waitpid(pid, nullptr, 0);
  return each;
}

// The median of several measurements of each: a neighbour of ours slows now the one, now the other.
template <std::size_t turns = 5>
std::pair<double, double> taking_turns(std::function<double()> const& one,
                                       std::function<double()> const& other) {
  std::vector<double> ones, others;
  for (std::size_t i = 0; i < turns; ++i) {
    ones.push_back(one());
    others.push_back(other());
  }
  std::ranges::sort(ones);
  std::ranges::sort(others);
  return {ones[turns / 2], others[turns / 2]};
}

bool report(char const* what, double value, double against, double bar) {
  double const ratio = value / against;
  std::printf("%-62s %8.3f %8.3f  %5.2f  (bar %.2f) %s\n", what, value, against, ratio, bar,
              ratio <= bar ? "" : "MISSED");
  std::fflush(stdout);
  return ratio <= bar;
}

// Those rows whose name holds `part`; all where it is empty.
int run(std::string_view part) {
  Nginx const nginx;
  if (!nginx.up()) {
    std::fprintf(stderr, "bench_fetch needs nginx, openssl and curl\n");
    return 2;
  }
  std::printf("CPU seconds per 10,000 polls (304)%28s %8s  %5s\n", "newsfold", "peer", "ratio");
  bool good = true;
  using Measured = std::pair<double, double>;  // ours, the peer's
  auto const row = [&](char const* name, double bar, std::function<Measured()> const& measure) {
    if (std::string_view(name).find(part) == std::string_view::npos) return;
    auto const [value, against] = measure();
    good &= report(name, value, against, bar);
  };
  row("KB an open transfer, plain; bar in KB", 1, [&] {
    return Measured{kilobytes_per_transfer({.port = nginx.plain_kept}, ca_system), 110};
  });
  row("KB an open transfer, TLS; bar in KB", 1, [&] {
    return Measured{
        kilobytes_per_transfer({.port = nginx.tls_kept, .scheme = "https"}, nginx.path("all.pem")), 160};
  });
  row("kept connections, 100 hosts; curl --parallel", 1.25, [&] {
    Load const kept{.polls = 20'000, .hosts = 100, .port = nginx.plain_kept};
    return taking_turns([&] { return ours(kept); }, [&] { return curl_parallel(nginx, kept); });
  });
  row("new connections, 10,000 hosts; curl --parallel", 0.25, [&] {
    // Each host three times: a poller has met its hosts before.
    Load const fresh{.polls = 30'000, .hosts = 10'000, .port = nginx.plain_new};
    auto const measured =
        taking_turns<3>([&] { return ours(fresh); }, [&] { return curl_parallel(nginx, fresh); });
    auto const bare = bare_sockets(fresh);
    std::printf("  of it %.3f for the sockets alone, which nobody can save: %.2f of the peer\n", bare,
                bare / measured.second);
    return measured;
  });
  row("new connections, 30,000 hosts; against 100 hosts", 1.05, [&] {
    Load const many{.polls = 30'000, .hosts = 30'000, .port = nginx.plain_new};
    Load const few{.polls = 30'000, .hosts = 100, .port = nginx.plain_new};
    auto const measured = taking_turns([&] { return ours(many); }, [&] { return ours(few); });
    // Of the difference, how much is meeting a host for the first time: its name is resolved.
    auto const again = taking_turns<3>([&] { return ours_again(many); }, [&] { return ours_again(few); });
    std::printf("  met before, all of them: %.3f against %.3f, %.2f\n", again.first, again.second,
                again.first / again.second);
    return measured;
  });
  row("new TLS connections, whole CA bundle; against a bundle of one", 1.05, [&] {
    // So many that reading the bundle, once, does not count.
    Load const tls{.polls = 8'000, .hosts = 8'000, .port = nginx.tls_new, .scheme = "https"};
    return taking_turns([&] { return ours(tls, nginx.path("all.pem")); },
                        [&] { return ours(tls, nginx.path("cert.pem")); });
  });
  auto const resumed_against_full = [&](std::uint16_t port) {
    asio::io_context loop(1);
    Load const thousand{.polls = 1'000, .hosts = 1'000, .port = port, .scheme = "https"};
    auto const fetcher =
        Fetcher::create(loop.get_executor(), options_for(thousand, nginx.path("cert.pem"))).value();
    double const full = ours(loop, *fetcher, thousand);
    double const resumed = ours(loop, *fetcher, thousand);
    std::printf("  %llu of 1,000 handshakes were resumed\n",
                static_cast<unsigned long long>(fetcher->counters().tls_resumed));
    return Measured{resumed, full};
  };
  row("TLS resumed, 1,000 hosts; against full handshakes", 0.7,
      [&] { return resumed_against_full(nginx.tls_new); });
  // Here a resumed handshake agrees on a key as well.
  row("TLS 1.3 resumed, 1,000 hosts; against full handshakes", 0.7,
      [&] { return resumed_against_full(nginx.tls13_new); });
  return good ? 0 : 1;
}

}  // namespace
}  // namespace newsfold::bench

// bench_fetch [PART-OF-A-ROW'S-NAME | feeds | daemon MINUTES [FEEDS [LASTING-PERCENT]]]: without arguments
// everything but the daemon, which takes that long.
int main(int argc, char** argv) {
  using namespace newsfold::bench;
  std::string const what = argc > 1 ? argv[1] : "";
  if (what == "daemon")
    return daemon_at_rest(argc > 2 ? std::atoi(argv[2]) : 15, argc > 3 ? std::atoi(argv[3]) : 10'000,
                          argc > 4 ? std::atoi(argv[4]) : 50);
  if (what == "feeds") return feeds_over_tls();
  int const polls = run(what);
  return polls == 2 || !what.empty() ? polls : std::max(polls, feeds_over_tls());
}
