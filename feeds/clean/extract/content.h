#pragma once
// Which part of the page is the article, and its text and HTML.

#include "feeds/clean/extract/page_scan.h"
#include "feeds/clean/html/html_document.h"
#include "feeds/model/article.h"

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

struct Content {
  std::string text;  // paragraphs parted by one blank line
  std::string html;  // not sanitized yet
  std::vector<Removed> removed;
};

Content extract_content(HtmlDocument const& page, std::vector<NodeScan> const& scan, std::string_view title);

// The first 80 characters.
std::string first_characters(std::string_view text);

}  // namespace newsfold::clean
