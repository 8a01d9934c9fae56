#pragma once
// Where a run of ASCII ends: most of most texts is to be stepped over.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace newsfold::text {

// The place of the first byte above ASCII from `at` on; the text's size where there is none.
inline std::size_t ascii_run_end(std::string_view text, std::size_t at) noexcept {
  std::uint64_t block = 0;
  for (; at + sizeof block <= text.size(); at += sizeof block) {
    std::memcpy(&block, text.data() + at, sizeof block);
    if ((block & 0x8080808080808080U) != 0) break;
  }
  while (at < text.size() && (text[at] & 0x80) == 0) ++at;
  return at;
}

}  // namespace newsfold::text
