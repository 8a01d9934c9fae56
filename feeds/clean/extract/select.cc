#include "feeds/clean/extract/select.h"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace newsfold::clean {
namespace {

constexpr float share_of_f1 = 0.6f;  // where likelihoods were exact, half of it would be best
constexpr float likely_least = 0.3f;
constexpr float likely_most = 0.6f;
constexpr float likely_retry = 0.15f;  // where hardly anything was
constexpr float words_few = 30;
constexpr float sure = 0.9f;
constexpr unsigned ad_steps_max = 1;        // between a text and the element that is named an advertisement
constexpr std::uint32_t ad_words_max = 15;  // a longer text under such a name is as often the article's
constexpr std::uint32_t cell_words_max = 20;
constexpr std::size_t copy_words_min = 6;  // shorter blocks repeat for good reasons

float words_of(Block const& block) {
  return float(block.counts.words) - float(block.counts.wide_words) * 0.5f;
}

std::uint64_t hash_of(BlockList const& list, Block const& block) {
  std::uint64_t hash = 1469598103934665603ull;
  for (auto i = block.words_begin; i < block.words_end; ++i) hash = (hash ^ list.words[i]) * 1099511628211ull;
  return hash;
}

// The few words of an advertisement, by what the publisher calls the place.
bool is_ad_label(Block const& block) {
  return block.place.names[std::size_t(Name::ad)] <= ad_steps_max && block.counts.words <= ad_words_max;
}

float take(BlockList const& list, Verdicts const& verdicts, float from, std::vector<char>& chosen) {
  float words = 0;
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    auto const& block = list.blocks[i];
    chosen[i] = verdicts.final[i] >= (is_ad_label(block) ? sure : from) && block.counts.words > 0;
    // Pages repeat paragraphs for other screens, and the summary in the text.
    if (chosen[i] && block.counts.words >= copy_words_min && !seen.insert(hash_of(list, block)).second)
      chosen[i] = 0;
    if (chosen[i]) words += words_of(block);
  }
  return words;
}

// Some pages hold the article a second time in one piece, for machines: a long block goes nearly all of which
// the others say, or half of it where it is as long as an article. Longest first, so that the whole goes and
// not its parts. Listings repeat themselves for good reasons.
void drop_repeated(BlockList const& list, std::vector<char>& chosen) {
  constexpr std::uint32_t words_min = 60;
  constexpr std::uint32_t article_words_min = 300;
  constexpr std::size_t words_max = 40'000;  // of an article; more is a book, or made to cost
  constexpr std::size_t shingle_words = 4;
  std::vector<std::size_t> long_ones;
  std::size_t words = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    words += list.blocks[i].counts.words;
    if (list.blocks[i].counts.words >= words_min && list.blocks[i].element != Element::pre)
      long_ones.push_back(i);
  }
  if (long_ones.empty() || words < 2 * words_min || words > words_max) return;
  std::unordered_map<std::uint64_t, std::uint32_t> counts;
  auto const each_shingle = [&](std::size_t i, auto const& visit) {
    auto const& block = list.blocks[i];
    for (std::size_t at = block.words_begin; at + shingle_words <= block.words_end; ++at) {
      std::uint64_t hash = 0;
      for (std::size_t k = 0; k < shingle_words; ++k) hash = (hash ^ list.words[at + k]) * 1099511628211ull;
      visit(hash);
    }
  };
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) each_shingle(i, [&](std::uint64_t hash) { ++counts[hash]; });
  std::stable_sort(long_ones.begin(), long_ones.end(), [&](std::size_t a, std::size_t b) {
    return list.blocks[a].counts.words > list.blocks[b].counts.words;
  });
  for (auto const i : long_ones) {
    std::size_t all = 0;
    std::size_t elsewhere = 0;
    each_shingle(i, [&](std::uint64_t hash) {
      ++all;
      elsewhere += counts[hash] > 1;
    });
    bool const whole = list.blocks[i].counts.words >= article_words_min;
    if (elsewhere * 10 < all * (whole ? 5 : 9)) continue;
    chosen[i] = 0;
    each_shingle(i, [&](std::uint64_t hash) { --counts[hash]; });
  }
}

// A table is told as a whole: of one whose cells are short and mostly taken, the rest is taken, too. Tables
// that lay out a page have long cells.
void complete_tables(BlockList const& list, std::vector<char>& chosen) {
  for (auto const& table : list.boxes) {
    if (table.element != Element::table) continue;
    std::size_t cells = 0;
    std::size_t taken = 0;
    bool is_data = true;
    for (auto i = table.first_block; i < table.end_block && is_data; ++i) {
      auto const& counts = list.blocks[i].counts;
      if (counts.words == 0) continue;
      is_data = counts.words <= cell_words_max && counts.link_words * 2 <= counts.words;
      ++cells;
      taken += std::size_t(chosen[i]);
    }
    if (!is_data || taken * 2 < cells) continue;
    for (auto i = table.first_block; i < table.end_block; ++i) chosen[i] = list.blocks[i].counts.words > 0;
  }
}

}  // namespace

float likely_enough(BlockList const& list, Verdicts const& verdicts) {
  std::vector<std::pair<float, float>> order;  // likelihood and words
  float expected = 0;                          // words of the article on the page
  for (std::size_t i = 0; i < list.blocks.size(); ++i) {
    auto const words = words_of(list.blocks[i]);
    if (words <= 0) continue;
    order.emplace_back(verdicts.final[i], words);
    expected += verdicts.final[i] * words;
  }
  std::sort(order.begin(), order.end(), std::greater<>());
  float taken = 0;
  float right = 0;
  float best = 0;
  for (auto const& [likelihood, words] : order) {
    taken += words;
    right += likelihood * words;
    best = std::max(best, 2 * right / (taken + expected));
  }
  return std::clamp(share_of_f1 * best, likely_least, likely_most);
}

Choice choose_blocks(BlockList const& list, Verdicts const& verdicts) {
  return choose_blocks(list, verdicts, likely_enough(list, verdicts));
}

Choice choose_blocks(BlockList const& list, Verdicts const& verdicts, float from) {
  Choice out;
  out.chosen.resize(list.blocks.size());
  out.words = take(list, verdicts, from, out.chosen);
  if (out.words < words_few) out.words = take(list, verdicts, likely_retry, out.chosen);
  complete_tables(list, out.chosen);
  drop_repeated(list, out.chosen);
  return out;
}

}  // namespace newsfold::clean
