#pragma once
// A parsed HTML page as a flat array of nodes in document order: a node's descendants are the nodes that
// follow it up to end(). Walks are loops over indexes, without recursion and without pointers.
//
// The tree is the one that the HTML standard prescribes (MyHTML builds it; no type of that library leaves
// html_document.cc). Elements nested deeper than a limit are dropped and their content kept, before the
// library sees them: every HTML parser is quadratic in depth. Text owns nothing beyond the document.
//
// A document belongs to one thread at a time; documents share nothing.

#include "feeds/clean/html/element.h"
#include "feeds/model/error.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace newsfold::clean {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex no_node = ~NodeIndex{0};

inline constexpr std::size_t attributes_max = 256;  // of one element; those behind are not looked at

struct DocumentLimits {
  std::size_t bytes_max = 16UL << 20;
  std::size_t depth_max = 256;        // elements open at once
  std::size_t nodes_max = 1'000'000;  // what stands behind them is not read
};

class HtmlDocument {
 public:
  // `utf8` is borrowed for the call. Anything is a document; fails with `too_large` only, and with
  // `malformed` where no memory could be had for the tree.
  static Result<HtmlDocument> parse(std::string_view utf8, DocumentLimits const& limits = {});
  HtmlDocument(HtmlDocument&&) noexcept;
  HtmlDocument& operator=(HtmlDocument&&) noexcept;
  ~HtmlDocument();

  NodeIndex size() const noexcept { return NodeIndex(nodes_.size()); }
  bool is_text(NodeIndex node) const noexcept { return nodes_[node].element == Element::text; }
  Element element(NodeIndex node) const noexcept { return nodes_[node].element; }
  std::string_view tag(NodeIndex node) const noexcept { return nodes_[node].tag; }  // lower case; "" for text
  std::string_view text(NodeIndex node) const noexcept { return nodes_[node].text; }  // of a text node
  NodeIndex parent(NodeIndex node) const noexcept { return nodes_[node].parent; }
  NodeIndex end(NodeIndex node) const noexcept { return nodes_[node].end; }

  // Character references decoded; "" where there is none.
  std::string_view attribute(NodeIndex element, std::string_view name) const noexcept;

  // Empties an element, so that whoever reads the document finds a <template> without text in its place.
  // Its attributes stay; select() still finds it. Of a text node the text goes. For what is known to be no
  // part of the article.
  void blank(NodeIndex node) noexcept;

  struct Attribute {
    std::string_view name;   // lower case
    std::string_view value;  // character references decoded
  };
  // All attributes of an element at once, in the order of the page; `out` is emptied first.
  void attributes(NodeIndex element, std::vector<Attribute>& out) const;

  // Calls `visit` with each attribute of an element that has a value, in their order; at most attributes_max.
  template <class Visit>
  void for_each_attribute(NodeIndex element, Visit&& visit) const {
    void const* at = nullptr;
    Attribute attribute;
    for (std::size_t i = 0; i < attributes_max && next_attribute(element, at, attribute); ++i)
      visit(attribute);
  }

  // The elements that a CSS selector finds, in document order. Fails with `invalid` for what is none.
  Result<std::vector<NodeIndex>> select(std::string_view css) const;

 private:
  struct Node {
    std::string_view tag;
    std::string_view text;
    NodeIndex parent = no_node;
    NodeIndex end = 0;
    Element element = Element::text;
    void const* source = nullptr;  // the library's node
  };
  struct Tree;
  explicit HtmlDocument(std::unique_ptr<Tree> tree);
  void flatten(std::size_t nodes_max);
  bool next_attribute(NodeIndex element, void const*& at, Attribute& out) const noexcept;

  std::unique_ptr<Tree> tree_;
  std::vector<Node> nodes_;
};

}  // namespace newsfold::clean
