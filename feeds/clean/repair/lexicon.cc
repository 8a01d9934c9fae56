#include "feeds/clean/repair/lexicon.h"

#include "feeds/text/lines.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <mutex>
#include <numeric>
#include <optional>

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

struct Source {
  std::string_view contexts, words;
};
constexpr auto sources = std::to_array<Source>({{text_of(contexts_en), text_of(words_en)},
                                                {text_of(contexts_de), text_of(words_de)},
                                                {text_of(contexts_es), text_of(words_es)},
                                                {text_of(contexts_fr), text_of(words_fr)},
                                                {text_of(contexts_it), text_of(words_it)},
                                                {text_of(contexts_nl), text_of(words_nl)},
                                                {text_of(contexts_pt), text_of(words_pt)}});

Lexicon const& lexicon_of(std::size_t source) {
  static std::array<std::once_flag, sources.size()> once;
  static std::array<std::optional<Lexicon>, sources.size()> made;
  std::call_once(once[source],
                 [source] { made[source].emplace(sources[source].contexts, sources[source].words); });
  return *made[source];
}

// The frequent words of all languages: one look-up tells of which ones a word is.
class FrequentWords {
 public:
  static FrequentWords const& instance() {
    static FrequentWords const made;
    return made;
  }

  FrequentId id(std::string_view lower, WordHash hash) const noexcept {
    return table_.number_of(lower, hash);
  }
  // Bit i: it is frequent in the language of sources[i].
  unsigned languages(FrequentId id) const noexcept { return languages_[id]; }

 private:
  FrequentWords() {
    for (std::size_t source = 0; source < sources.size(); ++source)
      text::for_each_line(sources[source].contexts, [&](std::string_view line) {
        if (next_token(line) != "w") return;
        languages_[table_.add(next_token(line))] |= std::uint8_t(1U << source);
      });
    assert(table_.size() < frequent_ids_max);
  }

  WordTable table_;
  std::array<std::uint8_t, frequent_ids_max> languages_{};
};

}  // namespace

Lexicon::Lexicon(std::string_view contexts, std::string_view words) {
  std::vector<Told> before, behind;
  text::for_each_line(contexts, [&](std::string_view line) {
    if (!line.empty()) read_line(line, before, behind);
  });
  before_ = sorted(before, neighbours_.size());
  behind_ = sorted(behind, neighbours_.size());
  for (auto token = next_token(words); !token.empty(); token = next_token(words)) words_.add(token);
}

// One line: "w WORD SHARE INSIDE < NEIGHBOUR SCORE ... > NEIGHBOUR SCORE ..." or "p PART INSIDE".
void Lexicon::read_line(std::string_view line, std::vector<Told>& before, std::vector<Told>& behind) {
  FrequentWord word;
  bool const part = next_token(line) == "p";
  word.word = next_token(line);
  if (!part) {
    word.id = frequent_id(word.word, hash_word(word.word));
    word.share = number(next_token(line)) / 10'000;
  }
  word.inside = number(next_token(line)) / 10'000;
  auto* side = &before;
  for (auto token = next_token(line); !token.empty(); token = next_token(line)) {
    if (token == "<") continue;
    if (token == ">") {
      side = &behind;
      continue;
    }
    auto const tenths = std::int16_t(number(next_token(line)));
    side->push_back({neighbours_.add(token), {std::uint16_t(frequent_.size()), tenths}});
  }
  frequent_.push_back(word);
}

Lexicon::Fits Lexicon::sorted(std::span<Told const> told, std::size_t neighbours) {
  Fits out;
  out.begins.resize(neighbours + 2);
  for (auto const& one : told) ++out.begins[one.neighbour + 1];
  std::partial_sum(out.begins.begin(), out.begins.end(), out.begins.begin());
  auto next = out.begins;
  out.all.resize(told.size());
  for (auto const& one : told) out.all[next[one.neighbour]++] = one.fit;
  return out;
}

bool Lexicon::is_word(std::string_view lower) const noexcept {
  constexpr std::size_t bytes_max = 64;  // of a compound of the longest words
  constexpr auto powers = [] {
    std::array<WordHash, bytes_max + 1> made{1};
    for (std::size_t i = 1; i < made.size(); ++i) made[i] = made[i - 1] * word_hash_base;
    return made;
  }();
  auto const size = lower.size();
  if (size > bytes_max) return false;
  std::array<WordHash, bytes_max + 1> beginning;  // the hash of so many bytes
  beginning[0] = 0;
  for (std::size_t i = 0; i < size; ++i) beginning[i + 1] = hash_word(lower.substr(i, 1), beginning[i]);
  auto const begins_with_word = [&](std::size_t bytes) {
    return words_.number_of(lower.substr(0, bytes), beginning[bytes]) != 0;
  };
  if (begins_with_word(size)) return true;
  constexpr auto endings =
      std::to_array<std::string_view>({"s", "es", "ed", "d", "ing", "ly", "e", "en", "n", "er"});
  for (auto const ending : endings)
    if (size > ending.size() + 3 && lower.ends_with(ending) && begins_with_word(size - ending.size()))
      return true;
  constexpr std::size_t compound_part_min = 4;
  for (auto cut = compound_part_min; cut + compound_part_min <= size; ++cut)
    if (begins_with_word(cut) &&
        words_.number_of(lower.substr(cut), beginning[size] - beginning[cut] * powers[size - cut]) != 0)
      return true;
  return false;
}

FrequentId frequent_id(std::string_view lower, WordHash hash) noexcept {
  return FrequentWords::instance().id(lower, hash);
}

Lexicon const* lexicon_of_text(std::span<FrequentId const> words) {
  constexpr std::size_t words_enough = 400;
  if (words.size() > words_enough) words = words.first(words_enough);
  std::array<std::size_t, sources.size()> found{};
  auto const& frequent = FrequentWords::instance();
  for (auto const word : words)
    for (std::size_t source = 0; source < sources.size(); ++source)
      found[source] += frequent.languages(word) >> source & 1U;
  auto const best = std::max_element(found.begin(), found.end());
  if (double(*best) <= language_share_min * double(words.size())) return nullptr;
  return &lexicon_of(std::size_t(best - found.begin()));
}

}  // namespace newsfold::clean
