#include "feeds/parse/xml_document.h"

#include "feeds/parse/xml_mend.h"
#include "feeds/text/ascii.h"
#include "feeds/text/entities.h"

#include <algorithm>
#include <optional>

namespace newsfold::parse {

namespace {

// References are decoded by us, and only in the fields that are used; white space stays as it is, but for the
// ends of lines (XML 1.0, 2.11).
constexpr unsigned parse_flags = pugi::parse_cdata | pugi::parse_eol | pugi::parse_fragment;

// How much a reading is worth: its items.
std::size_t count_items(pugi::xml_node top) {
  std::size_t items = 0;
  // Items stand at most four deep (top, rss, channel, item); the walk keeps its own depth.
  constexpr int depth_max = 4;
  int depth = 0;
  auto node = top.first_child();
  while (node) {
    auto const name = local_name(node);
    if (text::equals_ignoring_case(name, "item") || text::equals_ignoring_case(name, "entry") ||
        text::equals_ignoring_case(name, "url"))
      ++items;
    if (depth < depth_max && node.first_child()) {
      node = node.first_child();
      ++depth;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
      if (depth < 0) return items;
    }
    node = node.next_sibling();
  }
  return items;
}

std::size_t behind(std::string_view text, std::string_view mark, std::size_t from) noexcept {
  auto const at = text.find(mark, from);
  return at == std::string_view::npos ? text.size() : at + mark.size();
}

// The offset behind the '>' of the tag whose name stands at `at`; a '>' in quotes does not end it.
std::size_t behind_tag(std::string_view text, std::size_t at) noexcept {
  char quote = 0;
  for (; at < text.size(); ++at) {
    char const c = text[at];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at + 1;
    }
  }
  return text.size();
}

char const* expected_by(pugi::xml_parse_status status) {
  switch (status) {
    case pugi::status_unrecognized_tag: return "the name of a tag behind '<'";
    case pugi::status_bad_pi: return "'?>' at the end of a processing instruction";
    case pugi::status_bad_comment: return "'-->' at the end of a comment";
    case pugi::status_bad_cdata: return "']]>' at the end of a CDATA section";
    case pugi::status_bad_doctype: return "'>' at the end of the document type declaration";
    case pugi::status_bad_start_element: return "'>' at the end of a start tag";
    case pugi::status_bad_attribute: return "name=\"value\" as an attribute";
    case pugi::status_bad_end_element: return "'>' at the end of an end tag";
    case pugi::status_end_element_mismatch: return "the end tag of the element that is open";
    default: return "well-formed XML";  // pugixml's statuses are not ours to enumerate
  }
}

Problem problem_in(pugi::xml_parse_result const& result, Excerpt const& part) {
  auto problem = problem_of("markup", result.description(), expected_by(result.status));
  set_place(problem, part, std::size_t(std::max<std::ptrdiff_t>(result.offset, 0)));
  return problem;
}

}  // namespace

std::unique_ptr<XmlDocument::Reading> XmlDocument::read(std::string_view text, std::string mended) {
  auto reading = std::make_unique<Reading>();
  reading->mended = std::move(mended);
  reading->text = reading->mended.empty() ? text : reading->mended;
  reading->copy.assign(reading->text.begin(), reading->text.end());
  reading->result = reading->tree.load_buffer_inplace(reading->copy.data(), reading->copy.size(), parse_flags,
                                                      pugi::encoding_utf8);
  return reading;
}

XmlDocument::XmlDocument(Excerpt const& part, Limits const& limits) : reading_(read(part.text, {})) {
  if (reading_->result) return;
  problem_ = problem_in(reading_->result, part);
  auto const kept = count_items(reading_->tree);
  reading_.reset();  // a tree is many times its text: never two of them
  reading_ = read({}, mend_xml(part.text, limits.depth_max));
  problem_->done = "mended the markup";
  if (count_items(reading_->tree) >= kept) return;
  reading_.reset();
  reading_ = read(part.text, {});
  problem_->done = "kept what stands before";
}

std::string_view XmlDocument::inner_markup(pugi::xml_node node) const noexcept {
  if (!node.first_child()) return {};
  auto const text = reading_->text;
  // pugixml keeps its names inside our copy of the text, which gives the place of the start tag; from there
  // the tags are counted until the one that closes it.
  auto const begin = behind_tag(text, std::size_t(node.name() - reading_->copy.data()));
  std::size_t depth = 0;
  for (auto at = text.find('<', begin); at != std::string_view::npos; at = text.find('<', at)) {
    auto const rest = text.substr(at);
    if (rest.starts_with("</")) {
      if (depth == 0) return text.substr(begin, at - begin);
      --depth;
      at = behind_tag(text, at);
    } else if (rest.starts_with("<!--")) {
      at = behind(text, "-->", at);
    } else if (rest.starts_with("<![CDATA[")) {
      at = behind(text, "]]>", at);
    } else if (rest.starts_with("<?")) {
      at = behind(text, "?>", at);
    } else {
      at = behind_tag(text, at + 1);
      if (text[at - 1] != '>' || text[at - 2] != '/') ++depth;
    }
  }
  return text.substr(std::min(begin, text.size()));
}

