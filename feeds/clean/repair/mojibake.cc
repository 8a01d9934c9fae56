#include "feeds/clean/repair/mojibake.h"

#include "feeds/clean/repair/code_tables.h"
#include "feeds/clean/repair/legacy.h"
#include "feeds/clean/repair/utf8_reading.h"
#include "feeds/text/ascii.h"
#include "feeds/text/ascii_run.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace newsfold::clean {
namespace {

constexpr int rounds_max = 3;
constexpr std::size_t tables_common = 2;  // the first tables: windows-1252 and Latin-1
constexpr std::size_t line_bytes_max = 64 * 1024;

bool is_believed(Utf8Reading const& reading, TableSet trusted) {
  if (reading.hits() == 0) return false;
  bool const known = (trusted >> reading.table & 1) != 0;
  if (known && (reading.firm > 0 || (reading.hits() > 1 && reading.score() > 0))) return true;
  bool const common = reading.table < tables_common;
  // A part of the line is broken, and its other letters are as they should be.
  if (reading.firm >= 2 && reading.misses <= (common ? 1.5 : 0.5) * double(reading.firm)) return true;
  if (reading.score() <= 0) return false;
  // One pair proves nothing beside letters that are whole.
  if (reading.hits() == 1) return reading.firm == 1 && reading.misses == 0;
  // A few pairs in a row may be a name in capitals ("ВІКІ"), a formula ("√π") or a decoration.
  return reading.firm > 0 || reading.hits() >= 3;
}

std::optional<Utf8Reading> best_utf8_reading(std::u32string_view text, TableSet tables, TableSet trusted) {
  std::optional<Utf8Reading> best;
  SurveyedLine const line(text);
  for (std::size_t table = 0; table < tables_max; ++table) {
    if ((tables >> table & 1) == 0) continue;
    // As good a reading is better only where it leaves fewer controls.
    auto needed = -std::numeric_limits<double>::infinity();
    if (best) needed = best->strays > 0 ? best->score() : std::nextafter(best->score(), 1e9);
    auto reading = read_utf8_through(table, line, Spaces::strict, needed);
    if (!is_believed(reading, trusted)) continue;
    if (!best || reading.score() > best->score() ||
        (reading.score() == best->score() && reading.strays < best->strays))
      best = std::move(reading);
  }
  if (best) {
    auto flattened = read_utf8_through(best->table, line, Spaces::flattened);
    if (flattened.hits() > best->hits()) best = std::move(flattened);
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

TableSet tables_for(std::u32string_view line) {
  auto const& roles = CharacterRoles::instance();
  CharacterRole one, two, three;  // of the characters before, the nearest first
  TableSet tables = 0;
  char32_t before = 0;
  for (auto const c : line) {
    CharacterRole role;
    if (c == 0xFFFD)
      role.rest = TableSet(~TableSet(0));
    else if (c >= 0x80)
      role = roles.of(c);
    else if (c == U' ' && before == 0xC3)
      role.rest = one.lead2;
    tables |= (one.lead2 & role.rest) | (two.lead3 & one.rest & role.rest) |
              (three.lead4 & two.rest & one.rest & role.rest);
    three = two;
    two = one;
    one = role;
    before = c;
  }
  return tables;
}

// What there is to look at in a line; nothing in nearly all lines of clean text. Cheap.
struct LineSigns {
  TableSet tables = 0;   // through which some part of the line reads as UTF-8
  bool control = false;  // C1 controls
  bool pairs = false;    // GBK punctuation read as Latin-1
  bool legacy = false;   // may be bytes of an encoding of legacy.h

  bool any() const noexcept { return tables != 0 || control || pairs || legacy; }
};

bool has_two_letters(std::string_view ascii) {
  return std::adjacent_find(ascii.begin(), ascii.end(), [](char a, char b) {
           return text::is_alpha(a) && text::is_alpha(b);
         }) != ascii.end();
}

// U+0800 to U+1FFF and U+3000 to U+CFFF, from Devanagari to Hangul: three bytes, and no table has them.
bool is_in_no_table(std::string_view line, std::size_t at) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(line[at + i]); };
  auto const lead = byte(0);
  if (lead < 0xE0 || lead > 0xEC || lead == 0xE2 || at + 2 >= line.size()) return false;
  return byte(1) >= (lead == 0xE0 ? 0xA0 : 0x80) && byte(1) < 0xC0 && (byte(2) & 0xC0) == 0x80;
}

LineSigns signs_of(std::string_view line) noexcept {
  auto const& roles = CharacterRoles::instance();
  LineSigns signs;
  CharacterRole one, two, three;
  char32_t before = 0;
  std::size_t latin = 0;  // characters that Latin-1 and windows-1252 have above ASCII
  std::size_t part = 0;   // of these, with no two ASCII letters between them
  std::size_t longest_part = 0;
  for (std::size_t at = 0; at < line.size();) {
    if ((line[at] & 0x80) == 0) {
      // Only what touches a character above ASCII matters.
      if (before == 0xC3 && line[at] == ' ') signs.tables |= one.lead2;
      if (before == 0xA8 && (line[at] == 'C' || line[at] == 'D')) signs.pairs = true;
      one = two = three = {};
      before = 0;
      auto const end = text::ascii_run_end(line, at);
      if (part > 0 && has_two_letters(line.substr(at, end - at))) part = 0;
      at = end;
      continue;
    }
    if (is_in_no_table(line, at)) {
      one = two = three = {};
      before = 0;
      part = 0;
      at += 3;
      continue;
    }
    auto const c = text::next_char(line, at);
    auto role = roles.of(c);
    if (c == 0xFFFD) role.rest = TableSet(~TableSet(0));
    signs.tables |= (one.lead2 & role.rest) | (two.lead3 & one.rest & role.rest) |
                    (three.lead4 & two.rest & one.rest & role.rest);
    if (c < 0xA0) signs.control = true;
    if (before == 0xA1 && c < 0xC0) signs.pairs = true;
    bool const is_byte = c <= 0xFF || ((role.lead2 | role.lead3 | role.lead4 | role.rest) & 1U) != 0;
    latin += is_byte ? 1 : 0;
    part = is_byte ? part + 1 : 0;
    longest_part = std::max(longest_part, part);
    three = two;
    two = one;
    one = role;
    before = c;
  }
  signs.legacy = longest_part >= legacy_part_letters_min ||
                 (latin >= legacy_letters_min &&
                  latin >= std::size_t(std::count_if(line.begin(), line.end(), text::is_alpha)));
  return signs;
}

}  // namespace

