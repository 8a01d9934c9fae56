#pragma once
// The daemon, put together: store, writer, fetcher, pipeline, scheduler, subscribers; their threads; start,
// reload and stop. Every part is given what it needs here and nowhere else.
//
// Threads: the caller's runs the I/O loop (timers, sockets, subscribers; nothing on it blocks or computes
// for long); a pool of CPU threads parses, cleans and compares; one thread owns all writes to the store; a
// small pool takes blocking reads for subscribers.

#include "daemon/config/config.h"
#include "feeds/model/error.h"

#include <memory>
#include <string>

namespace newsfold::run {

class Daemon {
 public:
  // Opens the store and binds the listeners: what is wrong with either is said before anything runs.
  // `config_path` is read again at a reload.
  static Result<std::unique_ptr<Daemon>> create(config::Config config, std::string config_path);
  ~Daemon();

  // Until SIGTERM or SIGINT; drains and commits what is under way. SIGHUP reloads. Fails where a part
  // could not go on.
  Result<void> run();

 private:
  struct Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsfold::run
