#include "daemon/schedule/gatekeeper.h"

#include "daemon/schedule/server_hints.h"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace newsfold::schedule {

namespace asio = boost::asio;

namespace {
constexpr std::size_t addresses_max = 131'072;
constexpr std::size_t forget_every = 1024;  // requests
constexpr std::size_t rested_max = 1024;
constexpr std::chrono::minutes common_waits_max{10};
}  // namespace

void Gatekeeper::Permit::leave(HostReply reply) {
  if (auto* const keeper = std::exchange(keeper_, nullptr)) keeper->leave(host_, reply);
}

HostReply reply_of(Result<fetch::Response> const& response, UtcMicros now) {
  if (!response || response->status >= 500) {
    bool const asks = response && is_busy(response->status) && retry_after(response->headers, now);
    return asks ? HostReply::throttled : HostReply::failed;
  }
  return response->status == 429 ? HostReply::throttled : HostReply::fine;
}

Gatekeeper::Gatekeeper(asio::any_io_executor executor, SleepingClock& clock, HostOptions options)
    : executor_(executor),
      clock_(clock),
      gates_(options),
      set_back_(clock.set_back()),
      alarm_(executor, clock, [this] { ring(); }) {}

void Gatekeeper::enqueue(std::string const& host, Go go) {
  Waiting waiting{std::move(go)};
  waiting.needs_place = true;
  enqueue(host, std::move(waiting));
}

// A poll that starts may end or wait at once, and come here again: the loop that runs goes on with it.
void Gatekeeper::place_is_free() {
  if (std::exchange(giving_places_, true)) return;
  while (!wanting_.empty() && has_place_()) {
    auto const host = std::move(wanting_.front());
    wanting_.pop_front();
    if (auto const it = lanes_.find(host); it != lanes_.end() && std::exchange(it->second.wants_place, false))
      pump(host);
  }
  giving_places_ = false;
}

void Gatekeeper::enqueue(std::string const& host, Waiting waiting) {
  auto& lane = lanes_[host];
  if (lane.common.empty()) lane.common_went = clock_.now();
  (waiting.line == Line::ahead ? lane.ahead : lane.common).push_back(std::move(waiting));
  pump(host);
}

// Lets the first of the lane go if the gate is open; else sees to it that we look again.
void Gatekeeper::pump(std::string const& host) {
  auto const it = lanes_.find(host);
  if (stopped_ || it == lanes_.end()) return;
  Lane& lane = it->second;
  if (lane.wakes_at != UtcMicros::max()) {
    wakes_.erase({lane.wakes_at, host});
    lane.wakes_at = UtcMicros::max();
  }
  auto const opens = gates_.opens_at(host);
  auto const now = clock_.now();
  if (opens > now) {
    lane.wakes_at = opens;  // max(): in flight, and leave() looks again
    if (opens != UtcMicros::max()) wakes_.insert({opens, host});
    alarm_.set(wakes_.empty() ? UtcMicros::max() : wakes_.begin()->first);
    return;
  }
  bool common = lane.ahead.empty() || (!lane.common.empty() && now - lane.common_went >= common_waits_max);
  if (common && lane.common.front().needs_place && !has_place_()) {
    if (!std::exchange(lane.wants_place, true)) wanting_.push_back(host);
    if (lane.ahead.empty()) return;
    common = false;
  }
  if (common) lane.common_went = now;
  auto& line = common ? lane.common : lane.ahead;
  Go const go = std::move(line.front().go);
  line.pop_front();
  if (lane.empty()) lanes_.erase(it);
  gates_.enter(host);
  go(Permit(this, host));
}

void Gatekeeper::follow_clock() {
  auto const before = std::exchange(set_back_, clock_.set_back());
  if (set_back_ == before) return;
  gates_.shift(before - set_back_);
  std::vector<std::string> hosts;
  for (auto& [host, lane] : lanes_) {
    lane.common_went += before - set_back_;
    hosts.push_back(host);
  }
  for (auto const& host : hosts) pump(host);
}

void Gatekeeper::stop() {
  stopped_ = true;
  alarm_.set(UtcMicros::max());
}

void Gatekeeper::ring() {
  follow_clock();
  auto const now = clock_.now();
  while (!wakes_.empty() && wakes_.begin()->first <= now) {
    auto const host = wakes_.begin()->second;
    pump(host);
  }
  alarm_.set(wakes_.empty() ? UtcMicros::max() : wakes_.begin()->first);
}

void Gatekeeper::leave(std::string const& host, HostReply reply) {
  follow_clock();
  gates_.leave(host, clock_.now(), reply);
  turn_away(host);
  if (++leaves_ % forget_every == 0) gates_.forget_idle(clock_.now());
  pump(host);
}

