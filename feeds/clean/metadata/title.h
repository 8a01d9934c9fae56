#pragma once
// The headline, out of what <title>, OpenGraph, JSON-LD and the headings say. Pure.

#include "feeds/clean/html/html_document.h"
#include "feeds/clean/metadata/page_survey.h"

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

struct Title {
  std::string text;
  NodeIndex heading = no_node;  // the visible heading that shows it
  std::string_view source;      // which witness gave it: "h1", "og:title" ...; static storage
};

// `site_names` are what the page calls its site, and the labels of its host: they are cut off the ends.
Title choose_title(HtmlDocument const& page, PageSurvey const& survey, LdArticle const* article,
                   std::vector<std::string> const& site_names);

// "Headline - The Paper", "The Paper | Headline" to the headline.
std::string without_site(std::string_view title, std::vector<std::string> const& site_names);

// The site's name, or a form of it: "The Paper Online", "paper.com".
bool names_site(std::string_view text, std::vector<std::string> const& site_names);

}  // namespace newsfold::clean
