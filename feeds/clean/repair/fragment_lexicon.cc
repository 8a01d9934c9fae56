#include "feeds/clean/repair/fragment_lexicon.h"

#include "feeds/text/ascii.h"
#include "feeds/text/lines.h"
#include "feeds/text/utf8.h"

#include <unicode/uchar.h>

#include <algorithm>

namespace newsfold::clean {
namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
constexpr char lines_ar[] =
#include "embedded/data/fragments/ar.txt.inc"
    ;
constexpr char lines_da[] =
#include "embedded/data/fragments/da.txt.inc"
    ;
constexpr char lines_de[] =
#include "embedded/data/fragments/de.txt.inc"
    ;
constexpr char lines_en[] =
#include "embedded/data/fragments/en.txt.inc"
    ;
constexpr char lines_es[] =
#include "embedded/data/fragments/es.txt.inc"
    ;
constexpr char lines_fi[] =
#include "embedded/data/fragments/fi.txt.inc"
    ;
constexpr char lines_fr[] =
#include "embedded/data/fragments/fr.txt.inc"
    ;
constexpr char lines_he[] =
#include "embedded/data/fragments/he.txt.inc"
    ;
constexpr char lines_hi[] =
#include "embedded/data/fragments/hi.txt.inc"
    ;
constexpr char lines_it[] =
#include "embedded/data/fragments/it.txt.inc"
    ;
constexpr char lines_ja[] =
#include "embedded/data/fragments/ja.txt.inc"
    ;
constexpr char lines_ko[] =
#include "embedded/data/fragments/ko.txt.inc"
    ;
constexpr char lines_nl[] =
#include "embedded/data/fragments/nl.txt.inc"
    ;
constexpr char lines_no[] =
#include "embedded/data/fragments/no.txt.inc"
    ;
constexpr char lines_pl[] =
#include "embedded/data/fragments/pl.txt.inc"
    ;
constexpr char lines_pt[] =
#include "embedded/data/fragments/pt.txt.inc"
    ;
constexpr char lines_ru[] =
#include "embedded/data/fragments/ru.txt.inc"
    ;
constexpr char lines_sv[] =
#include "embedded/data/fragments/sv.txt.inc"
    ;
constexpr char lines_tr[] =
#include "embedded/data/fragments/tr.txt.inc"
    ;
constexpr char lines_uk[] =
#include "embedded/data/fragments/uk.txt.inc"
    ;
constexpr char lines_zh[] =
#include "embedded/data/fragments/zh.txt.inc"
    ;
#pragma GCC diagnostic pop
constexpr auto files = std::to_array<std::string_view>(
    {{lines_ar, sizeof lines_ar - 1}, {lines_da, sizeof lines_da - 1}, {lines_de, sizeof lines_de - 1},
     {lines_en, sizeof lines_en - 1}, {lines_es, sizeof lines_es - 1}, {lines_fi, sizeof lines_fi - 1},
     {lines_fr, sizeof lines_fr - 1}, {lines_he, sizeof lines_he - 1}, {lines_hi, sizeof lines_hi - 1},
     {lines_it, sizeof lines_it - 1}, {lines_ja, sizeof lines_ja - 1}, {lines_ko, sizeof lines_ko - 1},
     {lines_nl, sizeof lines_nl - 1}, {lines_no, sizeof lines_no - 1}, {lines_pl, sizeof lines_pl - 1},
     {lines_pt, sizeof lines_pt - 1}, {lines_ru, sizeof lines_ru - 1}, {lines_sv, sizeof lines_sv - 1},
     {lines_tr, sizeof lines_tr - 1}, {lines_uk, sizeof lines_uk - 1}, {lines_zh, sizeof lines_zh - 1}});

constexpr text::ByteSet ascii_marks(" !\"#&'()*+,-./:;<=>?@[\\]^_`{|}~");  // money and shares are none
// Arrows, bullets, dashes and full stops of other scripts count as marks, too.
constexpr std::u32string_view wide_marks = U"…—–•»«→›‹▶►。：！？”“■▲▼｜【】「」◆●※☞👉·↓⬇▽🔴\uFE0F";

bool is_mark(std::string_view text, std::size_t at) {
  if ((text[at] & 0x80) == 0) return ascii_marks.has(text[at]);
  return wide_marks.find(text::next_char(text, at)) != wide_marks.npos;
}

std::string_view without_marks(std::string_view text) {
  while (!text.empty()) {
    auto const last = text::char_begin(text, text.size());
    if (!is_mark(text, last)) break;
    text = text.substr(0, last);
  }
  std::size_t begin = 0;
  while (begin < text.size() && is_mark(text, begin)) (void)text::next_char(text, begin);
  return text.substr(begin);
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

bool is_blank(char32_t c) {
  return c == U' ' || c == U'\t' || c == 0xA0 || c == 0x3000 || c == 0x202F || c == 0x2009;
}

}  // namespace

std::string normal_form(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  bool blank = false;
  for (std::size_t at = 0; at < line.size();) {
    auto const byte = static_cast<unsigned char>(line[at]);
    if (byte < 0x80) {
      ++at;
      if (byte == ' ' || byte == '\t') {
        blank = !out.empty();
        continue;
      }
      if (blank) out += ' ';
      blank = false;
      out += char(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
      continue;
    }
    auto c = text::next_char(line, at);
    if (c == 0x2019 || c == 0x2018 || c == 0x02BC) c = U'\'';
    if (is_blank(c)) {
      blank = !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    text::append_utf8(out, char32_t(u_foldCase(UChar32(c), U_FOLD_CASE_DEFAULT)));
  }
  auto const kept = without_marks(out);
  if (kept.size() == out.size()) return out;
  return std::string(kept);
}

FragmentLexicon const& FragmentLexicon::instance() {
  static FragmentLexicon const made;
  return made;
}

FragmentLexicon::FragmentLexicon() {
  for (auto const lines : files) read(lines);
  whole_views_.reserve(whole_.size() * 2);
  for (auto const& [phrase, kind] : whole_) whole_views_.emplace(phrase, kind);
}

std::size_t FragmentLexicon::bucket(std::string_view text) noexcept {
  auto const first = static_cast<unsigned char>(text[0]);
  auto const second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0U;
  auto const third = text.size() > 2 ? static_cast<unsigned char>(text[2]) : 0U;
  return (first * 31U * 31U + second * 31U + third) & ((1U << 12) - 1);
}

void FragmentLexicon::read(std::string_view lines) {
  text::for_each_line(lines, [this](std::string_view line) {
    auto const space = line.find(' ');
    if (space == std::string_view::npos || line.size() < space + 4) return;
    auto const kind = kind_named(line.substr(0, space));
    if (!kind) return;
    std::string const phrase(line.substr(space + 3));
    if (phrase.size() < 3 && line[space + 1] != '=') return;
    switch (line[space + 1]) {
      case '=': whole_.emplace(normal_form(phrase), *kind); break;
      case ':':
        colons_[bucket(phrase)].push_back({phrase, *kind});
        whole_.emplace(normal_form(phrase), *kind);
        break;
      case '^': begins_[bucket(phrase)].push_back({phrase, *kind}); break;
      case '<': labels_[bucket(phrase)].push_back({phrase, *kind}); break;
      case '~': holds_[bucket(phrase)].push_back({phrase, *kind}); break;
      default: break;
    }
  });
}

std::optional<FragmentKind> FragmentLexicon::whole_line(std::string_view form) const {
  auto const found = whole_views_.find(form);
  return found == whole_views_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<FragmentKind> FragmentLexicon::up_to_colon(std::string_view form) const {
  for (auto const& phrase : colons_[bucket(form)]) {
    if (!form.starts_with(phrase.text)) continue;
    auto const rest = form.substr(phrase.text.size());
    if (rest.starts_with(":") || rest.starts_with(" :") || rest.starts_with("：") || rest.starts_with(" |"))
      return phrase.kind;
  }
  return std::nullopt;
}

std::optional<FragmentKind> FragmentLexicon::longest(Index const& index, std::string_view form) {
  Phrase const* best = nullptr;  // the longest says most
  for (auto const& phrase : index[bucket(form)])
    if (form.starts_with(phrase.text) && (best == nullptr || phrase.text.size() > best->text.size()))
      best = &phrase;
  return best == nullptr ? std::nullopt : std::optional(best->kind);
}

std::optional<FragmentKind> FragmentLexicon::beginning(std::string_view form) const {
  return longest(begins_, form);
}

std::optional<FragmentKind> FragmentLexicon::label_beginning(std::string_view form) const {
  return longest(labels_, form);
}

std::optional<FragmentKind> FragmentLexicon::anywhere(std::string_view form) const {
  for (std::size_t at = 0; at + 2 < form.size(); ++at) {
    auto const& phrases = holds_[bucket(form.substr(at))];
    for (auto const& phrase : phrases)
      if (form.substr(at).starts_with(phrase.text)) return phrase.kind;
  }
  return std::nullopt;
}

}  // namespace newsfold::clean
