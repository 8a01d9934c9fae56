#include "feeds/clean/repair/utf8_reading.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

namespace newsfold::clean {
namespace {

constexpr std::size_t tables_of_latin1 = 2;  // windows-1252 and iso-8859-1 come first

struct Range {
  char32_t first, last;
};
// What texts are made of. Phonetic letters, long s and the like come out of chance matches.
constexpr auto plausible_ranges = std::to_array<Range>({
    {0x80, 0x148},    {0x14A, 0x17E},     {0x192, 0x192},     {0x1A0, 0x1A1},   {0x1AF, 0x1B0},
    {0x218, 0x21B},   {0x2BB, 0x2BC},     {0x2C6, 0x2C7},     {0x2D8, 0x2DD},   {0x300, 0x30C},
    {0x335, 0x338},   {0x386, 0x3CE},     {0x401, 0x45F},     {0x490, 0x4E9},   {0x531, 0x587},
    {0x5B0, 0x5F4},   {0x600, 0x6FF},     {0x900, 0x10FF},    {0x1780, 0x17FF}, {0x1E80, 0x1EF9},
    {0x200B, 0x2044}, {0x207F, 0x207F},   {0x20A0, 0x20BF},   {0x2103, 0x2103}, {0x2116, 0x2116},
    {0x2122, 0x2122}, {0x2126, 0x212B},   {0x2190, 0x21FF},   {0x2200, 0x22FF}, {0x2310, 0x2310},
    {0x2320, 0x2321}, {0x2500, 0x27BF},   {0x3000, 0x30FF},   {0x3100, 0x312F}, {0x3400, 0x9FFF},
    {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0xFB00, 0xFB06},   {0xFE0F, 0xFE0F}, {0xFEFF, 0xFEFF},
    {0xFF00, 0xFFEF}, {0x1F000, 0x1FAFF}, {0x20000, 0x2FFFF},
});
bool is_plausible(char32_t c) {
  auto const* const range = std::lower_bound(plausible_ranges.begin(), plausible_ranges.end(), c,
                                             [](Range const& one, char32_t code) { return one.last < code; });
  return range != plausible_ranges.end() && c >= range->first;
}

// What a character is, a bit each.
using Traits = std::uint8_t;
constexpr Traits trait_letter = 1;
constexpr Traits trait_small = 2;
constexpr Traits trait_latin = 4;
constexpr Traits trait_quote = 8;
constexpr Traits trait_plausible = 16;

Traits look_up_traits(char32_t c) {
  if ((c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3)) return trait_letter | trait_plausible;
  Traits traits = is_plausible(c) ? trait_plausible : Traits(0);
  if ((c >= 0x2010 && c < 0x2070) || c == 0xAE || c == 0x2122 || c == 0xB4) traits |= trait_quote;
  // Signs that are letters by their category, "ª" and "º", are none in a word.
  bool const is_letter = c < 0x80    ? (c | 0x20) >= U'a' && (c | 0x20) <= U'z'
                         : c < 0x100 ? c >= 0xC0 && c != 0xD7 && c != 0xF7
                                     : u_isalpha(UChar32(c)) != 0;
  if (!is_letter) return traits;
  traits |= trait_letter;
  if (u_islower(UChar32(c)) != 0) traits |= trait_small;
  if (c < 0x250 || (c >= 0x1E00 && c < 0x1F00)) traits |= trait_latin;
  return traits;
}

// Of the characters that nearly all lines are made of.
constexpr char32_t tabled_end = 0x2700;
std::vector<Traits> const& traits_table() {
  static auto const table = [] {
    std::vector<Traits> made(tabled_end);
    for (char32_t c = 0; c < tabled_end; ++c) made[c] = look_up_traits(c);
    return made;
  }();
  return table;
}

// Punctuation of Latin and of East Asian texts.
bool is_punctuation_block(char32_t c) {
  return (c >= 0x2010 && c <= 0x2044) || c == 0x20AC || c == 0x2122 || (c >= 0x3000 && c <= 0x3020) ||
         (c >= 0xFF00 && c <= 0xFF20);
}
constexpr char32_t apostrophe = 0x2019;

// "voilÃ  le": of two blanks one was the letter's; of one it parts the words.
bool parts_words(std::u32string_view line, Sequence const& sequence) {
  auto const end = sequence.at + sequence.length;
  bool const more_blanks = end < line.size() && line[end] == U' ';
  return sequence.flattened && sequence.code == 0xE0 && !more_blanks;
}

class Reader {
 public:
  Reader(std::size_t table, std::u32string_view line, Spaces spaces)
      : table_(byte_tables()[table]), is_latin1_(table < tables_of_latin1), line_(line), spaces_(spaces) {
    out_.table = table;
  }

