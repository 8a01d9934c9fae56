#pragma once
// What the kernel says of this process and of a disk. Reads /proc; some tens of microseconds.

#include <cstdint>
#include <optional>
#include <string>

namespace newsfold::metrics {

struct ProcessNumbers {
  double cpu_seconds = 0;
  double start_seconds = 0;  // since 1970
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
  std::uint64_t threads = 0;
};

ProcessNumbers read_process();

// What an unprivileged process may still write where `path` lies; nothing where that cannot be told.
std::optional<std::uint64_t> free_bytes(std::string const& path);

}  // namespace newsfold::metrics
