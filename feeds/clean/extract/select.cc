#include "feeds/clean/extract/select.h"

#include <algorithm>
#include <unordered_set>

namespace newsfold::clean {
namespace {

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

Choice choose_blocks(BlockList const& list, Verdicts const& verdicts, float from) {
  Choice out;
  out.chosen.resize(list.blocks.size());
  out.words = take(list, verdicts, from, out.chosen);
  if (out.words < words_few) out.words = take(list, verdicts, likely_retry, out.chosen);
  complete_tables(list, out.chosen);
  return out;
}

}  // namespace newsfold::clean
