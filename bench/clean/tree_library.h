#pragma once
// MyHTML by itself over a page: the limit of whoever builds the tree of the whole page with it.

#include <cstddef>
#include <string_view>

namespace newsfold::bench {

// Gives something that depends on the tree.
std::size_t parse_bare(std::string_view html);

}  // namespace newsfold::bench
