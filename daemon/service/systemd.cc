#include "daemon/service/systemd.h"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <sys/socket.h>

#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stop_token>

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

namespace {

void extend_start(std::stop_token const& stop) {
  using namespace std::chrono_literals;
  constexpr auto every = 30s;
  constexpr auto longest = 2h;
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  for (auto told = 0s; told < longest && !stop.stop_requested(); told += every) {
    sd_notify(keep_environment, "EXTEND_TIMEOUT_USEC=120000000");
    ended.wait_for(lock, stop, every, [] { return false; });
  }
}

}  // namespace

StartExtension::StartExtension() {
  if (std::getenv("NOTIFY_SOCKET") != nullptr)
    thread_ = std::jthread([](std::stop_token const& stop) { extend_start(stop); });
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

Result<std::vector<int>> inherited_sockets() {
  constexpr int take_from_environment = 1;
  int const count = sd_listen_fds(take_from_environment);
  if (count < 0)
    return Error{ErrorCode::invalid, std::string("LISTEN_FDS cannot be used: ") + std::strerror(-count)};
  std::vector<int> out;
  for (int descriptor = SD_LISTEN_FDS_START; descriptor < SD_LISTEN_FDS_START + count; ++descriptor) {
    constexpr int listening = 1;
    if (sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, listening) <= 0)
      return Error{ErrorCode::invalid, "descriptor " + std::to_string(descriptor) +
                                           " from the service manager is no listening stream socket; see "
                                           "ListenStream= in newsfold.socket"};
    out.push_back(descriptor);
  }
  return out;
}

}  // namespace newsfold::systemd
