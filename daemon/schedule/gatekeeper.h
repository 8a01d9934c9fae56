#pragma once
// Lets requests through the gates of their hosts, one after another, in the order in which they came; those
// of a document in hand, whose reading holds one of the polls' places, before others. The bookkeeping is
// HostGates; here is the waiting.
//
// Not thread-safe: one executor.

#include "daemon/runtime/clock.h"
#include "daemon/schedule/alarm.h"
#include "daemon/schedule/host_gate.h"
#include "daemon/schedule/recent_map.h"
#include "feeds/fetch/client.h"

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
#include <vector>

namespace newsfold::schedule {

// What an answer, or none, taught about its host.
HostReply reply_of(Result<fetch::Response> const& response, UtcMicros now);

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
        leave(HostReply::unasked);
        keeper_ = std::exchange(other.keeper_, nullptr);
        host_ = std::move(other.host_);
      }
      return *this;
    }
    ~Permit() { leave(HostReply::unasked); }
    void leave(HostReply reply);
    std::string const& host() const noexcept { return host_; }

   private:
    Gatekeeper* keeper_ = nullptr;
    std::string host_;
  };

  // For polls: calls `go` when it is this one's turn at `host` and `has_place` says so, at once or later on
  // the executor. Nothing calls it after the keeper is gone. Who gives a place back calls place_is_free(),
  // and may call it from inside `go`.
  using Go = std::function<void(Permit)>;
  void enqueue(std::string const& host, Go go);
  void set_places(std::function<bool()> has_place) { has_place_ = std::move(has_place); }
  void place_is_free();

  enum class Line : std::uint8_t {
    common,
    ahead,  // of the common line, of which one goes each ten minutes all the same: who holds a place
  };

  // The same for a coroutine. Cancellable (operation_aborted).
  boost::asio::awaitable<Permit> enter(std::string host);

  // The same for who can do without: an empty permit (of no host) where the host rests for longer than
  // `patience`, or as soon as it is told to while we wait.
  boost::asio::awaitable<Permit> enter_unless_resting(std::string host, std::chrono::seconds patience = {},
                                                      Line line = Line::common);

  // The same for who holds another permit meanwhile: an empty one also where its turn does not come within
  // `wait_max`, as two who hold what the other waits for would wait for ever.
  boost::asio::awaitable<Permit> enter_within(std::string host, std::chrono::seconds wait_max);
  // Whether a request to `host` could start now.
  bool is_open(std::string const& host) const {
    return !lanes_.contains(host) && gates_.opens_at(host) <= clock_.now();
  }
  UtcMicros rests_until(std::string const& host) const { return gates_.rests_until(host); }

  // Sleeps as long as politeness wants between two requests of one permit (robots.txt, then the page).
  boost::asio::awaitable<void> pause(Permit const& permit);

  // What waits and rests by a clock that was set back since then moves with it.
  void follow_clock();

  void rest(std::string const& host, UtcMicros until);

  // Hosts that were told to rest since the last call, `hosts_max` at most; the others wait for the next.
  std::vector<std::string> take_rested(std::size_t hosts_max);

  // What a record says of a host, after a restart. `learned_at`: when `spacing` was what throttling had
  // taught.
  void remember(std::string const& host, UtcMicros until, std::chrono::milliseconds spacing,
                UtcMicros learned_at);
  void ask_spacing(std::string const& host, std::chrono::milliseconds spacing);
  std::chrono::milliseconds learned(std::string const& host) const {
    return gates_.learned(host, clock_.now());
  }

  // Hosts that turn out to share an address share a gate beside their own. Returns the name of that gate,
  // "" where the host's address is not known.
  void learn_address(std::string const& host, std::string const& address);
  std::string address_gate(std::string const& host) const;

  // Lets nobody in any more and wakes for nobody: whoever still stands in line is cancelled by its owner.
  void stop();

 private:
  struct Waiting {
    Go go;
    std::chrono::microseconds patience = std::chrono::microseconds::max();  // with a rest of the host
    Line line = Line::common;
    bool needs_place = false;
  };
  struct Lane {
    std::deque<Waiting> common;
    std::deque<Waiting> ahead;
    UtcMicros common_went{};  // or began to wait
    UtcMicros wakes_at = UtcMicros::max();
    bool wants_place = false;  // and stands in wanting_
    bool empty() const noexcept { return common.empty() && ahead.empty(); }
  };
  void enqueue(std::string const& host, Waiting waiting);
  boost::asio::awaitable<Permit> wait_for_turn(std::string host, std::chrono::microseconds patience,
                                               Line line, UtcMicros give_up_at = UtcMicros::max());
  void turn_away(std::string const& host);
  void pump(std::string const& host);
  void ring();
  void leave(std::string const& host, HostReply reply);

  boost::asio::any_io_executor executor_;
  SleepingClock& clock_;
  HostGates gates_;
  std::unordered_map<std::string, Lane> lanes_;  // of hosts where somebody waits
  std::set<std::pair<UtcMicros, std::string>> wakes_;
  RecentMap<std::string> addresses_;  // by host
  std::function<bool()> has_place_ = [] { return true; };
  std::deque<std::string> wanting_;  // hosts whose next poll waits for a place only
  bool giving_places_ = false;
  bool stopped_ = false;
  std::size_t leaves_ = 0;
  std::set<std::string> rested_;        // that no record knows of yet
  std::chrono::microseconds set_back_;  // of the clock, that was followed
  Alarm alarm_;
};

}  // namespace newsfold::schedule
