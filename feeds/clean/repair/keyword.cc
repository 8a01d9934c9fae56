#include "feeds/clean/repair/keyword.h"

#include "feeds/text/ascii.h"
#include "feeds/text/ascii_run.h"
#include "feeds/text/utf8.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <vector>

namespace newsfold::clean {
namespace {

constexpr std::size_t uses_min = 3;
constexpr double share_of_foreign_min = 0.6;
constexpr std::size_t latin_uses_min = 3;
constexpr std::size_t keyword_part_min = 3;  // letters on each side of its hyphen
constexpr std::size_t keyword_part_max = 20;
constexpr double latin_share_min = 0.006;  // of the words
constexpr std::size_t word_bytes_about = 6;

constexpr char spam_bytes[] =
#include "embedded/data/spam_keywords.txt.inc"
    ;

bool is_small(char c) { return c >= 'a' && c <= 'z'; }

enum class Kind : unsigned char { other, latin, foreign };
Kind kind_of(char32_t c, bool in_run) {
  // Without the tables: Latin-1 and its extensions, and the scripts of most keywords.
  if (c < 0x250)
    return (c >= 0xC0 && c != 0xD7 && c != 0xF7) || c == 0xAA || c == 0xBA ? Kind::latin : Kind::other;
  if ((c >= 0x410 && c <= 0x44F) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3))
    return Kind::foreign;
  bool const letter = u_isalpha(UChar32(c)) != 0 || u_getCombiningClass(UChar32(c)) > 0;
  bool const mark = in_run && (U_GET_GC_MASK(UChar32(c)) & U_GC_M_MASK) != 0;
  if (!letter && !mark) return Kind::other;
  UErrorCode status = U_ZERO_ERROR;
  auto const script = uscript_getScript(UChar32(c), &status);
  if (script == USCRIPT_LATIN) return Kind::latin;
  return script == USCRIPT_COMMON || script == USCRIPT_INHERITED ? (mark ? Kind::foreign : Kind::other)
                                                                 : Kind::foreign;
}

bool begins_foreign(std::string_view text, std::size_t at) {
  auto const c = text::next_char(text, at);
  return c >= 0x80 && kind_of(c, false) == Kind::foreign;
}

// Latin letters and the signs of Latin texts begin with C2..CA, E1 B8..BB and E2 80..84 in UTF-8.
bool may_hold_foreign(std::string_view text) {
  for (auto at = text::ascii_run_end(text, 0); at < text.size(); at = text::ascii_run_end(text, at + 1)) {
    auto const byte = static_cast<unsigned char>(text[at]);
    auto const next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0U;
    if (byte < 0xCD || byte == 0xE2 || byte == 0xF0 || byte == 0xEF ||
        (byte == 0xE1 && next >= 0xB8 && next <= 0xBB))
      continue;
    return true;
  }
  return false;
}

// What makes more than half of `all`, by weight: if nothing does, anything. One pass and no memory, so that
// nobody can fill a table of ours with a thousand words (Boyer and Moore's vote).
template <class Weight>
std::string_view majority(std::vector<std::string_view> const& all, Weight weight_of) {
  std::string_view leading;
  std::size_t lead = 0;
  for (auto const one : all) {
    auto const weight = weight_of(one);
    if (one == leading) {
      lead += weight;
    } else if (weight <= lead) {
      lead -= weight;
    } else {
      leading = one;
      lead = weight - lead;
    }
  }
  return leading;
}

std::string foreign_keyword(std::string_view text) {
  std::vector<std::string_view> runs;
  std::size_t latin = 0;
  std::size_t foreign = 0;
  std::size_t run_begin = 0;
  bool in_run = false;
  auto close = [&](std::size_t end) {
    if (in_run) runs.push_back(text.substr(run_begin, end - run_begin));
    in_run = false;
  };
  for (std::size_t at = 0; at < text.size();) {
    auto const begin = at;
    if ((text[at] & 0x80) == 0) {
      at = text::ascii_run_end(text, at);
      for (char const c : text.substr(begin, at - begin)) latin += text::is_alpha(c) ? 1 : 0;
      // Keywords of two words: a blank between two foreign letters belongs to the run.
      bool const joins =
          in_run && at - begin == 1 && text[begin] == ' ' && at < text.size() && begins_foreign(text, at);
      if (!joins) close(begin);
      continue;
    }
    auto const kind = kind_of(text::next_char(text, at), in_run);
    if (kind == Kind::latin) ++latin;
    if (kind != Kind::foreign) {
      close(begin);
      continue;
    }
    ++foreign;
    if (!in_run) run_begin = begin;
    in_run = true;
    // A text of another script, mostly or whatever is to come: what it holds is no intruder.
    if ((foreign > 2000 && foreign > latin) || foreign * 2 > latin + (text.size() - at)) return {};
  }
  close(text.size());
  if (foreign == 0 || foreign * 2 > latin) return {};
  auto const keyword = majority(runs, [](std::string_view run) { return run.size(); });
  std::size_t uses = 0;
  std::size_t all = 0;
  for (auto const run : runs) {
    uses += run == keyword ? 1 : 0;
    all += run.size();
  }
  if (uses < uses_min || double(keyword.size() * uses) < share_of_foreign_min * double(all)) return {};
  return std::string(keyword);
}

// The longest ending (or beginning) that most of `words` have in common.
enum class Side : unsigned char { ending, beginning };
std::string common_part(std::vector<std::string_view> const& words, Side side) {
  std::string_view best;
  for (std::size_t n = keyword_part_min; n <= keyword_part_max; ++n) {
    std::vector<std::string_view> parts;
    for (auto const word : words)
      if (word.size() >= n)
        parts.push_back(side == Side::ending ? word.substr(word.size() - n) : word.substr(0, n));
    auto const part = majority(parts, [](std::string_view) { return std::size_t(1); });
    auto const count = std::size_t(std::count(parts.begin(), parts.end(), part));
    if (count * 10 < words.size() * 9) break;  // nor have they a longer one
    best = part;
  }
  return std::string(best);
}

struct Compound {
  std::string_view left, right;
  // What touches the hyphen is the same in every use, whatever word it stands in.
  std::string_view core_left() const { return left.substr(left.size() - keyword_part_min); }
  std::string_view core_right() const { return right.substr(0, keyword_part_min); }
  bool same_core(Compound const& other) const {
    return core_left() == other.core_left() && core_right() == other.core_right();
  }
};

// A compound that stands far too often, alone or inside words ("mcasino-onlineatics").
std::string latin_keyword(std::string_view text) {
  std::vector<Compound> compounds;
  for (auto at = text.find('-', 1); at != std::string_view::npos; at = text.find('-', at + 1)) {
    // Names have capitals ("Blu-ray"), keywords have none.
    if (at + 1 >= text.size() || !text::is_alpha(text[at - 1]) || !is_small(text[at + 1])) continue;
    auto begin = at;
    while (begin > 0 && text::is_alpha(text[begin - 1])) --begin;
    auto end = at + 1;
    while (end < text.size() && text::is_alpha(text[end])) ++end;
    if (at - begin < keyword_part_min || end - at - 1 < keyword_part_min) continue;
    compounds.push_back({text.substr(begin, at - begin), text.substr(at + 1, end - at - 1)});
  }
  auto const words = double(text.size() / word_bytes_about + 1);
  if (compounds.size() < latin_uses_min || double(compounds.size()) < latin_share_min * words) return {};
  auto by_core = compounds;
  std::sort(by_core.begin(), by_core.end(), [](Compound const& a, Compound const& b) {
    return std::pair(a.core_left(), a.core_right()) < std::pair(b.core_left(), b.core_right());
  });
  std::size_t most_begin = 0, most = 0;
  for (std::size_t begin = 0; begin < by_core.size();) {
    auto end = begin;
    while (end < by_core.size() && by_core[end].same_core(by_core[begin])) ++end;
    if (end - begin > most) most = end - begin, most_begin = begin;
    begin = end;
  }
  if (most < latin_uses_min || double(most) < latin_share_min * words) return {};
  std::vector<std::string_view> lefts;
  std::vector<std::string_view> rights;
  for (auto i = most_begin; i < most_begin + most; ++i) {
    lefts.push_back(by_core[i].left);
    rights.push_back(by_core[i].right);
  }
  auto keyword = common_part(lefts, Side::ending) + '-' + common_part(rights, Side::beginning);
  bool const capital =
      std::any_of(keyword.begin(), keyword.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return capital ? std::string() : keyword;
}

}  // namespace

std::string find_keyword(std::string_view text) {
  if (may_hold_foreign(text)) {
    auto keyword = foreign_keyword(text);
    if (!keyword.empty()) return keyword;
  }
  return latin_keyword(text);
}

bool is_spam_keyword(std::string_view keyword) {
  for (std::string_view rest(spam_bytes, sizeof spam_bytes - 1); !rest.empty();) {
    auto const end = std::min(rest.find('\n'), rest.size());
    if (end > 0 && keyword.find(rest.substr(0, end)) != std::string_view::npos) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace newsfold::clean
