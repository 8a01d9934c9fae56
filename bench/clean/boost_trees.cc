#include "bench/clean/boost_trees.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace newsfold::bench {
namespace {

constexpr std::size_t bins_max = 64;

struct Gain {
  float value = 0;
  int column = -1;
  int bin = 0;
};

struct Cell {
  double g = 0, h = 0;
};

double worth(Cell const& c, double ridge) { return c.g * c.g / (c.h + ridge); }

}  // namespace

Binned::Binned(Table const& table)
    : table_(table), bins_(table.columns * table.rows()), edges_(table.columns) {
  auto const rows = table.rows();
  std::vector<float> sample;
  for (std::size_t c = 0; c < table.columns; ++c) {
    sample.clear();
    for (std::size_t r = 0; r < rows; r += 1 + rows / 50'000)
      sample.push_back(table.values[r * table.columns + c]);
    std::sort(sample.begin(), sample.end());
    auto& edges = edges_[c];
    for (std::size_t b = 1; b < bins_max; ++b) {
      auto const v = sample[b * (sample.size() - 1) / bins_max];
      // Between two values that occur, so that rounding in print does no harm.
      auto const next = std::upper_bound(sample.begin(), sample.end(), v);
      if (next == sample.end()) break;
      auto const edge = (v + *next) / 2;
      if (edges.empty() || edge > edges.back()) edges.push_back(edge);
    }
    auto* out = bins_.data() + c * rows;
    for (std::size_t r = 0; r < rows; ++r)
      out[r] = std::uint8_t(
          std::lower_bound(edges.begin(), edges.end(), table.values[r * table.columns + c]) - edges.begin());
  }
}

clean::Forest train(Binned const& data, std::vector<char> const& use, TrainOptions const& options) {
  auto const& table = data.table();
  auto const rows = table.rows();
  clean::Forest forest;
  forest.depth = options.depth;
  double positive = 0, total = 0;
  for (std::size_t r = 0; r < rows; ++r)
    if (use[r]) positive += table.target[r] * table.weight[r], total += table.weight[r];
  forest.bias = float(std::log((positive + 1) / (total - positive + 1)));
  std::vector<float> score(rows, forest.bias), g(rows), h(rows);
  std::vector<std::uint16_t> node(rows);
  std::mt19937 random(options.seed);
  auto const inner = (std::size_t{1} << options.depth) - 1;
  std::vector<std::uint32_t> active;
  std::vector<Cell> histogram;
  for (int t = 0; t < options.trees; ++t) {
    std::uint32_t const salt = std::uint32_t(random());
    active.clear();
    for (std::size_t r = 0; r < rows; ++r) {
      if (!use[r]) continue;
      auto const draw = ((table.group[r] * 2654435761u) ^ salt) * 2246822519u;
      if (float(draw >> 8) / float(1 << 24) >= options.row_share) continue;
      auto const p = 1 / (1 + std::exp(-score[r]));
      g[r] = table.weight[r] * (table.target[r] - p);
      h[r] = table.weight[r] * std::max(p * (1 - p), 1e-4f);
      active.push_back(std::uint32_t(r));
    }
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < table.columns; ++c)
      if (float(random() >> 8) / float(1 << 24) < options.column_share) columns.push_back(c);
    std::vector<int> split_column(inner, 0);
    std::vector<float> split_at(inner, 1e30f);
    std::vector<int> split_bin(inner, 255);
    for (auto r : active) node[r] = 0;
    for (int level = 0; level < options.depth; ++level) {
      auto const first = (std::size_t{1} << level) - 1;
      auto const count = std::size_t{1} << level;
      std::vector<Gain> best(count);
      for (auto const c : columns) {
        histogram.assign(count * bins_max, {});
        auto const* bins = data.column(c);
        for (auto const r : active) {
          auto& cell = histogram[(node[r] - first) * bins_max + bins[r]];
          cell.g += g[r];
          cell.h += h[r];
        }
        auto const edges = data.edges(c).size();
        for (std::size_t n = 0; n < count; ++n) {
          Cell whole, left;
          auto const* cells = histogram.data() + n * bins_max;
          for (std::size_t b = 0; b <= edges; ++b) whole.g += cells[b].g, whole.h += cells[b].h;
          auto const before = worth(whole, options.ridge);
          for (std::size_t b = 0; b < edges; ++b) {
            left.g += cells[b].g;
            left.h += cells[b].h;
            Cell const right{whole.g - left.g, whole.h - left.h};
            if (left.h < options.leaf_weight_min || right.h < options.leaf_weight_min) continue;
            auto const gain = float(worth(left, options.ridge) + worth(right, options.ridge) - before);
            if (gain > best[n].value) best[n] = {gain, int(c), int(b)};
          }
        }
      }
      for (std::size_t n = 0; n < count; ++n) {
        if (best[n].column < 0) continue;
        split_column[first + n] = best[n].column;
        split_bin[first + n] = best[n].bin;
        split_at[first + n] = data.edges(std::size_t(best[n].column))[std::size_t(best[n].bin)];
      }
      for (auto const r : active) {
        auto const n = node[r];
        node[r] = std::uint16_t(2 * n + 1 + (data.column(std::size_t(split_column[n]))[r] > split_bin[n]));
      }
    }
    std::vector<Cell> leaf(inner + 1);
    for (auto const r : active) leaf[node[r] - inner].g += g[r], leaf[node[r] - inner].h += h[r];
    for (auto const& l : leaf) forest.leaves.push_back(float(l.g / (l.h + options.ridge)) * options.rate);
    auto const* leaves = forest.leaves.data() + forest.leaves.size() - leaf.size();
    for (std::size_t i = 0; i < inner; ++i) {
      forest.features.push_back(std::uint8_t(split_column[i]));
      forest.thresholds.push_back(split_at[i]);
    }
    for (std::size_t r = 0; r < rows; ++r) {
      if (!use[r]) continue;
      std::size_t n = 0;
      for (int level = 0; level < options.depth; ++level)
        n = 2 * n + 1 + (data.column(std::size_t(split_column[n]))[r] > split_bin[n]);
      score[r] += leaves[n - inner];
    }
  }
  return forest;
}

}  // namespace newsfold::bench
