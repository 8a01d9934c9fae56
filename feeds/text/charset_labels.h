#pragma once
// The labels of the WHATWG Encoding standard (https://encoding.spec.whatwg.org/#names-and-labels), beside
// a few that feeds use and browsers do not know.

#include <string_view>

namespace newsfold::text {

enum class EncodingKind : unsigned char { utf8, single_byte, multi_byte, utf16, utf32 };

struct Encoding {
  std::string_view name;  // WHATWG
  char const* icu;        // the ICU converter that reads it as browsers do
  EncodingKind kind;
  std::string_view labels;  // lower case, parted by blanks
};

// Nothing for an unknown label. White space around it and letter case do not matter.
Encoding const* find_encoding(std::string_view label) noexcept;

}  // namespace newsfold::text
