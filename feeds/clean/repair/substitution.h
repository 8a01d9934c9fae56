#pragma once
// A spam mirror replaces a frequent word of an article by a keyword, everywhere, also inside other words:
// "o<keyword>rs" for "others". Finds the intruder, infers the word and puts it back.
//
// The word is inferred from the embedded uses (which candidate makes words of them all?) and from the others:
// how often it stands alone, and between which neighbours. In the languages of lexicon.h.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace newsfold::clean {

struct Substitution {
  std::string text;
  std::string keyword;
  std::string word;
  std::uint64_t count = 0;
};

// Nothing where there is no intruder, or where it is not clear what it stands for.
std::optional<Substitution> undo_substitution(std::string_view text);

}  // namespace newsfold::clean
