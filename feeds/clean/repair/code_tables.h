#pragma once
// The encodings that texts are mixed up by: single-byte tables read backwards, and which characters can be
// the beginning and the rest of a UTF-8 sequence that was read through one of them. The tables come from ICU.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace newsfold::clean {

// A single-byte encoding, from characters back to bytes. Bytes that the encoding leaves undefined are the C1
// control of the same number, as browsers have it.
class ByteTable {
 public:
  ByteTable(std::string_view name, char const* icu_name);
  std::string_view name() const noexcept { return name_; }
  // 0: the table has no byte from 0x80 up for this character.
  std::uint8_t high_byte_of(char32_t c) const noexcept {
    return c < bytes_.size() ? bytes_[c] : byte_of_rare(c);
  }
  // A C1 control where the table has a character of its own for that byte: whoever read the text through this
  // table would have got that.
  bool is_stray(char32_t c) const noexcept {
    return c >= 0x80 && c <= 0x9F && (strays_ >> (c - 0x80) & 1) != 0;
  }

 private:
  void add(char32_t c, std::uint8_t byte);
  std::uint8_t byte_of_rare(char32_t c) const noexcept;

  std::string_view name_;
  std::vector<std::uint8_t> bytes_;  // of the characters below flat_end
  std::vector<std::pair<char32_t, std::uint8_t>> others_;
  std::uint32_t strays_ = 0;  // bit i: of byte 0x80 + i
};

// Those that UTF-8 is commonly misread as, the most common first. Made at first use; any thread.
std::span<ByteTable const> byte_tables();
inline constexpr std::size_t tables_max = 10;

// What a character can be in UTF-8 read through each table: bit t stands for byte_tables()[t].
struct CharacterRole {
  std::uint16_t lead2 = 0, lead3 = 0, lead4 = 0;  // begins a sequence of so many bytes
  std::uint16_t rest = 0;                         // goes on with one
};
class CharacterRoles {
 public:
  static CharacterRoles const& instance();
  CharacterRole of(char32_t c) const noexcept { return c < roles_.size() ? roles_[c] : of_rare(c); }

 private:
  CharacterRoles();
  static CharacterRole of_rare(char32_t c) noexcept;

  std::vector<CharacterRole> roles_;
};

// What windows-1252 has at 0x80..0x9F; 0: nothing.
char32_t windows_1252(std::uint8_t byte) noexcept;

std::u32string to_code_points(std::string_view utf8);
std::string to_utf8(std::u32string_view text);

}  // namespace newsfold::clean