std::vector<std::string> Gatekeeper::take_rested(std::size_t hosts_max) {
  std::vector<std::string> out;
  while (!rested_.empty() && out.size() < hosts_max)
    out.push_back(std::move(rested_.extract(rested_.begin()).value()));
  return out;
}

void Gatekeeper::remember(std::string const& host, UtcMicros until, std::chrono::milliseconds spacing,
                          UtcMicros learned_at) {
  auto const now = clock_.now();
  if (until > now) gates_.rest(host, until, now);
  if (spacing > std::chrono::milliseconds{0}) gates_.teach(host, spacing, learned_at);
}

void Gatekeeper::rest(std::string const& host, UtcMicros until) {
  follow_clock();
  gates_.rest(host, until, clock_.now());
  if (rested_.size() < rested_max) rested_.insert(host);
  turn_away(host);
  pump(host);
}

// Those in line that would rather go without than wait for the end of a rest.
void Gatekeeper::turn_away(std::string const& host) {
  auto const it = lanes_.find(host);
  auto const rest = gates_.rests_until(host) - clock_.now();
  if (it == lanes_.end() || rest <= rest.zero()) return;
  Lane& lane = it->second;
  std::vector<Go> gone;
  auto const goes = [&](Waiting& one) {
    if (one.patience >= rest) return false;
    gone.push_back(std::move(one.go));
    return true;
  };
  std::erase_if(lane.ahead, goes);
  std::erase_if(lane.common, goes);
  if (lane.empty()) {
    if (lane.wakes_at != UtcMicros::max()) wakes_.erase({lane.wakes_at, host});
    lanes_.erase(it);
  }
  for (auto const& go : gone) go(Permit());
}

void Gatekeeper::ask_spacing(std::string const& host, std::chrono::milliseconds spacing) {
  gates_.ask_spacing(host, spacing);
}

void Gatekeeper::learn_address(std::string const& host, std::string const& address) {
  if (address.empty()) return;
  addresses_.put(host, address);
  if (addresses_.size() > addresses_max) addresses_.take_oldest();
}

std::string Gatekeeper::address_gate(std::string const& host) const {
  auto const* const address = addresses_.find(host);
  return address ? std::string(shared_address) + *address : std::string();
}

namespace {

struct Turn {
  explicit Turn(asio::any_io_executor executor)
      : timer(std::move(executor), asio::steady_timer::time_point::max()) {}
  asio::steady_timer timer;
  bool abandoned = false;
  bool gave_up = false;
  std::optional<Gatekeeper::Permit> permit;
};

}  // namespace

asio::awaitable<Gatekeeper::Permit> Gatekeeper::enter(std::string host) {
  co_return co_await wait_for_turn(std::move(host), std::chrono::microseconds::max(), Line::common);
}

asio::awaitable<Gatekeeper::Permit> Gatekeeper::enter_unless_resting(std::string host,
                                                                     std::chrono::seconds patience,
                                                                     Line line) {
  if (gates_.rests_until(host) > clock_.now() + patience) co_return Permit();
  co_return co_await wait_for_turn(std::move(host), patience, line);
}

asio::awaitable<Gatekeeper::Permit> Gatekeeper::wait_for_turn(std::string host,
                                                              std::chrono::microseconds patience, Line line,
                                                              UtcMicros give_up_at) {
  auto const turn = std::make_shared<Turn>(executor_);
  Go go = [turn](Permit permit) {
    if (turn->abandoned) return;  // the permit goes back as it goes
    turn->permit.emplace(std::move(permit));
    turn->timer.cancel();
  };
  Waiting waiting{std::move(go), patience, line, false};
  enqueue(host, std::move(waiting));
  if (!turn->permit) {
    Alarm gives_up(executor_, clock_, [turn] {
      turn->gave_up = true;
      turn->timer.cancel();
    });
    gives_up.set(give_up_at);
    boost::system::error_code error;
    co_await turn->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
  if (!turn->permit) {
    turn->abandoned = true;
    if (turn->gave_up) co_return Permit();
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  co_return std::move(*turn->permit);
}

asio::awaitable<Gatekeeper::Permit> Gatekeeper::enter_within(std::string host,
                                                             std::chrono::seconds wait_max) {
  auto const now = clock_.now();
  if (gates_.rests_until(host) > now) co_return Permit();
  co_return co_await wait_for_turn(std::move(host), {}, Line::ahead, now + wait_max);
}

asio::awaitable<void> Gatekeeper::pause(Permit const& permit) {
  auto const now = clock_.now();
  co_await clock_.sleep_until(now + gates_.spacing(permit.host(), now));
}

}  // namespace newsfold::schedule
