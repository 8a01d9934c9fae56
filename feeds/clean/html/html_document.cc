#include "feeds/clean/html/html_document.h"

#include "feeds/clean/html/reduce.h"

#include <modest/finder/finder.h>
#include <mycss/mycss.h>
#include <mycss/selectors/init.h>
#include <mycss/selectors/list.h>
#include <myhtml/myhtml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace newsfold::clean {
namespace {

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

// The library's tree. To make one costs as much as to parse a small page, so each thread keeps the last one
// for the next page, unless a large page has made it large.
struct HtmlDocument::Tree {
  Tree() : myhtml(myhtml_create()), tree(myhtml_tree_create()) {
    ready = myhtml && tree &&
            myhtml_init(myhtml, MyHTML_OPTIONS_PARSE_MODE_SINGLE, 1, 0) == MyHTML_STATUS_OK &&
            myhtml_tree_init(tree, myhtml) == MyHTML_STATUS_OK;
  }
  Tree(Tree const&) = delete;
  Tree& operator=(Tree const&) = delete;
  ~Tree() {
    myhtml_tree_destroy(tree);
    myhtml_destroy(myhtml);
  }
  bool parse(std::string_view html) {
    if (!ready) return false;
    bytes = html.size();
    myhtml_tree_clean(tree);
    myhtml_tree_parse_flags_set(tree, MyHTML_TREE_PARSE_FLAGS_WITHOUT_DOCTYPE_IN_TREE);
    return myhtml_parse(tree, MyENCODING_UTF_8, html.data(), html.size()) == MyHTML_STATUS_OK;
  }

  static std::unique_ptr<Tree> take() {
    if (kept) return std::move(kept);
    return std::make_unique<Tree>();
  }
  static void give_back(std::unique_ptr<Tree> tree) {
    constexpr std::size_t bytes_max = 256UL << 10;
    if (tree && tree->ready && tree->bytes <= bytes_max) kept = std::move(tree);
  }

