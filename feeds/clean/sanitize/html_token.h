#pragma once
// The tags of HTML, one at a time, by the tokenizer rules of the HTML standard (13.2.5) as far as they
// concern tags and comments. No tree and no memory of what came before.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace newsfold::clean {

struct HtmlAttribute {
  std::string_view name;
  std::string_view value;  // as written: references are not decoded
};

enum class HtmlTokenKind : unsigned char {
  text,  // a '<' that starts no markup: one byte of text
  start,
  end,
  comment,  // comments, declarations, processing instructions, bogus markup: nothing to show
  cdata,    // "<![CDATA[...]]>"
};

struct HtmlToken {
  static constexpr std::size_t attributes_max = 48;  // further ones are skipped

  HtmlTokenKind kind{};
  std::string_view name;      // of a tag, as written, with its prefix
  std::string_view content;   // of a CDATA section
  bool self_closing = false;  // ends in "/>"
  std::size_t end = 0;        // where the next token starts; the end of the text where markup is cut off
  bool cut_off = false;       // the text ends inside this token
  std::size_t kept_end = 0;   // of a start tag: where the last of `attributes` ends, quote included
  bool has_more = false;      // it has more attributes than are kept
  // Set by the caller. False: "<![CDATA[" is a comment that ends with the first '>', as in a page.
  bool has_cdata = true;
  // Kept from token to token of one text: behind it no comment (no CDATA section) is closed, so none is
  // looked for again.
  std::size_t no_close_from = std::string_view::npos;
  std::size_t no_cdata_close_from = std::string_view::npos;
  std::size_t no_bracket_from = std::string_view::npos;  // the same for '>'
#ifndef NDEBUG
  // The bytes of all tokens that this thread has read and of what it searched in vain: what a pass costs, for
  // tests to bound.
  inline static thread_local std::uint64_t bytes_read = 0;
#endif
  std::size_t attribute_count = 0;
  std::array<HtmlAttribute, attributes_max> attributes;  // the first attribute_count are set

  // The value of the first attribute of that name (lower case), or "".
  std::string_view attribute(std::string_view lower_case_name) const noexcept;
  // A start tag cut off by the end of the text before any value: "write <a", not markup cut in two.
  bool is_text_after_all() const noexcept;
  bool has_attribute(std::string_view lower_case_name) const noexcept;
};

// Reads what starts at `at`. REQUIRES: html[at] == '<'.
void read_token(std::string_view html, std::size_t at, HtmlToken& token) noexcept;

// Where the text of a raw element ends: the offset of its "</name", or the end of the text.
std::size_t find_raw_end(std::string_view html, std::size_t from, std::string_view name) noexcept;

}  // namespace newsfold::clean
