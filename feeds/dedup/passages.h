#pragma once
// Two texts side by side, for a person: the passages that they share and the facts in which they differ, as
// they are printed. Says with words what a Comparison says in figures; decides nothing. Pure; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::dedup {

inline constexpr std::size_t passages_max = 5;          // the longest
inline constexpr std::size_t passage_bytes_max = 240;   // of each, cut at a character
inline constexpr std::size_t facts_of_a_kind_max = 12;  // in the order of the text

struct Passage {
  std::uint32_t words = 0;  // that carry content
  std::string text;         // as the first text has it
};

// What one text has and the other has not.
struct OwnFacts {
  std::vector<std::string> names;
  std::vector<std::string> numbers;
  std::vector<std::string> dates;  // weekdays and months
};

struct SideBySide {
  std::vector<Passage> shared;  // the longest first; of three content words and more
  OwnFacts only_here;
  OwnFacts only_there;
};

// Linear in the words of both, bounded as words_of() is. Languages as in make_signature().
SideBySide side_by_side(std::string_view here, std::string_view language_here, std::string_view there,
                        std::string_view language_there);

}  // namespace newsfold::dedup
