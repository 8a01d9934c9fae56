#pragma once
// What the block model sees of a block: numbers about its text, its place, its neighbours, the boxes around
// it, blocks that look alike, and how it fits what the page says of itself. All are cheap sums over the block
// list.
//
// The order of the features is part of the model: a change of features means training anew (bench/clean).

#include "feeds/clean/extract/blocks.h"
#include "feeds/clean/extract/witness.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

// One row of `feature_count` numbers a block.
class FeatureRows {
 public:
  FeatureRows(std::size_t columns, std::size_t rows) : columns_(columns), values_(columns * rows) {}
  float* row(std::size_t i) noexcept { return values_.data() + i * columns_; }
  float const* row(std::size_t i) const noexcept { return values_.data() + i * columns_; }
  std::size_t columns() const noexcept { return columns_; }
  std::size_t size() const noexcept { return columns_ == 0 ? 0 : values_.size() / columns_; }

 private:
  std::size_t columns_;
  std::vector<float> values_;
};

std::vector<std::string> const& text_feature_names();
// What can be told before any verdict. With `columns`, the rows have room for more behind it.
FeatureRows text_features(BlockList const& list, Witnesses const& witnesses, std::size_t columns = 0);

std::vector<std::string> const& context_feature_names();
// Behind the text features of each row, what the first verdicts on the block's surroundings say. The rows
// have room for it.
void add_context_features(BlockList const& list, std::vector<float> const& first, FeatureRows& rows);

}  // namespace newsfold::clean
