#pragma once
// The text of one log line: "event key=value key=\"a value\"". Pure; hostile text comes out escaped.

#include "daemon/log/log.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace newsfold::log {

// `suppressed` 0: no such field.
std::string format_line(std::string_view event, Fields fields, std::uint64_t suppressed = 0);

// 850us, 12ms, 3.5s, 15m, 36h: at most one decimal, exact where it ends in zero.
std::string format_span(std::chrono::microseconds span);

}  // namespace newsfold::log
