#include "feeds/clean/metadata/byline.h"

#include "feeds/clean/metadata/phrase_table.h"
#include "feeds/text/ascii.h"
#include "feeds/text/date_find.h"
#include "feeds/text/entities.h"
#include "feeds/text/utf8.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

namespace newsfold::clean {
namespace {

constexpr std::size_t byline_bytes_max = 600;
constexpr std::size_t names_max = 24;
constexpr std::size_t name_bytes_max = 90;
constexpr std::size_t name_words_max = 6;

constexpr char words_bytes[] =
#include "feeds/clean/metadata/data/byline_words.inc"
    ;

// Phrases by their first byte, longest first.
using Phrases = std::array<std::vector<std::string_view>, 256>;
std::size_t start_of(std::string_view text) { return static_cast<unsigned char>(text.front()); }

struct Words {
  Phrases by, colon;
  std::vector<std::string_view> credit;
  std::unordered_set<std::string_view> conjunction, behind, role, nobody, degree;
};

Words const& words() {
  static auto const made = [] {
    Words out;
    each_row({words_bytes, sizeof words_bytes - 1}, [&](std::string_view kind, std::string_view phrase) {
      if (kind == "by") out.by[start_of(phrase)].push_back(phrase);
      if (kind == "colon") out.colon[start_of(phrase)].push_back(phrase);
      if (kind == "credit") out.credit.push_back(phrase);
      if (kind == "and") out.conjunction.insert(phrase);
      if (kind == "behind") out.behind.insert(phrase);
      if (kind == "role") out.role.insert(phrase);
      if (kind == "nobody") out.nobody.insert(phrase);
      if (kind == "degree") out.degree.insert(phrase);
    });
    auto const longest_first = [](std::string_view a, std::string_view b) { return a.size() > b.size(); };
    for (auto* phrases : {&out.by, &out.colon})
      for (auto& it : *phrases) std::stable_sort(it.begin(), it.end(), longest_first);
    std::stable_sort(out.credit.begin(), out.credit.end(), longest_first);
    return out;
  }();
  return made;
}

std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();)
    text::append_utf8(out, char32_t(u_foldCase(UChar32(text::next_char(text, at)), U_FOLD_CASE_DEFAULT)));
  return out;
}

