#pragma once
// Article pages to measure with.

#include <string>
#include <vector>

namespace newsfold::bench {

struct Page {
  std::string path;  // where it lies on disk, for the peers
  std::string html;
};

// All *.html below `folder`, sorted by path.
std::vector<Page> read_pages(std::string const& folder);

// Pages of 20 to 150 KB with what articles are surrounded by, written below `folder`.
std::vector<Page> make_pages(std::string const& folder);

}  // namespace newsfold::bench
