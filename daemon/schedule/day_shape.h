#pragma once
// The hours of the day at which a feed publishes, from the few items that it has shown. Pure.

#include <array>
#include <cstddef>

namespace newsfold::schedule {

inline constexpr std::size_t hours_of_day = 24;
using DayShape = std::array<double, hours_of_day>;

// Relative rate of each hour, 1 on average, from the items counted in each; `total` is their sum, above 0.
// No hour is taken for dead: a poll that is never made cannot show that it was wrong.
DayShape day_shape(DayShape const& items, double total);

}  // namespace newsfold::schedule
