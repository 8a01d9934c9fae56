#pragma once
// Who wrote the article, out of what JSON-LD, meta elements and the printed by-line say. Pure.

#include "feeds/clean/html/html_document.h"
#include "feeds/clean/metadata/page_survey.h"
#include "feeds/model/feed.h"

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

struct Authors {
  std::vector<Author> authors;
  std::string byline;       // as printed; where nothing is printed, the names joined
  std::string_view source;  // which witness gave the names; static storage
};

Authors choose_authors(HtmlDocument const& page, PageSurvey const& survey, LdArticle const* article,
                       NodeIndex heading, std::vector<std::string> const& site_names);

// The text of an element for read_byline: where elements end, and which are links, is marked.
std::string byline_text(HtmlDocument const& page, NodeIndex element);

}  // namespace newsfold::clean
