#include "feeds/clean/repair/mojibake.h"

#include "feeds/clean/repair/code_tables.h"

#include <unicode/uchar.h>

#include <array>
#include <optional>
#include <vector>

namespace newsfold::clean {
namespace {

constexpr int rounds_max = 3;
constexpr std::ptrdiff_t tables_common = 2;  // the first tables: windows-1252 and Latin-1
constexpr std::size_t line_bytes_max = 64 * 1024;

struct Reading {
  std::u32string text;
  std::string_view mix_up;
  std::uint64_t hits = 0;
  double misses = 0;
  bool firm = false;  // at least one of the hits can hardly be chance
  double score() const { return double(hits) - 2 * misses; }
};

// A code point that text is made of, as opposed to what a chance match gives.
bool plausible(char32_t c) {
  if (c < 0xA0 || (c >= 0xE000 && c < 0xF900) || c > 0x1FAFF) return false;
  return (c & 0xFFFE) != 0xFFFE;
}

bool is_small(char32_t c) { return c < 0x80 ? c >= U'a' && c <= U'z' : u_islower(UChar32(c)) != 0; }

// "Ã©" in the middle of a word is an accent; "LÉ®", "Ó…" and "Brontë…”" are what they say.
bool stands_in_word(std::u32string_view line, std::size_t begin, std::size_t end) {
  auto const last = line[end - 1];
  if ((last >= 0x2010 && last < 0x2070) || last == 0xAE || last == 0x2122 || last == 0xB4) return false;
  bool const before = begin > 0 && is_small(line[begin - 1]);
  bool const behind = end < line.size() && is_small(line[end]);
  bool const starts_line_word = begin == 0 || line[begin - 1] == U' ';
  return before || (behind && starts_line_word && u_isalpha(UChar32(line[begin])) != 0);
}

// Reads `line` as if its characters were bytes of `table`: each run of them that is a UTF-8 sequence becomes
// its code point.
Reading read_utf8_through(ByteTable const& table, std::u32string_view line) {
  Reading reading;
  reading.mix_up = table.name();
  reading.text.reserve(line.size());
  for (std::size_t i = 0; i < line.size();) {
    auto const c = line[i];
    auto const lead = c < 0x80 ? std::optional<std::uint8_t>() : table.byte_of(c);
    std::size_t length = 0;
    char32_t code = 0;
    if (lead && *lead >= 0xC2 && *lead <= 0xF4) {
      length = *lead < 0xE0 ? 2 : *lead < 0xF0 ? 3 : 4;
      code = *lead & (0xFF >> (length + 1));
      for (std::size_t k = 1; k < length; ++k) {
        auto next = i + k < line.size() ? table.byte_of(line[i + k]) : std::nullopt;
        // A no-break space is often flattened to a space on the way.
        if (i + k < line.size() && line[i + k] == U' ' && k + 1 == length && length == 2 && *lead == 0xC3)
          next = 0xA0;
        if (!next || *next < 0x80 || *next > 0xBF) {
          length = 0;
          break;
        }
        code = code << 6 | (*next & 0x3F);
      }
      if (length == 3 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) length = 0;
      if (length == 4 && code < 0x10000) length = 0;
      bool const control = code >= 0x80 && code < 0xA0;
      if (length > 0 && !plausible(code) && !control) length = 0;
    }
    if (length > 0) {
      reading.text += code;
      reading.hits += 1;
      if (length > 2 || stands_in_word(line, i, i + length)) reading.firm = true;
      bool const flattened = line[i + length - 1] == U' ';
      i += flattened ? length - 1 : length;
      continue;
    }
    // A letter that did not take part speaks against this reading, a quotation mark hardly.
    if (c >= 0x80) reading.misses += c >= 0x2000 && c < 0x2070 ? 0.2 : c >= 0xC0 ? 1.0 : 0.4;
    reading.text += c;
    ++i;
  }
  return reading;
}

std::optional<Reading> best_utf8_reading(std::u32string_view line) {
  std::optional<Reading> best;
  for (auto const& table : byte_tables()) {
    auto reading = read_utf8_through(table, line);
    if (reading.hits == 0 || reading.score() <= 0) continue;
    // A few pairs in a row may be a name in capitals ("ВІКІ"), a formula ("√π") or a decoration.
    bool const common = &table < byte_tables().data() + tables_common;
    if (!reading.firm && reading.hits < 3) continue;
    if (!common && reading.hits < 2 && !(reading.firm && reading.misses == 0)) continue;
    if (!best || reading.score() > best->score()) best = std::move(reading);
  }
  return best;
}

// Pairs that GBK punctuation becomes when it is read as Latin-1, inside text of another language. None of
// them stands in any language's own text.
struct Pair {
  char32_t first, second, meant;
};
constexpr auto gbk_punctuation = std::to_array<Pair>({
    {0xA1, 0xAE, 0x2018},
    {0xA1, 0xAF, 0x2019},
    {0xA1, 0xB0, 0x201C},
    {0xA1, 0xB1, 0x201D},
    {0xA1, 0xAA, 0x2014},
    {0xA1, 0xAD, 0x2026},
    {0xA1, 0xA4, 0x00B7},
    {0xA8, U'C', 0x2013},
    {0xA8, U'D', 0x2015},
    {0xA1, 0xA3, 0x3002},
});

std::uint64_t mend_gbk_punctuation(std::u32string& line) {
  std::uint64_t count = 0;
  std::size_t out = 0;
  for (std::size_t i = 0; i < line.size(); ++i, ++out) {
    line[out] = line[i];
    if (line[i] != 0xA1 && line[i] != 0xA8) continue;
    for (auto const& pair : gbk_punctuation) {
      if (line[i] != pair.first || i + 1 >= line.size() || line[i + 1] != pair.second) continue;
      // "¨C" before a letter may be a diaeresis that lost its vowel: a dash stands between blanks or digits.
      if (pair.first == 0xA8 && i + 2 < line.size() && line[i + 2] >= U'a' && line[i + 2] <= U'z') break;
      line[out] = pair.meant;
      ++i;
      ++count;
      break;
    }
  }
  line.resize(out);
  return count;
}

// C1 controls are never meant: the text was windows-1252 and was read as Latin-1.
std::uint64_t mend_c1(std::u32string& line) {
  std::uint64_t count = 0;
  for (auto& c : line) {
    if (c < 0x80 || c > 0x9F) continue;
    auto const meant = windows_1252(std::uint8_t(c));
    if (meant == 0) continue;
    c = meant;
    ++count;
  }
  return count;
}

bool may_be_broken(std::u32string_view line) {
  for (auto const c : line)
    if (c >= 0x80) return true;
  return false;
}

}  // namespace

MojibakeFix undo_mojibake(std::string_view line) {
  MojibakeFix fix;
  if (line.size() > line_bytes_max) return fix;
  auto text = to_code_points(line);
  if (!may_be_broken(text)) return fix;

  for (int round = 0; round < rounds_max; ++round) {
    auto reading = best_utf8_reading(text);
    if (!reading) break;
    text = std::move(reading->text);
    fix.count += reading->hits;
    if (fix.mix_up.empty()) fix.mix_up = "utf-8 as " + std::string(reading->mix_up);
  }
  if (fix.count == 0) {
    if (auto legacy = legacy_reading(text)) {
      text = std::move(legacy->text);
      fix.count += legacy->count;
      fix.mix_up = std::string(legacy->encoding) + " as iso-8859-1";
    }
  }
  if (auto const count = mend_gbk_punctuation(text); count > 0) {
    fix.count += count;
    if (fix.mix_up.empty()) fix.mix_up = "gbk as iso-8859-1";
  }
  if (auto const count = mend_c1(text); count > 0) {
    fix.count += count;
    if (fix.mix_up.empty()) fix.mix_up = "windows-1252 as iso-8859-1";
  }
  if (fix.count > 0) fix.text = to_utf8(text);
  return fix;
}

}  // namespace newsfold::clean
