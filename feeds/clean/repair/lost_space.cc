#include "feeds/clean/repair/lost_space.h"

#include "feeds/text/ascii.h"
#include "feeds/text/utf8.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace newsfold::clean {
namespace {

// Written without blanks between words: a question mark between two of their characters is one.
bool is_of_unspaced_script(char32_t c) {
  return (c >= 0x0E00 && c < 0x10A0) || (c >= 0x1780 && c < 0x1800) ||  // Thai to Burmese, Khmer
         (c >= 0x2E80 && c < 0x3130) || (c >= 0x3190 && c < 0xA000) ||  // kana, Han
         (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF66 && c < 0xFFA0) || c >= 0x20000;
}
// A letter, digit or accent of a script that parts words.
bool is_word(char32_t c) {
  return (U_GET_GC_MASK(UChar32(c)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0 &&
         !is_of_unspaced_script(c);
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Beyond the ends of the text there are line breaks.
char32_t character_before(std::string_view text, std::size_t at) {
  if (at == 0) return U'\n';
  auto begin = text::char_begin(text, at);
  return text::next_char(text, begin);
}
char32_t character_at(std::string_view text, std::size_t at) {
  return at < text.size() ? text::next_char(text, at) : U'\n';
}

// A word with a mark of these is an address, not prose. Each word is looked at once, however many marks it
// holds: asked about places in ascending order.
class Addresses {
 public:
  explicit Addresses(std::string_view text) : text_(text) {}

  bool hold(std::size_t at) {
    if (at < end_) return is_address_;
    auto begin = at;
    while (begin > end_ && !is_blank(text_[begin - 1])) --begin;
    end_ = at;
    while (end_ < text_.size() && !is_blank(text_[end_])) ++end_;
    auto const word = text_.substr(begin, end_ - begin);
    auto const has = [word](std::string_view mark) { return word.find(mark) != std::string_view::npos; };
    is_address_ = has("://") || has("www.") || has("=") || has("@") || (has("/") && has("."));
    return is_address_;
  }

 private:
  std::string_view text_;
  std::size_t end_ = 0;  // of the word that was looked at last
  bool is_address_ = false;
};

enum class Mark : std::uint8_t {
  question,  // a question mark
  space,     // stands between two words, where none belongs
  nothing,   // behind the end of a sentence
};

// "Corp.?", "the U.S.?": the full stop is the word's, and the question mark may be one.
bool ends_abbreviation(std::string_view text, std::size_t end) {
  if (end == 0 || text[end - 1] != '.') return false;
  auto const letters_end = end - 1;
  auto begin = letters_end;
  constexpr std::size_t letters_max = 5;
  while (begin > 0 && letters_end - begin < letters_max && text::is_alpha(text[begin - 1])) --begin;
  auto const word = text.substr(begin, letters_end - begin);
  if (word.size() == 1) return true;
  constexpr auto abbreviations = std::to_array<std::string_view>(
      {"Inc", "Corp", "Co", "Ltd", "Plc", "plc", "Bros", "Jr", "Sr", "Dr", "Prof", "St", "etc", "vs"});
  return std::find(abbreviations.begin(), abbreviations.end(), word) != abbreviations.end();
}

// Of a sentence or a part of one, also in quotation marks: “... he said.”
bool ends_sentence_before(std::string_view text, std::size_t at) {
  auto last = character_before(text, at);
  bool const quoted = last == U'”' || last == U'"';
  if (quoted) last = character_before(text, at - (last == U'"' ? 1 : 3));
  return last == U'.' || last == U',' || last == U';' || last == U':' ||
         (quoted && (last == U'!' || last == U'?'));
}

Mark read_mark(std::string_view text, std::size_t at, std::size_t end, Addresses& addresses) {
  if (addresses.hold(at)) return Mark::question;
  auto const before = character_before(text, at);
  auto const after = character_at(text, end);
  // "from?“Belt": an opening quotation mark follows, which no question does without a space. In other
  // languages the same marks close: "wahr?“ fragte er".
  bool const opens = (after == U'“' || after == U'‘') && is_word(character_at(text, end + 3));
  if (is_word(before)) return is_word(after) || opens ? Mark::space : Mark::question;
  // "...?" trails off; ".?" ends a sentence twice.
  bool const trails = text.substr(0, at).ends_with("..");
  if (trails || !ends_sentence_before(text, at)) return Mark::question;
  if (end == text.size() || is_blank(text[end])) return Mark::nothing;
  return is_word(after) || opens ? Mark::space : Mark::question;
}

}  // namespace

std::uint64_t restore_lost_spaces(std::string& text, std::size_t lost_min) {
  struct Found {
    std::size_t at, end;
    Mark mark;
  };
  std::vector<Found> found;
  Addresses addresses(text);
  std::size_t lost = 0;
  std::size_t firm = 0;  // of these
  for (auto at = text.find('?'); at != std::string::npos; at = text.find('?', at)) {
    auto end = at;
    while (end < text.size() && text[end] == '?') ++end;
    auto const mark = read_mark(text, at, end, addresses);
    if (mark != Mark::question) ++lost;
    if (mark != Mark::question && !ends_abbreviation(text, at)) ++firm;
    found.push_back({at, end, mark});
    at = end;
  }
  if (firm < lost_min || firm == 0) return 0;
  std::string out;
  std::size_t copied = 0;
  for (auto const& one : found) {
    if (one.mark == Mark::question) continue;
    out.append(text, copied, one.at - copied);
    if (one.mark == Mark::space) out += ' ';
    copied = one.end;
  }
  out.append(text, copied, std::string::npos);
  text = std::move(out);
  return lost;
}

}  // namespace newsfold::clean
