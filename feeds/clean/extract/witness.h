#pragma once
// What a page says of its article outside the visible text: headline, summary, and the body that some
// publishers repeat in JSON-LD. It is held against the blocks of the page; it is never shown where the page
// shows a body itself.

#include "feeds/clean/html/html_document.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

struct Witnesses {
  std::vector<std::uint32_t> title;        // words of og:title, else of <title>
  std::vector<std::uint32_t> description;  // words
  std::vector<std::uint32_t> body;         // words of the longest articleBody
  std::string body_text;                   // the same as text
};

Witnesses read_witnesses(HtmlDocument const& page);

}  // namespace newsfold::clean
