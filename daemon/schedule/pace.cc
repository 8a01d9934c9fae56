#include "daemon/schedule/pace.h"

#include <algorithm>
#include <cmath>

namespace newsfold::schedule {

using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr double window_share_max = 0.5;
constexpr seconds share_max = std::chrono::days(3650);  // of an operator who asks for centuries

// A year of max-age is no word about a feed.
seconds hint_within(seconds hint, PollingOptions const& options) {
  return hint > options.hint_max ? 0s : hint;
}

std::string minutes(seconds time) {
  return std::to_string(std::chrono::ceil<std::chrono::minutes>(time).count()) + " min";
}

}  // namespace

seconds hint_of(PollState const& state, PollingOptions const& options) {
  return std::max(hint_within(state.header_hint, options), hint_within(state.document_hint, options));
}

seconds half_scrolled_by(std::uint32_t items, RateModel const& rate, UtcMicros now) {
  double const days = window_share_max * items / rate.per_day(now);
  return std::chrono::duration_cast<seconds>(
      std::chrono::duration<double, std::ratio<86400>>(std::min(days, 365.0)));
}

std::optional<seconds> window_guard(PollState const& state, UtcMicros now) {
  if (state.window_items == 0) return std::nullopt;
  return half_scrolled_by(state.window_items, state.rate, now);
}

bool never_answers_304(PollState const& state) {
  // Of a document that was forgotten the validators went with it: that says nothing of the server. Nor is an
  // index whole before one of its sitemaps was read.
  auto const was_read = [](FollowedDocument const& one) { return one.body_hash != 0 && !one.broken; };
  auto const followed = std::span(state.followed).first(state.follows);
  bool const unread = state.body_hash == 0 || (!followed.empty() && std::ranges::none_of(followed, was_read));
  return state.last_full != UtcMicros{} && !unread &&
         ((state.etag.empty() && state.last_modified.empty()) || state.needless_full >= needless_full_max ||
          state.needless_changed >= needless_full_max);
}

seconds pace_without_304(seconds guard, PollingOptions const& options) {
  return std::clamp(guard, options.floor, std::max(options.floor, options.floor_unconditional));
}

seconds error_ladder(std::uint32_t failures, PollingOptions const& options, seconds cap) {
  auto delay = options.error_first;
  for (std::uint32_t n = 1; n < failures && delay < cap; ++n) delay *= 2;
  return std::min(delay, cap);
}

seconds floor_of(PollState const& state, FeedSpec const& feed, PollingOptions const& options) {
  if (feed.interval) return std::max(*feed.interval, options.interval_min);
  auto const hint = hint_of(state, options);
  if (!never_answers_304(state)) return hint > 0s ? std::max(hint, options.floor_hinted) : options.floor;
  // Whole feeds each time are dear to the publisher, lost news to the reader: once a day, but before half
  // of what the feed shows has scrolled by, and never below the ordinary floor. A hint of more is heard; one
  // of less was meant for those who ask conditionally.
  auto const guard = window_guard(state, std::max(state.last_request, state.last_answer));
  return std::max(pace_without_304(guard.value_or(options.floor_unconditional), options), hint);
}

seconds bounded_interval(seconds interval, PollState const& state, FeedSpec const& feed,
                         PollingOptions const& options, UtcMicros now) {
  interval = std::min(interval, options.ceiling);
  if (auto const guard = window_guard(state, now)) interval = std::min(interval, *guard);
  return std::max(interval, floor_of(state, feed, options));
}

std::optional<seconds> settled_interval(PollState const& state, FeedSpec const& feed,
                                        PollingOptions const& options, UtcMicros now) {
  auto const bounded = [&](seconds interval) {
    return bounded_interval(interval, state, feed, options, now);
  };
  if (feed.interval) return floor_of(state, feed, options);
  // The hub tells; a poll looks whether it tells all.
  if (push_holds(state.push.get(), now))
    return bounded(
        std::min(options.push.backup_max, std::chrono::ceil<seconds>(state.push->lease_until - now)));
  // Polled every 2d, an item waits d on average.
  if (feed.fresh) return bounded(without_jitter(2 * *feed.fresh, options));
  if (!options.adaptive) return floor_of(state, feed, options);
  return std::nullopt;
}

