#pragma once
// By-lines to names: "Von Ada Quay und Bo Pier, Redakteure" to "Ada Quay" and "Bo Pier". The words of each
// language stand in data/byline_words.inc. Pure; callable from any thread.

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

enum class NameSource : unsigned char {
  declared,  // a field that is meant for names: nearly anything may be one
  printed,   // visible text that is marked as a by-line: names look like names
  running,   // any line: it must begin with "by" or the like
};

// Between the texts of two elements, and before the text of a link, in what is given to read_byline: where
// one element ends a name ends, too.
inline constexpr char byline_piece = '\x1f';
inline constexpr char byline_link = '\x1e';

struct Byline {
  std::vector<std::string> names;  // in their order, none twice
  bool has_lead = false;           // it began with "by" or the like
};

Byline read_byline(std::string_view text, NameSource source);

// "Staff", "admin", "Redaktion": a part that names nobody.
bool names_nobody(std::string_view name);

// Letters and digits alone, folded to lower case, words parted by one blank: for comparing names and titles.
std::string plain_words(std::string_view text);
// How many words there are where one blank parts them, as in a name or in what plain_words() gave.
std::size_t count_words(std::string_view plain);

}  // namespace newsfold::clean
