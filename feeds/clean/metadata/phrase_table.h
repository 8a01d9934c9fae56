#pragma once
// The data tables of this folder: rows of "KIND PHRASE", each a line.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace newsfold::clean {

// Calls visit(kind, phrase) for each row; the views are of the table. Rows without a phrase are passed over.
template <class Visit>
void each_row(std::string_view table, Visit const& visit) {
  while (!table.empty()) {
    auto const end = std::min(table.find('\n'), table.size());
    auto const row = table.substr(0, end);
    table.remove_prefix(std::min(end + 1, table.size()));
    auto const space = row.find(' ');
    if (space != std::string_view::npos && space + 1 < row.size())
      visit(row.substr(0, space), row.substr(space + 1));
  }
}

}  // namespace newsfold::clean
