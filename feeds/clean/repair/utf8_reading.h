#pragma once
// A line read as if its characters were bytes of a single-byte encoding: the runs of them that are UTF-8
// sequences become their code points. Part of mojibake.cc; no other file needs it.

#include "feeds/clean/repair/code_tables.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::clean {

enum class Spaces : unsigned char {
  strict,
  flattened,  // the line is broken for certain: a space may be a no-break space that was a byte
};

// A UTF-8 sequence that was found in the line.
struct Sequence {
  std::size_t at = 0;
  std::size_t length = 0;  // characters of the line; 0: there is none here
  char32_t code = 0;
  bool lost = false;       // part of it is U+FFFD
  bool flattened = false;  // its last character is a space
};

struct Utf8Reading {
  std::size_t table = 0;
  std::vector<Sequence> sequences;
  std::uint64_t firm = 0;    // of these, such as no language writes
  double misses = 0;         // weight of the characters above ASCII that took no part
  std::uint64_t strays = 0;  // controls in sequences that this table would have made characters

  std::uint64_t hits() const noexcept { return sequences.size(); }
  double score() const noexcept { return double(hits()) - 2 * misses; }
};

// A line, looked at once for all the tables that it is read through.
struct SurveyedLine {
  explicit SurveyedLine(std::u32string_view line);

  std::u32string_view text;
  std::vector<std::uint32_t> high;  // where the characters above ASCII stand, ascending
  std::size_t high_before_space = 0;
};

// Empty where the score is certain to be below `needed`: a wrong table shows soon.
Utf8Reading read_utf8_through(std::size_t table, SurveyedLine const& line, Spaces spaces,
                              double needed = -std::numeric_limits<double>::infinity());

// The line with its sequences as the characters that they mean.
std::u32string decoded(std::u32string_view line, Utf8Reading const& reading);

}  // namespace newsfold::clean
