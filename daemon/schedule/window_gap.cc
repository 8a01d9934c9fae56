#include "daemon/schedule/window_gap.h"

#include <algorithm>
#include <cmath>

namespace newsfold::schedule {

namespace {

constexpr double estimate_max = 1e6;
// A burst right before the poll says little about the hours before it: the rate is never taken from less
// than this share of the time between the polls.
constexpr double rate_share_min = 0.25;

double days_between(UtcMicros from, UtcMicros to) {
  return std::chrono::duration<double, std::ratio<86400>>(to - from).count();
}

}  // namespace

std::optional<MissedItems> missed_items(PollState const& state, DocumentReport const& report, UtcMicros now) {
  bool const all_new = report.items > 0 && report.new_items >= report.items;
  if (!all_new || state.window_items == 0 || state.last_answer == UtcMicros{} || state.last_answer >= now)
    return std::nullopt;
  double const gap_days = days_between(state.last_answer, now);
  double const usual_per_day = state.rate.per_day(now);
  double lost = 0;
  auto const dated = static_cast<std::uint32_t>(
      std::ranges::count_if(report.dated, [&](auto const& item) { return item.published <= now; }));
  if (dated == report.items) {
    auto const oldest = std::ranges::min(report.dated, {}, &DocumentReport::DatedItem::published).published;
    if (oldest <= state.last_answer) return std::nullopt;  // what we see reaches back to the last poll
    double per_day = usual_per_day;
    // One item alone is no rate: a feed of only the latest item would lose some each time.
    if (report.items >= 2)
      per_day =
          std::max(per_day, report.items / std::max(days_between(oldest, now), rate_share_min * gap_days));
    lost = per_day * days_between(state.last_answer, oldest);
  } else {
    lost = usual_per_day * gap_days - report.items;
  }
  if (lost < 1) return std::nullopt;
  return MissedItems{state.last_answer,
                     static_cast<std::uint32_t>(std::lround(std::min(lost, estimate_max)))};
}

}  // namespace newsfold::schedule
