#include "daemon/log/flood_guard.h"

#include <utility>

namespace newsfold::log {

std::optional<std::uint64_t> FloodGuard::admit(std::string_view event, Time now) {
  std::lock_guard const lock(mutex_);
  auto found = counts_.find(event);
  if (found == counts_.end()) {
    bool const full = counts_.size() >= events_max;
    found = counts_.try_emplace(std::string(full ? std::string_view{} : event), Count{now, 0, 0}).first;
  }
  auto& count = found->second;
  if (now - count.window_start >= window_) {
    count.window_start = now;
    count.written = 0;
  }
  if (count.written >= lines_max_) {
    ++count.suppressed;
    return std::nullopt;
  }
  ++count.written;
  return std::exchange(count.suppressed, 0);
}

}  // namespace newsfold::log
