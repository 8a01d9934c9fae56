#include "feeds/parse/tombstones.h"

#include "feeds/parse/prepare.h"
#include "feeds/parse/xml_document.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date.h"

namespace newsfold::parse {

namespace {

constexpr std::string_view element_name = "deleted-entry";
constexpr std::size_t comment_bytes_max = 500;

Tombstone tombstone_of(pugi::xml_node node) {
  Tombstone out;
  out.id = std::string(text::trim(attribute(node, "ref")));
  out.when = text::parse_date(attribute(node, "when"));
  for (auto const inner : node.children()) {
    if (inner.type() != pugi::node_element || !text::equals_ignoring_case(local_name(inner), "comment"))
      continue;
    out.comment = text_of(inner);
    if (out.comment.size() > comment_bytes_max) out.comment.clear();  // no sentence: nothing to show
  }
  return out;
}

void add_children(pugi::xml_node parent, Limits const& limits, std::vector<Tombstone>& out) {
  for (auto const node : parent.children()) {
    if (out.size() >= limits.items_max) return;
    if (node.type() != pugi::node_element || !text::equals_ignoring_case(local_name(node), element_name))
      continue;
    auto tombstone = tombstone_of(node);
    if (!tombstone.id.empty()) out.push_back(std::move(tombstone));
  }
}

}  // namespace

std::vector<Tombstone> find_tombstones(std::string_view bytes, Hints const& hints, Limits const& limits) {
  std::vector<Tombstone> out;
  if (bytes.size() > limits.bytes_max || bytes.find(element_name) == std::string_view::npos) return out;
  PreparedText prepared;
  if (!prepare(prepared, bytes, hints, limits)) return out;
  auto const first = prepared.text.find('<');
  if (first == std::string_view::npos) return out;
  XmlDocument const document(Excerpt(prepared.text.substr(first)), limits);
  // <feed> itself, and <channel> inside <rss>, which some write them into.
  for (auto const root : document.top().children()) {
    if (root.type() != pugi::node_element) continue;
    add_children(root, limits, out);
    for (auto const inner : root.children())
      if (inner.type() == pugi::node_element && text::equals_ignoring_case(local_name(inner), "channel"))
        add_children(inner, limits, out);
  }
  return out;
}

}  // namespace newsfold::parse
