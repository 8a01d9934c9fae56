#include "daemon/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace newsfold::metrics {
namespace {

// The fields of /proc/self/stat behind the command's name, which may hold anything but ends with ")".
struct Stat {
  double user_ticks = 0, system_ticks = 0, start_ticks = 0;
  std::uint64_t threads = 0, resident_pages = 0;
};

Stat read_stat() {
  Stat out;
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  auto const close = text.rfind(')');
  if (close == std::string::npos) return out;
  std::istringstream fields(text.substr(close + 1));
  std::string field;
  for (int number = 3; fields >> field; ++number) {  // as proc(5) numbers them
    if (number == 14) out.user_ticks = std::stod(field);
    if (number == 15) out.system_ticks = std::stod(field);
    if (number == 20) out.threads = std::stoull(field);
    if (number == 22) out.start_ticks = std::stod(field);
    if (number == 24) out.resident_pages = std::stoull(field);
  }
  return out;
}

double seconds_now(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

std::uint64_t count_descriptors() {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::uint64_t count = 0;
  while (auto const* entry = readdir(folder)) count += entry->d_name[0] != '.' ? 1 : 0;
  closedir(folder);
  return count - 1;  // the folder's own
}

}  // namespace

ProcessNumbers read_process() {
  auto const stat = read_stat();
  auto const ticks = double(sysconf(_SC_CLK_TCK));
  ProcessNumbers out;
  out.cpu_seconds = (stat.user_ticks + stat.system_ticks) / ticks;
  // Start is told in ticks since boot.
  out.start_seconds = seconds_now(CLOCK_REALTIME) - seconds_now(CLOCK_BOOTTIME) + stat.start_ticks / ticks;
  out.resident_bytes = stat.resident_pages * std::uint64_t(sysconf(_SC_PAGESIZE));
  out.threads = stat.threads;
  out.open_fds = count_descriptors();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) out.max_fds = limit.rlim_cur;
  return out;
}

std::optional<std::uint64_t> free_bytes(std::string const& path) {
  struct statvfs disk {};
  if (statvfs(path.c_str(), &disk) != 0) return std::nullopt;
  return std::uint64_t(disk.f_bavail) * disk.f_frsize;
}

}  // namespace newsfold::metrics
