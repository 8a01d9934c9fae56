#pragma once
// How often a feed may be polled and what that costs: the bounds between which the model places polls. Pure;
// used by the scheduler and, before anything runs, by `newsfold plan`.

#include "daemon/schedule/budget.h"
#include "daemon/schedule/feed_spec.h"
#include "daemon/schedule/poll_policy.h"
#include "daemon/schedule/poll_state.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace newsfold::schedule {

// The earliest time that politeness allows, whatever the model would like: the floor of rule and server.
std::chrono::seconds floor_of(PollState const& state, FeedSpec const& feed, PollingOptions const& options);

// The largest of what the last good answer and its document ask for; 0: nothing that counts.
std::chrono::seconds hint_of(PollState const& state, PollingOptions const& options);

// When half of so many items would have scrolled by at this rate. window_guard: of what the feed shows;
// nothing where that is not known.
std::chrono::seconds half_scrolled_by(std::uint32_t items, RateModel const& rate, UtcMicros now);
std::optional<std::chrono::seconds> window_guard(PollState const& state, UtcMicros now);

// Answers in full with nothing new, after which 304 is not to be had from a server.
inline constexpr std::uint32_t needless_full_max = 3;

// Whether 304 is not to be had from this feed's server: it gives no validators, or they brought it as often
// as that in full.
bool never_answers_304(PollState const& state);

// How often such a one is asked: once a day, sooner where `guard` wants it, never below the ordinary floor.
std::chrono::seconds pace_without_304(std::chrono::seconds guard, PollingOptions const& options);

// How long to stay away after so many failures in a row: error_first, doubled each time up to `cap`.
std::chrono::seconds error_ladder(std::uint32_t failures, PollingOptions const& options,
                                  std::chrono::seconds cap);

// After a good answer: how long to wait, without jitter, and when that ends, outside of hours to skip. `k`:
// the price of a poll (rate_model.h).
struct Pace {
  std::chrono::seconds interval{};
  UtcMicros due{};
};
Pace pace_of_success(PollState const& state, FeedSpec const& feed, PollingOptions const& options,
                     UtcMicros now, double k);

// How long a feed that is well waits where neither its rate nor the budget has a say: its own interval, a
// goal, a hub that tells the news, the floor where nothing is learnt from. Without jitter.
std::optional<std::chrono::seconds> settled_interval(PollState const& state, FeedSpec const& feed,
                                                     PollingOptions const& options, UtcMicros now);

// From one poll to the next on average, jitter counted, where neither rate nor budget has a say: the same, or
// the wait that an error is in.
std::optional<std::chrono::seconds> settled_gap(PollState const& state, FeedSpec const& feed,
                                                PollingOptions const& options, UtcMicros now);

// `interval`, or less where the window guard or the ceiling wants it, or the floor where that is more.
std::chrono::seconds bounded_interval(std::chrono::seconds interval, PollState const& state,
                                      FeedSpec const& feed, PollingOptions const& options, UtcMicros now);

// What the budget solver needs to know of a feed.
BudgetShare share_of(PollState const& state, FeedSpec const& feed, PollingOptions const& options,
                     UtcMicros now);

// What these feeds together may spend in a day: `part` of the operator's budget (they may be a sample of
// all), but no more than polls_per_feed_per_day each beside what fixed intervals and goals cost anyway.
double budget_of(PollingOptions const& options, std::span<BudgetShare const> shares, double part = 1);

// What these feeds cost in a day at the least, whatever the budget: intervals, goals, longest intervals.
double least_cost(std::span<BudgetShare const> shares);

// Why such a cost is no budget's, for a person; nothing where it fits.
std::optional<std::string> infeasible_budget(double least_per_day, double budget_per_day);

// Why a feed's `fresh` cannot be met, for a person; nothing where it can, or is none, or a hub tells the
// news.
struct InfeasibleWish {
  std::chrono::seconds possible{};  // the mean delay that politeness leaves
  std::string why;
};
std::optional<InfeasibleWish> infeasible_wish(PollState const& state, FeedSpec const& feed,
                                              PollingOptions const& options, UtcMicros now);

}  // namespace newsfold::schedule
