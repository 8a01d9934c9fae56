#include "feeds/clean/repair/legacy.h"

#include "feeds/clean/repair/code_tables.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <array>
#include <memory>

namespace newsfold::clean {
namespace {

constexpr double likeness_min = 0.8;

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

// Small letters make most of a line of an alphabet, and its frequent ones make most of these. Encodings of
// one script differ in the order of letters and in where capitals lie, so a wrong one shows in both.
struct Alphabet {
  std::u32string_view common;  // the twenty most frequent, in that order
  char32_t first, last;        // of its block
  bool (*is_capital)(char32_t);
};
double like_alphabet(std::u32string_view text, Alphabet const& alphabet) {
  std::size_t letters = 0;
  std::size_t frequent = 0;
  double worth = 0;
  bool word_began = true;
  for (auto const c : text) {
    bool const ours = c >= alphabet.first && c <= alphabet.last;
    bool const capital = ours && alphabet.is_capital(c);
    if (c >= 0x80) ++letters;
    if (ours && !capital) {
      auto const rank = alphabet.common.find(c);
      frequent += rank < 10 ? 1 : 0;
      worth += rank < 10 ? 1.0 : rank < 20 ? 0.9 : 0.6;
    } else if (capital && word_began) {
      worth += 0.8;
    } else if (capital) {
      worth -= 0.5;
    }
    word_began = !ours;
  }
  // Languages differ, but none does without its common letters.
  if (letters == 0 || double(frequent) < 0.35 * double(letters)) return 0;
  return worth / double(letters);
}

double like_cyrillic(std::u32string_view text) {
  constexpr Alphabet alphabet{U"оеаинтсрвлкмдпуіяыьг", 0x401, 0x491,
                              [](char32_t c) { return c <= 0x42F || c == 0x490; }};
  return like_alphabet(text, alphabet);
}
double like_greek(std::u32string_view text) {
  constexpr Alphabet alphabet{U"αοιετνσηρπκςμλυάόίέή", 0x386, 0x3CE,
                              [](char32_t c) { return c < 0x3AC && c != 0x390; }};
  return like_alphabet(text, alphabet);
}
double like_hebrew(std::u32string_view text) {
  constexpr Alphabet alphabet{U"יוהלאתמרבשנקדחעכפםטג", 0x5D0, 0x5EA, [](char32_t) { return false; }};
  return like_alphabet(text, alphabet);
}
double like_arabic(std::u32string_view text) {
  constexpr Alphabet alphabet{U"اليمونرتبعدةفهسقكحجأ", 0x621, 0x64A, [](char32_t) { return false; }};
  return like_alphabet(text, alphabet);
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

  bool is_single_byte() const { return common_max == 0; }
};
constexpr auto legacies = std::to_array<Legacy>({
    {"euc-jp", "euc-jp", like_japanese, 0xA1, 0xCF},
    {"shift_jis", "windows-31j", like_japanese, 0x81, 0x97},
    {"euc-kr", "windows-949", like_korean, 0xA1, 0xC8},
    {"gbk", "gbk", like_chinese, 0xA1, 0xD7},
    {"big5", "big5", like_chinese, 0xA1, 0xC6},
    {"koi8-r", "koi8-r", like_cyrillic, 0, 0},
    {"koi8-u", "koi8-u", like_cyrillic, 0, 0},
    {"windows-1251", "windows-1251", like_cyrillic, 0, 0},
    {"windows-1253", "windows-1253", like_greek, 0, 0},
    {"windows-1255", "windows-1255", like_hebrew, 0, 0},
    {"windows-1256", "windows-1256", like_arabic, 0, 0},
});

struct CloseConverter {
  void operator()(UConverter* converter) const noexcept { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

// One that stops at what is not of the encoding; null where ICU has no such encoding.
Converter open_converter(char const* icu_name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(icu_name, &status));
  if (converter)
    ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  return converter;
}

// Nothing where one sequence is not of the encoding.
std::optional<std::u32string> decode_with(UConverter* converter, std::string_view bytes) {
  if (converter == nullptr) return std::nullopt;
  ucnv_resetToUnicode(converter);
  std::u16string units(bytes.size(), u'\0');  // no encoding of ours has more units than bytes
  auto* to = units.data();
  auto const* from = bytes.data();
  UErrorCode status = U_ZERO_ERROR;
  ucnv_toUnicode(converter, &to, units.data() + units.size(), &from, bytes.data() + bytes.size(), nullptr,
                 true, &status);
  if (U_FAILURE(status)) return std::nullopt;
  units.resize(std::size_t(to - units.data()));
  std::u32string out;
  out.reserve(units.size());
  for (std::size_t at = 0; at < units.size();) {
    UChar32 c = 0;
    U16_NEXT(units.data(), at, units.size(), c);
    out += char32_t(c);
  }
  return out;
}

// Single bytes by table, which ICU is asked for once: a call of it costs more than a short line.
using Characters = std::array<char32_t, 256>;
constexpr char32_t undefined = 0xFFFFFFFF;
Characters const& characters_of(std::size_t legacy) {
  static auto const tables = [] {
    std::array<Characters, legacies.size()> made{};
    for (std::size_t i = 0; i < legacies.size(); ++i) {
      if (!legacies[i].is_single_byte()) continue;
      auto const converter = open_converter(legacies[i].icu_name);
      for (unsigned byte = 0; byte < made[i].size(); ++byte) {
        char const one = char(byte);
        auto const decoded = decode_with(converter.get(), {&one, 1});
        made[i][byte] = decoded ? decoded->front() : undefined;
      }
    }
    return made;
  }();
  return tables[legacy];
}

std::optional<std::u32string> decode(std::size_t legacy, std::string_view bytes) {
  if (!legacies[legacy].is_single_byte()) {
    // Opening one costs more than decoding a line.
    thread_local std::array<Converter, legacies.size()> converters;
    auto& converter = converters[legacy];
    if (!converter) converter = open_converter(legacies[legacy].icu_name);
    return decode_with(converter.get(), bytes);
  }
  auto const& characters = characters_of(legacy);
  std::u32string out(bytes.size(), U'\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[i] = characters[static_cast<unsigned char>(bytes[i])];
    if (out[i] == undefined) return std::nullopt;
  }
  return out;
}

// 0x80..0xFF for what Latin-1 or windows-1252 has above ASCII, below 0x80 for ASCII; nothing for the rest.
std::optional<std::uint8_t> latin_byte(char32_t c) {
  if (c <= 0xFF) return std::uint8_t(c);
  auto const byte = byte_tables().front().high_byte_of(c);
  return byte == 0 ? std::nullopt : std::optional(byte);
}
bool is_ascii_letter(char32_t c) { return c < 0x80 && (c | 0x20) >= U'a' && (c | 0x20) <= U'z'; }

std::optional<LegacyReading> read_whole(std::u32string_view span) {
  std::string bytes;
  std::size_t odd = 0;
  std::size_t letters = 0;
  for (auto const c : span) {
    auto const byte = latin_byte(c);
    if (!byte) return std::nullopt;
    bytes += char(*byte);
    odd += *byte >= 0x80 ? 1 : 0;
    letters += *byte >= 0x80 || is_ascii_letter(c) ? 1 : 0;
  }
  if (odd < legacy_letters_min || odd * 2 < letters) return std::nullopt;

  std::optional<LegacyReading> best;
  double best_likeness = likeness_min;
  for (std::size_t i = 0; i < legacies.size(); ++i) {
    auto decoded = decode(i, bytes);
    if (!decoded) continue;
    auto const& legacy = legacies[i];
    auto likeness = legacy.likeness(*decoded);
    if (!legacy.is_single_byte())
      likeness *= 0.5 + 0.5 * first_level(bytes, legacy.common_min, legacy.common_max);
    if (likeness <= best_likeness) continue;
    best_likeness = likeness;
    best = LegacyReading{std::move(*decoded), legacy.name, 0};
    best->count = best->text.size();
  }
  return best;
}

// The longest part without a word of ASCII letters; words of one letter may be second bytes.
std::u32string_view longest_odd_span(std::u32string_view line, std::size_t& begin_out) {
  std::size_t best_begin = 0, best_end = 0, best_odd = 0;
  std::size_t begin = 0, odd = 0, last_odd = 0;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    bool const ends = at == line.size() || !latin_byte(line[at]) ||
                      (is_ascii_letter(line[at]) && at + 1 < line.size() && is_ascii_letter(line[at + 1]));
    if (ends) {
      if (odd > best_odd) best_odd = odd, best_begin = begin, best_end = last_odd + 1;
      odd = 0;
      continue;
    }
    if (line[at] < 0x80) continue;
    if (odd++ == 0) begin = at;
    last_odd = at;
  }
  begin_out = best_begin;
  return best_odd >= legacy_part_letters_min ? line.substr(best_begin, best_end - best_begin)
                                             : std::u32string_view();
}

}  // namespace

std::optional<LegacyReading> legacy_reading(std::u32string_view line) {
  if (auto whole = read_whole(line)) return whole;
  std::size_t begin = 0;
  auto const span = longest_odd_span(line, begin);
  if (span.empty() || span.size() == line.size()) return std::nullopt;
  auto part = read_whole(span);
  if (!part) return std::nullopt;
  std::u32string text(line.substr(0, begin));
  text += part->text;
  text += line.substr(begin + span.size());
  part->text = std::move(text);
  return part;
}

}  // namespace newsfold::clean
