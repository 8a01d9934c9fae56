#pragma once
// What the service manager hears from us, by sd_notify(3). Every call does nothing where systemd (or
// whoever else sets NOTIFY_SOCKET) did not start us. Callable from any thread; calls never block.

#include "feeds/model/error.h"

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace newsfold::systemd {

// READY=1: the store is open and the first polls are scheduled.
void notify_ready(std::string const& status);

// RELOADING=1 with MONOTONIC_USEC in one datagram; follow it with notify_ready.
void notify_reloading();

// While it lives, the manager hears that the start goes on (EXTEND_TIMEOUT_USEC): a large store takes minutes
// to open or to migrate. At once, then twice a minute from a thread of its own, for two hours at the most.
class StartExtension {
 public:
  StartExtension();

 private:
  std::jthread thread_;  // none where nobody listens
};

// STOPPING=1.
void notify_stopping();

// STATUS=..., one line for a person ("412 feeds, 3 failing, 1,208 articles today").
void notify_status(std::string const& status);

// WATCHDOG=1. Send it only after everything that must be alive has answered.
void notify_watchdog();

// How often the manager wants to hear of us; nothing where no watchdog is set for this process.
std::optional<std::chrono::microseconds> watchdog_interval();

// The listening sockets that the manager opened for us (newsfold.socket), so that a restart refuses no
// connection: ours from now on. None where there are none. Fails with `invalid` for one that is no listening
// stream socket. Call once, before threads are made: it takes the variables out of the environment.
Result<std::vector<int>> inherited_sockets();

}  // namespace newsfold::systemd