// Blanks of every kind become one, invisible characters go, markup goes, references are decoded.
std::string normal_text(std::string_view raw) {
  std::string decoded;
  auto const plain = raw.substr(0, byline_bytes_max);
  bool inside_tag = false;
  for (char const c : plain) {
    if (c == '<') inside_tag = true;
    if (!inside_tag) decoded += c;
    if (c == '>' && inside_tag) {
      inside_tag = false;
      decoded += ' ';
    }
  }
  if (decoded.find('&') != std::string::npos) decoded = text::decode_entities(decoded);
  std::string out;
  int parentheses = 0;
  for (std::size_t at = 0; at < decoded.size();) {
    auto const c = text::next_char(decoded, at);
    bool const invisible =
        (c >= 0x200B && c <= 0x200F) || c == 0xFEFF || c == 0xAD || (c >= 0x202A && c <= 0x202E);
    if (invisible || c == text::replacement_character) continue;
    if (c == U'(' || c == U'（') ++parentheses;
    if (c == U')' || c == U'）') {
      parentheses = std::max(0, parentheses - 1);
      continue;
    }
    if (parentheses > 0) continue;
    if (c != byline_piece && c != byline_link && u_isUWhiteSpace(UChar32(c))) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      text::append_utf8(out, c);
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool is_wide(char32_t c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
         (c >= 0xF900 && c <= 0xFAFF);
}

char32_t first_char(std::string_view text) {
  std::size_t at = 0;
  return text.empty() ? U' ' : text::next_char(text, at);
}

// Does `text`, which begins with `phrase`, go on with something that is no letter? In scripts without
// blanks anything may follow.
bool ends_word(std::string_view text, std::size_t phrase_bytes, std::string_view phrase) {
  if (phrase_bytes >= text.size()) return true;
  if (is_wide(first_char(phrase))) return true;
  auto const next = first_char(text.substr(phrase_bytes));
  return !u_isalnum(UChar32(next)) && next != U'\'' && next != U'’' && next != U'-';
}

// Blanks and marks at both ends; a full stop behind an initial or a degree stays.
std::string_view trimmed(std::string_view text) {
  for (bool changed = true; changed && !text.empty();) {
    changed = false;
    while (!text.empty() &&
           (text::is_space(text.front()) || (std::ispunct(static_cast<unsigned char>(text.front())) &&
                                             text.front() != '"' && text.front() != '(')))
      text.remove_prefix(1), changed = true;
    while (!text.empty() && (text::is_space(text.back()) ||
                             (std::ispunct(static_cast<unsigned char>(text.back())) && text.back() != '.' &&
                              text.back() != '"' && text.back() != ')' && text.back() != '!')))
      text.remove_suffix(1), changed = true;
    for (std::string_view const mark :
         {"«", "»", "•", "·", "–", "—", "：", "，", "、", "／", "｜", "▪", "●", "│", "→", "›"}) {
      if (text.starts_with(mark)) text.remove_prefix(mark.size()), changed = true;
      if (text.ends_with(mark)) text.remove_suffix(mark.size()), changed = true;
    }
  }
  return text;
}

enum class Lead : unsigned char { none, weak, strong };

// Takes words such as "Von" and "Author:" off the front. A lead of several words or with a colon is strong:
// it stands before names and before nothing else.
Lead take_lead(std::string_view& text) {
  auto taken = Lead::none;
  for (bool changed = true; changed;) {
    changed = false;
    text = trimmed(text);
    auto const head = folded(text.substr(0, 80));
    auto const take = [&](std::string_view phrase, bool needs_colon) {
      if (!head.starts_with(phrase)) return false;
      // Folding may change a letter's length: the cut must fall between letters of the text, too.
      bool const cuts = phrase.size() < text.size() && text::is_continuation(text[phrase.size()]);
      if (phrase.size() > text.size() || cuts) return false;
      if (!ends_word(text, phrase.size(), phrase)) return false;
      auto rest = text.substr(phrase.size());
      auto const after = text::trim(rest);
      bool const colon = after.starts_with(':') || after.starts_with("：") || after.starts_with('/') ||
                         after.starts_with("／") || after.starts_with('|');
      if (needs_colon && !colon) return false;
      text = rest;
      bool const strong = colon || phrase.find(' ') != std::string_view::npos || is_wide(first_char(phrase));
      taken = strong || taken == Lead::strong ? Lead::strong : Lead::weak;
      return true;
    };
    if (head.empty()) break;
    for (auto const phrase : words().by[start_of(head)])
      if (take(phrase, false)) {
        changed = true;
        break;
      }
    auto const& colon = words().colon[start_of(head)];
    for (std::size_t i = 0; !changed && i < colon.size(); ++i) changed = take(colon[i], true);
  }
  return taken;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    auto const end = std::min(text.find(' '), text.size());
    if (end > 0) out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string joined(std::vector<std::string_view> const& parts, std::size_t begin, std::size_t end) {
  std::string out;
  for (auto i = begin; i < end; ++i) {
    if (!out.empty()) out += ' ';
    out += parts[i];
  }
  return out;
}

bool is_degree(std::string_view part) {
  auto const word = folded(part);
  auto const all = split_words(word);
  return !all.empty() &&
         std::all_of(all.begin(), all.end(), [](auto one) { return words().degree.contains(one); });
}

// Parts between commas, semicolons, bars and the like.
std::vector<std::string> split_at_marks(std::string_view text) {
  std::vector<std::string> out(1);
  for (std::size_t at = 0; at < text.size();) {
    auto const begin = at;
    auto const c = text::next_char(text, at);
    bool const mark =
        c == ',' || c == ';' || c == '|' || c == U'•' || c == U'·' || c == U'、' || c == U'，' ||
        c == U'｜' || c == U'▪' || c == U'●' || c == U'،' || c == U'؛' || c == U'│' || c == '\n' ||
        c == U'；' || (c == '&' && at < text.size() && text[at] == ' ') || c == '/' || c == U'／' ||
        c == U'–' || c == U'—' ||
        (c == '-' && begin > 0 && text[begin - 1] == ' ' && at < text.size() && text[at] == ' ');
    if (mark)
      out.emplace_back();
    else
      out.back().append(text.substr(begin, at - begin));
  }
  return out;
}

bool is_small_letter_word(std::string_view word) {
  auto const c = first_char(word);
  return u_islower(UChar32(c)) != 0;
}

// "Ada Quay und Bo Pier" to two; the word must stand between names, that is not at an end.
void split_at_words(std::string_view part, std::vector<std::string>& out) {
  auto const all = split_words(part);
  std::size_t begin = 0;
  for (std::size_t i = 1; i + 1 < all.size(); ++i) {
    auto const word = folded(all[i]);
    if (!words().conjunction.contains(word) || i == begin) continue;
    // One letter or two may stand inside a name: "Ortega y Gasset", "Puig i Cadafalch".
    bool const safe = word.size() > 2 || (i - begin >= 2 && all.size() - i > 2) || first_char(word) > 0x7F;
    if (!safe || (word.size() <= 2 && !is_small_letter_word(all[i]))) continue;
    out.push_back(joined(all, begin, i));
    begin = i + 1;
  }
  out.push_back(joined(all, begin, all.size()));
}

bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), text::is_digit); }

