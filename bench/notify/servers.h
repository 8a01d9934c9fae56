#pragma once
// The servers under test, each a process of its own: ours over a real store with one sync a commit, nginx
// with nchan, nats-server. Published to in the way that each has.

#include "bench/notify/shared.h"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace newsfold::bench {

class Server {
 public:
  virtual ~Server() = default;
  virtual std::string name() const = 0;
  // Hands over events first .. first + count - 1 at once. Does not wait for them to arrive.
  virtual void publish(std::uint32_t first, std::uint32_t count) = 0;
  virtual std::string hello() const = 0;  // what a subscriber says
  virtual std::string ready() const = 0;  // what it then hears once it is subscribed

  std::uint16_t port() const { return port_; }
  double cpu_seconds() const;
  std::size_t memory_bytes() const;  // resident

 protected:
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

// Null where the peer is not installed; says so on standard error.
std::unique_ptr<Server> start_newsfold(Shared& shared, std::string const& directory);
std::unique_ptr<Server> start_nchan(Shared& shared, std::string const& directory);
std::unique_ptr<Server> start_nats(Shared& shared, std::string const& directory);

}  // namespace newsfold::bench
