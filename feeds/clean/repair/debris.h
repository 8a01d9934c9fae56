#pragma once
// What a damaged text is littered with, character by character. Internal to feeds/clean/repair: its text and
// its HTML are mended by the same steps. Linear; calls share nothing.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace newsfold::clean {

std::size_t count_all(std::string_view text, std::string_view what);

// Returns how often `from` stood there; with an empty one nothing happens.
std::size_t replace_all(std::string& text, std::string_view from, std::string_view to);

// C0 controls and DEL, but line breaks and tabs. Returns how many there were.
std::size_t erase_controls(std::string& text);

// The character reference that begins at `at`, "&...;"; empty where there is none.
std::string_view reference_at(std::string_view text, std::size_t at);

// Characters that show nothing and part nothing: byte order marks inside a text, placeholders of embedded
// objects; line separators of Unicode are line breaks. Joiners and marks of direction mean something and
// stay.
struct OddSpace {
  std::string_view name, bytes, meant;
  std::size_t count_min;  // fewer may be what a text is about
};
inline constexpr auto odd_spaces = std::to_array<OddSpace>({
    {"U+FEFF", "\xEF\xBB\xBF", "", 1},
    {"U+FFFC", "\xEF\xBF\xBC", "", 1},
    {"U+2028", "\xE2\x80\xA8", "\n", 1},
    {"U+2029", "\xE2\x80\xA9", "\n", 1},
    {"U+00AD", "\xC2\xAD", "", 3},  // soft hyphens
});

}  // namespace newsfold::clean
