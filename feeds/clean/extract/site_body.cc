#include "feeds/clean/extract/site_body.h"

#include "feeds/text/ascii.h"

namespace newsfold::clean {
namespace {

constexpr double strip_share_max = 0.5;  // of the page's text
constexpr double body_share_min = 0.6;   // of the text that the general way finds

std::size_t text_bytes(HtmlDocument const& page, NodeIndex begin, NodeIndex end) {
  std::size_t bytes = 0;
  for (auto node = begin; node < end; ++node) {
    if (!page.is_text(node)) continue;
    auto const parent = page.parent(node);
    if (parent != no_node && (page.tag(parent) == "script" || page.tag(parent) == "style")) continue;
    for (char const c : page.text(node)) bytes += text::is_space(c) ? 0 : 1;
  }
  return bytes;
}

}  // namespace

void strip_by_rule(HtmlDocument& page, RuleMatch const& match) {
  std::size_t stripped = 0;
  NodeIndex done = 0;
  for (auto const node : match.strip) {
    if (node < done) continue;
    stripped += text_bytes(page, node, page.end(node));
    done = page.end(node);
  }
  if (double(stripped) > strip_share_max * double(text_bytes(page, 0, page.size()))) return;
  for (auto const node : match.strip) page.blank(node);
}

void keep_only(HtmlDocument& page, std::vector<NodeIndex> const& elements) {
  std::size_t next = 0;
  for (NodeIndex node = 0; node < page.size();) {
    while (next < elements.size() && page.end(elements[next]) <= node) ++next;
    if (next < elements.size() && node == elements[next]) {
      node = page.end(node);
      continue;
    }
    bool const around = next < elements.size() && node < elements[next] && elements[next] < page.end(node);
    if (around) {
      ++node;
      continue;
    }
    page.blank(node);
    node = page.end(node);
  }
}

bool is_as_good(std::string_view by_rule, std::string_view general) {
  return !by_rule.empty() && double(by_rule.size()) >= body_share_min * double(general.size());
}

}  // namespace newsfold::clean
