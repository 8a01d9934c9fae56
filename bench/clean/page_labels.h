#pragma once
// Labelled pages as the trainer sees them: the blocks of each with the share of their words that is true
// text.

#include "feeds/clean/extract/blocks.h"
#include "feeds/clean/extract/witness.h"

#include <string>
#include <vector>

namespace newsfold::bench {

struct Label {
  float target = 0;
  float weight = 0;  // 0: not known
};

struct LabelledPage {
  std::string path, set, url, content_type;
  std::string group;  // pages of one group stand in one fold
  bool has_text = false;
  std::vector<std::uint32_t> truth, truth_min;  // words
  clean::BlockList list;
  clean::Witnesses witnesses;
  std::vector<Label> labels;
  std::vector<std::string> lines;  // how each block begins, for people
};

struct PageTruth {
  std::string text, text_min;
  std::vector<std::string> with, without, noise;
};

void label_blocks(LabelledPage& page, PageTruth const& truth);

// Word F1 of a choice of blocks.
float word_f1(LabelledPage const& page, std::vector<char> const& chosen);

}  // namespace newsfold::bench
