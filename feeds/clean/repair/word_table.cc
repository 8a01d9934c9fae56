#include "feeds/clean/repair/word_table.h"

#include <algorithm>

namespace newsfold::clean {
namespace {

// The polynomial leaves the last letters in the low bits: spread them.
constexpr std::uint64_t spread(WordHash hash) noexcept { return (hash ^ hash >> 29) * 0xBF58476D1CE4E5B9; }

}  // namespace

std::uint32_t WordTable::number_of(std::string_view word, WordHash hash) const noexcept {
  if (word.size() > longest_) return 0;
  auto const mixed = spread(hash);
  auto const tag = std::uint32_t(mixed);
  auto const last = slots_.size() - 1;
  for (auto at = std::size_t(mixed >> 32) & last; slots_[at].number != 0; at = (at + 1) & last)
    if (slots_[at].tag == tag && words_[slots_[at].number - 1] == word) return slots_[at].number;
  return 0;
}

std::uint32_t WordTable::add(std::string_view word) {
  if (auto const known = number_of(word)) return known;
  if (2 * (words_.size() + 1) > slots_.size()) grow();
  words_.push_back(word);
  longest_ = std::max(longest_, word.size());
  place(std::uint32_t(words_.size()));
  return std::uint32_t(words_.size());
}

void WordTable::place(std::uint32_t number) noexcept {
  auto const mixed = spread(hash_word(words_[number - 1]));
  auto const last = slots_.size() - 1;
  auto at = std::size_t(mixed >> 32) & last;
  while (slots_[at].number != 0) at = (at + 1) & last;
  slots_[at] = {std::uint32_t(mixed), number};
}

void WordTable::grow() {
  slots_.assign(2 * slots_.size(), {});
  for (std::uint32_t number = 1; number <= words_.size(); ++number) place(number);
}

}  // namespace newsfold::clean
