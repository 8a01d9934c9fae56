#pragma once
// The article's text and HTML out of a page: its blocks are listed, judged and chosen, and the chosen ones
// written.

#include "feeds/clean/extract/block_model.h"
#include "feeds/clean/html/html_document.h"
#include "feeds/model/article.h"

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

struct Content {
  std::string text;       // paragraphs parted by one blank line
  std::string html;       // not sanitized yet
  std::string extractor;  // which way of reading the page gave the text
  std::vector<Removed> removed;
};

enum class ScriptBody : unsigned char {
  allowed,  // where the page shows no body, one that its scripts hold may stand in
  never,
};

// `headline`: the element that shows the title, which is the article's but not its text; no_node: none.
Content extract_content(HtmlDocument const& page, ScriptBody script_body, NodeIndex headline,
                        BlockModel const& model = BlockModel::built_in());

// The first 80 characters.
std::string first_characters(std::string_view text);

}  // namespace newsfold::clean
