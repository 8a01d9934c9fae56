#pragma once
// A line read as if its characters were bytes of a single-byte encoding: the runs of them that are UTF-8
// sequences become their code points. Part of mojibake.cc; no other file needs it.

#include "feeds/clean/repair/code_tables.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace newsfold::clean {

enum class Spaces : unsigned char {
  strict,
  flattened,  // the line is broken for certain: a space may be a no-break space that was a byte
};

struct Utf8Reading {
  std::u32string text;
  std::size_t table = 0;
  std::uint64_t hits = 0;  // sequences
  std::uint64_t firm = 0;  // of these, such as no language writes
  double misses = 0;       // weight of the characters above ASCII that took no part
  double score() const noexcept { return double(hits) - 2 * misses; }
};

Utf8Reading read_utf8_through(std::size_t table, std::u32string_view line, Spaces spaces);

}  // namespace newsfold::clean
