#pragma once
// "Did you mean": the known word nearest to a mistyped one. Pure.

#include <optional>
#include <string_view>
#include <vector>

namespace newsfold::config {

// Least number of insertions, deletions, replacements and swaps of neighbours. Both up to 64 bytes;
// longer ones count as far apart.
std::size_t edit_distance(std::string_view a, std::string_view b);

// Nothing where no candidate is near enough to be what was meant: at most a third of the word's letters,
// or one word being the other's beginning.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::vector<std::string_view> const& candidates);

}  // namespace newsfold::config
