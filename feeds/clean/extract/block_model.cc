#include "feeds/clean/extract/block_model.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace newsfold::clean {
namespace {

#include "feeds/clean/extract/data/block_model.inc"

Forest forest_of(int depth, double bias, std::uint8_t const* features, std::size_t nodes,
                 double const* thresholds, double const* leaves, std::size_t leaf_count) {
  auto const narrowed = [](double value) { return float(value); };
  Forest out;
  out.depth = depth;
  out.bias = float(bias);
  out.features.assign(features, features + nodes);
  std::transform(thresholds, thresholds + nodes, std::back_inserter(out.thresholds), narrowed);
  std::transform(leaves, leaves + leaf_count, std::back_inserter(out.leaves), narrowed);
  return out;
}

}  // namespace

float Forest::probability(float const* row) const noexcept {
  auto const inner = (std::size_t{1} << depth) - 1;
  auto const outer = inner + 1;
  float sum = bias;
  auto const* feature = features.data();
  auto const* threshold = thresholds.data();
  auto const* leaf = leaves.data();
  for (auto tree = tree_count(); tree-- > 0; feature += inner, threshold += inner, leaf += outer) {
    std::size_t node = 0;
    for (int level = 0; level < depth; ++level) node = 2 * node + 1 + (row[feature[node]] > threshold[node]);
    sum += leaf[node - inner];
  }
  return 1 / (1 + std::exp(-sum));
}

void Forest::probabilities(float const* rows, std::size_t stride, std::size_t count,
                           float* out) const noexcept {
  constexpr std::size_t abreast = 4;
  auto const inner = (std::size_t{1} << depth) - 1;
  auto const outer = inner + 1;
  std::size_t i = 0;
  for (; i + abreast <= count; i += abreast) {
    float const* row[abreast];
    float sum[abreast];
    for (std::size_t k = 0; k < abreast; ++k) {
      row[k] = rows + (i + k) * stride;
      sum[k] = bias;
    }
    auto const* feature = features.data();
    auto const* threshold = thresholds.data();
    auto const* leaf = leaves.data();
    for (auto tree = tree_count(); tree-- > 0; feature += inner, threshold += inner, leaf += outer) {
      std::uint32_t node[abreast] = {};
      for (int level = 0; level < depth; ++level)
#pragma GCC unroll 4
        for (std::size_t k = 0; k < abreast; ++k)
          node[k] = 2 * node[k] + 1 + std::uint32_t(row[k][feature[node[k]]] > threshold[node[k]]);
#pragma GCC unroll 4
      for (std::size_t k = 0; k < abreast; ++k) sum[k] += leaf[node[k] - inner];
    }
    for (std::size_t k = 0; k < abreast; ++k) out[i + k] = 1 / (1 + std::exp(-sum[k]));
  }
  for (; i < count; ++i) out[i] = probability(rows + i * stride);
}

BlockModel const& BlockModel::built_in() {
  static auto const made = [] {
    BlockModel out;
    out.text = forest_of(text_depth, text_bias, text_nodes, std::size(text_nodes), text_thresholds,
                         text_leaves, std::size(text_leaves));
    out.context = forest_of(context_depth, context_bias, context_nodes, std::size(context_nodes),
                            context_thresholds, context_leaves, std::size(context_leaves));
    return out;
  }();
  return made;
}

Verdicts judge_blocks(BlockModel const& model, BlockList const& list, Witnesses const& witnesses) {
  Verdicts out;
  auto const count = list.blocks.size();
  out.first.resize(count);
  out.final.resize(count);
  // Text and context share a row: what the first forest saw stands in front for the second.
  auto rows = text_features(list, witnesses, context_feature_names().size());
  model.text.probabilities(rows.row(0), rows.columns(), count, out.first.data());
  add_context_features(list, out.first, rows);
  model.context.probabilities(rows.row(0), rows.columns(), count, out.final.data());
  return out;
}

}  // namespace newsfold::clean
