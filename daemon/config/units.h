#pragma once
// Durations, sizes and rates as people write them, and back. Pure.

#include "daemon/config/config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace newsfold::config {

// "15m", "30d", "1h30m", "250ms"; units ms, s, m, h, d, w; "0" without one. Nothing for anything else, or
// beyond duration_max.
inline constexpr Duration duration_max = std::chrono::hours(24 * 365 * 100);
std::optional<Duration> parse_duration(std::string_view text) noexcept;
std::string format_duration(Duration span);  // in the largest units that are exact: "1h30m"

// "64MiB", "1.5GiB", "10MB", "512B", "4096" (bytes).
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;
std::string format_size(std::uint64_t bytes);

// "2000/h"; per s, m, h or d; "0": no limit.
std::optional<Rate> parse_rate(std::string_view text) noexcept;
std::string format_rate(Rate rate);

// "15m < 3h".
std::optional<RecheckStep> parse_recheck_step(std::string_view text) noexcept;
std::string format_recheck_step(RecheckStep step);

}  // namespace newsfold::config
