#include "feeds/dedup/frequent_words.h"

#include "feeds/dedup/characters.h"
#include "feeds/text/utf8.h"

#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <vector>

namespace newsfold::dedup {

namespace {

struct Language {
  std::string_view tag;
  std::string_view words;    // lower case, one blank between
  std::string_view letters;  // that it writes and English does not
};

#include "feeds/dedup/frequent_words.inc"

// Hashes of words, each with a set. Most words of a text are in none: bits that fit into the nearest cache
// say so. The others are found by open addressing over a table at most a third full.
class WordTable {
 public:
  std::uint32_t find(std::uint64_t hash) const noexcept {
    if ((present_[hash >> 54] >> (hash >> 48 & 63) & 1) == 0) return 0;
    for (auto at = hash & mask;; at = (at + 1) & mask) {
      if (cells_[at].hash == hash) return cells_[at].set;
      if (cells_[at].set == 0) return 0;
    }
  }

  void add(std::string_view word, std::uint32_t set) {
    auto const hash = hash_of_word(word);
    auto at = hash & mask;
    while (cells_[at].set != 0 && cells_[at].hash != hash) at = (at + 1) & mask;
    cells_[at].hash = hash;
    cells_[at].set |= set;
    present_[hash >> 54] |= std::uint64_t(1) << (hash >> 48 & 63);
  }

 private:
  struct Cell {
    std::uint64_t hash = 0;
    std::uint32_t set = 0;
  };
  static constexpr std::size_t table_cells = 16384;
  static constexpr std::size_t mask = table_cells - 1;

  // As words_of() would hash it.
  static std::uint64_t hash_of_word(std::string_view word) {
    WordHash hash;
    for (std::size_t at = 0; at < word.size();) {
      auto const c = text::next_char(word, at);
      auto const& known = character(c);
      if (known.char_class == CharClass::ignored) continue;
      if (known.folded != 0)
        hash.add(known.folded);
      else
        for (auto const part : folds_to(c)) hash.add(part);
    }
    return hash.value();
  }

  std::array<std::uint64_t, 1024> present_{};  // by the highest 16 bits of a hash: whether a word has them
  std::vector<Cell> cells_ = std::vector<Cell>(table_cells);
};

WordTable frequent_table() {
  WordTable table;
  for (std::size_t i = 0; i < std::size(languages); ++i) {
    for (auto words = languages[i].words; !words.empty();) {
      auto const end = std::min(words.find(' '), words.size());
      table.add(words.substr(0, end), LanguageSet(1) << i);
      words.remove_prefix(std::min(end + 1, words.size()));
    }
  }
  return table;
}

// By telling letter, the languages that write it.
std::array<LanguageSet, telling_letters> letter_table() {
  std::array<LanguageSet, telling_letters> table{};
  for (std::size_t i = 0; i < std::size(languages); ++i) {
    auto const letters = languages[i].letters;
    for (std::size_t at = 0; at < letters.size();)
      if (int const letter = telling_letter(text::next_char(letters, at)); letter >= 0)
        table[std::size_t(letter)] |= LanguageSet(1) << i;
  }
  return table;
}

// ICU knows them, by themselves ("Mai") and as in a date ("мая").
WordTable calendar_table() {
  WordTable table;
  for (auto const& language : languages) {
    UErrorCode failure = U_ZERO_ERROR;
    icu::DateFormatSymbols const symbols(icu::Locale(std::string(language.tag).c_str()), failure);
    if (U_FAILURE(failure)) continue;
    for (auto const context : {icu::DateFormatSymbols::FORMAT, icu::DateFormatSymbols::STANDALONE}) {
      std::int32_t months = 0;
      std::int32_t days = 0;
      auto const* const month = symbols.getMonths(months, context, icu::DateFormatSymbols::WIDE);
      auto const* const day = symbols.getWeekdays(days, context, icu::DateFormatSymbols::WIDE);
      auto const add = [&](icu::UnicodeString const& name) {
        std::string utf8;
        name.toUTF8String(utf8);
        if (!utf8.empty() && utf8.find_first_of(" 0123456789") == utf8.npos) table.add(utf8, 1);
      };
      for (std::int32_t i = 0; i < months; ++i) add(month[i]);
      for (std::int32_t i = 0; i < days; ++i) add(day[i]);
    }
  }
  for (auto const word : inflected_calendar_words) table.add(word, 1);
  return table;
}

}  // namespace

LanguageSet frequent_in(std::uint64_t word_hash) noexcept {
  static WordTable const table = frequent_table();
  return table.find(word_hash);
}

LanguageSet languages_writing(int letter) noexcept {
  static auto const table = letter_table();
  return table[std::size_t(letter)];
}

bool is_calendar_word(std::uint64_t word_hash) noexcept {
  static WordTable const table = calendar_table();
  return table.find(word_hash) != 0;
}

int frequent_languages() noexcept { return int(std::size(languages)); }

LanguageSet language_bit(std::string_view tag) noexcept {
  auto const primary = tag.substr(0, std::min(tag.find_first_of("-_"), tag.size()));
  for (std::size_t i = 0; i < std::size(languages); ++i) {
    auto const same =
        std::equal(primary.begin(), primary.end(), languages[i].tag.begin(), languages[i].tag.end(),
                   [](char a, char b) { return (a >= 'A' && a <= 'Z' ? char(a + 32) : a) == b; });
    if (same) return LanguageSet(1) << i;
  }
  return 0;
}

}  // namespace newsfold::dedup
