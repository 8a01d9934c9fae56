#pragma once
// Character references of HTML5 and XML: the 2,231 names, and numbers, of which 128..159 mean
// windows-1252 as they do in every browser. Numbers that are no character (0, surrogates, beyond
// U+10FFFF, controls) stand for nothing.

#include <cstddef>
#include <string>
#include <string_view>

namespace newsfold::text {

// HTML lets some 100 old names go without their semicolon; in an attribute only where no letter, digit
// or '=' follows, because "?a=1&copy=2" is a query.
enum class EntityContext : unsigned char {
  text,
  attribute,
  xml,  // nothing goes without its semicolon: "?a=1&copy=2" in an element is a query, too
};

struct Entity {
  std::size_t consumed = 0;  // bytes of the reference, '&' included; 0: no reference here
  std::string_view utf8;     // what a name stands for (static storage); empty for numbers
  char32_t code_point = 0;   // what a number stands for; 0: nothing
};

// Reads the reference at the start of `text`. REQUIRES: text starts with '&'.
Entity match_entity(std::string_view text, EntityContext context = EntityContext::text) noexcept;

// Appends `text` with its references replaced; what is no reference stays as it is.
void append_decoded(std::string& out, std::string_view text, EntityContext context = EntityContext::text);

std::string decode_entities(std::string_view text, EntityContext context = EntityContext::text);

// Appends with & < > (and " where it stands in an attribute) escaped.
void append_escaped(std::string& out, std::string_view text, EntityContext context = EntityContext::text);

}  // namespace newsfold::text
