#pragma once
// The learned part of the extractor: two small forests of decision trees that say how likely a block belongs
// to the article. The first looks at a block by itself, the second also at the first's verdicts around it.
//
// The built-in model is a data table (data/block_model.inc), made by bench/clean/train_blocks; it holds for
// exactly the features of features.h.

#include "feeds/clean/extract/features.h"

#include <cstdint>
#include <string>
#include <vector>

namespace newsfold::clean {

// Trees of one depth, complete: the node behind node n is 2n+1 where the feature is at most the threshold,
// else 2n+2.
struct Forest {
  int depth = 0;
  float bias = 0;
  std::vector<std::uint8_t> features;  // of every inner node, tree by tree
  std::vector<float> thresholds;
  std::vector<float> leaves;

  std::size_t tree_count() const noexcept { return leaves.size() >> depth; }
  float probability(float const* row) const noexcept;
  // Of `count` rows that lie `stride` numbers apart. Several rows walk a tree at once: each step of a walk
  // waits for the one before it.
  void probabilities(float const* rows, std::size_t stride, std::size_t count, float* out) const noexcept;
};

struct BlockModel {
  Forest text;
  Forest context;

  static BlockModel const& built_in();
};

struct Verdicts {
  std::vector<float> first;
  std::vector<float> final;
};

// The likelihood of each block to belong to the article.
Verdicts judge_blocks(BlockModel const& model, BlockList const& list, Witnesses const& witnesses);

}  // namespace newsfold::clean
