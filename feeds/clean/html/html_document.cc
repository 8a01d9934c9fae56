#include "feeds/clean/html/html_document.h"

#include "feeds/clean/sanitize/html_token.h"

#include <modest/finder/finder.h>
#include <mycss/mycss.h>
#include <mycss/selectors/init.h>
#include <mycss/selectors/list.h>
#include <myhtml/myhtml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <unordered_map>
#include <utility>

namespace newsfold::clean {
namespace {

// Elements that close by themselves or hold nothing: any number of them in a row is no depth.
constexpr auto no_depth = std::to_array<std::string_view>(
    {"area", "base", "br",     "col", "dd",    "dt",     "embed", "hr", "img", "input", "li",
     "link", "meta", "option", "p",   "param", "source", "td",    "th", "tr",  "track", "wbr"});

bool counts_as_depth(std::string_view name) {
  std::array<char, 8> lower{};
  if (name.size() > lower.size()) return true;
  std::transform(name.begin(), name.end(), lower.begin(),
                 [](char c) { return char(std::tolower(static_cast<unsigned char>(c))); });
  return !std::binary_search(no_depth.begin(), no_depth.end(), std::string_view(lower.data(), name.size()));
}

bool is_raw(std::string_view name) {
  std::string lower(name.substr(0, 8));
  for (char& c : lower) c = char(std::tolower(static_cast<unsigned char>(c)));
  return lower == "script" || lower == "style" || lower == "textarea" || lower == "title";
}

// Copies `html` without the tags that would nest deeper than allowed. Nothing is copied, and `out` stays
// empty, where no page of this depth is there, which is to say nearly always.
void cap_depth(std::string_view html, std::size_t depth_max, std::string& out) {
  std::size_t depth = 0;
  std::size_t copied = 0;
  HtmlToken token;
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at)) {
    read_token(html, at, token);
    auto const begin = at;
    at = std::max(token.end, at + 1);
    if (token.kind == HtmlTokenKind::start) {
      if (is_raw(token.name)) at = std::max(at, find_raw_end(html, at, token.name));
      if (!counts_as_depth(token.name) || ++depth <= depth_max) continue;
    } else if (token.kind == HtmlTokenKind::end) {
      if (!counts_as_depth(token.name) || depth == 0 || depth-- <= depth_max) continue;
    } else {
      continue;
    }
    out.append(html.substr(copied, begin - copied));
    copied = token.end;
  }
  if (copied > 0) out.append(html.substr(std::min(copied, html.size())));
}

// The library's number of a tag as ours. Its numbers of the standard's tags never change.
Element element_of(myhtml_tag_id_t id, std::string_view name) {
  static auto const table = [] {
    std::array<Element, MyHTML_TAG_LAST_ENTRY> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
      auto const* context = myhtml_tag_static_get_by_id(i);
      out[i] =
          context && context->name ? element_named({context->name, context->name_length}) : Element::other;
    }
    return out;
  }();
  return id < table.size() ? table[id] : element_named(name);
}

}  // namespace

struct HtmlDocument::Tree {
  Tree() : myhtml(myhtml_create()), tree(myhtml_tree_create()) {}
  Tree(Tree const&) = delete;
  Tree& operator=(Tree const&) = delete;
  ~Tree() {
    myhtml_tree_destroy(tree);
    myhtml_destroy(myhtml);
  }
  bool parse(std::string_view html) {
    if (!myhtml || !tree) return false;
    if (myhtml_init(myhtml, MyHTML_OPTIONS_PARSE_MODE_SINGLE, 1, 0) != MyHTML_STATUS_OK) return false;
    if (myhtml_tree_init(tree, myhtml) != MyHTML_STATUS_OK) return false;
    myhtml_tree_parse_flags_set(tree, MyHTML_TREE_PARSE_FLAGS_WITHOUT_DOCTYPE_IN_TREE);
    return myhtml_parse(tree, MyENCODING_UTF_8, html.data(), html.size()) == MyHTML_STATUS_OK;
  }

  myhtml_t* myhtml;
  myhtml_tree_t* tree;
};

