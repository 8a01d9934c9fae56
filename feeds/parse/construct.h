#pragma once
// Single values of a feed out of single elements: text that may be plain, HTML or XHTML, persons, links,
// numbers. Everything that RSS and Atom, their old versions and their extensions share.

#include "feeds/model/feed.h"
#include "feeds/parse/xml_document.h"

#include <optional>
#include <string>
#include <string_view>

namespace newsfold::parse {

// What items may get from their feed, in bytes a byte of the document: real ones need a tenth of it.
constexpr std::size_t inherited_per_byte_max = 8;

// What holds for one document; each field is read through it.
struct MapContext {
  XmlDocument const& document;
  Namespaces& spaces;
  Limits const& limits;
  Bodies bodies;
  bool is_atom = false;  // a text without `type` is plain, not HTML
  std::string scratch{};
};

// What the text inside an element is.
enum class TextKind : unsigned char { plain, html, xhtml, base64, other };
TextKind text_kind(pugi::xml_node node, MapContext const& context);

// The xml:base in force on `node`, inside `base`.
std::string base_of(pugi::xml_node node, std::string_view base);

// On one line, without markup: titles, names.
std::string line_of(pugi::xml_node node, MapContext& context);

// Several lines, without markup: summaries.
std::string summary_of(pugi::xml_node node, MapContext& context);

struct Body {
  std::string html;  // sanitized; empty where the element says that it is plain text
  std::string text;
};
Body body_of(pugi::xml_node node, std::string_view base, MapContext& context);

// Absolute where `base` is known; empty where its scheme must not reach anybody.
std::string url_of(std::string_view reference, std::string_view base);

// The address of a file or picture, wherever it stands: in a <url> inside, in an attribute (url, href,
// resource), as the text. As url_of gives it.
std::string address_of(pugi::xml_node node, std::string_view base);

// "jo@example.com (Jo)", "Jo <jo@example.com>", a name, an address.
Author person_of_text(std::string_view text);

// A person of Atom (name, uri, email as children) or of RSS (text).
Author person_of(pugi::xml_node node, std::string_view base, MapContext& context);

// <podcast:person href img>Name</podcast:person>
Author podcast_person_of(pugi::xml_node node, std::string_view base, MapContext& context);

// <itunes:category text="...">, or what stands between the tags where the attribute was forgotten.
std::string itunes_category_of(pugi::xml_node node);

// One of each: the same name or address twice is one person, whose gaps are filled.
void add_author(std::vector<Author>& authors, Author author);
// Gives items without an author those of their feed, as long as the copies stay below `bytes_max`: a name of
// a megabyte over empty items would fill the memory.
void inherit_authors(std::vector<Item>& items, std::vector<Author> const& authors, std::size_t bytes_max);
void add_tag(std::vector<std::string>& tags, std::string_view tag);
void add_tags_by_comma(std::vector<std::string>& tags, std::string_view list);

std::optional<std::uint64_t> whole_number(std::string_view text) noexcept;

// "yes", "true", "explicit"; "no", "false", "clean".
std::optional<bool> explicit_of(std::string_view text) noexcept;

// Of several elements for one field the one that ranks highest; among equals the last. Those that hold
// nothing do not count, but for the attributes that may say it instead.
class Best {
 public:
  void offer(pugi::xml_node node, int rank) {
    if (rank < rank_) return;
    if (!has_content(node) && (rank == rank_ || !node.first_attribute())) return;
    node_ = node;
    rank_ = rank;
  }
  explicit operator bool() const noexcept { return rank_ >= 0; }
  pugi::xml_node node() const noexcept { return node_; }
  int rank() const noexcept { return rank_; }

 private:
  pugi::xml_node node_;
  int rank_ = -1;
};

}  // namespace newsfold::parse
