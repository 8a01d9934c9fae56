#pragma once
// What the normal form needs to know of a character, in one table look-up: which words it can be part of, and
// its folded form (NFKC, case folded). Internal to feeds/dedup.

#include <cstdint>
#include <span>

namespace newsfold::dedup {

enum class CharClass : std::uint8_t {
  space,  // parts words and says nothing else; unassigned and private characters, too
  letter,
  digit,
  mark,          // combining: part of the word before it
  ignored,       // apostrophes, soft hyphens, joiners: as if not there
  decimal_sign,  // . and , : inside a number as if not there, else the end of a sentence or a pause
  sentence_end,  // the next capital says nothing
  line_end,
};

enum class Script : std::uint8_t {
  none,
  latin,
  greek,
  cyrillic,
  arabic,
  hebrew,
  indic,  // Devanagari and its sisters
  hangul,
  han,
  hiragana,
  katakana,
  unspaced,  // Thai, Lao, Khmer, Burmese: written without spaces
  other,
};
inline constexpr int scripts_count = 13;

struct Character {
  char32_t folded = 0;  // 0 where it folds to more than one: see folds_to()
  CharClass char_class = CharClass::space;
  Script script = Script::none;
  bool upper = false;
  // A text that holds it may be written in decomposed letters and must be composed first.
  bool composes = false;
};

// Any code point; those beyond Unicode are spaces.
Character const& character(char32_t code_point) noexcept;

// The folded form of a character that folds to several.
std::span<char32_t const> folds_to(char32_t code_point) noexcept;

}  // namespace newsfold::dedup
