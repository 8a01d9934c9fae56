#pragma once
// The body of a page whose text is put in place by its scripts: the prose that stands in the strings of their
// JSON
// (__NEXT_DATA__, window.__STATE__, Fusion.globalContent and the like). Reads no JavaScript, and no JSON as a
// whole: it looks for `"key": "string"` pairs and keeps the key under which most prose lies.

#include "feeds/clean/html/html_document.h"

#include <string>
#include <string_view>

namespace newsfold::clean {

// Paragraphs parted by a blank line; "" where there are no more than a few sentences. At most 8 MB of scripts
// are read.
std::string script_body(HtmlDocument const& page);

// The value of the longest `"articleBody": "..."` in a script, as it stands there: text or HTML.
std::string article_body(std::string_view script);

}  // namespace newsfold::clean
