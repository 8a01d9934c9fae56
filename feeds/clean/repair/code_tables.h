#pragma once
// The encodings that texts are mixed up by: single-byte tables read backwards, and multi-byte encodings that
// a Latin-1 reading is tried as. The tables come from ICU.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace newsfold::clean {

// A single-byte encoding, from characters back to bytes. Bytes that the encoding leaves undefined are the C1
// control of the same number, as browsers have it.
class ByteTable {
 public:
  ByteTable(std::string_view name, char const* icu_name);
  std::string_view name() const noexcept { return name_; }
  std::optional<std::uint8_t> byte_of(char32_t c) const noexcept {
    if (c < 0x80) return std::uint8_t(c);
    auto const found = bytes_.find(c);
    if (found == bytes_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::string_view name_;
  std::unordered_map<char32_t, std::uint8_t> bytes_;
};

// Those that UTF-8 is commonly misread as, the most common first. Made at first use; any thread.
std::span<ByteTable const> byte_tables();

// What windows-1252 has at 0x80..0x9F; 0: nothing.
char32_t windows_1252(std::uint8_t byte) noexcept;

struct LegacyReading {
  std::u32string text;
  std::string_view encoding;
  std::uint64_t count = 0;
};

// Bytes of GBK, Big5, Shift-JIS, EUC-JP, EUC-KR, KOI8-R or windows-1251 that were read as Latin-1 (or
// windows-1252): nothing unless the line is hardly anything else.
std::optional<LegacyReading> legacy_reading(std::u32string_view line);

std::u32string to_code_points(std::string_view utf8);
std::string to_utf8(std::u32string_view text);

}  // namespace newsfold::clean
