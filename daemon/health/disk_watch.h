#pragma once
// Whether the disk has room: below the bound ingest pauses, and goes on only when there is a tenth more than
// the bound, so that it does not flutter. Pure: the caller measures.

#include <cstdint>
#include <optional>

namespace newsfold::health {

class DiskWatch {
 public:
  explicit DiskWatch(std::uint64_t free_bytes_min) : min_(free_bytes_min) {}

  // Another bound (a reload); 0: never low.
  void set_min(std::uint64_t free_bytes_min) { min_ = free_bytes_min; }

  // What was measured; nothing: it could not be, and the last word stands. True where low() changed.
  bool update(std::optional<std::uint64_t> free_bytes) {
    if (!free_bytes) return false;
    free_ = *free_bytes;
    bool const was = low_;
    low_ = free_ < (low_ ? min_ + min_ / 10 : min_);
    return was != low_;
  }

  bool low() const noexcept { return low_; }
  std::uint64_t free_bytes() const noexcept { return free_; }
  std::uint64_t min() const noexcept { return min_; }

 private:
  std::uint64_t min_;
  std::uint64_t free_ = 0;
  bool low_ = false;
};

}  // namespace newsfold::health
