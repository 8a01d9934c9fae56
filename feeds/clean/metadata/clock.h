#pragma once
// By which clock a publisher dates its articles, as far as its host or its language tell: "14:30" in a German
// paper was 13:30 UTC, and a day without an hour began at 23:00. The countries stand in data/clocks.inc; the
// rules of summer time are those of today, also for days before they were made. Pure.

#include "feeds/model/time.h"

#include <optional>
#include <string_view>

namespace newsfold::clean {

// Minutes east of Greenwich that the clock shows at `local`, a time as it is read off that clock. Nothing
// where neither the host's country nor the language (BCP 47) has one clock: ".com" in English.
std::optional<int> clock_offset(std::string_view host, std::string_view language, UtcMicros local);

}  // namespace newsfold::clean
