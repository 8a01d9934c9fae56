#pragma once
// Text that was decoded by the wrong table: UTF-8 read as a single-byte encoding (once or twice), and East
// Asian, Cyrillic and other bytes read as Latin-1. Works on one line, because often only part of a text is
// broken.
//
// The proof is in the bytes: what, written back in the wrong encoding, turns out to be valid UTF-8 was UTF-8,
// as long as no language writes such a row of letters and signs itself. A single pair beside other
// accented letters proves nothing; it is believed where another line of the text was broken the same way.

#include <cstdint>
#include <string>
#include <string_view>

namespace newsfold::clean {

// Tables of code_tables.h, a bit each.
using TableSet = std::uint16_t;

struct MojibakeFix {
  std::string text;
  std::string mix_up;       // "utf-8 as windows-1252", the outermost one
  TableSet tables = 0;      // of that one
  std::uint64_t count = 0;  // characters that came out of it; 0: the line is as it was
  bool in_doubt = false;    // nothing was mended though a part of the line reads as UTF-8
};

// `line` is UTF-8 without a line break; `trusted` are tables that other lines were broken by.
MojibakeFix undo_mojibake(std::string_view line, TableSet trusted = 0);

}  // namespace newsfold::clean
