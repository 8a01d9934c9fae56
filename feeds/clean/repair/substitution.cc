#include "feeds/clean/repair/substitution.h"

#include "feeds/clean/repair/keyword.h"
#include "feeds/clean/repair/lexicon.h"
#include "feeds/text/utf8.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

namespace newsfold::clean {
namespace {

constexpr std::size_t text_bytes_max = 1UL << 20;
constexpr double score_min = 1.5;
constexpr double margin_min = 1.0;  // to the next best word
constexpr double word_found = 3.0;
constexpr double name_not_found = -0.7;  // names are in no dictionary
constexpr double embedded_max = 60.0;
constexpr double hopeless = -20.0;    // no more is looked at
constexpr double expected_min = 0.6;  // uses of the word in a text of this length
constexpr double count_weight = 0.5;  // texts differ in how often they use a word more than chance says
constexpr double count_score_min = -8.0;
constexpr double left_over = -4.0;  // what was replaced everywhere is nowhere left
constexpr double capital_left = 1.0;
constexpr double kind_weight = 0.7;   // of a neighbour that is known by its kind only
constexpr double prior_weight = 0.7;  // mirrors replace the most frequent words
constexpr double share_common = 0.01;
// Nobody writes another script into the middle of a word, and hardly anybody a gambler's keyword.
constexpr double mirror_for_certain = 3.0;
constexpr double latin_score_min =
    6.0;  // compounds are common; a gambler's one needs mirror_for_certain less

bool is_word_letter(char32_t c) {
  return c < 0x80 ? (c | 0x20) >= U'a' && (c | 0x20) <= U'z' : u_isalpha(UChar32(c)) != 0;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::size_t ascii = 0;
  for (; ascii < out.size() && (out[ascii] & 0x80) == 0; ++ascii)
    if (out[ascii] >= 'A' && out[ascii] <= 'Z') out[ascii] = char(out[ascii] | 0x20);
  if (ascii == out.size()) return out;
  out.resize(ascii);
  for (std::size_t at = ascii; at < text.size();)
    text::append_utf8(out, char32_t(u_tolower(UChar32(text::next_char(text, at)))));
  return out;
}
bool is_capital(std::string_view word) {
  std::size_t at = 0;
  return !word.empty() && u_isupper(UChar32(text::next_char(word, at))) != 0;
}

// The letters that end at `end`.
std::string_view letters_before(std::string_view text, std::size_t end) {
  auto begin = end;
  while (begin > 0) {
    auto at = begin - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    auto next = at;
    if (!is_word_letter(text::next_char(text, next))) break;
    begin = at;
  }
  return text.substr(begin, end - begin);
}
std::string_view letters_behind(std::string_view text, std::size_t begin) {
  auto end = begin;
  while (end < text.size()) {
    if (char const c = char(text[end] | 0x20); c >= 'a' && c <= 'z') {
      ++end;
      continue;
    }
    if ((text[end] & 0x80) == 0) break;
    auto next = end;
    if (!is_word_letter(text::next_char(text, next))) break;
    end = next;
  }
  return text.substr(begin, end - begin);
}

struct Use {
  std::size_t begin = 0, end = 0;   // of the keyword
  std::string_view before, behind;  // letters that touch it
  bool embedded() const { return !before.empty() || !behind.empty(); }
};

struct Neighbour {
  WordId word = 0;  // "0" for a number; none where a sentence ends between
  WordId kind = 0;  // "Aa" of a name, "~" and the last two letters of others: for words that are not frequent
};
struct Neighbours {
  Neighbour before, behind;
  double marks = 0;  // what the punctuation around says
};

struct Evidence {
  std::vector<std::string> embedded_before, embedded_behind;  // in lower case
  std::vector<bool> capital;                                  // of the embedded ones
  std::vector<Neighbours> alone;
  std::vector<std::string> words;                              // of the whole text, in lower case
  std::unordered_map<std::string_view, std::size_t> small;     // how often each stands in small letters
  std::unordered_map<std::string_view, std::size_t> capitals;  // with a capital
};

std::vector<Use> find_uses(std::string_view text, std::string_view keyword) {
  std::vector<Use> uses;
  for (auto at = text.find(keyword); at != std::string_view::npos;
       at = text.find(keyword, at + keyword.size()))
    uses.push_back(
        {at, at + keyword.size(), letters_before(text, at), letters_behind(text, at + keyword.size())});
  return uses;
}

Neighbour neighbour(Lexicon const& lexicon, std::string_view word, char touching) {
  if (word.empty()) return {touching >= '0' && touching <= '9' ? lexicon.id("0") : 0, 0};
  auto const small = lower(word);
  if (is_capital(word)) return {lexicon.id(small), lexicon.id("Aa")};
  auto cut = small.size();
  for (int letters = 0; letters < 2 && cut > 0;)
    if ((static_cast<unsigned char>(small[--cut]) & 0xC0) != 0x80) ++letters;
  return {lexicon.id(small), lexicon.id("~" + small.substr(cut))};
}

Neighbours neighbours_of(Lexicon const& lexicon, std::string_view text, Use const& use) {
  Neighbours out;
  auto left = use.begin;
  while (left > 0 && text[left - 1] == ' ') --left;
  out.before = neighbour(lexicon, letters_before(text, left), left > 0 ? text[left - 1] : ' ');
  auto right = use.end;
  while (right < text.size() && text[right] == ' ') ++right;
  out.behind = neighbour(lexicon, letters_behind(text, right), right < text.size() ? text[right] : ' ');
  // Such words neither end a sentence nor stand in quotation marks or before an explanation in brackets.
  auto const next = text.substr(right, 3);
  if (next.empty() || next[0] == '.' || next[0] == '!' || next[0] == '?' || next[0] == '\n')
    out.marks -= 2;
  else if (next[0] == '(' || next[0] == ')' || next[0] == '"' || next == "”" || next.starts_with("»") ||
           next == "’")
    out.marks -= 2.5;
  else if (next[0] == ',' || next[0] == ';' || next[0] == ':')
    out.marks -= 1;
  auto const last = text.substr(left >= 3 ? left - 3 : 0, std::min<std::size_t>(left, 3));
  if (last.ends_with('(') || last.ends_with('"') || last.ends_with("“") || last.ends_with("«"))
    out.marks -= 1.5;
  return out;
}

Evidence gather(std::string_view text, std::string_view keyword, std::vector<Use> const& uses) {
  Evidence evidence;
  for (auto const& use : uses) {
    if (!use.embedded()) continue;
    evidence.embedded_before.push_back(lower(use.before));
    evidence.embedded_behind.push_back(lower(use.behind));
    evidence.capital.push_back(is_capital(use.before));
  }
  std::vector<bool> capital;
  std::size_t use = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (use < uses.size() && at >= uses[use].begin) {
      at = std::max(at, uses[use].begin + keyword.size());
      ++use;
      continue;
    }
    auto const stop = use < uses.size() ? uses[use].begin : text.size();
    auto const word = letters_behind(text.substr(0, stop), at);
    if (word.empty()) {
      (void)text::next_char(text, at);
      continue;
    }
    evidence.words.push_back(lower(word));
    capital.push_back(is_capital(word));
    at += word.size();
  }
  for (std::size_t i = 0; i < evidence.words.size(); ++i)
    ++(capital[i] ? evidence.capitals : evidence.small)[evidence.words[i]];
  return evidence;
}

// How likely a count is where `mean` is expected, against the likeliest count.
double count_score(double count, double mean) {
  auto const log = [mean](double n) { return n * std::log(mean) - mean - std::lgamma(n + 1); };
  return std::max(count_score_min, count_weight * (log(count) - log(std::floor(mean))));
}

double neighbour_score(std::unordered_map<WordId, double> const& table, Neighbour const& neighbour) {
  if (auto const found = table.find(neighbour.word); found != table.end()) return found->second;
  auto const found = table.find(neighbour.kind);
  return found == table.end() ? 0 : kind_weight * found->second;
}

double embedded_score(Evidence const& evidence, Lexicon const& lexicon, std::string_view candidate) {
  double score = 0;
  std::string word;
  for (std::size_t i = 0; i < evidence.capital.size() && score > hopeless; ++i) {
    word = evidence.embedded_before[i];
    word += candidate;
    word += evidence.embedded_behind[i];
    score += lexicon.is_word(word) ? word_found : evidence.capital[i] ? name_not_found : -word_found;
  }
  return std::clamp(score, -embedded_max, embedded_max);
}

std::size_t count_of(std::unordered_map<std::string_view, std::size_t> const& counts, std::string_view word) {
  auto const found = counts.find(word);
  return found == counts.end() ? 0 : found->second;
}

double word_score(Evidence const& evidence, Lexicon const& lexicon, FrequentWord const& candidate) {
  auto const words = double(evidence.words.size() + evidence.alone.size());
  auto const mean = std::max(0.2, candidate.share * words);
  // That a word is missing tells nothing where it would hardly stand in so short a text anyway.
  if (mean < expected_min && evidence.capital.size() < 2) return -100;
  double score = embedded_score(evidence, lexicon, candidate.word);
  for (auto const& use : evidence.alone)
    score += neighbour_score(candidate.before, use.before) + neighbour_score(candidate.behind, use.behind) +
             use.marks;
  score += count_score(double(evidence.alone.size()), mean);
  score += prior_weight * std::log(candidate.share / share_common);
  if (!evidence.capital.empty())
    score += count_score(double(evidence.capital.size()), std::max(0.2, candidate.inside * words));
  auto const left = count_of(evidence.small, candidate.word);
  score += left_over * double(left);
  if (left == 0) score += std::min(2.0, capital_left * double(count_of(evidence.capitals, candidate.word)));
  return score;
}

double part_score(Evidence const& evidence, Lexicon const& lexicon, FrequentWord const& part) {
  if (evidence.capital.empty()) return -100;
  auto const words = double(evidence.words.size());
  // A part that words still have was not replaced everywhere.
  std::size_t left = 0;
  for (auto const& [word, count] : evidence.small)
    if (word.size() > part.word.size() && word.find(part.word) != std::string_view::npos) left += count;
  return embedded_score(evidence, lexicon, part.word) + left_over * double(evidence.alone.size()) -
         2.0 * double(left) +
         count_score(double(evidence.capital.size()), std::max(0.2, part.inside * words));
}

std::string_view infer_word(Evidence const& evidence, Lexicon const& lexicon, double enough) {
  std::string_view best;
  double best_score = enough;
  double second = -1e9;
  for (auto const& candidate : lexicon.frequent()) {
    auto const score = candidate.share > 0 ? word_score(evidence, lexicon, candidate)
                                           : part_score(evidence, lexicon, candidate);
    if (score > best_score) {
      second = best.empty() ? second : best_score;
      best = candidate.word;
      best_score = score;
    } else {
      second = std::max(second, score);
    }
  }
  return best_score - second < margin_min ? std::string_view() : best;
}

// "file-sharing": what touches the compound makes words of its halves, so it is an ordinary one.
bool is_ordinary_compound(Evidence const& evidence, Lexicon const& lexicon, std::string_view keyword) {
  auto const hyphen = keyword.find('-');
  if (hyphen == std::string_view::npos) return false;
  // "anti-virus": the same letters touch it each time, so they belong to it.
  bool same = evidence.capital.size() > 1;
  for (std::size_t i = 1; i < evidence.capital.size() && same; ++i)
    same = evidence.embedded_before[i] == evidence.embedded_before[0] &&
           evidence.embedded_behind[i] == evidence.embedded_behind[0];
  if (same && evidence.alone.empty()) return true;
  std::size_t ordinary = 0;
  for (std::size_t i = 0; i < evidence.capital.size(); ++i)
    ordinary += lexicon.is_word(evidence.embedded_before[i] + std::string(keyword.substr(0, hyphen))) &&
                        lexicon.is_word(std::string(keyword.substr(hyphen + 1)) + evidence.embedded_behind[i])
                    ? 1
                    : 0;
  return ordinary > 0 && ordinary * 2 >= evidence.capital.size();
}

// A label in another language on lines of its own takes no word's place.
bool stands_by_itself(std::string_view text, std::vector<Use> const& uses) {
  std::size_t lonely = 0;
  for (auto const& use : uses) {
    auto const begin = text.rfind('\n', use.begin) + 1;  // npos + 1: the text's beginning
    auto const line = text.substr(begin, text.find('\n', use.end) - begin);
    auto const letters = std::count_if(line.begin(), line.end(),
                                       [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
    lonely += letters < 10 ? 1 : 0;
  }
  return lonely * 2 > uses.size();
}

double enough_for(Evidence const& evidence, std::string_view keyword) {
  bool const foreign = (keyword[0] & 0x80) != 0;
  double enough = foreign ? score_min : latin_score_min;
  if (foreign && !evidence.capital.empty()) enough -= mirror_for_certain;
  if (is_spam_keyword(keyword)) enough -= mirror_for_certain;
  return enough;
}

// Abbreviations end in a full stop and no sentence: "Inc. of".
bool begins_sentence(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '"' || text.substr(0, at).ends_with("“")))
    at -= (text[at - 1] & 0x80) != 0 ? 3 : 1;
  if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '!' || text[at - 1] == '?') return true;
  if (text[at - 1] != '.' || (at > 1 && text[at - 2] == '.')) return false;
  auto const word = letters_before(text, at - 1);
  return word.empty() || !is_capital(word) || word.size() > 4;
}

}  // namespace

