#pragma once
// HTML of strangers in, HTML that is safe to show out. One pass over the bytes, no tree: tags and
// attributes on the lists of tags.h are written anew, everything else is left out; what is left open is
// closed, what was never open is not closed. Input that is no HTML is text and comes out escaped where it
// must be. Linear in the input, whatever stands in it; the output is bounded by about twice the input,
// plus what relative links grow by the base.
//
// Callable from any thread; calls share nothing.

#include <cstddef>
#include <string>
#include <string_view>

namespace newsfold::clean {

enum class Dialect : unsigned char {
  html,  // "<b/>" opens, CDATA does not exist
  xml,   // XHTML as it stands in an XML document: "<b/>" is empty, CDATA sections are text, prefixes go
};

struct SanitizeOptions {
  std::string_view base_url;  // what relative links are resolved against; empty: they stay relative
  Dialect dialect = Dialect::html;
  std::size_t depth_max = 256;  // elements open at once; deeper tags are dropped, their text is kept
};

// Appends the safe form of `html` to `out`.
void append_sanitized(std::string& out, std::string_view html, SanitizeOptions const& options);

std::string sanitize_html(std::string_view html, std::string_view base_url = {});

// True where there is anything for the sanitizer to do: a text without '<' is safe as it is. Costs a memchr.
bool may_hold_markup(std::string_view html) noexcept;

// The text a reader sees: markup gone, references decoded, blocks parted by one blank line, <br> and list
// items by a line break, other white space collapsed; scripts and styles left out.
std::string html_to_text(std::string_view html, Dialect dialect = Dialect::html);

// The same on one line, for titles and names: only tags that HTML knows are taken for markup, so that
// "List<int> & co" stays what it is.
std::string html_to_line(std::string_view html, Dialect dialect = Dialect::html);

}  // namespace newsfold::clean
