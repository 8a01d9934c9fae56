#include "feeds/clean/repair/code_tables.h"

#include "feeds/text/utf8.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace newsfold::clean {
namespace {

struct CloseConverter {
  void operator()(UConverter* converter) const noexcept { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter open(char const* name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name, &status));
  if (U_FAILURE(status)) return nullptr;
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  return converter;
}

// Strict: nothing where one sequence is not of the encoding.
std::optional<std::u32string> decode(UConverter* converter, std::string_view bytes) {
  ucnv_resetToUnicode(converter);
  std::u32string out;
  char const* at = bytes.data();
  char const* const end = at + bytes.size();
  while (at < end) {
    UErrorCode status = U_ZERO_ERROR;
    auto const c = ucnv_getNextUChar(converter, &at, end, &status);
    if (U_FAILURE(status)) return std::nullopt;
    out += char32_t(c);
  }
  return out;
}

constexpr std::array<char32_t, 32> windows_1252_high = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

// How much a decoded line looks like text of its language, 0..1.
using Likeness = double (*)(std::u32string_view);

template <class Predicate>
double share(std::u32string_view text, Predicate predicate) {
  std::size_t letters = 0;
  std::size_t good = 0;
  for (auto const c : text) {
    if (c < 0x80) continue;
    ++letters;
    good += predicate(c) ? 1 : 0;
  }
  return letters == 0 ? 0 : double(good) / double(letters);
}

bool is_kana(char32_t c) { return c >= 0x3041 && c <= 0x30FE; }
bool is_hangul(char32_t c) { return c >= 0xAC00 && c <= 0xD7A3; }
bool is_han(char32_t c) { return c >= 0x4E00 && c <= 0x9FFF; }
bool is_cjk_mark(char32_t c) { return (c >= 0x3001 && c <= 0x3011) || (c >= 0xFF01 && c <= 0xFF5E); }

double like_japanese(std::u32string_view text) {
  auto const kana = share(text, is_kana);
  if (kana < 0.2) return 0;
  return share(text, [](char32_t c) { return is_kana(c) || is_han(c) || is_cjk_mark(c); });
}
double like_korean(std::u32string_view text) {
  return share(text, is_hangul) > 0.7 ? share(text, [](char32_t c) { return is_hangul(c) || is_cjk_mark(c); })
                                      : 0;
}
double like_chinese(std::u32string_view text) {
  if (share(text, is_kana) > 0.05) return 0;
  return 0.95 * share(text, [](char32_t c) { return is_han(c) || is_cjk_mark(c); });
}

// Small letters make most of a Russian line, and these make most of the small letters. The encodings differ
// in the order of letters and in where capitals lie, so a wrong one of the two shows in both.
double like_russian(std::u32string_view text) {
  constexpr std::u32string_view common = U"оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё";
  std::size_t letters = 0;
  double worth = 0;
  bool word_began = true;
  for (auto const c : text) {
    bool const small = (c >= 0x430 && c <= 0x44F) || c == 0x451;
    bool const capital = (c >= 0x410 && c <= 0x42F) || c == 0x401;
    if (c >= 0x80) ++letters;
    if (small) {
      auto const rank = common.find(c);
      worth += rank < 10 ? 1.0 : rank < 20 ? 0.9 : 0.6;
    } else if (capital && word_began) {
      worth += 0.8;
    } else if (capital) {
      worth -= 0.5;
    }
    word_began = !small && !capital;
  }
  return letters == 0 ? 0 : worth / double(letters);
}

// Of two-byte encodings that all accept a line, the right one has common characters: the first rows.
double first_level(std::string_view bytes, std::uint8_t lead_min, std::uint8_t lead_max) {
  std::size_t pairs = 0;
  std::size_t common = 0;
  for (std::size_t i = 0; i + 1 < bytes.size();) {
    auto const lead = std::uint8_t(bytes[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    ++pairs;
    common += lead >= lead_min && lead <= lead_max ? 1 : 0;
    i += 2;
  }
  return pairs == 0 ? 0 : double(common) / double(pairs);
}

struct Legacy {
  std::string_view name;
  char const* icu_name;
  Likeness likeness;
  std::uint8_t common_min, common_max;  // lead bytes of common characters; 0: single-byte
};
constexpr auto legacies = std::to_array<Legacy>({
    {"euc-jp", "euc-jp", like_japanese, 0xA1, 0xCF},
    {"shift_jis", "windows-31j", like_japanese, 0x81, 0x97},
    {"euc-kr", "windows-949", like_korean, 0xA1, 0xC8},
    {"gbk", "gbk", like_chinese, 0xA1, 0xD7},
    {"big5", "big5", like_chinese, 0xA1, 0xC6},
    {"koi8-r", "koi8-r", like_russian, 0, 0},
    {"windows-1251", "windows-1251", like_russian, 0, 0},
});

constexpr double likeness_min = 0.8;
constexpr std::size_t odd_letters_min = 5;

}  // namespace

ByteTable::ByteTable(std::string_view name, char const* icu_name) : name_(name) {
  auto const converter = open(icu_name);
  for (unsigned byte = 0x80; byte <= 0xFF; ++byte) {
    char const raw = char(byte);
    auto const decoded = converter ? decode(converter.get(), std::string_view(&raw, 1)) : std::nullopt;
    bytes_.emplace(decoded && decoded->size() == 1 ? decoded->front() : char32_t(byte), std::uint8_t(byte));
  }
  // C1 controls stand for their own bytes wherever the table has no character of that number.
  for (unsigned byte = 0x80; byte <= 0x9F; ++byte) bytes_.emplace(char32_t(byte), std::uint8_t(byte));
}

std::span<ByteTable const> byte_tables() {
  static std::vector<ByteTable> const tables = [] {
    std::vector<ByteTable> made;
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

char32_t windows_1252(std::uint8_t byte) noexcept {
  return byte >= 0x80 && byte <= 0x9F ? windows_1252_high[byte - 0x80U] : byte;
}

std::optional<LegacyReading> legacy_reading(std::u32string_view line) {
  std::string bytes;
  std::size_t odd = 0;
  std::size_t letters = 0;
  auto const& windows = byte_tables().front();
  for (auto const c : line) {
    auto const byte = c <= 0xFF ? std::optional<std::uint8_t>(std::uint8_t(c)) : windows.byte_of(c);
    if (!byte) return std::nullopt;
    bytes += char(*byte);
    odd += *byte >= 0x80 ? 1 : 0;
    letters += *byte >= 0x80 || (*byte >= 'a' && *byte <= 'z') || (*byte >= 'A' && *byte <= 'Z') ? 1 : 0;
  }
  if (odd < odd_letters_min || odd * 2 < letters) return std::nullopt;

  std::optional<LegacyReading> best;
  double best_likeness = likeness_min;
  for (auto const& legacy : legacies) {
    auto const converter = open(legacy.icu_name);
    if (!converter) continue;
    auto decoded = decode(converter.get(), bytes);
    if (!decoded) continue;
    auto likeness = legacy.likeness(*decoded);
    if (legacy.common_max != 0)
      likeness *= 0.5 + 0.5 * first_level(bytes, legacy.common_min, legacy.common_max);
    if (likeness <= best_likeness) continue;
    best_likeness = likeness;
    best = LegacyReading{std::move(*decoded), legacy.name, 0};
    best->count = best->text.size();
  }
  return best;
}

std::u32string to_code_points(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) out += text::next_char(utf8, at);
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  for (auto const c : text) text::append_utf8(out, c);
  return out;
}

}  // namespace newsfold::clean