// "Illustration", "Foto": one word that begins a credit.
bool is_credit_word(std::string_view word) {
  auto const& all = words().credit;
  return std::find(all.begin(), all.end(), trimmed(word)) != all.end();
}

// Cuts what follows a name: "in Berlin", "Senior Editor", "(AP)", an address.
std::string name_alone(std::string_view part, NameSource source, bool& is_function) {
  is_function = false;
  auto text = std::string(trimmed(part));
  if (auto const at = text.find(" ("); at != std::string::npos && at > 2) text.resize(at);
  if (auto const at = text.find("（"); at != std::string::npos && at > 2) text.resize(at);
  if (text.starts_with('@') && source != NameSource::declared) return {};
  auto all = split_words(text);
  std::size_t keep = all.size();
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto const word = folded(all[i]);
    bool const address =
        all[i].find('@') != std::string_view::npos || word.starts_with("http") || word.starts_with("www.");
    if (i > 0 && is_credit_word(word)) {
      keep = i;
      break;
    }
    bool const follows = i > 0 && (words().behind.contains(word) &&
                                   (is_small_letter_word(all[i]) || source != NameSource::declared));
    if (address && i == 0) return {};
    if (!address && !follows) continue;
    keep = i;
    break;
  }
  for (std::size_t i = 0; i < keep; ++i) {
    auto const word = folded(trimmed(all[i]));
    if (!words().role.contains(word)) continue;
    // A role behind a name ends it; in front of one, or alone, the part is a function.
    if (i >= 2 || (i == 1 && is_wide(first_char(word)))) {
      keep = i;
      break;
    }
    is_function = true;
  }
  auto name = std::string(trimmed(joined(all, 0, keep)));
  while (name.size() > 4 && name.ends_with('.') && !is_degree(name.substr(name.rfind(' ') + 1)) &&
         name[name.size() - 2] != '.' && name.size() - name.rfind(' ') > 3)
    name.pop_back();
  return name;
}