std::optional<seconds> settled_gap(PollState const& state, FeedSpec const& feed,
                                   PollingOptions const& options, UtcMicros now) {
  if (!state.last_error.empty() && state.next_due > state.last_request)
    return std::max(floor_of(state, feed, options),
                    std::chrono::floor<seconds>(state.next_due - state.last_request));
  auto const settled = settled_interval(state, feed, options, now);
  if (!settled) return std::nullopt;
  return *settled + jitter_of(*settled, options, 0.5);
}

Pace pace_of_success(PollState const& state, FeedSpec const& feed, PollingOptions const& options,
                     UtcMicros now, double k) {
  auto interval = seconds(0);
  if (auto const settled = settled_interval(state, feed, options, now)) {
    interval = *settled;
  } else {
    auto const bounds = RateModel::Bounds{.not_before = now, .not_after = now + options.ceiling};
    auto const wanted = state.rate.next_poll(now, k, feed.weight, bounds);
    interval = bounded_interval(without_jitter(wanted - now, options), state, feed, options, now);
  }
  return {interval, after_skipped_hours(state, feed, now + interval)};
}

BudgetShare share_of(PollState const& state, FeedSpec const& feed, PollingOptions const& options,
                     UtcMicros now) {
  auto floor = floor_of(state, feed, options);
  // What the window guard will ask for is no choice of the solver's: it counts as spent.
  auto ceiling = bounded_interval(options.ceiling, state, feed, options, now);
  if (auto const gap = settled_gap(state, feed, options, now)) floor = ceiling = *gap;
  auto const held = [](seconds time) {
    return BudgetShare::Seconds(static_cast<std::int32_t>(std::min(time, share_max).count()));
  };
  BudgetShare share;
  share.root_rate = std::sqrt(feed.weight * state.rate.per_day(now)) * state.rate.mean_root_profile();
  share.floor = held(floor);
  share.ceiling = held(ceiling);
  share.cost = static_cast<float>(1 + state.follows);
  return share;
}

double budget_of(PollingOptions const& options, std::span<BudgetShare const> shares, double part) {
  double wanted = 0;
  for (auto const& share : shares)
    wanted += share.floor == share.ceiling ? requests_per_day(share, 0)
                                           : share.cost * options.polls_per_feed_per_day;
  return std::min(options.budget_per_day * part, wanted);
}

double least_cost(std::span<BudgetShare const> shares) {
  double sum = 0;
  for (auto const& share : shares) sum += requests_per_day(share, k_min);
  return sum;
}

std::optional<std::string> infeasible_budget(double least_per_day, double budget_per_day) {
  constexpr double rounding = 1.001;
  if (least_per_day <= budget_per_day * rounding) return std::nullopt;
  auto const a_day = [](double requests) { return std::to_string(std::lround(requests)) + " a day"; };
  return "fixed intervals, goals and the longest intervals alone cost " + a_day(least_per_day) +
         "; the budget is " + a_day(budget_per_day);
}

std::optional<InfeasibleWish> infeasible_wish(PollState const& state, FeedSpec const& feed,
                                              PollingOptions const& options, UtcMicros now) {
  if (!feed.fresh || (!feed.interval && push_holds(state.push.get(), now))) return std::nullopt;
  auto const floor = floor_of(state, feed, options);
  // Polled every 2d, an item waits d on average.
  if (floor <= 2 * *feed.fresh) return std::nullopt;
  InfeasibleWish wish;
  wish.possible = floor / 2;
  wish.why = "news would have to be known within " + minutes(*feed.fresh) + " on average, a poll every " +
             minutes(2 * *feed.fresh) + "; ";
  if (feed.interval)
    wish.why += "its own interval is " + minutes(floor);
  else if (never_answers_304(state) && hint_of(state, options) < floor)
    wish.why += "the server sends the whole feed each time, so it is asked every " + minutes(floor);
  else if (hint_of(state, options) > 0s)
    wish.why += "the publisher asks for " + minutes(floor) + " between two requests";
  else
    wish.why += "the server gives no hint that more than one request in " + minutes(floor) + " is welcome";
  return wish;
}

}  // namespace newsfold::schedule
