// From the durable commit to the subscribers' sockets: SSE from Newsfold and from nginx with nchan, and the
// same events from nats-server, 500 bytes each, one after the other in one run. And a catch-up over NDJSON
// against RocksDB's own iteration.
//
//   bench_notify [--subscribers 1,100,1000,10000] [--rounds 3] [--catch-up 1000000] [--only NAME]
//
// paced: some 20,000 deliveries a second; latency is what counts. flood: the publisher is at most 64 events
// ahead of what all subscribers have; CPU of the server is what counts, its intake (with us: a commit and its
// sync) included. Wall-clock figures move with the machine's other work, ratios within one run hold.
#include "bench/notify/catch_up.h"
#include "bench/notify/servers.h"
#include "bench/notify/subscribers.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace newsfold::bench {
namespace {

constexpr std::uint32_t window = 64;  // events ahead of the subscribers
constexpr std::uint32_t at_once = 8;  // events handed over together in a flood
constexpr std::uint64_t flood_deliveries = 600'000;
constexpr std::uint64_t paced_deliveries_per_second = 20'000;
constexpr double paced_seconds = 5;
// The first connections touch some 3 MB that all later ones share (code, arenas): of fewer subscribers the
// share of each says nothing about a subscriber.
constexpr std::uint32_t idle_subscribers_min = 1000;

struct Figures {
  double p50_ms = 0;
  double p99_ms = 0;
  double per_second = 0;      // deliveries, in a flood
  double per_cpu_second = 0;  // deliveries by CPU second of the server
  double idle_bytes = 0;      // resident memory of the server by idle subscriber
};

bool wait_for(std::function<bool()> const& done, double seconds) {
  auto const end = now_ns() + static_cast<std::uint64_t>(seconds * 1e9);
  while (!done()) {
    if (now_ns() > end) return false;
    ::usleep(200);
  }
  return true;
}

void must(bool done, Server const& server, char const* what) {
  if (done) return;
  std::fprintf(stderr, "%s: %s did not end in time\n", server.name().c_str(), what);
  std::exit(1);
}

Figures measure(Shared& shared, Server& server, std::uint32_t subscribers) {
  Figures out;
  shared.connected = 0;
  shared.delivered = 0;
  ::usleep(300'000);
  auto const memory_before = server.memory_bytes();
  auto const readers = start_subscribers(shared, server.port(), subscribers, server.hello(), server.ready());
  must(wait_for([&] { return shared.connected == subscribers; }, 120), server, "connecting");
  ::usleep(1'000'000);
  auto const memory = server.memory_bytes();
  out.idle_bytes = (static_cast<double>(memory) - static_cast<double>(memory_before)) / subscribers;

  std::uint32_t next = 0;
  std::uint64_t expected = 0;
  auto publish = [&](std::uint32_t count) {
    server.publish(next, count);
    next += count;
    expected += std::uint64_t{count} * subscribers;
  };
  auto all_there = [&] { return shared.delivered >= expected; };
  for (int i = 0; i < 10; ++i) {
    publish(1);
    must(wait_for(all_there, 60), server, "the first events");
  }

  // Paced.
  shared.latency.clear();
  auto const rate = std::clamp<double>(double(paced_deliveries_per_second) / subscribers, 2, 200);
  auto const paced_events = static_cast<std::uint32_t>(rate * paced_seconds);
  auto const gap_ns = static_cast<std::uint64_t>(1e9 / rate);
  auto due = now_ns();
  for (std::uint32_t i = 0; i < paced_events; ++i, due += gap_ns) {
    while (now_ns() < due)
      ::usleep(static_cast<useconds_t>(std::min<std::uint64_t>((due - now_ns()) / 1000 + 1, 5000)));
    publish(1);
  }
  must(wait_for(all_there, 120), server, "the paced events");
  out.p50_ms = shared.latency.quantile(0.5) / 1000;
  out.p99_ms = shared.latency.quantile(0.99) / 1000;

  // Flood.
  auto const flood_events = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(flood_deliveries / subscribers, 64, 20'000) / at_once * at_once);
  auto const cpu_before = server.cpu_seconds();
  auto const delivered_before = shared.delivered.load();
  auto const begin = now_ns();
  for (std::uint32_t i = 0; i < flood_events; i += at_once) {
    must(
        wait_for([&] { return expected - shared.delivered <= std::uint64_t{window - at_once} * subscribers; },
                 120),
        server, "the flood");
    publish(at_once);
  }
  must(wait_for(all_there, 120), server, "the end of the flood");
  auto const seconds = static_cast<double>(now_ns() - begin) / 1e9;
  auto const delivered = static_cast<double>(shared.delivered - delivered_before);
  out.per_second = delivered / seconds;
  out.per_cpu_second = delivered / (server.cpu_seconds() - cpu_before);
  ::kill(readers, SIGKILL);
  ::waitpid(readers, nullptr, 0);
  return out;
}

void print(std::string const& name, std::uint32_t subscribers, Figures const& f) {
  std::printf("%7u  %-12s %9.2f %9.2f %12.0f %14.0f %12.2f %10.0f\n", subscribers, name.c_str(), f.p50_ms,
              f.p99_ms, f.per_second, f.per_cpu_second, 1e6 / f.per_cpu_second, f.idle_bytes);
  std::fflush(stdout);
}

struct Bar {
  std::uint32_t subscribers;
  double cpu_min;  // our deliveries by CPU second against nchan's
  double p99_max;  // our paced p99 against nchan's; 0: none
};
constexpr Bar bars[] = {{100, 1.0, 0}, {1000, 1.1, 0.8}, {10000, 1.4, 0}};

std::vector<std::uint32_t> numbers(std::string const& text) {
  std::vector<std::uint32_t> out;
  std::stringstream in(text);
  for (std::string one; std::getline(in, one, ',');)
    out.push_back(static_cast<std::uint32_t>(std::stoul(one)));
  return out;
}

Figures median(std::vector<Figures> all) {
  auto mid = [&](double Figures::*member) {
    std::sort(all.begin(), all.end(), [&](auto const& a, auto const& b) { return a.*member < b.*member; });
    return all[all.size() / 2].*member;
  };
  return {mid(&Figures::p50_ms), mid(&Figures::p99_ms), mid(&Figures::per_second),
          mid(&Figures::per_cpu_second), mid(&Figures::idle_bytes)};
}

int run(int argc, char** argv) {
  std::vector<std::uint32_t> subscribers{1, 100, 1000, 10000};
  std::size_t catch_up = 1'000'000;
  int rounds = 3;
  std::string only;
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string const option = argv[i];
    if (option == "--subscribers") subscribers = numbers(argv[i + 1]);
    if (option == "--catch-up") catch_up = std::stoul(argv[i + 1]);
    if (option == "--rounds") rounds = std::stoi(argv[i + 1]);
    if (option == "--only") only = argv[i + 1];
  }
  std::string pattern = (std::filesystem::temp_directory_path() / "newsfold-notify.XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return 1;
  std::string const directory = pattern;
  auto* const shared =
      new (::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
          Shared();
  using Start = std::unique_ptr<Server> (*)(Shared&, std::string const&);
  std::vector<std::pair<std::string, Start>> const servers{
      {"newsfold", start_newsfold}, {"nchan", start_nchan}, {"nats-server", start_nats}};
  std::map<std::pair<std::uint32_t, std::string>, std::vector<Figures>> figures;
  std::printf("%7s  %-12s %9s %9s %12s %14s %12s %10s\n", "subs", "server", "p50 ms", "p99 ms", "deliv/s",
              "deliv/CPU s", "CPU us each", "idle bytes");
  for (int round = 0; round < rounds; ++round) {
    for (auto const count : subscribers) {
      for (auto const& [name, start] : servers) {
        if (!only.empty() && only != name) continue;
        auto const folder = directory + "/" + name + std::to_string(count) + "-" + std::to_string(round);
        std::filesystem::create_directories(folder);
        auto const server = start(*shared, folder);
        if (!server) continue;
        figures[{count, name}].push_back(measure(*shared, *server, count));
        print(name, count, figures[{count, name}].back());
      }
    }
  }
  for (auto const& bar : bars) {
    auto const ours = figures.find({bar.subscribers, "newsfold"});
    auto const theirs = figures.find({bar.subscribers, "nchan"});
    if (ours == figures.end() || theirs == figures.end()) continue;
    auto const a = median(ours->second);
    auto const b = median(theirs->second);
    auto const cpu = a.per_cpu_second / b.per_cpu_second;
    std::printf("%u: deliveries by CPU second %.2fx nchan's (bar %.1fx) %s", bar.subscribers, cpu,
                bar.cpu_min, cpu >= bar.cpu_min ? "met" : "MISSED");
    auto const p99 = a.p99_ms / b.p99_ms;
    std::printf("; paced p99 %.2fx nchan's", p99);
    if (bar.p99_max > 0) std::printf(" (bar %.1fx) %s", bar.p99_max, p99 <= bar.p99_max ? "met" : "MISSED");
    if (bar.subscribers >= idle_subscribers_min)
      std::printf("; idle subscriber %.0f bytes (bar 8192) %s", a.idle_bytes,
                  a.idle_bytes < 8192 ? "met" : "MISSED");
    std::printf("\n");
  }
  if (catch_up > 0) {
    auto const folder = directory + "/catch-up";
    std::filesystem::create_directories(folder);
    auto const result = measure_catch_up(folder, catch_up);
    auto const ratio = result.served_per_second / result.raw_per_second;
    std::printf("catch-up of %zu events over NDJSON: %.0f/s; raw iteration %.0f/s; %.2fx (bar 0.5x) %s\n",
                result.events, result.served_per_second, result.raw_per_second, ratio,
                ratio >= 0.5 ? "met" : "MISSED");
  }
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace newsfold::bench

int main(int argc, char** argv) { return newsfold::bench::run(argc, argv); }
