#pragma once
// One pass over a document that measures each element: how much text stands in it, how much of that in
// links, and whether it belongs to the page's furniture. Everything after reads these numbers.

#include "feeds/clean/html/html_document.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace newsfold::clean {

enum class Role : std::uint8_t {
  inline_element,
  block,
  paragraph,  // p, pre, blockquote, headings, list items, table cells: holds running text
  skipped,    // never shown as text: script, style, form controls, svg
  furniture,  // nav, footer, aside, or named like navigation, advertising, sharing, comments
};

struct NodeScan {
  Role role = Role::inline_element;
  std::uint32_t text_bytes = 0;  // without white space at the ends of runs; skipped parts left out
  std::uint32_t link_bytes = 0;  // of these, inside <a>
  float score = 0;               // as a container of article text
};

std::vector<NodeScan> scan_page(HtmlDocument const& page);

// What names an element's purpose: class and id, looked up in our list of words.
Role role_by_name(std::string_view class_and_id) noexcept;

}  // namespace newsfold::clean
