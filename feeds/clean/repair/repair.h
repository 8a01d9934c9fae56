#pragma once
// Damaged text in, the text as it was meant out, with an account of what was mended and removed: encodings
// mixed up, no-break spaces lost, words replaced by a spammer's keyword, lines that are advertisements, walls
// and other furniture. Text that is not damaged comes back byte for byte: where it is not clear what stood
// there, nothing is changed.
//
// No I/O, no clock; the same text always gives the same result. Callable from any thread. Linear in the size
// of the text.

#include "feeds/model/article.h"

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

enum class Fragments : unsigned char {
  remove,  // lines that are no part of an article
  keep,
};

enum class Credits : unsigned char {
  remove,  // whose picture it is, and the caption above it
  keep,
};

struct RepairOptions {
  Fragments fragments = Fragments::remove;
  Credits credits = Credits::remove;
};

struct RepairResult {
  std::string text;
  std::vector<Removed> removed;  // at most removed_max
  std::vector<Repair> repairs;
  bool spam_mirror = false;  // a keyword stood in the place of words: a copy, never an original
};

inline constexpr std::size_t removed_max = 200;

// `text` is UTF-8, paragraphs on lines of their own.
RepairResult repair_text(std::string_view text, RepairOptions const& options = {});

// One short line, a headline or a name: encodings, and the keywords that were found in the article's text.
std::string repair_line(std::string_view line, std::vector<Repair> const& found = {});

}  // namespace newsfold::clean
