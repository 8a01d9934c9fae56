// Any bytes are a page. Its tree is no larger and no deeper than the bounds say, every index of it is its
// own, and the article that comes out is text.
#include "feeds/clean/extract/clean.h"
#include "feeds/clean/html/html_document.h"
#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/text/charset.h"
#include "feeds/text/utf8.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace newsfold;

void require(bool fact) {
  if (!fact) std::abort();
}

void check_tree(clean::HtmlDocument const& page, std::size_t bytes, clean::DocumentLimits const& limits) {
  require(page.size() <= 4 * (limits.elements_max + limits.made_max) + 64);
  require(page.size() <= 4 * bytes + 64);
  std::vector<std::uint32_t> depth(page.size());
  for (clean::NodeIndex node = 0; node < page.size(); ++node) {
    require(page.end(node) > node && page.end(node) <= page.size());
    auto const parent = page.parent(node);
    require((parent == clean::no_node) == (node == 0));
    if (node > 0) require(parent < node && page.end(node) <= page.end(parent));
    depth[node] = node == 0 ? 0 : depth[parent] + 1;
    require(depth[node] <= 2 * limits.depth_max + 2 * limits.formatting_max + 16);
    require(page.attributes(node).size() <= 64);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const decoded = text::decode(bytes, {});
  // Small bounds, that small pages meet.
  clean::DocumentLimits limits;
  limits.depth_max = 12;
  limits.elements_max = 60;
  limits.attributes_max = 40;
  limits.formatting_max = 4;
  limits.made_max = 16;
  if (auto const page = clean::HtmlDocument::parse(decoded.text(), limits))
    check_tree(*page, decoded.text().size(), limits);
  clean::DocumentLimits const usual;
  if (auto const page = clean::HtmlDocument::parse(decoded.text()))
    check_tree(*page, decoded.text().size(), usual);

  auto const article = clean::clean_page(bytes, {"https://paper.example/2026/03/01/a", {}});
  if (!article) return 0;
  require(text::is_valid_utf8(article->content_text) && text::is_valid_utf8(article->title));
  require(clean::sanitize_html(article->content_html, {}).find("<script") == std::string::npos);
  return 0;
}