  Utf8Reading read(SurveyedLine const& line, double needed) {
    // A sequence has two characters above ASCII, or one and a space.
    auto to_come = line.high.size() + line.high_before_space + 1;
    for (std::size_t const at : line.high) {
      --to_come;
      if (at < last_end_) continue;
      if (out_.score() + double(to_come) / 2 < needed) return {};
      auto const sequence = sequence_at(at);
      if (sequence.length > 0 && fits(sequence)) {
        if (is_firm(sequence)) ++out_.firm;
        for (auto const c : line_.substr(at, sequence.length)) out_.strays += table_.is_stray(c) ? 1 : 0;
        out_.sequences.push_back(sequence);
        last_end_ = at + sequence.length;
        continue;
      }
      auto const c = line_[at];
      // A letter that did not take part speaks against this reading, a quotation mark hardly, a control
      // never.
      if (c >= 0xA0) out_.misses += c >= 0x2000 && c < 0x2070 ? 0.2 : c >= 0xC0 ? 1.0 : 0.4;
    }
    return std::move(out_);
  }

 private:
  bool is(char32_t c, Traits some) const {
    return ((c < tabled_end ? traits_[c] : look_up_traits(c)) & some) != 0;
  }
  bool is_letter(char32_t c) const { return is(c, trait_letter); }
  bool is_small(char32_t c) const { return is(c, trait_small); }
  bool is_latin(char32_t c) const { return is(c, trait_latin); }
  bool is_quote(char32_t c) const { return is(c, trait_quote); }

  std::uint8_t byte_at(std::size_t at) const {
    return at < line_.size() && line_[at] >= 0x80 ? table_.high_byte_of(line_[at]) : 0;
  }

  Sequence sequence_at(std::size_t at) const {
    Sequence found;
    found.at = at;
    auto const lead = byte_at(at);
    if (lead < 0xC2 || lead > 0xF4) return found;
    std::size_t const length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      auto next = byte_at(at + k);
      auto const c = at + k < line_.size() ? line_[at + k] : U'\0';
      if (c == 0xFFFD) {
        found.lost = true;
        next = 0x80;
      } else if (c == U' ' && k + 1 == length && may_be_flattened(lead)) {
        found.flattened = true;
        next = 0xA0;
      }
      if (next < 0x80 || next > 0xBF) return {};
      code = code << 6 | (next & 0x3FU);
    }
    if (length == 3 && code >= 0xD800 && code < 0xDC00) return surrogates_at(at, code);
    if (length == 3 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) return {};
    if (length == 4 && code < 0x10000) return {};
    found.code = found.lost ? char32_t(0xFFFD) : code;
    if (!found.lost && !is(code, trait_plausible)) return {};
    found.length = length;
    return found;
  }

  // CESU-8: a character beyond the first plane as two sequences of three.
  Sequence surrogates_at(std::size_t at, char32_t high) const {
    if (byte_at(at + 3) != 0xED) return {};
    auto const second = byte_at(at + 4);
    auto const third = byte_at(at + 5);
    if (second < 0xB0 || second > 0xBF || third < 0x80 || third > 0xBF) return {};
    char32_t const low = 0xD000 | (second & 0x3FU) << 6 | (third & 0x3FU);
    Sequence found;
    found.at = at;
    found.code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    found.length = is(found.code, trait_plausible) ? 6 : 0;
    return found;
  }

  // The last byte of "à" is a no-break space, which many a tool makes a space. Of other letters so only in a
  // line that is broken for certain.
  bool may_be_flattened(std::uint8_t lead) const {
    if (lead == 0xC3) return true;
    if (spaces_ == Spaces::strict) return false;
    return lead == 0xC2 || lead == 0xC5 || lead == 0xCE || lead == 0xD0 || lead == 0xD7 || lead >= 0xE0;
  }

