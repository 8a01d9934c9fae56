#pragma once
// Dates as publishers write them: RFC 822 with every habit (two-digit years, named zones, wrong or missing
// weekdays, month names of twenty languages), RFC 3339 with gaps, asctime, numbers with dots and slashes,
// Unix time. What cannot be (32 January, year 99999) is no date: nothing is clamped. The weekday is never
// believed; without a zone a time is UTC.

#include "feeds/model/time.h"

#include <optional>
#include <string_view>

namespace newsfold::text {

std::optional<UtcMicros> parse_date(std::string_view text) noexcept;

// The same, with what the text says beside the instant.
struct Stamp {
  UtcMicros time{};
  std::optional<int> offset_minutes;  // east of Greenwich, where a zone is named; 0 for "Z"
  bool has_time = false;              // false: the day alone
};
std::optional<Stamp> parse_stamp(std::string_view text) noexcept;

// "1:02:03", "62:03", "3723", "3723.5", "PT1H2M3S", "1h 2m" in seconds.
std::optional<double> parse_duration(std::string_view text) noexcept;

}  // namespace newsfold::text
