#pragma once
// A parsed HTML page as a flat array of nodes in document order: a node's descendants are the nodes that
// follow it up to end(). Walks are loops over indexes, without recursion and without pointers.
//
// The tree is the one that the HTML standard prescribes (MyHTML builds it; no type of that library leaves
// html_document.cc), of a page that was reduced before (reduce.h): styles, comments and what stands in <svg>,
// <select>, <iframe> and <textarea> are not in it, and tags beyond the limits are dropped and their content
// kept: every HTML parser is quadratic in depth. Text owns nothing beyond the document.
//
// A document belongs to one thread at a time; documents share nothing.

#include "feeds/clean/html/element.h"
#include "feeds/model/error.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace newsfold::clean {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex no_node = ~NodeIndex{0};

// An element has 48 attributes at most (HtmlToken::attributes_max); those behind are not looked at.
struct DocumentLimits {
  std::size_t bytes_max = 16UL << 20;
  std::size_t depth_max = 256;           // elements open at once
  std::size_t elements_max = 40'000;     // tags behind them are not looked at; 10,000 is much for a page
  std::size_t attributes_max = 100'000;  // of all elements; elements behind them have none
  std::size_t formatting_max = 64;       // <b>, <font> and the like open at once
  std::size_t made_max = 10'000;  // elements without a tag of their own: <b> opened again in each block
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
  bool is_text(NodeIndex node) const noexcept { return element(node) == Element::text; }
  Element element(NodeIndex node) const noexcept {
#ifndef NDEBUG
    ++visits;
#endif
    return nodes_[node].element;
  }
  // In lower case; "" for text.
  std::string_view tag(NodeIndex node) const noexcept {
    return is_text(node) ? std::string_view() : nodes_[node].word;
  }
  // Of a text node.
  std::string_view text(NodeIndex node) const noexcept {
    return is_text(node) ? nodes_[node].word : std::string_view();
  }
  NodeIndex parent(NodeIndex node) const noexcept {
#ifndef NDEBUG
    ++visits;
#endif
    return nodes_[node].parent;
  }
  NodeIndex end(NodeIndex node) const noexcept { return nodes_[node].end; }

  struct Attribute {
    AttributeKind kind{};
    std::string_view name;   // lower case
    std::string_view value;  // character references decoded; no data at all where the page gives no value
  };

  // Character references decoded; "" where there is none.
  std::string_view attribute(NodeIndex element, std::string_view name) const noexcept {
    for (auto const& it : attributes(element))
      if (it.name == name) return it.value;
    return {};
  }

#ifndef NDEBUG
  // How often a node of any document was looked at on this thread: a walk's cost that tests can bound.
  inline static thread_local std::uint64_t visits = 0;
#endif

  // Empties an element, so that whoever reads the document finds a <template> without text in its place.
  // Its attributes stay; select() still finds it. Of a text node the text goes. For what is known to be no
  // part of the article.
  void blank(NodeIndex node) noexcept;

  // All attributes of an element, in the order of the page. None of a text.
  std::span<Attribute const> attributes(NodeIndex element) const noexcept {
    auto const& node = nodes_[element];
    return {attributes_.data() + node.attributes_begin, node.attribute_count};
  }

  // The elements that a CSS selector finds, in document order. Fails with `invalid` for what is none.
  Result<std::vector<NodeIndex>> select(std::string_view css) const;

 private:
  struct Node {
    std::string_view word;  // text, or the name of the tag
    NodeIndex parent = no_node;
    NodeIndex end = 0;
    std::uint32_t attributes_begin = 0;
    std::uint16_t attribute_count = 0;
    Element element = Element::text;
  };
  struct Tree;
  explicit HtmlDocument(std::unique_ptr<Tree> tree);
  void flatten(std::vector<std::string_view> const& scripts);

  std::unique_ptr<Tree> tree_;
  std::unique_ptr<char[]> scripts_;  // the text of all scripts, one behind the other
  std::vector<Node> nodes_;
  std::vector<Attribute> attributes_;  // of all elements, one behind the other
};

// Of an element by its tag: elements of a publisher's own, "<article-teaser>", stand where others put a
// <div>.
Flow flow_of(HtmlDocument const& page, NodeIndex element) noexcept;

}  // namespace newsfold::clean
