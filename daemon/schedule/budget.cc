#include "daemon/schedule/budget.h"

#include <algorithm>
#include <cmath>

namespace newsfold::schedule {

namespace {
constexpr double day_s = 86'400;
constexpr int bisections = 40;  // of seven decades: a relative error below 1e-10
}  // namespace

double polls_per_day(BudgetShare const& share, double k) {
  double const most = day_s / static_cast<double>(std::max(1, share.floor.count()));
  double const least = std::min(most, day_s / static_cast<double>(std::max(1, share.ceiling.count())));
  return std::clamp(k * share.root_rate, least, most);
}

double requests_per_day(BudgetShare const& share, double k) { return share.cost * polls_per_day(share, k); }

double solve_budget(std::span<BudgetShare const> shares, double budget_per_day) {
  auto const spent = [&](double k) {
    double sum = 0;
    for (auto const& share : shares) sum += requests_per_day(share, k);
    return sum;
  };
  if (spent(k_max) <= budget_per_day) return k_max;
  double low = std::log(k_min), high = std::log(k_max);
  for (int i = 0; i < bisections; ++i) {
    double const middle = (low + high) / 2;
    (spent(std::exp(middle)) > budget_per_day ? high : low) = middle;
  }
  return std::exp(low);
}

}  // namespace newsfold::schedule
