#pragma once
// Dates that readers see: near the headline, or anywhere behind a word such as "Published". Pure.

#include "feeds/clean/html/html_document.h"
#include "feeds/text/date_find.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace newsfold::clean {

// `first`: "originally published on".
enum class DateLabel : std::uint8_t { none, published, first, modified, foreign };

struct PrintedDate {
  text::FoundDate date;
  DateLabel label = DateLabel::none;
  bool is_line = false;      // little else stands in its line
  bool is_prose = false;     // in the middle of a sentence
  std::size_t distance = 0;  // bytes of text between the headline and it
  bool is_before = false;    // it stands above the headline
};

// Those in the lines around `heading`; no_node: in the first lines of the page.
std::vector<PrintedDate> dates_near(HtmlDocument const& page, NodeIndex heading, text::NumericOrder order);

// Those behind a label of publication or change, in all lines of the page.
std::vector<PrintedDate> labelled_dates(HtmlDocument const& page, text::NumericOrder order);

// Those of one line.
void dates_of_line(std::string_view line, text::NumericOrder order, std::vector<PrintedDate>& out);

}  // namespace newsfold::clean
