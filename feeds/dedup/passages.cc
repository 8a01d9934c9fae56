#include "feeds/dedup/passages.h"

#include "feeds/dedup/words.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace newsfold::dedup {

namespace {

constexpr std::size_t shingle_words = 3;
constexpr std::size_t places_tried_max = 16;  // of a shingle that stands in many places

// A text with the words of it that carry content.
struct Side {
  std::string text;
  std::vector<Word> words;

  Side(std::string_view from, std::string_view language)
      : text(composed(text::utf8_prefix(from, text_bytes_max))) {
    words = words_of(text, language);
    std::erase_if(words, [](Word const& word) { return word.frequent || word.foreign; });
  }
  std::string_view between(std::size_t first, std::size_t last) const {
    return std::string_view(text).substr(words[first].begin, words[last].end - words[first].begin);
  }
};

std::uint64_t shingle(std::vector<Word> const& words, std::size_t at) {
  std::uint64_t hash = 0;
  for (auto i = at; i < at + shingle_words; ++i) hash = (hash ^ words[i].hash) * 0x9e3779b97f4a7c15u;
  return hash;
}

using Places = std::unordered_map<std::uint64_t, std::vector<std::uint32_t>>;

Places places_of(std::vector<Word> const& words) {
  Places places;
  for (std::size_t at = 0; at + shingle_words <= words.size(); ++at) {
    auto& list = places[shingle(words, at)];
    if (list.size() < places_tried_max) list.push_back(std::uint32_t(at));
  }
  return places;
}

std::size_t run_length(std::vector<Word> const& a, std::size_t i, std::vector<Word> const& b, std::size_t j) {
  std::size_t length = 0;
  while (i + length < a.size() && j + length < b.size() && a[i + length].hash == b[j + length].hash) ++length;
  return length;
}

// First word and number of words of each shared passage of `a`, from its front.
std::vector<std::pair<std::size_t, std::size_t>> runs(std::vector<Word> const& a,
                                                      std::vector<Word> const& b) {
  auto const places = places_of(b);
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t i = 0; i + shingle_words <= a.size();) {
    std::size_t longest = 0;
    if (auto const known = places.find(shingle(a, i)); known != places.end())
      for (auto const j : known->second) longest = std::max(longest, run_length(a, i, b, j));
    if (longest >= shingle_words) found.emplace_back(i, longest);
    i += std::max<std::size_t>(longest, 1);
  }
  return found;
}

std::string excerpt(std::string_view text) {
  auto const kept = text::utf8_prefix(text, passage_bytes_max);
  std::string out(kept);
  // One line: paragraphs of a passage follow each other.
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  if (kept.size() < text.size()) out += " …";
  return out;
}

std::vector<std::string>& of_kind(OwnFacts& facts, WordKind kind) {
  if (kind == WordKind::name) return facts.names;
  return kind == WordKind::number ? facts.numbers : facts.dates;
}

OwnFacts own_facts(Side const& side, Side const& other) {
  std::unordered_set<std::uint64_t> known;
  for (auto const& word : other.words) known.insert(word.hash);
  OwnFacts facts;
  for (auto const& word : side.words) {
    if (word.kind == WordKind::other || !known.insert(word.hash).second) continue;
    auto& list = of_kind(facts, word.kind);
    if (list.size() < facts_of_a_kind_max)
      list.push_back(excerpt(std::string_view(side.text).substr(word.begin, word.end - word.begin)));
  }
  return facts;
}

}  // namespace

SideBySide side_by_side(std::string_view here, std::string_view language_here, std::string_view there,
                        std::string_view language_there) {
  Side const a(here, language_here);
  Side const b(there, language_there);
  auto shared = runs(a.words, b.words);
  std::stable_sort(shared.begin(), shared.end(),
                   [](auto const& one, auto const& other) { return one.second > other.second; });
  if (shared.size() > passages_max) shared.resize(passages_max);
  SideBySide out;
  for (auto const& [first, words] : shared)
    out.shared.push_back({std::uint32_t(words), excerpt(a.between(first, first + words - 1))});
  out.only_here = own_facts(a, b);
  out.only_there = own_facts(b, a);
  return out;
}

}  // namespace newsfold::dedup
