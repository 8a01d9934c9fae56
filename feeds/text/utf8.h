#pragma once
// UTF-8 by the Unicode standard: shortest forms only, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string>
#include <string_view>

namespace newsfold::text {

constexpr char32_t replacement_character = 0xFFFD;

// Appends `c`; what is no scalar value becomes U+FFFD.
void append_utf8(std::string& out, char32_t c);

// What was seen in a run over bytes that are meant to be UTF-8.
struct Utf8Survey {
  std::size_t sequences = 0;       // well-formed sequences of two and more bytes
  std::size_t long_sequences = 0;  // of these, three or four bytes long
  std::size_t bad_sequences = 0;   // maximal ill-formed parts, each worth one U+FFFD
  std::size_t first_bad = std::string_view::npos;
  bool has_controls = false;  // C0 beside tab, line feed and carriage return, or C1

  bool valid() const noexcept { return bad_sequences == 0; }
};

// One pass, several GB/s over ASCII.
Utf8Survey survey_utf8(std::string_view bytes) noexcept;

// The first `count` characters, whole.
std::string_view first_characters(std::string_view utf8, std::size_t count) noexcept;

bool is_valid_utf8(std::string_view bytes) noexcept;

// Each maximal ill-formed part becomes one U+FFFD (what browsers do); the rest is kept byte by byte.
std::string mend_utf8(std::string_view bytes);

// Reads the character at `at` and moves `at` behind it; ill-formed bytes read as U+FFFD.
// REQUIRES: at < text.size().
char32_t next_char(std::string_view text, std::size_t& at) noexcept;

// Whether the byte goes on with a character that another began.
constexpr bool is_continuation(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Where the character that ends at `end` begins. REQUIRES: 0 < end <= text.size().
std::size_t char_begin(std::string_view text, std::size_t end) noexcept;

// The longest prefix of at most `bytes_max` bytes that does not cut a character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept;

}  // namespace newsfold::text
