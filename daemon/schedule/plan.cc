#include "daemon/schedule/plan.h"

#include "daemon/schedule/budget.h"
#include "daemon/schedule/feed_arrival.h"
#include "daemon/schedule/host_key.h"
#include "daemon/schedule/pace.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace newsfold::schedule {

using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr double day_s = 86'400;
constexpr double busy_share_max = 0.5;  // of a day that one host may be kept busy before the plan says so

struct Known {
  FeedSpec const* spec;
  PollState state;
  BudgetShare share;
  bool by_rate = false;  // else rate and budget have no say

  bool paused() const noexcept { return state.paused_at != UtcMicros{}; }
  double requests() const { return share.cost; }  // of one poll
};

Known know(FeedSpec const& spec, Scheduler::LoadState const& load, PollingOptions const& options,
           UtcMicros now) {
  auto const record = load ? load(spec) : std::string();
  Known known{&spec, state_at_start(spec, record, options, now, Arrival::start), {}};
  known.share = share_of(known.state, spec, options, now);
  known.by_rate = !settled_gap(known.state, spec, options, now);
  return known;
}

// From one poll to the next, on average, in an hour with `root_rate`.
seconds gap_at(Known const& known, double k, double root_rate, PollingOptions const& options) {
  if (!known.by_rate) return known.share.floor;
  auto const longest = std::chrono::duration<double>(options.ceiling);
  auto const wanted = std::min(longest, std::chrono::duration<double>(day_s / (k * root_rate)));
  auto const interval = std::clamp<seconds>(without_jitter(wanted, options), known.share.floor,
                                            std::max(known.share.floor, known.share.ceiling));
  return interval + jitter_of(interval, options, 0.5);
}

PlannedFeed plan_feed(Known const& known, double k, PollingOptions const& options, UtcMicros now) {
  auto const& spec = *known.spec;
  auto const& state = known.state;
  PlannedFeed feed;
  feed.name = spec.name;
  feed.url = state.poll_url();
  feed.host = host_key(feed.url);
  feed.polled_before = state.last_answer != UtcMicros{};
  feed.items_per_day = state.rate.per_day(now);
  feed.fails = !state.last_error.empty();
  feed.pushed = !feed.fails && !spec.interval && push_holds(state.push.get(), now);
  if (known.paused()) return feed;  // no polls a day and no time of the next: it is not polled
  auto const next = after_skipped_hours(state, spec, std::max(state.next_due, now));
  if (next > now) feed.next_poll = next;

  auto const profile = state.rate.profile();
  double const root_rate = std::sqrt(spec.weight * feed.items_per_day);
  double polls = 0, delay = 0, items = 0;
  for (std::size_t i = 0; i < hours_of_week; ++i) {
    auto const hour = std::chrono::floor<std::chrono::hours>(now) + std::chrono::hours(i);
    double const level = profile[hour_of_week(hour)];
    auto const gap = gap_at(known, k, root_rate * std::sqrt(level), options);
    auto const skipped = after_skipped_hours(state, spec, hour) - hour;
    // All that comes due in hours to skip is one poll at their end.
    if (skipped <= gap) polls += day_s / static_cast<double>(gap.count());
    delay +=
        level *
        std::chrono::duration<double>(std::max<std::chrono::microseconds>(gap / 2, skipped - 30min)).count();
    items += level;
  }
  feed.polls_per_day = polls / static_cast<double>(profile.size());
  feed.interval = seconds(std::lround(day_s / feed.polls_per_day));
  if (!feed.pushed) feed.expected_delay = seconds(std::lround(delay / std::max(items, 1e-9)));
  return feed;
}

std::string per_day(double requests) { return std::to_string(std::lround(requests)) + " a day"; }

// Floors allow the goal: what makes news late beyond the jitter of a floor is the hours to skip.
std::optional<std::string> late_by_skips(FeedSpec const& spec, PlannedFeed const& feed) {
  constexpr double jitter_margin = 1.1;
  if (!spec.fresh || feed.pushed || feed.fails || feed.expected_delay <= jitter_margin * *spec.fresh)
    return std::nullopt;
  auto const minutes = [](seconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::minutes>(time).count()) + " min";
  };
  return "news would have to be known within " + minutes(*spec.fresh) +
         " on average; with the hours in which the publisher wants no requests it takes " +
         minutes(feed.expected_delay);
}

void judge_hosts(Plan& plan) {
  for (auto const& host : plan.hosts) {
    double const busy = host.requests_per_day * static_cast<double>(host.spacing.count()) / 1000;
    if (busy > day_s)
      plan.unmet.push_back({"host " + host.host,
                            per_day(host.requests_per_day) + " do not fit with " +
                                std::to_string(host.spacing.count()) + " ms between two requests: at most " +
                                per_day(day_s * 1000 / static_cast<double>(host.spacing.count()))});
    else if (busy > busy_share_max * day_s)
      plan.unmet.push_back({"host " + host.host, per_day(host.requests_per_day) +
                                                     " keep it busy for more than half of the day; polls "
                                                     "will wait for one another"});
  }
}

}  // namespace

Plan make_plan(std::vector<FeedSpec> const& feeds, Scheduler::LoadState const& load,
               SchedulerOptions const& options, UtcMicros now) {
  Plan plan;
  std::vector<Known> known;
  std::vector<BudgetShare> shares;
  known.reserve(feeds.size());
  for (auto const& spec : feeds) {
    known.push_back(know(spec, load, options.polling, now));
    if (!known.back().paused()) shares.push_back(known.back().share);
  }
  plan.budget_per_day = budget_of(options.polling, shares);
  double const k = solve_budget(shares, plan.budget_per_day);

  std::map<std::string, PlannedHost> hosts;
  std::set<std::string> origins;
  double delay = 0, items = 0;
  double fixed = 0;
  for (auto const& one : known) {
    auto feed = plan_feed(one, k, options.polling, now);
    if (one.paused()) {
      plan.feeds.push_back(std::move(feed));
      continue;
    }
    auto& host = hosts[feed.host];
    host.host = feed.host;
    host.spacing = options.hosts.spacing;
    ++host.feeds;
    double requests = feed.polls_per_day * one.requests();
    if (one.spec->robots == RobotsRule::obey && origins.insert(origin_of(feed.url)).second) requests += 1;
    host.requests_per_day += requests;
    plan.requests_per_day += requests;
    fixed += requests_per_day(one.share, k_min);
    delay += feed.items_per_day * static_cast<double>(feed.expected_delay.count());
    items += feed.items_per_day;
    if (auto const wish = infeasible_wish(one.state, *one.spec, options.polling, now))
      plan.unmet.push_back({"feed \"" + feed.name + "\"", wish->why});
    else if (auto why = late_by_skips(*one.spec, feed))
      plan.unmet.push_back({"feed \"" + feed.name + "\"", std::move(*why)});
    plan.feeds.push_back(std::move(feed));
  }
  plan.expected_delay = seconds(std::lround(delay / std::max(items, 1e-9)));
  if (auto why = infeasible_budget(fixed, options.polling.budget_per_day))
    plan.unmet.push_back({"budget", std::move(*why)});
  for (auto& [name, host] : hosts) plan.hosts.push_back(std::move(host));
  std::ranges::stable_sort(plan.hosts, std::greater{}, &PlannedHost::requests_per_day);
  judge_hosts(plan);
  return plan;
}

}  // namespace newsfold::schedule
