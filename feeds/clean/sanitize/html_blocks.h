#pragma once
// Paragraphs of sanitized HTML by their text: what is taken out of an article's text goes out of its HTML,
// too. One pass over the bytes, no tree.

#include <functional>
#include <string>
#include <string_view>

namespace newsfold::clean {

// Drops the innermost blocks (p, li, headings, ...) whose text, on one line, `is_unwanted`. `html` is as
// sanitize_html() makes it.
std::string drop_html_blocks(std::string_view html, std::function<bool(std::string_view)> const& is_unwanted);

}  // namespace newsfold::clean
