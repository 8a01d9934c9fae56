#pragma once
// Who wrote it first, by what the article itself says: a canonical link to another site, or the line of a
// news agency. Pure.

#include "feeds/model/article.h"

#include <string>
#include <string_view>

namespace newsfold::pipeline {

// "canonical https://..." where the article names a page of another host than `fetched_from` as its
// original, "agency Reuters" where an agency signs it, else "".
std::string original_of(Article const& article, std::string_view fetched_from);

}  // namespace newsfold::pipeline
