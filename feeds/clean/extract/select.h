#pragma once
// From verdicts to a choice: which blocks are the article.

#include "feeds/clean/extract/block_model.h"

#include <vector>

namespace newsfold::clean {

struct Choice {
  std::vector<char> chosen;  // of each block
  float words = 0;           // chosen; CJK characters count half
};

// From this likelihood on a block is taken.
inline constexpr float likely = 0.45f;

Choice choose_blocks(BlockList const& list, Verdicts const& verdicts, float from = likely);

}  // namespace newsfold::clean
