#include "feeds/dedup/frequent_words.h"

#include "feeds/dedup/characters.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace newsfold::dedup {

namespace {

struct Language {
  std::string_view tag;
  std::string_view words;  // lower case, one blank between
};

#include "feeds/dedup/frequent_words.inc"

// Open addressing over a table at most a quarter full: one probe for almost every word.
class Lookup {
 public:
  Lookup() : cells_(table_cells) {
    for (std::size_t i = 0; i < std::size(languages); ++i) add_words(languages[i].words, LanguageSet(1) << i);
  }

  LanguageSet find(std::uint64_t hash) const noexcept {
    for (auto at = hash & mask;; at = (at + 1) & mask) {
      if (cells_[at].hash == hash) return cells_[at].languages;
      if (cells_[at].languages == 0) return 0;
    }
  }

 private:
  struct Cell {
    std::uint64_t hash = 0;
    LanguageSet languages = 0;
  };
  static constexpr std::size_t table_cells = 16384;
  static constexpr std::size_t mask = table_cells - 1;

  void add_words(std::string_view words, LanguageSet bit) {
    while (!words.empty()) {
      auto const end = std::min(words.find(' '), words.size());
      add(words.substr(0, end), bit);
      words.remove_prefix(std::min(end + 1, words.size()));
    }
  }

  void add(std::string_view word, LanguageSet bit) {
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
    auto const value = hash.value();
    auto at = value & mask;
    while (cells_[at].languages != 0 && cells_[at].hash != value) at = (at + 1) & mask;
    cells_[at].hash = value;
    cells_[at].languages |= bit;
  }

  std::vector<Cell> cells_;
};

}  // namespace

LanguageSet frequent_in(std::uint64_t word_hash) noexcept {
  static Lookup const lookup;
  return lookup.find(word_hash);
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
