#pragma once
// From the bytes of a document to text that a parser can take: a compressed layer off, charset, controls,
// entities of the document's own DTD. One linear pass each, and only where a fast scan has seen a reason.

#include "feeds/model/error.h"
#include "feeds/model/feed.h"
#include "feeds/parse/parse.h"

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::parse {

class PreparedText {
 public:
  std::string_view text;  // UTF-8 without NUL; lives in the bytes or in the strings below
  std::string_view encoding;
  std::vector<Problem> problems;  // that were repaired
  bool whole = true;              // false: a compressed layer was damaged or cut off
  std::size_t skipped = 0;        // bytes of the document that `text` leaves out at its start

  PreparedText() = default;
  PreparedText(PreparedText const&) = delete;  // `text` may look inside
  PreparedText& operator=(PreparedText const&) = delete;

  std::string inflated;
  std::string decoded;
};

// Fills `out`; `bytes` must outlive it. Fails with `too_large` where a compressed layer grows beyond the
// limit. A cut-off compressed body gives what stands before the cut.
Result<void> prepare(PreparedText& out, std::string_view bytes, Hints const& hints, Limits const& limits);

// Replaces the references to entities that the document's DTD defines itself: flat (an entity inside an
// entity stays a reference) and at most `bytes_max` more text. Nothing is ever loaded. "" where there is
// nothing to replace.
std::string expand_own_entities(std::string_view text, std::size_t bytes_max);

}  // namespace newsfold::parse
