#include "daemon/service/systemd.h"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdint>

namespace newsfold::systemd {
namespace {

constexpr int keep_environment = 0;  // children of ours may want NOTIFY_SOCKET, too

// A line break would begin another assignment.
std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

}  // namespace

void notify_ready(std::string const& status) {
  sd_notify(keep_environment, ("READY=1\nSTATUS=" + one_line(status)).c_str());
}

void notify_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  auto const micros = std::uint64_t(now.tv_sec) * 1'000'000 + std::uint64_t(now.tv_nsec) / 1'000;
  sd_notify(keep_environment, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros)).c_str());
}

void notify_stopping() {
  sd_notify(keep_environment, "STOPPING=1\nSTATUS=Stopping: draining and committing");
}

void notify_status(std::string const& status) {
  sd_notify(keep_environment, ("STATUS=" + one_line(status)).c_str());
}

void notify_watchdog() { sd_notify(keep_environment, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
  std::uint64_t micros = 0;
  if (sd_watchdog_enabled(keep_environment, &micros) <= 0) return std::nullopt;
  return std::chrono::microseconds(micros);
}

}  // namespace newsfold::systemd
