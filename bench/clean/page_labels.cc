#include "bench/clean/page_labels.h"

#include "feeds/clean/extract/text_meter.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace newsfold::bench {
namespace {

using Words = std::vector<std::uint32_t>;

constexpr std::size_t short_words = 3;
constexpr std::size_t strict_words = 8;  // shorter blocks count as true only as a whole

std::uint32_t shingle(std::uint32_t const* words) {
  return (words[0] * 31 + words[1]) * 0x9E3779B1u + words[2] * 0x85EBCA6Bu;
}

bool holds(Words const& text, std::uint32_t const* part, std::size_t count) {
  return count > 0 && std::search(text.begin(), text.end(), part, part + count) != text.end();
}

// Lines that readers are annoyed by count for more than their few words.
void weigh_noise(LabelledPage& page, PageTruth const& truth) {
  constexpr float extra = 0.03f;
  auto const weigh = [&](std::string const& line) {
    auto const words = clean::word_hashes(line);
    if (words.empty()) return;
    for (std::size_t i = 0; i < page.list.blocks.size(); ++i) {
      auto const& block = page.list.blocks[i];
      auto const* w = page.list.words.data() + block.words_begin;
      auto const count = std::size_t(block.words_end - block.words_begin);
      if (count < words.size() || page.labels[i].target > 0.5f || page.labels[i].weight <= 0) continue;
      if (std::search(w, w + count, words.begin(), words.end()) != w + count) page.labels[i].weight += extra;
    }
  };
  for (auto const& line : truth.noise) weigh(line);
  for (auto const& line : truth.without) weigh(line);
}

void label_by_text(LabelledPage& page, PageTruth const& truth) {
  auto const& words = page.truth;
  std::unordered_map<std::uint32_t, std::size_t> places;
  for (std::size_t i = 0; i + 3 <= words.size(); ++i) places.emplace(shingle(words.data() + i), i);
  std::unordered_set<std::uint32_t> lines;
  for (std::size_t at = 0; at < truth.text.size();) {
    auto const end = std::min(truth.text.find('\n', at), truth.text.size());
    std::uint32_t hash = 1;
    for (auto const w : clean::word_hashes(std::string_view(truth.text).substr(at, end - at)))
      hash = hash * 31 ^ w;
    lines.insert(hash);
    at = end + 1;
  }
  std::size_t cursor = 0;  // behind what was found last
  for (std::size_t i = 0; i < page.list.blocks.size(); ++i) {
    auto const& block = page.list.blocks[i];
    auto const* w = page.list.words.data() + block.words_begin;
    auto const count = std::size_t(block.words_end - block.words_begin);
    auto& label = page.labels[i];
    label.weight = std::min(0.5f, (float(count) + 5) / (float(words.size()) + 60));
    if (count == 0) {
      label.weight = 0;
    } else if (count >= short_words) {
      std::size_t hits = 0, last = 0;
      for (std::size_t k = 0; k + 3 <= count; ++k)
        if (auto const at = places.find(shingle(w + k)); at != places.end()) ++hits, last = at->second;
      label.target = float(hits) / float(count - 2);
      if (count < strict_words && label.target < 1) label.target = 0;
      if (label.target > 0.8f) cursor = last + 3;
    } else {
      // One or two words: only where the truth goes on with them, or has them as a line.
      constexpr std::size_t gap_max = 4;
      auto const from = words.begin() + std::ptrdiff_t(std::min(cursor, words.size()));
      auto const to = words.begin() + std::ptrdiff_t(std::min(cursor + count + gap_max, words.size()));
      auto const at = cursor > 0 ? std::search(from, to, w, w + count) : to;
      std::uint32_t hash = 1;
      for (std::size_t k = 0; k < count; ++k) hash = hash * 31 ^ w[k];
      if (at != to) {
        label.target = 1;
        cursor = std::size_t(at - words.begin()) + count;
      } else if (lines.count(hash)) {
        label.target = 1;
      }
    }
  }
}

// Segments name a part of the blocks only; the others stay unknown.
void label_by_segments(LabelledPage& page, PageTruth const& truth) {
  constexpr float page_words = 250;
  auto const mark = [&](std::string const& segment, float target) {
    auto const words = clean::word_hashes(segment);
    if (words.empty()) return;
    for (std::size_t i = 0; i < page.list.blocks.size(); ++i) {
      auto const& block = page.list.blocks[i];
      auto const* w = page.list.words.data() + block.words_begin;
      auto const count = std::size_t(block.words_end - block.words_begin);
      if (count == 0) continue;
      Words const own(w, w + count);
      bool const in_block = holds(own, words.data(), words.size());
      bool const in_segment = count >= short_words && holds(words, w, count);
      // A few words of many say nothing against the others.
      if (!in_segment && !(in_block && (target > 0.5f || words.size() * 2 >= count))) continue;
      page.labels[i].target = target;
      page.labels[i].weight = std::min(0.5f, (float(count) + 8) / page_words);
    }
  };
  for (auto const& segment : truth.without) mark(segment, 0);
  for (auto const& segment : truth.with) mark(segment, 1);
}

float f1_of(std::unordered_map<std::uint32_t, int> have, std::size_t have_count, Words const& truth) {
  if (have_count == 0 || truth.empty()) return have_count == truth.size() ? 1 : 0;
  std::size_t common = 0;
  for (auto const w : truth)
    if (auto const at = have.find(w); at != have.end() && at->second > 0) --at->second, ++common;
  return 2 * float(common) / float(have_count + truth.size());
}

}  // namespace

void label_blocks(LabelledPage& page, PageTruth const& truth) {
  page.labels.assign(page.list.blocks.size(), {});
  page.truth = clean::word_hashes(truth.text);
  page.truth_min = clean::word_hashes(truth.text_min);
  page.has_text = !page.truth.empty();
  if (page.has_text) {
    label_by_text(page, truth);
    weigh_noise(page, truth);
  } else {
    label_by_segments(page, truth);
  }
}

float word_f1(LabelledPage const& page, std::vector<char> const& chosen) {
  std::unordered_map<std::uint32_t, int> have;
  std::size_t count = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    auto const& block = page.list.blocks[i];
    for (auto k = block.words_begin; k < block.words_end; ++k) ++have[page.list.words[k]], ++count;
  }
  auto best = f1_of(have, count, page.truth);
  if (!page.truth_min.empty()) best = std::max(best, f1_of(have, count, page.truth_min));
  return best;
}

}  // namespace newsfold::bench
