#pragma once
// JSON as pages carry it: with raw line breaks in strings, quotation marks that nobody escaped, bad escapes,
// trailing commas, comments, several documents in a row, or cut in the middle. Pure; bounded in time by the
// length of the text.

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace newsfold::clean {

// The document, mended where it must be; nothing where no reading makes JSON of it. Several documents in a
// row come as an array.
std::optional<boost::json::value> parse_lenient_json(std::string_view text);

// The mended text alone: what is well-formed comes back with the same meaning.
std::string mend_json(std::string_view text);

}  // namespace newsfold::clean
