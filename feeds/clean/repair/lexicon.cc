#include "feeds/clean/repair/lexicon.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace newsfold::clean {
namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
// As arrays: a string_view would count the bytes while compiling.
constexpr char contexts_de[] =
#include "embedded/data/contexts/de.txt.inc"
    ;
constexpr char contexts_en[] =
#include "embedded/data/contexts/en.txt.inc"
    ;
constexpr char contexts_es[] =
#include "embedded/data/contexts/es.txt.inc"
    ;
constexpr char contexts_fr[] =
#include "embedded/data/contexts/fr.txt.inc"
    ;
constexpr char contexts_it[] =
#include "embedded/data/contexts/it.txt.inc"
    ;
constexpr char contexts_nl[] =
#include "embedded/data/contexts/nl.txt.inc"
    ;
constexpr char contexts_pt[] =
#include "embedded/data/contexts/pt.txt.inc"
    ;
constexpr char words_de[] =
#include "embedded/data/words/de.txt.inc"
    ;
constexpr char words_en[] =
#include "embedded/data/words/en.txt.inc"
    ;
constexpr char words_es[] =
#include "embedded/data/words/es.txt.inc"
    ;
constexpr char words_fr[] =
#include "embedded/data/words/fr.txt.inc"
    ;
constexpr char words_it[] =
#include "embedded/data/words/it.txt.inc"
    ;
constexpr char words_nl[] =
#include "embedded/data/words/nl.txt.inc"
    ;
constexpr char words_pt[] =
#include "embedded/data/words/pt.txt.inc"
    ;
#pragma GCC diagnostic pop

template <std::size_t size>
constexpr std::string_view text_of(char const (&bytes)[size]) {
  return {bytes, size - 1};
}

// Of running text these words make a third and more; less than this is another language.
constexpr double language_share_min = 0.12;

std::string_view next_token(std::string_view& text) {
  auto const begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) {
    text = {};
    return {};
  }
  auto const end = std::min(text.find_first_of(" \n", begin), text.size());
  auto const token = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return token;
}

double number(std::string_view token) {
  int value = 0;
  std::from_chars(token.data(), token.data() + token.size(), value);
  return value;
}

std::span<Lexicon const> lexicons() {
  static auto const made = [] {
    std::vector<Lexicon> all;
    all.reserve(7);
    all.emplace_back("en", text_of(contexts_en), text_of(words_en));
    all.emplace_back("de", text_of(contexts_de), text_of(words_de));
    all.emplace_back("es", text_of(contexts_es), text_of(words_es));
    all.emplace_back("fr", text_of(contexts_fr), text_of(words_fr));
    all.emplace_back("it", text_of(contexts_it), text_of(words_it));
    all.emplace_back("nl", text_of(contexts_nl), text_of(words_nl));
    all.emplace_back("pt", text_of(contexts_pt), text_of(words_pt));
    return all;
  }();
  return made;
}

}  // namespace

Lexicon::Lexicon(std::string_view language, std::string_view contexts, std::string_view words)
    : language_(language) {
  while (!contexts.empty()) {
    auto const end = std::min(contexts.find('\n'), contexts.size());
    if (end > 1) frequent_.push_back(read_line(contexts.substr(0, end)));
    contexts.remove_prefix(std::min(end + 1, contexts.size()));
  }
  for (auto const& word : frequent_) shares_.emplace(word.word, word.share);
  words_.reserve(words.size() / 8);
  for (auto token = next_token(words); !token.empty(); token = next_token(words)) words_.insert(token);
}

// One line: "w WORD SHARE INSIDE < NEIGHBOUR SCORE ... > NEIGHBOUR SCORE ..." or "p PART INSIDE".
FrequentWord Lexicon::read_line(std::string_view line) {
  FrequentWord out;
  bool const part = next_token(line) == "p";
  out.word = next_token(line);
  if (!part) out.share = number(next_token(line)) / 10'000;
  out.inside = number(next_token(line)) / 10'000;
  auto* side = &out.before;
  for (auto token = next_token(line); !token.empty(); token = next_token(line)) {
    if (token == "<") continue;
    if (token == ">") {
      side = &out.behind;
      continue;
    }
    auto const id = ids_.try_emplace(token, WordId(ids_.size() + 1)).first->second;
    side->emplace(id, number(next_token(line)) / 10);
  }
  return out;
}

WordId Lexicon::id(std::string_view lower) const noexcept {
  auto const found = ids_.find(lower);
  return found == ids_.end() ? 0 : found->second;
}

bool Lexicon::is_word(std::string_view lower) const {
  if (words_.contains(lower)) return true;
  constexpr auto endings =
      std::to_array<std::string_view>({"s", "es", "ed", "d", "ing", "ly", "e", "en", "n", "er"});
  for (auto const ending : endings)
    if (lower.size() > ending.size() + 3 && lower.ends_with(ending) &&
        words_.contains(lower.substr(0, lower.size() - ending.size())))
      return true;
  constexpr std::size_t compound_part_min = 4;
  for (auto cut = compound_part_min; cut + compound_part_min <= lower.size(); ++cut)
    if (words_.contains(lower.substr(0, cut)) && words_.contains(lower.substr(cut))) return true;
  return false;
}

double Lexicon::share(std::string_view lower) const noexcept {
  auto const found = shares_.find(lower);
  return found == shares_.end() ? 0 : found->second;
}

Lexicon const* lexicon_of_text(std::span<std::string const> lower_words) {
  constexpr std::size_t words_enough = 400;
  if (lower_words.size() > words_enough) lower_words = lower_words.first(words_enough);
  Lexicon const* best = nullptr;
  double best_share = language_share_min * double(lower_words.size());
  for (auto const& lexicon : lexicons()) {
    double found = 0;
    for (auto const& word : lower_words) found += lexicon.share(word) > 0 ? 1 : 0;
    if (found > best_share) {
      best_share = found;
      best = &lexicon;
    }
  }
  return best;
}

}  // namespace newsfold::clean
