#pragma once
// Dates that stand in running text: "Published on Tuesday, 3 March 2026 at 10.15", "2026年3月3日 10:15",
// "Mar 3rd, 2026 | 5 min read". Only a date with day, month and year is found; "yesterday" and "3 hours ago"
// would need a clock. Pure; callable from any thread.

#include "feeds/model/time.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace newsfold::text {

// What 03/04/2026 means where the numbers do not tell: 4 March or 3 April.
enum class NumericOrder : unsigned char { month_first, day_first };

struct FoundDate {
  UtcMicros time{};                   // without a zone beside it, as if in UTC
  bool has_time = false;              // false: the day alone, at midnight
  std::optional<int> offset_minutes;  // where a zone stands beside the time
  bool by_numbers = false;            // 03/04/2026: neither month name nor year first
  std::size_t begin = 0;              // the bytes that it takes in the text
  std::size_t end = 0;
};

// The first date from byte `from` on. Looks at no more than 2,000 bytes. Years 1990 to 2099.
std::optional<FoundDate> find_date(std::string_view text, NumericOrder order = NumericOrder::month_first,
                                   std::size_t from = 0);

// The order that people of a language (BCP 47) write: month first in "en" and "en-US", else the day.
NumericOrder numeric_order_of(std::string_view language) noexcept;

// The day in a path such as /2026/03/03/, /2026-03-03/ or /20260303/; nothing for a month alone.
std::optional<UtcMicros> date_in_url(std::string_view url);

}  // namespace newsfold::text
