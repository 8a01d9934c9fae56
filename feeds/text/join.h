#pragma once
// Words one behind the other. Pure.

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

}  // namespace newsfold::text
