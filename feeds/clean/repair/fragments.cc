#include "feeds/clean/repair/fragments.h"

#include "feeds/text/utf8.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

namespace newsfold::clean {
namespace {

constexpr std::size_t line_bytes_max = 400;   // longer lines are prose
constexpr std::size_t begin_bytes_max = 200;  // of a line that only begins like a fragment
constexpr std::size_t holds_bytes_max = 130;  // of a line that holds the words of one somewhere

constexpr char lexicon_bytes[] =
#include "feeds/clean/repair/data/fragments.inc"
    ;
constexpr std::string_view lexicon_text(lexicon_bytes, sizeof lexicon_bytes - 1);

// Folded to lower case, blanks collapsed, quotation marks made plain, marks at both ends taken off. `colon`
// tells whether the line held one behind its first words.
std::string normal_form(std::string_view line) {
  std::string out;
  bool blank = false;
  for (std::size_t at = 0; at < line.size();) {
    auto c = text::next_char(line, at);
    if (c == 0x2019 || c == 0x2018 || c == 0x02BC) c = U'\'';
    if (c == U' ' || c == U'\t' || c == 0xA0 || c == 0x3000 || c == 0x202F || c == 0x2009) {
      blank = !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    text::append_utf8(out, char32_t(u_foldCase(UChar32(c), U_FOLD_CASE_DEFAULT)));
  }
  auto const is_mark = [](unsigned char c) {
    return c < 0x80 && std::ispunct(c) != 0 && c != '$' && c != '%';
  };
  auto const is_edge = [&](std::string const& text, std::size_t at) {
    return is_mark(static_cast<unsigned char>(text[at])) || text[at] == ' ';
  };
  // Arrows, bullets, dashes and full stops of other scripts count as marks, too.
  constexpr auto wide_marks =
      std::to_array<std::string_view>({"…",  "—",  "–",  "•",  "»", "«", "→", "›", "‹", "▶", "►",
                                       "。", "：", "！", "？", "”", "“", "■", "▲", "▼", "|"});
  for (bool changed = true; changed && !out.empty();) {
    changed = false;
    while (!out.empty() && is_edge(out, out.size() - 1)) out.pop_back(), changed = true;
    auto begin = std::size_t{0};
    while (begin < out.size() && is_edge(out, begin)) ++begin;
    if (begin > 0) out.erase(0, begin), changed = true;
    for (auto const mark : wide_marks) {
      if (out.ends_with(mark)) out.resize(out.size() - mark.size()), changed = true;
      if (out.starts_with(mark)) out.erase(0, mark.size()), changed = true;
    }
  }
  return out;
}

std::optional<FragmentKind> kind_named(std::string_view name) {
  for (auto const kind :
       {FragmentKind::ad, FragmentKind::paywall, FragmentKind::related, FragmentKind::newsletter,
        FragmentKind::social, FragmentKind::nav, FragmentKind::cookie, FragmentKind::app,
        FragmentKind::sponsor, FragmentKind::copyright, FragmentKind::credit, FragmentKind::contact,
        FragmentKind::comments})
    if (to_string(kind) == name) return kind;
  return std::nullopt;
}

struct Phrase {
  std::string_view text;
  FragmentKind kind{};
};

struct Lexicon {
  std::unordered_map<std::string_view, FragmentKind> whole;
  std::vector<Phrase> begins;        // the line goes on
  std::vector<Phrase> begins_colon;  // the line goes on behind a colon
  std::vector<Phrase> holds;
};

// Lines "KIND MODE PHRASE": = the whole line, : the line up to a colon, ^ how the line begins, ~ anywhere in
// it.
Lexicon const& lexicon() {
  static auto const made = [] {
    Lexicon out;
    std::optional<FragmentKind> kind;
    auto rest = lexicon_text;
    while (!rest.empty()) {
      auto const end = std::min(rest.find('\n'), rest.size());
      auto const line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      auto const space = line.find(' ');
      if (space == std::string_view::npos || line.size() < space + 4) continue;
      kind = kind_named(line.substr(0, space));
      if (!kind) continue;
      auto const phrase = line.substr(space + 3);
      switch (line[space + 1]) {
        case '=': out.whole.emplace(phrase, *kind); break;
        case ':':
          out.begins_colon.push_back({phrase, *kind});
          out.whole.emplace(phrase, *kind);
          break;
        case '^': out.begins.push_back({phrase, *kind}); break;
        case '~': out.holds.push_back({phrase, *kind}); break;
        default: break;
      }
    }
    return out;
  }();
  return made;
}

// Sentences have an end; more than one sentence, or a long one, is prose that mentions the words.
bool is_prose(std::string_view line) {
  if (line.starts_with("“") || line.starts_with('"') || line.starts_with("«") || line.starts_with("„"))
    return true;
  auto const stop = line.find(". ");
  return line.size() > 90 && (stop != std::string_view::npos || line.ends_with('.'));
}

// "name@example.org", alone.
bool is_address(std::string_view form) {
  auto const at = form.find('@');
  return at != std::string_view::npos && at > 0 && form.find(' ') == std::string_view::npos &&
         form.find('.', at) != std::string_view::npos;
}

}  // namespace

std::optional<FragmentKind> classify_line(std::string_view line) {
  if (line.empty() || line.size() > line_bytes_max) return std::nullopt;
  auto const form = normal_form(line);
  if (form.empty()) return std::nullopt;
  if (is_address(form)) return FragmentKind::contact;
  auto const& words = lexicon();
  if (auto const found = words.whole.find(form); found != words.whole.end()) return found->second;
  if (form.size() <= begin_bytes_max) {
    for (auto const& phrase : words.begins_colon) {
      if (!form.starts_with(phrase.text)) continue;
      auto const rest = std::string_view(form).substr(phrase.text.size());
      if (rest.starts_with(":") || rest.starts_with(" :") || rest.starts_with("：")) return phrase.kind;
    }
    if (!is_prose(line))
      for (auto const& phrase : words.begins)
        if (form.starts_with(phrase.text)) return phrase.kind;
  }
  if (form.size() <= holds_bytes_max && !is_prose(line))
    for (auto const& phrase : words.holds)
      if (form.find(phrase.text) != std::string::npos) return phrase.kind;
  return std::nullopt;
}

}  // namespace newsfold::clean
