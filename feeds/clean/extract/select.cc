#include "feeds/clean/extract/select.h"

#include <algorithm>
#include <unordered_set>

namespace newsfold::clean {
namespace {

constexpr float likely_retry = 0.15f;  // where hardly anything was
constexpr float words_few = 30;
constexpr std::size_t copy_words_min = 6;  // shorter blocks repeat for good reasons

float words_of(Block const& block) {
  return float(block.counts.words) - float(block.counts.wide_words) * 0.5f;
}

std::uint64_t hash_of(BlockList const& list, Block const& block) {
  std::uint64_t hash = 1469598103934665603ull;
  for (auto i = block.words_begin; i < block.words_end; ++i) hash = (hash ^ list.words[i]) * 1099511628211ull;
  return hash;
}

float take(BlockList const& list, Verdicts const& verdicts, float from, std::vector<char>& chosen) {
  float words = 0;
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    auto const& block = list.blocks[i];
    chosen[i] = verdicts.final[i] >= from && block.counts.words > 0;
    // Pages repeat paragraphs for other screens, and the summary in the text.
    if (chosen[i] && block.counts.words >= copy_words_min && !seen.insert(hash_of(list, block)).second)
      chosen[i] = 0;
    if (chosen[i]) words += words_of(block);
  }
  return words;
}

}  // namespace

Choice choose_blocks(BlockList const& list, Verdicts const& verdicts, float from) {
  Choice out;
  out.chosen.resize(list.blocks.size());
  out.words = take(list, verdicts, from, out.chosen);
  if (out.words < words_few) out.words = take(list, verdicts, likely_retry, out.chosen);
  return out;
}

}  // namespace newsfold::clean
