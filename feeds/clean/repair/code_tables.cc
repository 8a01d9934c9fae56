#include "feeds/clean/repair/code_tables.h"

#include "feeds/text/utf8.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <memory>

namespace newsfold::clean {
namespace {

// Nearly all characters of all tables lie below; macintosh has three ligatures and signs above.
constexpr char32_t flat_end = 0x2700;

constexpr std::array<char32_t, 32> windows_1252_high = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

// Makers of tables disagree on which of two characters of one shape a byte is: both mean it.
struct Twin {
  std::string_view table;
  char32_t character;
  std::uint8_t byte;
};
constexpr auto twins = std::to_array<Twin>({
    {"ibm437", 0x00B5, 0xE6},    {"ibm437", 0x03BC, 0xE6},    {"ibm437", 0x00DF, 0xE1},
    {"ibm437", 0x03B2, 0xE1},    {"ibm437", 0x03A3, 0xE4},    {"ibm437", 0x2211, 0xE4},
    {"ibm437", 0x03A6, 0xE8},    {"ibm437", 0x0278, 0xE8},    {"ibm437", 0x03C6, 0xED},
    {"ibm437", 0x2205, 0xED},    {"ibm437", 0x03A9, 0xEA},    {"ibm437", 0x2126, 0xEA},
    {"ibm437", 0x03B4, 0xEB},    {"ibm437", 0x03B5, 0xEE},    {"ibm437", 0x2208, 0xEE},
    {"ibm437", 0x2219, 0xF9},    {"ibm437", 0x00B7, 0xFA},    {"macintosh", 0x03A9, 0xBD},
    {"macintosh", 0x2126, 0xBD}, {"macintosh", 0x0394, 0xC6}, {"macintosh", 0x2206, 0xC6},
    {"macintosh", 0x00B5, 0xB5}, {"macintosh", 0x03BC, 0xB5}, {"macintosh", 0x00A4, 0xDB},
    {"macintosh", 0x20AC, 0xDB},
});

CharacterRole role_in_tables(char32_t c) {
  CharacterRole role;
  unsigned bit = 1;
  for (auto const& table : byte_tables()) {
    auto const byte = table.high_byte_of(c);
    auto const mark = std::uint16_t(bit);
    if (byte >= 0xF0 && byte <= 0xF4)
      role.lead4 |= mark;
    else if (byte >= 0xE0 && byte < 0xF0)
      role.lead3 |= mark;
    else if (byte >= 0xC2 && byte < 0xE0)
      role.lead2 |= mark;
    else if (byte >= 0x80 && byte < 0xC0)
      role.rest |= mark;
    bit <<= 1;
  }
  return role;
}

}  // namespace

ByteTable::ByteTable(std::string_view name, char const* icu_name) : name_(name), bytes_(flat_end, 0) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<UConverter, void (*)(UConverter*)> const converter(ucnv_open(icu_name, &status),
                                                                     ucnv_close);
  if (U_SUCCESS(status))
    ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  for (unsigned byte = 0x80; byte <= 0xFF; ++byte) {
    char const raw = char(byte);
    char const* at = &raw;
    status = U_ZERO_ERROR;
    auto c = char32_t(byte);
    if (converter) {
      ucnv_resetToUnicode(converter.get());
      auto const decoded = ucnv_getNextUChar(converter.get(), &at, at + 1, &status);
      if (U_SUCCESS(status)) c = char32_t(decoded);
    }
    add(c, std::uint8_t(byte));
    if (byte <= 0x9F && c != byte) strays_ |= 1U << (byte - 0x80);
  }
  for (auto const& twin : twins)
    if (twin.table == name_) add(twin.character, twin.byte);
  // C1 controls stand for their own bytes wherever the table has no character of that number.
  for (unsigned byte = 0x80; byte <= 0x9F; ++byte) add(char32_t(byte), std::uint8_t(byte));
}

void ByteTable::add(char32_t c, std::uint8_t byte) {
  if (high_byte_of(c) != 0) return;
  if (c < flat_end)
    bytes_[c] = byte;
  else
    others_.emplace_back(c, byte);
}

std::uint8_t ByteTable::byte_of_rare(char32_t c) const noexcept {
  for (auto const& [character, byte] : others_)
    if (character == c) return byte;
  return 0;
}

std::span<ByteTable const> byte_tables() {
  static std::vector<ByteTable> const tables = [] {
    std::vector<ByteTable> made;
    made.reserve(tables_max);
    made.emplace_back("windows-1252", "windows-1252");
    made.emplace_back("iso-8859-1", "iso-8859-1");
    made.emplace_back("windows-1251", "windows-1251");
    made.emplace_back("windows-1250", "windows-1250");
    made.emplace_back("macintosh", "macintosh");
    made.emplace_back("ibm437", "ibm-437");
    made.emplace_back("iso-8859-2", "iso-8859-2");
    made.emplace_back("windows-1253", "windows-1253");
    made.emplace_back("windows-1254", "windows-1254");
    made.emplace_back("windows-1257", "windows-1257");
    return made;
  }();
  return tables;
}

CharacterRoles const& CharacterRoles::instance() {
  static CharacterRoles const made;
  return made;
}

CharacterRoles::CharacterRoles() : roles_(flat_end) {
  for (char32_t c = 0x80; c < flat_end; ++c) roles_[c] = role_in_tables(c);
}

CharacterRole CharacterRoles::of_rare(char32_t c) noexcept {
  return c == 0xF8FF || c == 0xFB01 || c == 0xFB02 ? role_in_tables(c) : CharacterRole{};
}

char32_t windows_1252(std::uint8_t byte) noexcept {
  return byte >= 0x80 && byte <= 0x9F ? windows_1252_high[byte - 0x80U] : byte;
}

std::u32string to_code_points(std::string_view utf8) {
  std::u32string out(utf8.size(), U'\0');
  std::size_t size = 0;
  for (std::size_t at = 0; at < utf8.size();)
    out[size++] = (utf8[at] & 0x80) == 0 ? char32_t(utf8[at++]) : text::next_char(utf8, at);
  out.resize(size);
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  out.reserve(text.size() * 2);
  for (auto const c : text) text::append_utf8(out, c);
  return out;
}

}  // namespace newsfold::clean
