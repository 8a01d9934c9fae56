#include "daemon/schedule/host_gate.h"

#include <algorithm>
#include <cmath>

namespace newsfold::schedule {

using std::chrono::milliseconds;

namespace {
constexpr double recovery_per_hour = 1.05;  // of the rate
constexpr auto probing_remembered = std::chrono::days(1);
}  // namespace

// The space that throttling taught, less 5 % of the rate back for each clean hour since.
milliseconds HostGates::learned_now(Gate const& gate, UtcMicros now) const {
  if (gate.learned <= options_.spacing) return milliseconds{0};
  double const hours = std::chrono::duration<double, std::ratio<3600>>(now - gate.learned_at).count();
  auto const left = milliseconds(static_cast<std::int64_t>(
      static_cast<double>(gate.learned.count()) / std::pow(recovery_per_hour, std::max(0.0, hours))));
  return left <= options_.spacing ? milliseconds{0} : left;
}

milliseconds HostGates::spacing_of(Gate const& gate, UtcMicros now) const {
  return std::max({options_.spacing, gate.asked, learned_now(gate, now)});
}

milliseconds HostGates::spacing(std::string_view host, UtcMicros now) const {
  auto const it = gates_.find(host);
  return it == gates_.end() ? options_.spacing : spacing_of(it->second, now);
}

milliseconds HostGates::learned(std::string_view host, UtcMicros now) const {
  auto const it = gates_.find(host);
  return it == gates_.end() ? milliseconds{0} : learned_now(it->second, now);
}

void HostGates::teach(std::string_view host, milliseconds spacing, UtcMicros learned_at) {
  Gate& gate = gates_[std::string(host)];
  if (spacing <= learned_now(gate, learned_at)) return;
  gate.learned = std::min(spacing, options_.spacing_max);
  gate.learned_at = learned_at;
}

UtcMicros HostGates::opens_at(std::string_view host) const {
  auto const it = gates_.find(host);
  if (it == gates_.end()) return UtcMicros{};
  Gate const& gate = it->second;
  if (gate.in_flight) return UtcMicros::max();
  if (gate.last_end == UtcMicros{}) return gate.rest_until;
  return std::max(gate.rest_until, gate.last_end + spacing_of(gate, gate.last_end));
}

UtcMicros HostGates::rests_until(std::string_view host) const {
  auto const it = gates_.find(host);
  return it == gates_.end() ? UtcMicros{} : it->second.rest_until;
}

void HostGates::enter(std::string_view host) { gates_[std::string(host)].in_flight = true; }

void HostGates::leave(std::string_view host, UtcMicros now, HostReply reply) {
  auto const it = gates_.find(host);
  if (it == gates_.end()) return;
  Gate& gate = it->second;
  gate.in_flight = false;
  gate.last_end = now;
  if (reply == HostReply::fine) gate.probing = false;
  if (reply == HostReply::failed && gate.probing)
    gate.rest_until = std::max(gate.rest_until, now + options_.probe_rest);
  if (reply != HostReply::throttled) return;
  auto const most = host.starts_with(shared_address) ? options_.spacing_max_shared : options_.spacing_max;
  gate.learned = std::min(most, 2 * std::max(options_.spacing, spacing_of(gate, now)));
  gate.learned_at = now;
}

void HostGates::rest(std::string_view host, UtcMicros until, UtcMicros now) {
  Gate& gate = gates_[std::string(host)];
  gate.rest_until = std::max(gate.rest_until, std::min(until, now + options_.rest_max));
  gate.probing = true;
}

void HostGates::ask_spacing(std::string_view host, milliseconds spacing) {
  gates_[std::string(host)].asked = std::min(spacing, options_.spacing_max);
}

void HostGates::shift(std::chrono::microseconds by) {
  for (auto& [host, gate] : gates_)
    for (auto* const t : {&gate.last_end, &gate.rest_until, &gate.learned_at})
      if (*t != UtcMicros{}) *t += by;
}

void HostGates::forget_idle(UtcMicros now) {
  std::erase_if(gates_, [&](auto const& entry) {
    Gate const& gate = entry.second;
    bool const probing = gate.probing && now - gate.rest_until < probing_remembered;
    return !gate.in_flight && !probing && gate.rest_until <= now &&
           gate.last_end + spacing_of(gate, now) <= now && learned_now(gate, now) == milliseconds{0} &&
           gate.asked == milliseconds{0};
  });
}

}  // namespace newsfold::schedule
