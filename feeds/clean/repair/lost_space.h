#pragma once
// No-break spaces that became '?' on the way: "seem counter to?China's rhetoric", "was not the case.?".

#include <cstdint>
#include <string>

namespace newsfold::clean {

// Returns how many were restored; 0 where fewer than `lost_min` can be nothing else and the text stays as it
// is: once is a slip of the keyboard, a lost no-break space is a habit of a whole page.
std::uint64_t restore_lost_spaces(std::string& text, std::size_t lost_min = 2);

}  // namespace newsfold::clean
