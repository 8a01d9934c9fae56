#pragma once
// From verdicts to a choice: which blocks are the article.

#include "feeds/clean/extract/block_model.h"

#include <vector>

namespace newsfold::clean {

struct Choice {
  std::vector<char> chosen;  // of each block
  float words = 0;           // chosen; CJK characters count half
};

// The likelihood from which on a block is worth taking, where words that are missing and words too many count
// alike: a share of the best F1 that the verdicts let expect of the page. Doubtful pages need a lower one.
float likely_enough(BlockList const& list, Verdicts const& verdicts);

Choice choose_blocks(BlockList const& list, Verdicts const& verdicts);
// Takes the blocks from a given likelihood on.
Choice choose_blocks(BlockList const& list, Verdicts const& verdicts, float from);

}  // namespace newsfold::clean
