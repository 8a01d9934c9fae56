#pragma once
// No-break spaces that became '?' on the way: "seem counter to?China's rhetoric", "was not the case.?".

#include <cstdint>
#include <string>

namespace newsfold::clean {

// Returns how many were restored; 0 where the text shows no sign of the habit and stays as it is.
std::uint64_t restore_lost_spaces(std::string& text);

}  // namespace newsfold::clean
