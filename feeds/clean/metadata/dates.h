#pragma once
// When the article was published and changed, out of what JSON-LD, meta elements, <time> elements, the URL
// and the lines beside the headline say. Pure: nothing is compared with today.

#include "feeds/clean/html/html_document.h"
#include "feeds/clean/metadata/page_survey.h"
#include "feeds/model/time.h"
#include "feeds/text/date.h"
#include "feeds/text/date_find.h"

#include <optional>
#include <string_view>
#include <vector>

namespace newsfold::clean {

// One voice on when the article was published.
struct DateWitness {
  text::Stamp stamp;
  std::string_view source;  // static storage
  double weight = 0;        // how much it counts; those that agree on the day count together
  bool by_numbers = false;  // 03/04/2026: day and month may be swapped
};

struct Dates {
  std::optional<UtcMicros> published;
  std::optional<int> published_offset_minutes;  // the publisher's clock, where the page tells it
  std::optional<UtcMicros> modified;
  std::string_view source;  // which witness gave `published`; static storage
  std::vector<DateWitness> witnesses;
};

Dates choose_dates(HtmlDocument const& page, PageSurvey const& survey, LdArticle const* article,
                   NodeIndex heading, std::string_view url, std::string_view language);

// The date that an element gives: its datetime or content, then its text.
std::optional<text::Stamp> date_of_element(HtmlDocument const& page, NodeIndex element,
                                           text::NumericOrder order);

}  // namespace newsfold::clean
