#include "bench/clean/tree_library.h"

#include <myhtml/myhtml.h>

namespace newsfold::bench {

std::size_t parse_bare(std::string_view html) {
  auto* const myhtml = myhtml_create();
  myhtml_init(myhtml, MyHTML_OPTIONS_PARSE_MODE_SINGLE, 1, 0);
  auto* const tree = myhtml_tree_create();
  myhtml_tree_init(tree, myhtml);
  myhtml_parse(tree, MyENCODING_UTF_8, html.data(), html.size());
  std::size_t const made = myhtml_tree_get_node_html(tree) != nullptr;
  myhtml_tree_destroy(tree);
  myhtml_destroy(myhtml);
  return made;
}

}  // namespace newsfold::bench
