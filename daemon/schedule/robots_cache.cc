#include "daemon/schedule/robots_cache.h"

#include "daemon/schedule/host_key.h"
#include "daemon/schedule/server_hints.h"

#include <algorithm>

namespace newsfold::schedule {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto keep = std::chrono::hours(24);  // RFC 9309 2.4
constexpr auto unreachable_retry = std::chrono::hours(4);
constexpr auto rest_unsaid_for = std::chrono::hours(24);
constexpr auto give_up_after = std::chrono::days(30);  // RFC 9309 2.3.1.4
constexpr std::size_t site_bytes = 512;    // beside its rules: the entry, and that of its host's gate
constexpr std::size_t redirects_max = 10;  // RFC 9309 2.3.1.2 wants five at least
constexpr auto elsewhere_wait_max = std::chrono::minutes(10);

std::string target_of(std::string_view url) {
  auto const begin = url.find_first_of("/?#", url.find("://") + 3);
  if (begin == url.npos) return "/";
  auto target = std::string(url.substr(begin, url.find('#', begin) - begin));
  return target.starts_with('/') ? target : '/' + target;
}

}  // namespace

asio::awaitable<Result<void>> RobotsCache::check(std::string const& url, Gatekeeper::Permit const& permit) {
  auto const origin = origin_of(url);
  auto const* const known = sites_.find(origin);
  if (known && clock_.now() < known->due) co_return judge(*known, origin, url);
  // A copy: other hosts' checks may let go of it while we wait.
  Site site = known ? *known : Site{};
  co_await refresh(origin, site, permit);
  heed_crawl_delay(host_key(origin), origin, site.robots.crawl_delay());
  auto const verdict = judge(site, origin, url);  // before the pause, for the same reason
  remember(origin, std::move(site));
  co_await gates_.pause(permit);
  co_return verdict;
}

std::size_t RobotsCache::cost_of(std::string const& origin, Site const& site) {
  return site_bytes + origin.size() + site.trouble.size() + site.robots.bytes();
}

void RobotsCache::remember(std::string const& origin, Site site) {
  if (auto const* const known = sites_.find(origin)) bytes_ -= cost_of(origin, *known);
  bytes_ += cost_of(origin, site);
  sites_.put(origin, std::move(site));
  while (bytes_ > bytes_max_ && sites_.size() > 1) {
    auto const [gone, oldest] = sites_.take_oldest();
    bytes_ -= cost_of(gone, oldest);
    heed_crawl_delay(host_key(gone), gone, std::nullopt);
  }
}

Result<void> RobotsCache::judge(Site const& site, std::string const& origin, std::string const& url) const {
  if (site.standing == Standing::unreachable && clock_.now() - site.unreachable_since < give_up_after)
    return Error{ErrorCode::unreachable,
                 origin + "/robots.txt cannot be read, so nothing there may be fetched: " + site.trouble};
  if (!site.robots.allows(target_of(url)))
    return Error{ErrorCode::refused, origin + "/robots.txt does not allow " + target_of(url)};
  return Result<void>();
}

void RobotsCache::shift(std::chrono::microseconds by) {
  for (auto& [origin, site] : sites_)
    for (auto* const t : {&site.due, &site.unreachable_since})
      if (*t != UtcMicros{}) *t += by;
}

// The origins of one domain share its gate: the slowest of them sets the pace.
void RobotsCache::heed_crawl_delay(std::string const& host, std::string const& origin,
                                   std::optional<std::chrono::milliseconds> delay) {
  if (!delay && !delays_.contains(host)) return;
  auto& of_host = delays_[host];
  if (delay)
    of_host[origin] = *delay;
  else
    of_host.erase(origin);
  std::chrono::milliseconds longest{0};
  for (auto const& [one, wanted] : of_host) longest = std::max(longest, wanted);
  gates_.ask_spacing(host, longest);
  if (of_host.empty()) delays_.erase(host);
}

// Over redirects to other hosts, too (RFC 9309 2.3.1.2): each waits at its own gate, beside the permit in
// hand.
asio::awaitable<Result<fetch::Response>> RobotsCache::read(std::string url,
                                                           Gatekeeper::Permit const& permit) {
  Gatekeeper::Permit other;
  for (std::size_t hops = 0;; ++hops) {
    auto const host = other.host().empty() ? permit.host() : other.host();
    fetch::Request request;
    request.url = std::move(url);
    request.accept = fetch::Accept::robots;
    request.limits.body_bytes_max = fetch::robots_bytes_max;
    request.cuts_body = true;
    request.limits.total_max = 20s;
    request.stays = [](std::string const&) { return false; };
    Gatekeeper::Permit shared;
    if (auto gate = gates_.address_gate(host); !gate.empty()) shared = co_await gates_.enter(std::move(gate));
    auto response = co_await client_.fetch(std::move(request));
    auto const reply = reply_of(response, clock_.now());
    if (response) gates_.learn_address(host, response->address);
    shared.leave(reply);
    if (!response || response->open_hop() == nullptr) {
      other.leave(reply);
      co_return response;
    }
    if (hops >= redirects_max)
      co_return Error{ErrorCode::malformed, "more than " + std::to_string(redirects_max) + " redirects"};
    url = response->redirects.back().to;
    auto next = host_key(url);
    if (next == host) {
      co_await gates_.pause(other.host().empty() ? permit : other);
      continue;
    }
    other.leave(reply);
    other = {};
    if (next == permit.host()) {
      co_await gates_.pause(permit);
      continue;
    }
    other = co_await gates_.enter_within(next, elsewhere_wait_max);
    if (other.host().empty())
      co_return Error{ErrorCode::unreachable, "it is at " + next + ", which wants rest or is busy"};
  }
}

asio::awaitable<void> RobotsCache::refresh(std::string const& origin, Site& site,
                                           Gatekeeper::Permit const& permit) {
  auto const response = co_await read(origin + "/robots.txt", permit);
  auto const now = clock_.now();
  bool const read = response && response->status >= 200 && response->status < 300;
  bool const absent =
      response && response->status >= 400 && response->status < 500 && response->status != 429;
  // A private address will not become a robots.txt: there is none. What is there and does not decompress may
  // forbid anything.
  bool const never = !response && response.error().code == ErrorCode::refused;
  site.trouble.clear();
  if (read || absent || never) {
    site.robots = read ? fetch::Robots::parse(response->body, agent_) : fetch::Robots();
    site.standing = Standing::known;
    site.due = now + keep;
    site.unreachable_since = {};
    co_return;
  }
  bool const had_copy = site.standing == Standing::known || site.standing == Standing::stale;
  site.due = now + unreachable_retry;
  if (response && is_busy(response->status)) {
    auto const host = host_key(response->final_url);
    auto const said = retry_after(response->headers, now);
    // Unsaid, it is rest where there is no copy to go by; and after a day of that an error like any other.
    bool const lately =
        site.unreachable_since == UtcMicros{} || now - site.unreachable_since < rest_unsaid_for;
    if (said > 0s || (!had_copy && lately)) {
      gates_.rest(host, now + (said > 0s ? *said : rest_unsaid_));
      // By a copy the next poll of any feed goes first, however seldom that is.
      site.due = had_copy ? now + keep * 3 / 2 : gates_.rests_until(host);
    }
  }
  if (site.unreachable_since == UtcMicros{}) site.unreachable_since = now;
  site.standing = had_copy ? Standing::stale : Standing::unreachable;
  if (!had_copy)
    site.trouble = response ? "status " + std::to_string(response->status) : response.error().message;
}

}  // namespace newsfold::schedule
