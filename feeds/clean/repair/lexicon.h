#pragma once
// What is known of the words of a language: which there are, how often the frequent ones stand in running
// text, alone and inside others, and between which neighbours. From data/words and data/contexts, a file a
// language. Each is read at first use and shared by all threads.

#include "feeds/clean/repair/word_table.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace newsfold::clean {

// Of a word that is a neighbour in data/contexts, within its language; 0: it is none.
using WordId = std::uint32_t;

// Of a word that is frequent in one of our languages, whichever; 0: it is in none.
using FrequentId = std::uint32_t;

struct FrequentWord {
  std::string_view word;
  FrequentId id = 0;
  double share = 0;   // of the words of running text; 0: a part of words, which never stands alone
  double inside = 0;  // share of the words that hold it inside
};

// How well a frequent word stands beside a neighbour.
struct Fit {
  std::uint16_t frequent = 0;  // index in Lexicon::frequent()
  // Of the natural logarithm of how much likelier the neighbour is here than anywhere.
  std::int16_t tenths = 0;
};

class Lexicon {
 public:
  Lexicon(std::string_view contexts, std::string_view words);

  std::span<FrequentWord const> frequent() const noexcept { return frequent_; }
  // `lower` in lower case. Inflections of known words are words, and so are compounds of two.
  bool is_word(std::string_view lower) const noexcept;
  WordId id(std::string_view lower) const noexcept { return neighbours_.number_of(lower); }
  // Frequent words that the neighbour stands before, and behind.
  std::span<Fit const> fits_before(WordId neighbour) const noexcept { return before_.of(neighbour); }
  std::span<Fit const> fits_behind(WordId neighbour) const noexcept { return behind_.of(neighbour); }

 private:
  // The fits of each neighbour, one after the other.
  struct Fits {
    std::vector<std::uint32_t> begins;  // by WordId, and one more
    std::vector<Fit> all;
    std::span<Fit const> of(WordId neighbour) const noexcept {
      return std::span(all).subspan(begins[neighbour], begins[neighbour + 1] - begins[neighbour]);
    }
  };
  struct Told {
    WordId neighbour = 0;
    Fit fit;
  };
  static Fits sorted(std::span<Told const> told, std::size_t neighbours);
  void read_line(std::string_view line, std::vector<Told>& before, std::vector<Told>& behind);

  WordTable neighbours_;
  std::vector<FrequentWord> frequent_;
  Fits before_, behind_;
  WordTable words_;
};

inline constexpr std::size_t frequent_ids_max = 512;  // every FrequentId is smaller
FrequentId frequent_id(std::string_view lower, WordHash hash) noexcept;

// The language that most of a text's words are of, given them in their order; nullptr where it is none that
// we have.
Lexicon const* lexicon_of_text(std::span<FrequentId const> words);

}  // namespace newsfold::clean
