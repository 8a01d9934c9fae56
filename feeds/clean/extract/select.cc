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
constexpr std::size_t copy_words_min = 6;   // shorter blocks repeat for good reasons

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

}  // namespace

Choice choose_blocks(BlockList const& list, Verdicts const& verdicts, float from) {
  Choice out;
  out.chosen.resize(list.blocks.size());
  out.words = take(list, verdicts, from, out.chosen);
  if (out.words < words_few) out.words = take(list, verdicts, likely_retry, out.chosen);
  return out;
}

}  // namespace newsfold::clean
