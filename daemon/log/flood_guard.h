#pragma once
// Counts the lines of each event and says which may be written. Bounded: event names are few by design;
// beyond `events_max` of them the newcomers share one count. Callable from any thread.

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace newsfold::log {

class FloodGuard {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t events_max = 512;

  FloodGuard(std::uint64_t lines_max, std::chrono::steady_clock::duration window)
      : lines_max_(lines_max), window_(window) {}

  // Nothing: hold this line back. Else how many of this event were held back since the last that was
  // written.
  std::optional<std::uint64_t> admit(std::string_view event, Time now);

 private:
  struct Count {
    Time window_start{};
    std::uint64_t written = 0;
    std::uint64_t suppressed = 0;
  };

  std::uint64_t const lines_max_;
  std::chrono::steady_clock::duration const window_;
  std::mutex mutex_;
  std::map<std::string, Count, std::less<>> counts_;
};

}  // namespace newsfold::log
