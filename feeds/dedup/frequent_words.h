#pragma once
// The words that carry no content, by language (and those of the calendar): what every text of the language
// holds on every line. They are what a spam mirror replaces and what an edit changes first, so that copies
// are found by the words between them. Internal to feeds/dedup.

#include <cstdint>
#include <string_view>

namespace newsfold::dedup {

// A set of languages, one bit each.
using LanguageSet = std::uint32_t;

// The hash of a word in normal form, given as folded code points one after another.
class WordHash {
 public:
  void add(char32_t folded) noexcept { state_ = (state_ ^ folded) * 0x9e3779b97f4a7c15u ^ state_ >> 29; }
  std::uint64_t value() const noexcept {
    auto x = state_ ^ state_ >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
  }

 private:
  std::uint64_t state_ = 0x243f6a8885a308d3u;
};

// The languages in which the word is a frequent one; none for most words.
LanguageSet frequent_in(std::uint64_t word_hash) noexcept;

// Letters by which languages of one script are told apart where a text is too short for its words to do so:
// the accented ones of Latin, those of Cyrillic. -1: not one of them. `folded` as in Character.
inline constexpr int telling_letters = 0x3A0;
constexpr int telling_letter(char32_t folded) noexcept {
  if (folded >= 0xC0 && folded < 0x300) return int(folded - 0xC0);
  if (folded >= 0x430 && folded < 0x530) return 0x240 + int(folded - 0x430);
  if (folded >= 0x1EA0 && folded < 0x1F00) return 0x340 + int(folded - 0x1EA0);
  return -1;
}
constexpr bool is_cyrillic_letter(int telling) noexcept { return telling >= 0x240 && telling < 0x340; }
// The languages that write it; none where no list says.
LanguageSet languages_writing(int letter) noexcept;

// Whether it is the name of a weekday or a month in one of the languages.
bool is_calendar_word(std::uint64_t word_hash) noexcept;

// How many languages have a list, and the bit of the one that a BCP 47 tag names (0: no list).
int frequent_languages() noexcept;
LanguageSet language_bit(std::string_view tag) noexcept;

}  // namespace newsfold::dedup
