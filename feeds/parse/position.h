#pragma once
// Where in a document something stands, for messages.

#include <algorithm>
#include <string>
#include <string_view>

namespace newsfold::parse {

struct Position {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in bytes
};

inline Position position_of(std::string_view text, std::size_t offset) noexcept {
  auto const before = text.substr(0, offset);
  Position p;
  p.line = 1 + std::size_t(std::count(before.begin(), before.end(), '\n'));
  auto const line_start = before.rfind('\n');
  p.column = 1 + before.size() - (line_start == std::string_view::npos ? 0 : line_start + 1);
  return p;
}

// "byte 120 (line 3, column 17)"
inline std::string describe_position(std::string_view text, std::size_t offset) {
  auto const p = position_of(text, offset);
  return "byte " + std::to_string(offset) + " (line " + std::to_string(p.line) + ", column " +
         std::to_string(p.column) + ")";
}

}  // namespace newsfold::parse
