#pragma once
// What a page says about its article beside the text: title, by-line, dates, site, language, addresses. Every
// witness is heard (JSON-LD, OpenGraph and other meta elements, microdata, what is visible, the URL) and
// where they differ the rules of title.h, authors.h and dates.h decide. Pure; callable from any thread.

#include "feeds/clean/html/html_document.h"
#include "feeds/clean/metadata/dates.h"
#include "feeds/clean/metadata/page_survey.h"
#include "feeds/model/article.h"

#include <string_view>
#include <vector>

namespace newsfold::clean {

// Who said what, for people that ask why.
struct MetadataSources {
  std::string_view title;
  std::string_view authors;
  std::string_view date;
};

struct PageMetadata {
  PageSurvey survey;                   // borrows from the document
  LdArticle const* article = nullptr;  // of `survey`: the one that the page is about
  NodeIndex heading = no_node;         // the visible headline
  MetadataSources sources;
  std::vector<DateWitness> dates;  // all that was heard on the day of publication
};

// Fills title, by-line, authors, dates, site, language, canonical URL and image of `article`.
PageMetadata read_metadata(HtmlDocument const& page, std::string_view page_url, Article& article);

}  // namespace newsfold::clean