std::optional<Substitution> undo_substitution(std::string_view text) {
  if (text.size() > text_bytes_max) return std::nullopt;
  auto keyword = find_keyword(text);
  if (keyword.empty()) return std::nullopt;
  auto const uses = find_uses(text, keyword);
  if (stands_by_itself(text, uses)) return std::nullopt;
  auto evidence = gather(text, keyword, uses);
  auto const* lexicon = lexicon_of_text(evidence.words);
  if (lexicon == nullptr) return std::nullopt;
  for (auto const& use : uses)
    if (!use.embedded()) evidence.alone.push_back(neighbours_of(*lexicon, text, use));
  if (is_ordinary_compound(evidence, *lexicon, keyword)) return std::nullopt;
  auto const word = infer_word(evidence, *lexicon, enough_for(evidence, keyword));
  if (word.empty()) return std::nullopt;

  // Where capitals of the word are left, small letters were all that was replaced.
  bool const spared_capitals = count_of(evidence.capitals, word) > 0;
  Substitution out;
  out.keyword = std::move(keyword);
  out.word = word;
  out.count = uses.size();
  out.text.reserve(text.size());
  std::size_t copied = 0;
  for (auto const& use : uses) {
    out.text.append(text, copied, use.begin - copied);
    std::string put(word);
    if (!spared_capitals && use.before.empty() && begins_sentence(text, use.begin) && put[0] >= 'a' &&
        put[0] <= 'z')
      put[0] = char(put[0] - 0x20);
    out.text += put;
    copied = use.end;
  }
  out.text.append(text, copied, std::string_view::npos);
  return out;
}

}  // namespace newsfold::clean
