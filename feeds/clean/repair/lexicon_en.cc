#include "feeds/clean/repair/lexicon_en.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>
#include <vector>

namespace newsfold::clean {
namespace {

// As arrays: a string_view would count the bytes while compiling.
constexpr char words_bytes[] =
#include "feeds/clean/repair/data/words_en.inc"
    ;
constexpr std::string_view words_text(words_bytes, sizeof words_bytes - 1);
constexpr char contexts_bytes[] =
#include "feeds/clean/repair/data/contexts_en.inc"
    ;
constexpr std::string_view contexts_text(contexts_bytes, sizeof contexts_bytes - 1);

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

std::unordered_set<std::string_view> const& words() {
  static auto const set = [] {
    std::unordered_set<std::string_view> out;
    out.reserve(45'000);
    auto rest = words_text;
    for (auto token = next_token(rest); !token.empty(); token = next_token(rest)) out.insert(token);
    return out;
  }();
  return set;
}

// One line: WORD SHARE < NEIGHBOUR SCORE ... > NEIGHBOUR SCORE ...
FrequentWord read_line(std::string_view line) {
  FrequentWord out;
  out.word = next_token(line);
  out.share = number(next_token(line)) / 10'000;
  auto* side = &out.before;
  for (auto token = next_token(line); !token.empty(); token = next_token(line)) {
    if (token == "<") continue;
    if (token == ">") {
      side = &out.behind;
      continue;
    }
    side->emplace(token, number(next_token(line)) / 10);
  }
  return out;
}

}  // namespace

bool is_english_word(std::string_view lower) {
  auto const& known = words();
  if (known.contains(lower)) return true;
  for (std::string_view const ending : {"s", "es", "ed", "d", "ing", "ly"})
    if (lower.size() > ending.size() + 3 && lower.ends_with(ending) &&
        known.contains(lower.substr(0, lower.size() - ending.size())))
      return true;
  return false;
}

std::span<FrequentWord const> frequent_words() {
  static auto const table = [] {
    std::vector<FrequentWord> out;
    auto rest = contexts_text;
    while (!rest.empty()) {
      auto const end = std::min(rest.find('\n'), rest.size());
      if (end > 0) out.push_back(read_line(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
  }();
  return table;
}

}  // namespace newsfold::clean
