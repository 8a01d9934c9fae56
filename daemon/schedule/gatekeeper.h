#pragma once
// Lets requests through the gates of their hosts, one after another, in the order in which they came.
// The bookkeeping is HostGates; here is the waiting.
//
// Not thread-safe: one executor.

#include "daemon/runtime/clock.h"
#include "daemon/schedule/alarm.h"
#include "daemon/schedule/host_gate.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace newsfold::schedule {

class Gatekeeper {
 public:
  Gatekeeper(boost::asio::any_io_executor executor, SleepingClock& clock, HostOptions options);

  // The right to one request at a time to a host. Goes back when it goes, or by leave().
  class Permit {
   public:
    Permit() = default;
    Permit(Gatekeeper* keeper, std::string host) : keeper_(keeper), host_(std::move(host)) {}
    Permit(Permit&& other) noexcept
        : keeper_(std::exchange(other.keeper_, nullptr)), host_(std::move(other.host_)) {}
    Permit& operator=(Permit&& other) noexcept {
      if (this != &other) {
        leave(HostReply::fine);
        keeper_ = std::exchange(other.keeper_, nullptr);
        host_ = std::move(other.host_);
      }
      return *this;
    }
    ~Permit() { leave(HostReply::fine); }
    void leave(HostReply reply);
    std::string const& host() const noexcept { return host_; }

   private:
    Gatekeeper* keeper_ = nullptr;
    std::string host_;
  };

  // Calls `go` when it is this caller's turn at `host`: at once, or later on the executor. Nothing calls it
  // after the keeper is gone.
  using Go = std::function<void(Permit)>;
  void enqueue(std::string const& host, Go go);

  // The same for a coroutine. Cancellable (operation_aborted).
  boost::asio::awaitable<Permit> enter(std::string host);

  // The same for who can do without: an empty permit (of no host) where the host rests for longer than
  // `patience`, or as soon as it is told to while we wait.
  boost::asio::awaitable<Permit> enter_unless_resting(std::string host, std::chrono::seconds patience = {});
  UtcMicros rests_until(std::string const& host) const { return gates_.rests_until(host); }

  // Sleeps as long as politeness wants between two requests of one permit (robots.txt, then the page).
  boost::asio::awaitable<void> pause(Permit const& permit);

  void rest(std::string const& host, UtcMicros until);
  void ask_spacing(std::string const& host, std::chrono::milliseconds spacing);

  // Hosts that turn out to share an address share a gate beside their own. Returns the name of that gate,
  // "" where the host's address is not known.
  void learn_address(std::string const& host, std::string const& address);
  std::string address_gate(std::string const& host) const;

  std::size_t waiting() const noexcept { return waiting_; }

 private:
  struct Waiting {
    Go go;
    std::chrono::microseconds patience = std::chrono::microseconds::max();  // with a rest of the host
  };
  struct Lane {
    std::deque<Waiting> queue;
    UtcMicros wakes_at = UtcMicros::max();
  };
  void enqueue(std::string const& host, Waiting waiting);
  boost::asio::awaitable<Permit> wait_for_turn(std::string host, std::chrono::microseconds patience);
  void turn_away(std::string const& host);
  void pump(std::string const& host);
  void ring();
  void leave(std::string const& host, HostReply reply);

  boost::asio::any_io_executor executor_;
  SleepingClock& clock_;
  HostGates gates_;
  std::unordered_map<std::string, Lane> lanes_;  // of hosts where somebody waits
  std::set<std::pair<UtcMicros, std::string>> wakes_;
  std::unordered_map<std::string, std::string> addresses_;
  std::size_t waiting_ = 0;
  std::size_t leaves_ = 0;
  Alarm alarm_;
};

}  // namespace newsfold::schedule
