#pragma once
// The price of a poll. All feeds together may make so many requests a day; the delay of news summed over
// all feeds is least where each is polled in proportion to sqrt(weight x rate) (Sia, Cho, Cho 2007). Here
// the factor k of that proportion is found at which the budget is spent, floors and ceilings respected.

#include <chrono>
#include <cstdint>
#include <span>

namespace newsfold::schedule {

// One feed as the solver sees it.
struct BudgetShare {
  using Seconds = std::chrono::duration<std::int32_t>;  // one share a feed stays in memory
  double root_rate = 0;  // sqrt(weight x items a day) x mean root of its hourly profile
  Seconds floor{3600};
  Seconds ceiling{86'400};
  float cost = 1;  // requests of one poll: with an index its sitemaps are asked for
};

// Polls a day that `share` makes at price k, and the requests that they cost.
double polls_per_day(BudgetShare const& share, double k);
double requests_per_day(BudgetShare const& share, double k);

// The k at which all shares together make `budget_per_day` requests; where even the floors cost less, k_max.
// Where the ceilings alone cost more, the smallest k (and the budget is exceeded).
inline constexpr double k_min = 1e-3;
inline constexpr double k_max = 1e4;
double solve_budget(std::span<BudgetShare const> shares, double budget_per_day);

}  // namespace newsfold::schedule
