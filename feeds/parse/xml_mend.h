#pragma once
// Markup that no XML parser takes, made well formed: the work of a person who fixes the file in an editor.
// Linear in the text, whatever stands in it.

#include <cstddef>
#include <string>
#include <string_view>

namespace newsfold::parse {

// End tags in the wrong case are renamed, stray ones dropped, missing ones put in where the vocabulary of
// feeds says that an element is over (an <item> inside an <item>, a <link> inside a <title>); attributes
// get their quotes and values; a '<' that starts no tag becomes text; HTML in the open is closed like HTML;
// declarations go. Elements deeper than `depth_max` lose their tags and keep their text.
std::string mend_xml(std::string_view text, std::size_t depth_max);

}  // namespace newsfold::parse
