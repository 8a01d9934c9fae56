#pragma once
// Bytes of East Asian and other non-Latin encodings that were read as Latin-1. There is no proof in the
// bytes: what decides is which reading looks like a language, and only where a line, or a long part of it, is
// hardly anything but such bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace newsfold::clean {

// Of letters above ASCII: fewer tell nothing. They are half of a line's letters, or stand in a part of it in
// which no two ASCII letters follow each other.
inline constexpr std::size_t legacy_letters_min = 5;
inline constexpr std::size_t legacy_part_letters_min = 10;

struct LegacyReading {
  std::u32string text;
  std::string_view encoding;
  std::uint64_t count = 0;  // characters that came out of it
};

std::optional<LegacyReading> legacy_reading(std::u32string_view line);

}  // namespace newsfold::clean