HtmlDocument::HtmlDocument(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
HtmlDocument::HtmlDocument(HtmlDocument&&) noexcept = default;
HtmlDocument& HtmlDocument::operator=(HtmlDocument&&) noexcept = default;
HtmlDocument::~HtmlDocument() = default;

Result<HtmlDocument> HtmlDocument::parse(std::string_view utf8, DocumentLimits const& limits) {
  if (utf8.size() > limits.bytes_max)
    return Error{ErrorCode::too_large, "a page of " + std::to_string(utf8.size()) + " bytes; the bound is " +
                                           std::to_string(limits.bytes_max)};
  std::string capped;
  cap_depth(utf8, limits.depth_max, capped);
  auto tree = std::make_unique<Tree>();
  if (!tree->parse(capped.empty() ? utf8 : std::string_view(capped)))
    return Error{ErrorCode::malformed, "no tree could be made of the page"};
  HtmlDocument document(std::move(tree));
  document.flatten(limits.nodes_max);
  return document;
}

void HtmlDocument::flatten(std::size_t nodes_max) {
  auto* const root = myhtml_tree_get_node_html(tree_->tree);
  std::vector<NodeIndex> open;
  for (auto* node = root; node != nullptr && nodes_.size() < nodes_max;) {
    auto const id = myhtml_node_tag_id(node);
    bool const is_text_node = id == MyHTML_TAG__TEXT;
    bool const kept = is_text_node || (id != MyHTML_TAG__COMMENT && id != MyHTML_TAG__UNDEF);
    if (kept) {
      Node flat;
      flat.source = node;
      flat.parent = open.empty() ? no_node : open.back();
      std::size_t length = 0;
      if (is_text_node) {
        auto const* text = myhtml_node_text(node, &length);
        flat.text = text ? std::string_view(text, length) : std::string_view();
      } else {
        auto const* name = myhtml_tag_name_by_id(tree_->tree, id, &length);
        flat.tag = name && length > 0 ? std::string_view(name, length) : std::string_view("-");
        flat.element = element_of(id, flat.tag);
      }
      nodes_.push_back(flat);
    }
    if (auto* const child = kept && !is_text_node ? myhtml_node_child(node) : nullptr) {
      open.push_back(NodeIndex(nodes_.size() - 1));
      node = child;
      continue;
    }
    if (kept) nodes_.back().end = size();
    while (node != nullptr && node != root && myhtml_node_next(node) == nullptr) {
      node = myhtml_node_parent(node);
      if (!open.empty()) {
        nodes_[open.back()].end = size();
        open.pop_back();
      }
    }
    node = node == root || node == nullptr ? nullptr : myhtml_node_next(node);
  }
  for (auto const node : open) nodes_[node].end = size();
}

std::string_view HtmlDocument::attribute(NodeIndex element, std::string_view name) const noexcept {
  auto* const node = static_cast<myhtml_tree_node_t*>(const_cast<void*>(nodes_[element].source));
  for (auto* attribute = myhtml_node_attribute_first(node); attribute != nullptr;
       attribute = myhtml_attribute_next(attribute)) {
    std::size_t length = 0;
    auto const* key = myhtml_attribute_key(attribute, &length);
    if (key == nullptr || std::string_view(key, length) != name) continue;
    auto const* value = myhtml_attribute_value(attribute, &length);
    return value ? std::string_view(value, length) : std::string_view();
  }
  return {};
}

void HtmlDocument::blank(NodeIndex top) noexcept {
  if (top >= size()) return;
  for (auto node = top; node < nodes_[top].end; ++node) {
    if (is_text(node)) {
      nodes_[node].text = {};
    } else {
      nodes_[node].tag = "template";
      nodes_[node].element = Element::template_;
    }
  }
}

void HtmlDocument::attributes(NodeIndex element, std::vector<Attribute>& out) const {
  out.clear();
  auto* const node = static_cast<myhtml_tree_node_t*>(const_cast<void*>(nodes_[element].source));
  for (auto* attribute = myhtml_node_attribute_first(node); attribute != nullptr;
       attribute = myhtml_attribute_next(attribute)) {
    std::size_t key_length = 0;
    std::size_t value_length = 0;
    auto const* key = myhtml_attribute_key(attribute, &key_length);
    auto const* value = myhtml_attribute_value(attribute, &value_length);
    if (key == nullptr) continue;
    out.push_back({{key, key_length}, value ? std::string_view(value, value_length) : std::string_view()});
  }
}

bool HtmlDocument::next_attribute(NodeIndex element, void const*& at, Attribute& out) const noexcept {
  auto* const node = static_cast<myhtml_tree_node_t*>(const_cast<void*>(nodes_[element].source));
  auto* attribute = static_cast<myhtml_tree_attr_t*>(const_cast<void*>(at));
  for (;;) {
    attribute = attribute ? myhtml_attribute_next(attribute) : myhtml_node_attribute_first(node);
    if (attribute == nullptr) return false;
    std::size_t length = 0;
    auto const* value = myhtml_attribute_value(attribute, &length);
    if (value == nullptr) continue;
    out.value = std::string_view(value, length);
    auto const* key = myhtml_attribute_key(attribute, &length);
    out.name = key ? std::string_view(key, length) : std::string_view();
    at = attribute;
    return true;
  }
}

namespace {

// The library reads what is left open as if it were closed.
bool is_closed(std::string_view css) {
  int brackets = 0;
  int parentheses = 0;
  for (char c : css) {
    brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
    parentheses += c == '(' ? 1 : c == ')' ? -1 : 0;
  }
  return brackets == 0 && parentheses == 0;
}

// What one selector needs of the library, freed in the right order.
struct Selectors {
  Selectors() : mycss(mycss_create()), entry(mycss_entry_create()), finder(modest_finder_create_simple()) {
    ready = mycss && entry && finder && mycss_init(mycss) == MyCSS_STATUS_OK &&
            mycss_entry_init(mycss, entry) == MyCSS_STATUS_OK;
  }
  Selectors(Selectors const&) = delete;
  Selectors& operator=(Selectors const&) = delete;
  ~Selectors() {
    if (list) mycss_selectors_list_destroy(mycss_entry_selectors(entry), list, true);
    if (finder) modest_finder_destroy(finder, true);
    if (entry) mycss_entry_destroy(entry, true);
    if (mycss) mycss_destroy(mycss, true);
  }
  bool read(std::string_view css) {
    mystatus_t status = MyCSS_STATUS_OK;
    list = mycss_selectors_parse(mycss_entry_selectors(entry), MyENCODING_UTF_8, css.data(), css.size(),
                                 &status);
    if (list == nullptr || status != MyCSS_STATUS_OK || list->entries_list_length == 0) return false;
    // What cannot be read is kept as a selector marked bad, in the list or in one of its parts.
    if ((list->flags & MyCSS_SELECTORS_FLAGS_SELECTOR_BAD) != 0) return false;
    for (std::size_t i = 0; i < list->entries_list_length; ++i) {
      auto const* entry_of_list = list->entries_list[i].entry;
      if (entry_of_list == nullptr) return false;
      for (; entry_of_list != nullptr; entry_of_list = entry_of_list->next)
        if ((entry_of_list->flags & MyCSS_SELECTORS_FLAGS_SELECTOR_BAD) != 0) return false;
    }
    return true;
  }

  mycss_t* mycss;
  mycss_entry_t* entry;
  modest_finder_t* finder;
  mycss_selectors_list_t* list = nullptr;
  bool ready = false;
};

}  // namespace

Result<std::vector<NodeIndex>> HtmlDocument::select(std::string_view css) const {
  std::vector<NodeIndex> out;
  if (nodes_.empty()) return out;
  Selectors selectors;
  if (!selectors.ready || css.empty() || !is_closed(css) || !selectors.read(css))
    return Error{ErrorCode::invalid, "\"" + std::string(css) + "\" is no CSS selector"};

  myhtml_collection_t* found = nullptr;
  auto* const root = static_cast<myhtml_tree_node_t*>(const_cast<void*>(nodes_.front().source));
  modest_finder_by_selectors_list(selectors.finder, root, selectors.list, &found);
  std::unordered_map<void const*, NodeIndex> index;
  for (NodeIndex i = 0; i < size(); ++i) index.emplace(nodes_[i].source, i);
  for (std::size_t i = 0; found != nullptr && i < found->length; ++i)
    if (auto const at = index.find(found->list[i]); at != index.end()) out.push_back(at->second);
  if (found) myhtml_collection_destroy(found);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace newsfold::clean
