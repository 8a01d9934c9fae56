#include "daemon/schedule/gated_client.h"

#include "daemon/schedule/host_key.h"
#include "daemon/schedule/server_hints.h"
#include "feeds/fetch/target.h"

#include <algorithm>
#include <utility>

namespace newsfold::schedule {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

void put_before(fetch::Response const& earlier, fetch::Response& later) {
  later.redirects.insert(later.redirects.begin(), earlier.redirects.begin(), earlier.redirects.end());
  later.wire_bytes += earlier.wire_bytes;
  later.total_time += earlier.total_time;
}

fetch::Response resting_since_before(std::string url, UtcMicros until, UtcMicros now) {
  fetch::Response response;
  response.status = 429;
  response.final_url = std::move(url);
  response.headers.retry_after = std::to_string(std::chrono::ceil<std::chrono::seconds>(until - now).count());
  return response;
}

// What the chain so far leaves of its bounds to the next hop.
Result<std::chrono::milliseconds> time_left(fetch::Response const& chain, fetch::Limits const& limits) {
  auto const& hop = chain.redirects.back();
  auto const broken = [&](ErrorCode code, std::string const& why) {
    return Error{code, host_of(hop.from) + ": " + why};
  };
  if (chain.redirects.size() > limits.redirects_max)
    return broken(ErrorCode::malformed,
                  "more than " + std::to_string(limits.redirects_max) + " redirects (fetch.redirects_max)");
  if (std::ranges::find(chain.redirects, hop.to, &fetch::Hop::from) != chain.redirects.end())
    return broken(ErrorCode::malformed, "redirects in a circle");
  auto const left = limits.total_max - std::chrono::ceil<std::chrono::milliseconds>(chain.total_time);
  if (left > 0ms) return left;
  return broken(ErrorCode::unreachable, "its redirects took longer than " +
                                            std::to_string(limits.total_max.count()) + " ms (fetch.timeout)");
}

struct Waiting {
  // Nobody waits where the gate is open.
  Waiting(GatedClient::Account const& account, bool open) : account_(account), waits_(!open) { tell(true); }
  Waiting(Waiting const&) = delete;
  Waiting& operator=(Waiting const&) = delete;
  ~Waiting() { tell(false); }
  void tell(bool begins) const {
    if (waits_ && account_.waits) account_.waits(begins);
  }
  GatedClient::Account const& account_;
  bool waits_;
};

}  // namespace

asio::awaitable<Result<void>> GatedClient::ask_robots(std::string const& url,
                                                      Gatekeeper::Permit const& permit, Account& account) {
  auto allowed = co_await robots_.check(url, permit);
  if (account.asked == UtcMicros{}) account.asked = clock_.now();
  co_return allowed;
}

// One request, in whose time nothing else is sent to the host's address either.
asio::awaitable<Result<fetch::Response>> GatedClient::ask(fetch::Request request, std::string host,
                                                          Account& account, HostReply& reply) {
  Gatekeeper::Permit shared;
  if (auto gate = gates_.address_gate(host); !gate.empty()) {
    Waiting const waiting(account, gates_.is_open(gate));
    shared = co_await gates_.enter(std::move(gate));
  }
  if (account.asked == UtcMicros{}) account.asked = clock_.now();
  auto response = co_await client_.fetch(std::move(request));
  auto const now = clock_.now();
  reply = reply_of(response, now);
  if (response) {
    gates_.learn_address(host, response->address);
    // Rest before the gate opens: else the next in line would slip through between the two. A feed's own
    // answer may yet make it longer (settle), never shorter: no spread here, or it would count twice.
    if (is_busy(response->status)) {
      auto const said = retry_after(response->headers, now);
      gates_.rest(host, now + (said > 0s ? *said : rest_unsaid_));
    }
  }
  shared.leave(reply);
  co_return response;
}

asio::awaitable<Result<fetch::Response>> GatedClient::fetch(fetch::Request request, Gatekeeper::Permit permit,
                                                            RobotsRule robots, Account& account) {
  auto const limits = request.limits;
  fetch::Response before;
  for (;;) {
    auto reply = HostReply::unasked;
    Result<void> allowed;
    if (robots == RobotsRule::obey) allowed = co_await ask_robots(request.url, permit, account);
    // The host may have asked for rest since the permit was given: where its robots.txt was asked for.
    if (auto const until = gates_.rests_until(permit.host()); until > clock_.now()) {
      if (account.asked == UtcMicros{}) account.asked = clock_.now();
      auto told = resting_since_before(std::move(request.url), until, clock_.now());
      put_before(before, told);
      account.resting = true;
      permit.leave(HostReply::throttled);
      co_return told;
    }
    if (!allowed) {
      account.robots_denied = true;
      co_return allowed.error();
    }
    fetch::Request step = request;
    step.stays = [](std::string const&) { return false; };
    auto response = co_await ask(std::move(step), permit.host(), account, reply);
    if (!response) {
      permit.leave(reply);
      co_return response;
    }
    bool const ends = response->open_hop() == nullptr;
    put_before(before, *response);
    if (ends) {
      permit.leave(reply);
      co_return response;
    }
    auto const left = time_left(*response, limits);
    if (!left) {
      permit.leave(reply);
      co_return left.error();
    }
    request.limits.total_max = *left;
    if (request.validators_url.empty()) request.validators_url = response->redirects.front().from;
    // Once they were not given for a place, they are not on a way back either.
    auto const& hop = response->redirects.back();
    auto const there = fetch::parse_target(hop.from), here = fetch::parse_target(hop.to);
    if (!there || !here || !fetch::may_keep_credentials(*there, *here)) request.credentials = {};
    if (hop.status != 307 && hop.status != 308) request.method = fetch::Method::get;
    request.url = hop.to;
    before = std::move(*response);
    auto const next = host_key(request.url);
    Waiting const waiting(account, next != permit.host() && gates_.is_open(next));
    if (next == permit.host()) {
      co_await gates_.pause(permit);
      continue;
    }
    permit.leave(reply);
    permit = co_await gates_.enter_unless_resting(next, {}, account.line);
    if (permit.host().empty()) {
      auto told = resting_since_before(request.url, gates_.rests_until(next), clock_.now());
      put_before(before, told);
      account.resting = true;
      co_return told;
    }
  }
}

}  // namespace newsfold::schedule