bool looks_like_name(std::string_view name, NameSource source) {
  if (name.empty() || name.size() > name_bytes_max) return false;
  auto const all = split_words(name);
  if (all.empty() || all.size() > name_words_max) return false;
  std::size_t letters = 0;
  bool wide = false;
  for (std::size_t at = 0; at < name.size();) {
    auto const c = text::next_char(name, at);
    if (u_isalpha(UChar32(c))) ++letters;
    wide |= is_wide(c);
    if (source != NameSource::declared && (c == '?' || c == '!' || c == ':' || c == U'？' || c == U'。'))
      return false;
  }
  if (letters < 2) return false;
  if (source == NameSource::declared) return true;
  if (has_digit(name)) return false;
  if (wide) return letters <= 12 && all.size() <= 4;
  // In running text only what stands inside names may be small: "von der", "de la", "bin".
  static constexpr auto particles = std::to_array<std::string_view>(
      {"af",  "al",  "av",  "ben", "bin", "da", "dal", "de",  "del", "della", "den",
       "der", "di",  "do",  "dos", "du",  "e",  "el",  "i",   "ibn", "la",    "le",
       "los", "ten", "ter", "van", "von", "y",  "zu",  "zum", "zur"});
  std::size_t small = 0;
  std::size_t capitals = 0;
  for (auto const word : all) {
    if (source == NameSource::running && is_small_letter_word(word) &&
        (std::find(particles.begin(), particles.end(), word) == particles.end() || word == all.front()))
      return false;
    auto const c = UChar32(first_char(word));
    if (u_islower(c)) ++small;
    if (u_isupper(c) || u_istitle(c)) ++capitals;
  }
  // Scripts without capitals: by length alone.
  if (small + capitals == 0) return all.size() <= 5;
  if (source == NameSource::printed && all.size() == 1) return capitals == 1 || name.size() <= 20;
  return capitals >= 1 && small <= 2 && small < capitals + (capitals >= 2 ? 1 : 0) &&
         !u_islower(UChar32(first_char(all.back())));
}

void add(std::vector<std::string>& names, std::string name);

// "宋怡 杨志华" are two: names of those scripts have no blanks.
void add_east_asian(std::vector<std::string>& names, std::string name) {
  auto const all = split_words(name);
  bool wide = all.size() > 1;
  for (auto const word : all)
    wide = wide && is_wide(first_char(word)) && word.size() >= 6 && word.size() <= 12;
  if (!wide) return add(names, std::move(name));
  for (auto const word : all) add(names, std::string(word));
}

void add(std::vector<std::string>& names, std::string name) {
  if (names.size() >= names_max) return;
  auto const plain = plain_words(name);
  if (plain.empty()) return;
  for (auto const& known : names)
    if (plain_words(known) == plain) return;
  names.push_back(std::move(name));
}

}  // namespace

std::string plain_words(std::string_view text) {
  std::string out;
  bool gap = false;
  for (std::size_t at = 0; at < text.size();) {
    auto const c = UChar32(text::next_char(text, at));
    if (u_isalnum(c) || c == '_' || u_getCombiningClass(c) != 0 ||
        u_charType(c) == U_COMBINING_SPACING_MARK) {
      if (gap && !out.empty()) out += ' ';
      gap = false;
      text::append_utf8(out, char32_t(u_foldCase(c, U_FOLD_CASE_DEFAULT)));
    } else {
      gap = true;
    }
  }
  return out;
}

std::size_t count_words(std::string_view plain) {
  return plain.empty() ? 0 : std::size_t(std::count(plain.begin(), plain.end(), ' ')) + 1;
}

bool names_nobody(std::string_view name) { return words().nobody.contains(folded(trimmed(name))); }

