#pragma once
// What is known of the words of a language: which there are, how often the frequent ones stand in running
// text, alone and inside others, and between which neighbours. From data/words and data/contexts, a file a
// language. Read at first use and shared by all threads.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace newsfold::clean {

// Of a word that is a neighbour in data/contexts, within its language; 0: it is none.
using WordId = std::uint32_t;

struct FrequentWord {
  std::string_view word;
  double share = 0;   // of the words of running text; 0: a part of words, which never stands alone
  double inside = 0;  // share of the words that hold it inside
  // How much likelier a neighbour is beside this word than anywhere: natural logarithms.
  std::unordered_map<WordId, double> before;
  std::unordered_map<WordId, double> behind;
};

class Lexicon {
 public:
  Lexicon(std::string_view language, std::string_view contexts, std::string_view words);

  std::string_view language() const noexcept { return language_; }  // BCP 47
  std::span<FrequentWord const> frequent() const noexcept { return frequent_; }
  // `lower` in lower case. Inflections of known words are words, and so are compounds of two.
  bool is_word(std::string_view lower) const;
  WordId id(std::string_view lower) const noexcept;
  // Share of running text that `lower` makes; 0 for words that are not frequent.
  double share(std::string_view lower) const noexcept;

 private:
  FrequentWord read_line(std::string_view line);

  std::string_view language_;
  std::unordered_map<std::string_view, WordId> ids_;
  std::vector<FrequentWord> frequent_;
  std::unordered_map<std::string_view, double> shares_;
  std::unordered_set<std::string_view> words_;
};

// The language that most of these words are of; nullptr where it is none that we have.
Lexicon const* lexicon_of_text(std::span<std::string const> lower_words);

}  // namespace newsfold::clean
