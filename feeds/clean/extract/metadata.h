#pragma once
// What a page says about its article, beside the text: JSON-LD first, then OpenGraph and meta elements,
// then what is visible.

#include "feeds/clean/html/html_document.h"
#include "feeds/model/article.h"

#include <string_view>

namespace newsfold::clean {

// Fills title, by-line, authors, dates, site, language, canonical URL, image and paywall of `article`.
void read_metadata(HtmlDocument const& page, std::string_view page_url, Article& article);

}  // namespace newsfold::clean
