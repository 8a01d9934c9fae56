#pragma once
// One pass over a page that gathers everything that may tell title, authors and dates: meta elements, links,
// JSON-LD, headings, elements that are marked up or named as by-lines and dates. It decides nothing.
// Borrows from the document. Pure; bounded by the document and the constants below.

#include "feeds/clean/html/html_document.h"
#include "feeds/clean/metadata/json_ld.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

// Where in the page's furniture an element stands, by its own and its ancestors' tags and names.
enum Zone : std::uint8_t {
  zone_comments = 1,  // of readers
  zone_related = 2,   // other articles
  zone_footer = 4,
  zone_navigation = 8,
  zone_aside = 16,
  zone_biography = 32,  // a box about the author
  zone_article = 64,    // <article>, <main>
  zone_skipped = 128,   // script, style, template
};

struct MetaField {
  std::string name;  // property, name, itemprop or http-equiv, lower case
  std::string_view content;
};

// An element of interest. `offset` counts the bytes of visible text before it: a measure of distance.
struct Mark {
  enum class Kind : std::uint8_t {
    heading,          // h1
    heading_marked,   // itemprop=headline, or named like one
    author_property,  // itemprop=author
    author_link,      // rel=author, or a link to an author's page
    author_named,     // class or id
    time_published,   // itemprop=datePublished, <time pubdate>
    time_modified,
    time_element,
    time_named,  // class or id
  };
  Kind kind{};
  NodeIndex node = no_node;
  std::uint8_t zones = 0;
  std::uint32_t offset = 0;
};

struct PageSurvey {
  std::vector<MetaField> metas;
  std::vector<Mark> marks;          // in document order
  std::vector<std::uint8_t> zones;  // of each element, by its index
  std::string head_title;
  std::string_view canonical;
  std::string_view language;  // of <html>
  LdPage json_ld;

  // The content of the first of these meta names that is there; "" for none.
  std::string_view meta(std::string_view name) const noexcept;
};

PageSurvey survey_page(HtmlDocument const& page);

// Where an element stands: its zones, and how much visible text stands before it. Nothing for no_node.
struct Position {
  std::uint8_t zones = 0;
  std::uint32_t offset = 0;
};
Position position_of(HtmlDocument const& page, PageSurvey const& survey, NodeIndex element);

// The text under an element, blanks collapsed, elements parted by a blank, at most `bytes_max`.
std::string text_of(HtmlDocument const& page, NodeIndex element, std::size_t bytes_max = 1024);

// The lines of text from `node` on that stand before `end`: a block is a line. At most `bytes_max`.
std::vector<std::string> lines_between(HtmlDocument const& page, NodeIndex node, NodeIndex end,
                                       std::size_t bytes_max);

}  // namespace newsfold::clean
