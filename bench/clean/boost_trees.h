#pragma once
// Gradient boosted decision trees for a yes-or-no question with weights: histograms of at most 64 bins a
// column, complete trees of one depth, columns and pages drawn anew for each tree. Enough for a few hundred
// thousand rows of about two hundred columns in seconds, and no dependency.

#include "feeds/clean/extract/block_model.h"

#include <cstdint>
#include <vector>

namespace newsfold::bench {

struct Table {
  std::size_t columns = 0;
  std::vector<float> values;  // row by row
  std::vector<float> target;  // 0..1
  std::vector<float> weight;
  std::vector<std::uint32_t> group;  // rows of one page are drawn together
  std::size_t rows() const { return target.size(); }
};

struct TrainOptions {
  int trees = 100;
  int depth = 5;
  float rate = 0.1f;
  float column_share = 0.35f;
  float row_share = 0.6f;
  float leaf_weight_min = 0.5f;  // least sum of second derivatives
  float ridge = 1.0f;
  std::uint32_t seed = 1;
};

// Values as bins, made once for all fits over the same table.
class Binned {
 public:
  explicit Binned(Table const& table);
  Table const& table() const { return table_; }
  std::uint8_t const* column(std::size_t c) const { return bins_.data() + c * table_.rows(); }
  std::vector<float> const& edges(std::size_t c) const { return edges_[c]; }

 private:
  Table const& table_;
  std::vector<std::uint8_t> bins_;
  std::vector<std::vector<float>> edges_;
};

// Learns from the rows whose `use` is true.
clean::Forest train(Binned const& data, std::vector<char> const& use, TrainOptions const& options);

}  // namespace newsfold::bench
