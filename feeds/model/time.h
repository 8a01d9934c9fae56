#pragma once
// Points in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds. Time is always a
// parameter: nothing below the daemon asks the operating system what time it is.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace newsfold {

using UtcMicros = std::chrono::sys_time<std::chrono::microseconds>;

// RFC 3339 in UTC with a `Z`; fractions of a second only where there are any. Years 0..9999; others
// are a bug of the caller.
std::string format_rfc3339(UtcMicros t);

// The same instant on a clock that is `offset_minutes` east of Greenwich: "2026-03-01T09:00:00+01:00"; with 0
// as above. Offsets beyond 18 hours, or that leave those years, are left out.
std::string format_rfc3339(UtcMicros t, int offset_minutes);

// Strict RFC 3339 with any offset, for what we wrote ourselves and for API clients. Dates that
// publishers write are read by feeds/text/date.h. Nothing for anything else.
std::optional<UtcMicros> parse_rfc3339(std::string_view text) noexcept;

// The world's clock, or one that a test turns. Callable from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcMicros now() const = 0;
};

}  // namespace newsfold