namespace {

// The prefix that an attribute declares ("" for the default); nothing where it declares none.
std::optional<std::string_view> declared_prefix(pugi::xml_attribute a) noexcept {
  std::string_view const name = a.name();
  if (!name.starts_with("xmlns") || (name.size() > 5 && name[5] != ':')) return std::nullopt;
  return name.substr(std::min<std::size_t>(name.size(), 6));
}

Space declared_space(pugi::xml_node node, pugi::xml_attribute a, std::string_view prefix) noexcept {
  // RSS has no namespace: what <rss> declares as its default (Atom's, often) is not meant for its own
  // elements.
  if (prefix.empty() && text::equals_ignoring_case(node.name(), "rss")) return Space::core;
  auto const space = space_of_uri(a.value());
  if (space != Space::unknown) return space;
  // An address we do not know under a prefix that everybody uses: a typing error, most likely.
  return prefix.empty() ? Space::core : space_of_prefix(prefix);
}

}  // namespace

Namespaces::Scope::Scope(Namespaces& spaces, pugi::xml_node node)
    : spaces_(spaces), mark_(spaces.bindings_.size()) {
  for (auto const a : node.attributes()) {
    auto const prefix = declared_prefix(a);
    if (!prefix) continue;
    if (spaces.bindings_.size() >= bindings_max) {
      spaces.dropped_some_ = true;
      return;
    }
    spaces.bindings_.push_back({*prefix, declared_space(node, a, *prefix)});
  }
}

Space Namespaces::space_of_name_prefix(std::string_view prefix) const noexcept {
  for (auto i = bindings_.size(); i-- > 0;)
    if (bindings_[i].prefix == prefix) return bindings_[i].space;
  if (!prefix.empty() && prefix != "xml" && !dropped_some_) met_undeclared_ = true;
  return space_of_prefix(prefix);
}

Space Namespaces::space_of(pugi::xml_node node) const noexcept {
  std::string_view const name = node.name();
  auto const colon = name.find(':');
  auto const prefix = colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
  // Declarations on the element itself are in force for it.
  pugi::xml_attribute own;
  for (auto const a : node.attributes())
    if (declared_prefix(a) == prefix) own = a;
  return own ? declared_space(node, own, prefix) : space_of_name_prefix(prefix);
}

Element Namespaces::element_of(pugi::xml_node node) const noexcept {
  return parse::element_of(space_of(node), local_name(node));
}

std::string_view local_name(pugi::xml_node node) noexcept {
  std::string_view const name = node.name();
  auto const colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

namespace {

pugi::xml_attribute find_attribute(pugi::xml_node node, std::string_view name) noexcept {
  for (auto const a : node.attributes()) {
    std::string_view written = a.name();
    if (text::equals_ignoring_case(written, name)) return a;
    if (auto const colon = written.find(':');
        colon != std::string_view::npos && !written.starts_with("xmlns"))
      if (text::equals_ignoring_case(written.substr(colon + 1), name)) return a;
  }
  return {};
}

}  // namespace

std::string attribute(pugi::xml_node node, std::string_view name) {
  return value_of(find_attribute(node, name));
}

std::string value_of(pugi::xml_attribute attribute) {
  std::string_view const raw = attribute.value();
  if (raw.find('&') == std::string_view::npos) return std::string(text::trim(raw));
  return std::string(text::trim(text::decode_entities(raw, text::EntityContext::xml)));
}

bool has_attribute(pugi::xml_node node, std::string_view name) noexcept {
  return bool(find_attribute(node, name));
}

std::string_view text_of(pugi::xml_node node, std::string& scratch) {
  auto const first = node.first_child();
  if (!first) return {};
  auto const is_text = [](pugi::xml_node n) {
    return n.type() == pugi::node_pcdata || n.type() == pugi::node_cdata;
  };
  // One run without references is nearly every field: borrowed as it stands.
  if (is_text(first) && !first.next_sibling()) {
    std::string_view const value = first.value();
    if (first.type() == pugi::node_cdata || value.find('&') == std::string_view::npos)
      return text::trim(value);
  }
  scratch.clear();
  for (auto child = first; child; child = child.next_sibling()) {
    if (child.type() == pugi::node_cdata)
      scratch += child.value();
    else if (child.type() == pugi::node_pcdata)
      text::append_decoded(scratch, child.value(), text::EntityContext::xml);
  }
  return text::trim(scratch);
}

std::string text_of(pugi::xml_node node) {
  std::string scratch;
  return std::string(text_of(node, scratch));
}

bool has_content(pugi::xml_node node) noexcept {
  auto const first = node.first_child();
  if (!first || first.type() != pugi::node_cdata || first.next_sibling()) return bool(first);
  return std::string_view(first.value()).find_first_not_of(" \t\r\n") != std::string_view::npos;
}

bool has_element_children(pugi::xml_node node) noexcept {
  for (auto child = node.first_child(); child; child = child.next_sibling())
    if (child.type() == pugi::node_element) return true;
  return false;
}

}  // namespace newsfold::parse
