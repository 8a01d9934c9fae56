#pragma once
// Text that was decoded by the wrong table: UTF-8 read as a single-byte encoding (once or twice), and East
// Asian or Cyrillic bytes read as Latin-1. Works on one line, because often only part of a text is broken.
//
// The proof is in the bytes: what, written back in the wrong encoding, turns out to be valid UTF-8 was UTF-8,
// as long as (nearly) all of the line's odd letters take part. For the others there is no such proof; they
// are decided by which reading looks like a language, and only in lines that are hardly anything else.

#include <cstdint>
#include <string>
#include <string_view>

namespace newsfold::clean {

struct MojibakeFix {
  std::string text;
  std::string mix_up;       // "utf-8 as windows-1252", the outermost one
  std::uint64_t count = 0;  // characters that came out of it; 0: the line is as it was
};

// `line` is UTF-8 without a line break.
MojibakeFix undo_mojibake(std::string_view line);

}  // namespace newsfold::clean
