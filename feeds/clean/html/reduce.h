#pragma once
// What happens to a page before a tree is made of it: one pass, linear in its size, that leaves out what no
// reader of the tree looks at and what makes a tree builder slow.
//
// More than half of a news page is scripts, styles and drawings. They cost a tree builder as much as text
// does, and are passed over by all that comes behind: styles, comments and the insides of <svg> and <select>
// go, the text of scripts is kept beside the page. Tags that nest too deep, that come too late in a page of
// far too many, or that make the builder open formatting elements again and again, go and leave their text.
// Each of these bounds lies far above what real pages need (html_document.h).

#include "feeds/clean/html/html_document.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

struct ReducedHtml {
  std::string html;
  // The text of each script, in document order; borrowed from the page. In `html` the script holds
  // script_mark and its number here.
  std::vector<std::string_view> scripts;
};

inline constexpr char script_mark = '#';

ReducedHtml reduce_html(std::string_view html, DocumentLimits const& limits);

}  // namespace newsfold::clean
