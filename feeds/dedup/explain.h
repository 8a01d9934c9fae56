#pragma once
// A comparison in words: what `newsfold why` says about two articles.

#include "feeds/dedup/fold.h"

#include <string>
#include <vector>

namespace newsfold::dedup {

// One sentence each, the verdict first, then what speaks for it and what against.
std::vector<std::string> explain(Comparison const& comparison, FoldOptions const& options = {});

}  // namespace newsfold::dedup
