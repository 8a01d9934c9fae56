#pragma once
// Words one behind the other, and numbers before them. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::text {

// {"a", "b"} with ", " between: "a, b".
inline std::string join(std::vector<std::string> const& words, std::string_view between) {
  std::string out;
  for (auto const& word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

// "1 feed", "2 feeds".
inline std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace newsfold::text
