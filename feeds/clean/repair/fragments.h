#pragma once
// Lines that are no part of an article although they stand in it: labels of advertisements, walls, newsletter
// pitches, links to other articles, share buttons, cookie notices. Known by their wording, in the languages
// of data/fragments.inc. A sentence about such things is a sentence: only short lines of the known forms are
// taken.

#include "feeds/model/article.h"

#include <optional>
#include <string_view>

namespace newsfold::clean {

// `line` is one line or one block of text, UTF-8.
std::optional<FragmentKind> classify_line(std::string_view line);

}  // namespace newsfold::clean
