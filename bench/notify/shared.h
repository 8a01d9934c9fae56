#pragma once
// What the processes of one measurement share: server, subscribers, and the one that measures. Lives in
// shared memory; every member may be touched by any of them.

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>

namespace newsfold::bench {

inline constexpr std::uint32_t events_max = 1 << 20;
inline constexpr std::size_t event_bytes = 500;

inline std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

// Of microseconds: 32 steps to each power of two, so to 3 %.
class Histogram {
 public:
  void clear() {
    for (auto& one : counts_) one = 0;
  }
  void add(std::uint64_t us) {
    auto const wide = us < 32 ? 0 : std::bit_width(us) - 6;
    counts_[static_cast<std::size_t>(wide) * 32 + (us >> wide)] += 1;
  }
  double quantile(double share) const {
    std::uint64_t all = 0;
    for (auto const& one : counts_) all += one;
    auto left = static_cast<std::uint64_t>(static_cast<double>(all) * share);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) return static_cast<double>(i < 64 ? i : (i % 32 + 32) << (i / 32 - 1));
      left -= counts_[i];
    }
    return 0;
  }

 private:
  std::array<std::atomic<std::uint64_t>, 32 * 40> counts_{};
};

struct Shared {
  std::atomic<std::uint32_t> connected{0};
  std::atomic<std::uint64_t> delivered{0};  // events, summed over the subscribers
  std::atomic<std::uint32_t> server_port{0};
  std::atomic<std::uint32_t> committed{0};  // by our server: events
  Histogram latency;
  std::array<std::atomic<std::uint64_t>, events_max> sent_at{};  // by event: durable, or handed to the peer
};

}  // namespace newsfold::bench