MojibakeFix undo_mojibake(std::string_view line, TableSet trusted) {
  MojibakeFix fix;
  if (line.size() > line_bytes_max) return fix;
  auto const signs = signs_of(line);
  if (!signs.any()) return fix;
  auto text = to_code_points(line);

  auto tables = signs.tables;
  for (int round = 0; round < rounds_max && tables != 0; ++round) {
    auto reading = best_utf8_reading(text, tables, trusted);
    if (!reading) break;
    text = decoded(text, *reading);
    fix.count += reading->hits();
    if (fix.mix_up.empty()) {
      fix.mix_up = "utf-8 as " + std::string(byte_tables()[reading->table].name());
      // The common two differ in a few bytes: a text broken by one has lines that show no difference.
      fix.tables = reading->table < tables_common ? TableSet((1U << tables_common) - 1)
                                                  : TableSet(1U << reading->table);
    }
    tables = tables_for(text);
  }
  if (fix.count == 0 && signs.legacy) {
    if (auto legacy = legacy_reading(text)) {
      text = std::move(legacy->text);
      fix.count += legacy->count;
      fix.mix_up = std::string(legacy->encoding) + " as iso-8859-1";
    }
  }
  if (signs.pairs) {
    if (auto const count = mend_gbk_punctuation(text); count > 0) {
      fix.count += count;
      if (fix.mix_up.empty()) fix.mix_up = "gbk as iso-8859-1";
    }
  }
  if (signs.control || fix.count > 0) {
    if (auto const count = mend_c1(text); count > 0) {
      fix.count += count;
      if (fix.mix_up.empty()) fix.mix_up = "windows-1252 as iso-8859-1";
    }
  }
  if (fix.count > 0) fix.text = to_utf8(text);
  fix.in_doubt = fix.count == 0 && signs.tables != 0;
  return fix;
}

}  // namespace newsfold::clean
