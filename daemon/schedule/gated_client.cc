#include "daemon/schedule/gated_client.h"

#include "daemon/schedule/host_key.h"
#include "daemon/schedule/server_hints.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace newsfold::schedule {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// The redirect that was left to us, because it leads to another host.
std::optional<fetch::Hop> open_hop(fetch::Response const& response) {
  if (response.redirects.empty() || response.redirects.back().to == response.final_url) return std::nullopt;
  return response.redirects.back();
}

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

}  // namespace

// As far as one host leads.
asio::awaitable<Result<fetch::Response>> GatedClient::ask(fetch::Request request, Gatekeeper::Permit permit,
                                                          Manners manners, Account& account) {
  auto const host = permit.host();
  Gatekeeper::Permit shared;
  if (manners.by_address)
    if (auto gate = gates_.address_gate(host); !gate.empty()) shared = co_await gates_.enter(std::move(gate));
  if (manners.robots == RobotsRule::obey) {
    auto const allowed = co_await robots_.check(request.url, permit);
    if (!allowed) {
      account.robots_denied = true;
      if (account.asked == UtcMicros{}) account.asked = clock_.now();
      co_return allowed.error();
    }
  }
  if (account.asked == UtcMicros{}) account.asked = clock_.now();
  // The host may have asked for rest since the permit was given: where its robots.txt was asked for.
  if (auto const until = gates_.rests_until(host); until > clock_.now())
    co_return resting_since_before(std::move(request.url), until, clock_.now());
  request.stays = [host](std::string const& url) { return host_key(url) == host; };
  auto response = co_await client_.fetch(std::move(request));
  auto const now = clock_.now();
  auto reply = HostReply::fine;
  if (!response) {
    reply = HostReply::unreachable;
  } else {
    gates_.learn_address(host, response->address);
    // Rest before the gate opens: else the next in line would slip through between the two. A feed's own
    // answer may yet make it longer (settle), never shorter: no spread here, or it would count twice.
    if (is_busy(response->status)) {
      auto const said = retry_after(response->headers, now);
      if (response->status == 429 || said) reply = HostReply::throttled;
      gates_.rest(host, now + (said > 0s ? *said : rest_unsaid_));
    }
  }
  shared.leave(reply);
  permit.leave(reply);
  co_return response;
}

asio::awaitable<Result<fetch::Response>> GatedClient::fetch(fetch::Request request, Gatekeeper::Permit permit,
                                                            Manners manners, Account& account) {
  fetch::Response before;
  for (;;) {
    fetch::Request step = request;
    auto response = co_await ask(std::move(step), std::move(permit), manners, account);
    if (!response) co_return response;
    auto const hop = open_hop(*response);
    put_before(before, *response);
    if (!hop) co_return response;
    if (response->redirects.size() > request.limits.redirects_max)
      co_return Error{ErrorCode::malformed, host_of(hop->from) + ": more than " +
                                                std::to_string(request.limits.redirects_max) +
                                                " redirects (fetch.redirects_max)"};
    if (std::ranges::find(response->redirects, hop->to, &fetch::Hop::from) != response->redirects.end())
      co_return Error{ErrorCode::malformed, host_of(hop->from) + ": redirects in a circle"};
    if (request.validators_url.empty()) request.validators_url = response->redirects.front().from;
    request.url = hop->to;
    request.credentials = {};  // another host: they were not given for it, nor are they on a way back
    bool const keeps_method = hop->status == 307 || hop->status == 308;
    if (!keeps_method) request.method = fetch::Method::get;
    auto const next = host_key(request.url);
    permit = co_await gates_.enter_unless_resting(next);
    if (permit.host().empty()) {
      auto told = resting_since_before(request.url, gates_.rests_until(next), clock_.now());
      put_before(*response, told);
      co_return told;
    }
    before = std::move(*response);
  }
}

}  // namespace newsfold::schedule
