#pragma once
// Pages made to cost whoever reads them time and memory: each bends one habit of HTML parsers or of our own
// walks. The same page for the same size, always.

#include <cstddef>
#include <string>
#include <vector>

namespace newsfold::hostile {

struct HostilePage {
  char const* name;
  std::string html;
};

// Of about `bytes` each.
std::vector<HostilePage> hostile_pages(std::size_t bytes);

// An ordinary article with its furniture, of about `bytes`: what the others are measured against.
std::string ordinary_page(std::size_t bytes);

}  // namespace newsfold::hostile
