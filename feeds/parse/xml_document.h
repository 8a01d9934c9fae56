#pragma once
// A feed's markup as a tree that forgives: pugixml over a copy of the text, and the text itself beside it,
// so that markup inside a field can be handed on as it was written. Where pugixml gives up, the markup is
// mended (xml_mend.h) and read again, and the reading with more items counts.
//
// Walks never recurse: what is read lies at known depths.

#include "feeds/parse/names.h"
#include "feeds/parse/parse.h"
#include "feeds/parse/position.h"

#include <pugixml.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::parse {

class XmlDocument {
 public:
  // `part` is borrowed: valid UTF-8 without NUL, must outlive the document.
  XmlDocument(Excerpt const& part, Limits const& limits);

  std::string_view text() const noexcept { return reading_->text; }
  pugi::xml_node top() const noexcept { return reading_->tree; }

  // Why the markup needed mending; nothing where it was well formed.
  std::optional<Problem> const& problem() const noexcept { return problem_; }

  // The markup between the tags of `node`, as it was written.
  std::string_view inner_markup(pugi::xml_node node) const noexcept;

 private:
  struct Reading {
    std::string mended;      // owns the text where it was mended
    std::string_view text;   // what was read, unchanged
    std::vector<char> copy;  // what pugixml works in
    pugi::xml_document tree;
    pugi::xml_parse_result result;
  };
  static std::unique_ptr<Reading> read(std::string_view text, std::string mended);

  std::unique_ptr<Reading> reading_;
  std::optional<Problem> problem_;
};

// Prefixes in force, innermost last. Elements that declare some are entered and left by `Scope`. At most
// bindings_max are known at a time, so that no document makes each look-up long; a prefix beyond them is
// taken for what it usually means.
class Namespaces {
 public:
  static constexpr std::size_t bindings_max = 256;

  // Enters the declarations on `node`; the destructor leaves them. Nodes without any cost nothing.
  class Scope {
   public:
    Scope(Namespaces& spaces, pugi::xml_node node);
    ~Scope() { spaces_.bindings_.resize(mark_); }
    Scope(Scope const&) = delete;
    Scope& operator=(Scope const&) = delete;

   private:
    Namespaces& spaces_;
    std::size_t mark_;
  };

  Space space_of(pugi::xml_node node) const noexcept;
  Element element_of(pugi::xml_node node) const noexcept;

  // A prefix was met that nothing declares.
  bool met_undeclared() const noexcept { return met_undeclared_; }

 private:
  struct Binding {
    std::string_view prefix;
    Space space;
  };
  Space space_of_name_prefix(std::string_view prefix) const noexcept;

  std::vector<Binding> bindings_;
  bool dropped_some_ = false;
  mutable bool met_undeclared_ = false;
};

// The name without its prefix.
std::string_view local_name(pugi::xml_node node) noexcept;

// The attribute by its local name whatever its prefix and case, decoded, without white space at the ends.
std::string attribute(pugi::xml_node node, std::string_view name);
std::string value_of(pugi::xml_attribute attribute);
bool has_attribute(pugi::xml_node node, std::string_view name) noexcept;

// The text directly inside `node`, references decoded, white space at the ends gone. Lives in the document
// or in `scratch`.
std::string_view text_of(pugi::xml_node node, std::string& scratch);
std::string text_of(pugi::xml_node node);

bool has_element_children(pugi::xml_node node) noexcept;

// More than an empty CDATA section between the tags: "<![CDATA[]]>" is how templates write what they lack.
bool has_content(pugi::xml_node node) noexcept;

}  // namespace newsfold::parse