  myhtml_t* myhtml;
  myhtml_tree_t* tree;
  bool ready = false;
  std::size_t bytes = 0;  // of the page that was parsed
  static thread_local std::unique_ptr<Tree> kept;
};

thread_local std::unique_ptr<HtmlDocument::Tree> HtmlDocument::Tree::kept;

HtmlDocument::HtmlDocument(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
HtmlDocument::HtmlDocument(HtmlDocument&&) noexcept = default;
HtmlDocument& HtmlDocument::operator=(HtmlDocument&&) noexcept = default;
HtmlDocument::~HtmlDocument() { Tree::give_back(std::move(tree_)); }

Result<HtmlDocument> HtmlDocument::parse(std::string_view utf8, DocumentLimits const& limits) {
  if (utf8.size() > limits.bytes_max)
    return Error{ErrorCode::too_large, "a page of " + std::to_string(utf8.size()) + " bytes; the bound is " +
                                           std::to_string(limits.bytes_max)};
  // The standard drops zeros from text; the library does it wrong where there are several in one.
  std::string without_zeros;
  if (utf8.find('\0') != std::string_view::npos) {
    without_zeros = utf8;
    std::erase(without_zeros, '\0');
    utf8 = without_zeros;
  }
  auto const reduced = reduce_html(utf8, limits);
  auto tree = Tree::take();
  if (!tree->parse(reduced.html)) return Error{ErrorCode::malformed, "no tree could be made of the page"};
  HtmlDocument document(std::move(tree));
  document.flatten(reduced.scripts);
  return document;
}

namespace {

std::string_view view_of(mycore_string_t const& string) {
  return string.data ? std::string_view(string.data, string.length) : std::string_view();
}

// The text of the script that `mark` stands for; none where it is no such mark.
std::string_view marked_script(std::string_view mark, std::vector<std::string_view> const& scripts) {
  if (!mark.starts_with(script_mark)) return {};
  std::size_t number = 0;
  auto const [end, failure] = std::from_chars(mark.data() + 1, mark.data() + mark.size(), number);
  return failure == std::errc() && number < scripts.size() ? scripts[number] : std::string_view();
}

}  // namespace

void HtmlDocument::flatten(std::vector<std::string_view> const& scripts) {
  constexpr std::size_t nodes_expected = 2048;  // half of all pages have less
  auto* const root = myhtml_tree_get_node_html(tree_->tree);
  // The scripts move in with the document; no reallocation afterwards.
  std::size_t script_bytes = 0;
  for (auto const script : scripts) script_bytes += script.size();
  scripts_ = std::make_unique<char[]>(script_bytes);
  auto* script_end = scripts_.get();

  std::vector<NodeIndex> open;
  nodes_.reserve(nodes_expected);
  attributes_.reserve(nodes_expected);
  for (auto* node = root; node != nullptr;) {
    auto const id = node->tag_id;
    bool const is_text_node = id == MyHTML_TAG__TEXT;
    bool const kept = is_text_node || (id != MyHTML_TAG__COMMENT && id != MyHTML_TAG__UNDEF);
    if (kept) {
      Node flat;
      flat.parent = open.empty() ? no_node : open.back();
      if (is_text_node) {
        flat.word = node->token ? view_of(node->token->str) : std::string_view();
        if (!open.empty() && nodes_[open.back()].element == Element::script) {
          auto const script = marked_script(flat.word, scripts);
          // A script that stands in the tree twice, as a page may bring about, has its text once.
          auto const room = script_bytes - std::size_t(script_end - scripts_.get());
          auto const length = std::min(script.size(), room);
          flat.word = {script_end, length};
          script_end = std::copy_n(script.data(), length, script_end);
        }
      } else {
        std::size_t length = 0;
        auto const* name = myhtml_tag_name_by_id(tree_->tree, id, &length);
        flat.word = name && length > 0 ? std::string_view(name, length) : std::string_view("-");
        flat.element = element_of(id, flat.word);
        flat.attributes_begin = std::uint32_t(attributes_.size());
        for (auto const* it = node->token ? node->token->attr_first : nullptr; it != nullptr; it = it->next)
          if (it->key.data != nullptr && it->key.length > 0) {
            auto const key = view_of(it->key);
            attributes_.push_back({attribute_kind(key), key, view_of(it->value)});
          }
        flat.attribute_count = std::uint16_t(attributes_.size() - flat.attributes_begin);
      }
      nodes_.push_back(flat);
      // How select() finds the way back; 0 is a node that is not in the document.
      node->data = reinterpret_cast<void*>(nodes_.size());
    }
    if (auto* const child = kept && !is_text_node ? node->child : nullptr) {
      open.push_back(NodeIndex(nodes_.size() - 1));
      node = child;
      continue;
    }
    if (kept) nodes_.back().end = size();
    while (node != nullptr && node != root && node->next == nullptr) {
      node = node->parent;
      if (!open.empty()) {
        nodes_[open.back()].end = size();
        open.pop_back();
      }
    }
    node = node == root || node == nullptr ? nullptr : node->next;
  }
  for (auto const node : open) nodes_[node].end = size();
}

void HtmlDocument::blank(NodeIndex top) noexcept {
  if (top >= size()) return;
  for (auto node = top; node < nodes_[top].end; ++node) {
    if (is_text(node)) {
      nodes_[node].word = {};
    } else {
      nodes_[node].word = "template";
      nodes_[node].element = Element::template_;
    }
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
  modest_finder_by_selectors_list(selectors.finder, myhtml_tree_get_node_html(tree_->tree), selectors.list,
                                  &found);
  for (std::size_t i = 0; found != nullptr && i < found->length; ++i)
    if (auto const at = reinterpret_cast<std::uintptr_t>(found->list[i]->data); at > 0 && at <= nodes_.size())
      out.push_back(NodeIndex(at - 1));
  if (found) myhtml_collection_destroy(found);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Flow flow_of(HtmlDocument const& page, NodeIndex node) noexcept {
  auto const element = page.element(node);
  if (element == Element::other)
    return page.tag(node).find('-') != std::string_view::npos ? Flow::block : Flow::inline_;
  return flow_of(element);
}

}  // namespace newsfold::clean