namespace {

struct Found {
  std::vector<std::string> names;
  std::vector<std::string> functions;  // "Political Editor": a name only where no other is
};

// The names of one piece of text, without its lead.
void read_piece(std::string_view text, NameSource source, bool single_word, Found& found) {
  std::vector<std::string> parts;
  for (auto const& part : split_at_marks(text)) {
    std::string_view view = part;
    auto const head = folded(trimmed(view));
    bool const credit =
        std::any_of(words().credit.begin(), words().credit.end(), [&](std::string_view phrase) {
          return head.starts_with(phrase) && ends_word(head, phrase.size(), phrase);
        });
    if (credit) break;
    take_lead(view);
    if (is_degree(trimmed(view)) && !parts.empty()) {
      parts.back() += ", " + std::string(trimmed(view));
      continue;
    }
    split_at_words(view, parts);
  }
  for (auto const& part : parts) {
    std::string_view view = part;
    take_lead(view);
    bool is_function = false;
    auto name = name_alone(view, source, is_function);
    bool const alone = single_word && parts.size() == 1;
    if (!looks_like_name(name, alone ? NameSource::printed : source)) {
      // In running text the names come first: behind something else is something else.
      if (source == NameSource::running) break;
      continue;
    }
    if (names_nobody(name)) continue;
    if (is_function)
      add(found.functions, std::move(name));
    else
      add_east_asian(found.names, std::move(name));
  }
}

}  // namespace

// First and family name may stand in elements of their own: then no element holds more than a word.
void join_single_words(std::string& text) {
  std::size_t pieces = 0;
  for (std::string_view rest = text; !rest.empty();) {
    auto const end = std::min(rest.find(byline_piece), rest.size());
    auto const piece = text::trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (piece.empty()) continue;
    auto view = piece;
    if (take_lead(view) != Lead::none && trimmed(view).empty()) continue;
    bool const single = piece.find(' ') == std::string_view::npos && text::is_alpha(piece.front()) &&
                        text::is_alpha(piece.back());
    if (!single) return;
    ++pieces;
  }
  if (pieces == 2) std::replace(text.begin(), text.end(), byline_piece, ' ');
}

Byline read_byline(std::string_view raw, NameSource source) {
  Byline out;
  auto whole = normal_text(raw);
  join_single_words(whole);
  // What comes with a date is in front of the names or behind them.
  std::string_view text = whole;
  auto lead = take_lead(text);
  std::string rest;
  if (auto const date = text::find_date(text)) {
    auto const before = text.substr(0, date->begin);
    rest = trimmed(before).size() > 3 ? std::string(before) : std::string(text.substr(date->end));
    text = rest;
    lead = std::max(lead, take_lead(text));
  }
  out.has_lead = lead != Lead::none;
  if (source == NameSource::running && !out.has_lead) return out;

  Found found;
  bool first_is_link = false;
  bool joined_on = true;  // a comma, "and" or "by" says that another name comes
  while (!text.empty()) {
    auto const end = std::min(text.find(byline_piece), text.size());
    auto piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    bool const is_link = !piece.empty() && piece.front() == byline_link;
    if (is_link) piece.remove_prefix(1);
    piece = text::trim(piece);
    if (piece.empty()) continue;
    auto const words_of_piece = folded(trimmed(piece));
    bool const begins_with_mark = piece.front() == ',' || piece.front() == '&' || piece.front() == ';';
    auto view = piece;
    bool const piece_lead = take_lead(view) != Lead::none;
    bool const joins = joined_on || begins_with_mark || piece_lead || (is_link && first_is_link);
    joined_on = piece.back() == ',' || piece.back() == '&' || piece.back() == ';' || piece.back() == '/' ||
                words().conjunction.contains(words_of_piece) || trimmed(view).empty();
    if (words().conjunction.contains(words_of_piece) || trimmed(view).empty()) continue;
    if (!found.names.empty() && !joins) continue;
    auto const had = found.names.size();
    read_piece(view, source, lead == Lead::strong, found);
    if (had == 0 && !found.names.empty()) first_is_link = is_link;
  }
  out.names = std::move(found.names);
  if (out.names.empty() && source == NameSource::declared) out.names = std::move(found.functions);
  return out;
}

}  // namespace newsfold::clean
