#pragma once
// Politeness towards hosts: one request in flight, a space between two, a rest where the host asks for
// one. A host here is a registrable domain ("bbc.co.uk") or an address that many domains share.
//
// Pure bookkeeping: time is a parameter, nothing waits here (gatekeeper.h does). Forgets hosts that have
// nothing to remember, so it stays as small as the number of hosts in use.

#include "feeds/model/time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace newsfold::schedule {

struct HostOptions {
  std::chrono::milliseconds spacing{1000};         // between two requests to one host
  std::chrono::milliseconds spacing_max{600'000};  // that throttling may teach
  // The same for an address: most who are there have nothing to do with the one that was throttled.
  std::chrono::milliseconds spacing_max_shared{10'000};
  std::chrono::seconds probe_rest{900};       // after a rest whose first request fails
  std::chrono::seconds rest_max{7 * 86'400};  // a longer Retry-After counts as this
};

// What a request taught about its host.
enum class HostReply : std::uint8_t {
  fine,
  throttled,  // 429, or 503 with Retry-After
  failed,     // nothing came back, or 5xx
  unasked,    // no request was made
};

inline constexpr std::string_view shared_address = "ip ";  // begins the name of a gate that is an address

class HostGates {
 public:
  explicit HostGates(HostOptions options) : options_(options) {}

  // When a request to `host` may start, as far as known now; UtcMicros::max() while one is in flight.
  UtcMicros opens_at(std::string_view host) const;

  // The end of the rest that was asked for last; UtcMicros{}: none that is remembered.
  UtcMicros rests_until(std::string_view host) const;

  // REQUIRES: opens_at(host) is now or past.
  void enter(std::string_view host);
  void leave(std::string_view host, UtcMicros now, HostReply reply);

  // Nothing starts before `until`; then one request, and the others only after it came back well: where it
  // fails, the host rests on.
  void rest(std::string_view host, UtcMicros until, UtcMicros now);

  // robots.txt asks for this much space (Crawl-delay).
  void ask_spacing(std::string_view host, std::chrono::milliseconds spacing);

  // What throttling taught of the space between two requests, less what clean hours gave back; 0: nothing.
  // teach() brings it back after a restart, as of `learned_at`.
  std::chrono::milliseconds learned(std::string_view host, UtcMicros now) const;
  void teach(std::string_view host, std::chrono::milliseconds spacing, UtcMicros learned_at);

  // The space that now holds between two requests.
  std::chrono::milliseconds spacing(std::string_view host, UtcMicros now) const;

  // The clock was set: what was noted by it moves with it.
  void shift(std::chrono::microseconds by);

  // Drops what no longer matters.
  void forget_idle(UtcMicros now);
  std::size_t size() const noexcept { return gates_.size(); }

 private:
  struct Gate {
    bool in_flight = false;
    bool probing = false;  // it rested: the next request tells whether it is well again
    UtcMicros last_end{};  // of the last request: spacing counts from there, however long it took
    UtcMicros rest_until{};
    std::chrono::milliseconds asked{0};    // Crawl-delay
    std::chrono::milliseconds learned{0};  // doubled by each throttling, shrinks 5 % a clean hour
    UtcMicros learned_at{};
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::chrono::milliseconds learned_now(Gate const& gate, UtcMicros now) const;
  std::chrono::milliseconds spacing_of(Gate const& gate, UtcMicros now) const;

  HostOptions options_;
  std::unordered_map<std::string, Gate, Hash, std::equal_to<>> gates_;
};

}  // namespace newsfold::schedule
