#pragma once
// Chosen blocks as text and as HTML. The HTML keeps what carries meaning (headings, lists, tables, quotes,
// figures and the markup inside of lines) and drops what only lays out; it is not sanitized yet.

#include "feeds/clean/extract/blocks.h"

#include <string>
#include <vector>

namespace newsfold::clean {

struct Written {
  std::string text;  // paragraphs parted by one blank line, list items and rows by line breaks
  std::string html;
};

Written write_blocks(HtmlDocument const& page, BlockList const& list, std::vector<char> const& chosen);

// The text of one block on one line.
std::string line_of(HtmlDocument const& page, Block const& block, std::size_t bytes_max);

}  // namespace newsfold::clean