  char32_t last_of(Sequence const& sequence) const {
    return parts_words(line_, sequence) ? U' ' : sequence.code;
  }

  // A letter of another script right behind a Latin one, alone, is no word of any language.
  bool fits(Sequence const& sequence) const {
    if (sequence.lost || sequence.code < 0x300 || !is_letter(sequence.code) || is_latin(sequence.code))
      return true;
    bool const follows = last_end_ == sequence.at && !out_.sequences.empty();
    auto const before = follows           ? last_of(out_.sequences.back())
                        : sequence.at > 0 ? line_[sequence.at - 1]
                                          : U' ';
    auto const end = sequence.at + sequence.length;
    auto const behind = end < line_.size() ? line_[end] : U' ';
    bool const touches_latin = is_latin(before) || (behind < 0x80 && is_letter(behind));
    return !touches_latin || byte_at(end) >= 0xC2 || (follows && !is_latin(before));
  }

  // Nobody writes this. "Ã©" in a word is an accent; "LÉ®", "Ó…", "Brontë…”" and "Рі" are what they say.
  bool is_firm(Sequence const& sequence) const {
    auto const at = sequence.at;
    auto const end = at + sequence.length;
    auto const lead = line_[at];
    auto const last = line_[end - 1];
    auto const before = at > 0 ? line_[at - 1] : U' ';
    auto const behind = end < line_.size() ? line_[end] : U' ';
    if (sequence.code > 0xFFFF) return true;
    // A letter of another script behind a Latin one: "signiп¬Ѓcantly".
    if (before < 0x80 && is_letter(before) && is_letter(lead) && !is_latin(lead)) return true;
    if (sequence.length > 2) return is_firm_triple(sequence, before);
    bool const rest_is_sign = !is_letter(last) && last != U' ';
    if (is_small(before) && !is_small(lead)) return true;
    if (!is_letter(before) && is_small(behind) && rest_is_sign &&
        (!is_quote(last) || (is_letter(lead) && last != apostrophe)))
      return true;
    if (is_latin1_ && lead == 0xC3 && last != U' ' && !is_quote(last)) return true;
    if (is_latin1_ && lead == 0xC3 && is_letter(behind) && is_letter(before) && last != U' ') return true;
    if (is_latin1_ && lead == 0xC2 && !is_letter(before) && rest_is_sign && !is_quote(last)) return true;
    return is_letter(before) && is_letter(behind) && rest_is_sign && !is_quote(last) && !is_small(lead);
  }

  bool is_firm_triple(Sequence const& sequence, char32_t before) const {
    auto const at = sequence.at;
    if (is_punctuation_block(sequence.code) || sequence.code == 0xFEFF || last_end_ == at) return true;
    bool const signs = !is_letter(line_[at + 1]) && !is_letter(line_[at + 2]);
    bool const symbol = sequence.code >= 0x2100 && sequence.code < 0x2C00;
    return signs && (symbol || (is_small(before) && is_latin(sequence.code)));
  }

  ByteTable const& table_;
  Traits const* traits_ = traits_table().data();
  bool is_latin1_;
  std::u32string_view line_;
  Spaces spaces_;
  std::size_t last_end_ = 0;  // behind the last sequence
  Utf8Reading out_;
};

}  // namespace

SurveyedLine::SurveyedLine(std::u32string_view line) : text(line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] < 0x80) continue;
    high.push_back(std::uint32_t(at));
    if (at + 1 < line.size() && line[at + 1] == U' ') ++high_before_space;
  }
}

Utf8Reading read_utf8_through(std::size_t table, SurveyedLine const& line, Spaces spaces, double needed) {
  return Reader(table, line.text, spaces).read(line, needed);
}

std::u32string decoded(std::u32string_view line, Utf8Reading const& reading) {
  std::u32string out;
  out.reserve(line.size());
  std::size_t copied = 0;
  for (auto const& sequence : reading.sequences) {
    out += line.substr(copied, sequence.at - copied);
    out += sequence.code;
    copied = sequence.at + sequence.length;
    if (parts_words(line, sequence)) out += U' ';
  }
  out += line.substr(copied);
  return out;
}

}  // namespace newsfold::clean
