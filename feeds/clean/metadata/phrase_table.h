#pragma once
// The data tables of this folder: rows of "KIND PHRASE", each a line.

#include "feeds/text/lines.h"

#include <string_view>

namespace newsfold::clean {

// Calls visit(kind, phrase) for each row; the views are of the table. Rows without a phrase are passed over.
template <class Visit>
void each_row(std::string_view table, Visit const& visit) {
  text::for_each_line(table, [&](std::string_view row) {
    auto const space = row.find(' ');
    if (space != std::string_view::npos && space + 1 < row.size())
      visit(row.substr(0, space), row.substr(space + 1));
  });
}

}  // namespace newsfold::clean
