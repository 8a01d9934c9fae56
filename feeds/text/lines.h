#pragma once
// A text line by line.

#include <algorithm>
#include <string_view>

namespace newsfold::text {

// Calls visit(line) for each line in order, without its line feed; the views are of the text. Empty lines are
// lines, but what stands behind the last line feed is one only where it is not empty.
template <class Visit>
void for_each_line(std::string_view text, Visit const& visit) {
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace newsfold::text
