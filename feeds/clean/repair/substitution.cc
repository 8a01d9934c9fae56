#include "feeds/clean/repair/substitution.h"

#include "feeds/clean/repair/lexicon_en.h"
#include "feeds/text/utf8.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <unordered_map>
#include <vector>

namespace newsfold::clean {
namespace {

constexpr std::size_t text_bytes_max = 1UL << 20;
constexpr std::size_t uses_min = 3;
constexpr double share_of_foreign_min = 0.6;
constexpr std::size_t latin_uses_min = 3;
constexpr std::size_t keyword_part_min = 3;  // letters on each side of its hyphen
constexpr double latin_share_min = 0.006;    // of the words
constexpr double score_min = 1.5;
constexpr double expected_min = 0.8;  // uses of the word in a text of this length
constexpr double score_per_use_min = 0.5;
constexpr double margin_far = 3.0;
constexpr double share_min = 0.0025;  // of candidates: mirrors replace the most frequent words
constexpr double margin_min = 1.0;    // to the next best word

// Parts of words that mirrors replace, too; none of them is a word.
constexpr auto parts =
    std::to_array<std::string_view>({"ing", "er", "ed", "tion", "ly", "es", "ent", "ion", "al", "re"});

struct Use {
  std::size_t begin = 0, end = 0;   // of the keyword
  std::string_view before, behind;  // letters that touch it
};

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = char(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_foreign_letter(std::string_view text, std::size_t at) {
  auto const c = text::next_char(text, at);
  if (c < 0x80 || !u_isalpha(UChar32(c))) return false;
  UErrorCode status = U_ZERO_ERROR;
  auto const script = uscript_getScript(UChar32(c), &status);
  return script != USCRIPT_LATIN && script != USCRIPT_COMMON;
}

// The run of letters of another script that makes most of what is foreign in a Latin text.
std::string foreign_keyword(std::string_view text) {
  std::unordered_map<std::string_view, std::size_t> runs;
  std::size_t latin = 0;
  std::size_t foreign = 0;
  std::size_t run_begin = 0;
  bool in_run = false;
  auto close = [&](std::size_t end) {
    if (in_run) ++runs[text.substr(run_begin, end - run_begin)];
    in_run = false;
  };
  for (std::size_t at = 0; at < text.size();) {
    auto const begin = at;
    auto const c = text::next_char(text, at);
    if (c < 0x80) {
      latin += is_letter(char(c)) ? 1 : 0;
      // Keywords of two words: a blank between two foreign letters belongs to the run.
      bool const joins = c == U' ' && in_run && at < text.size() && is_foreign_letter(text, at);
      if (!joins) close(begin);
      continue;
    }
    UErrorCode status = U_ZERO_ERROR;
    auto const script = uscript_getScript(UChar32(c), &status);
    bool const letter =
        u_isalpha(UChar32(c)) || (u_getIntPropertyValue(UChar32(c), UCHAR_CANONICAL_COMBINING_CLASS) > 0);
    bool const mark = (U_GET_GC_MASK(UChar32(c)) & U_GC_M_MASK) != 0;
    if (letter && script == USCRIPT_LATIN) ++latin;
    if ((letter || (mark && in_run)) && script != USCRIPT_LATIN && script != USCRIPT_COMMON) {
      ++foreign;
      if (!in_run) run_begin = begin;
      in_run = true;
    } else {
      close(begin);
    }
  }
  close(text.size());
  if (foreign == 0 || foreign * 2 > latin) return {};
  auto const best = std::max_element(runs.begin(), runs.end(), [](auto const& a, auto const& b) {
    return a.second * a.first.size() < b.second * b.first.size();
  });
  std::size_t all = 0;
  for (auto const& [run, count] : runs) all += run.size() * count;
  if (best->second < uses_min ||
      double(best->first.size() * best->second) < share_of_foreign_min * double(all))
    return {};
  return std::string(best->first);
}

// The longest ending (or beginning) that most of `words` have in common.
enum class Side : std::uint8_t { ending, beginning };
std::string common_part(std::vector<std::string> const& words, Side side) {
  std::map<std::string, std::size_t> counts;
  for (auto const& word : words) {
    for (std::size_t n = keyword_part_min; n <= std::min<std::size_t>(word.size(), 20); ++n)
      ++counts[side == Side::ending ? word.substr(word.size() - n) : word.substr(0, n)];
  }
  std::string best;
  for (auto const& [part, count] : counts)
    if (count * 10 >= words.size() * 9 && part.size() > best.size()) best = part;
  return best;
}

// A compound such as "casino-online" that stands far too often, alone or inside words
// ("mcasino-onlineatics").
std::string latin_keyword(std::string_view text) {
  std::vector<std::string> left;
  std::vector<std::string> right;
  std::unordered_map<std::string, std::size_t> cores;
  std::size_t words = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') ++words;
    if (text[i] != '-' || i == 0 || i + 1 >= text.size() || !is_letter(text[i - 1]) ||
        !is_letter(text[i + 1]))
      continue;
    auto begin = i;
    while (begin > 0 && is_letter(text[begin - 1])) --begin;
    auto end = i + 1;
    while (end < text.size() && is_letter(text[end])) ++end;
    if (i - begin < keyword_part_min || end - i - 1 < keyword_part_min) continue;
    // Names have capitals ("Blu-ray"), keywords have none.
    if (std::isupper(static_cast<unsigned char>(text[i + 1])) != 0) continue;
    left.emplace_back(text.substr(begin, i - begin));
    right.emplace_back(text.substr(i + 1, end - i - 1));
    // What touches the hyphen is the same in every use, whatever word it stands in.
    ++cores[left.back().substr(left.back().size() - keyword_part_min) + '-' +
            right.back().substr(0, keyword_part_min)];
  }
  if (cores.empty()) return {};
  auto const most = std::max_element(cores.begin(), cores.end(),
                                     [](auto const& a, auto const& b) { return a.second < b.second; });
  if (most->second < latin_uses_min || double(most->second) < latin_share_min * double(words)) return {};
  std::vector<std::string> lefts;
  std::vector<std::string> rights;
  for (std::size_t i = 0; i < left.size(); ++i) {
    auto const core =
        left[i].substr(left[i].size() - keyword_part_min) + '-' + right[i].substr(0, keyword_part_min);
    if (core != most->first) continue;
    lefts.push_back(left[i]);
    rights.push_back(right[i]);
  }
  auto keyword = common_part(lefts, Side::ending) + '-' + common_part(rights, Side::beginning);
  bool const capital =
      std::any_of(keyword.begin(), keyword.end(), [](unsigned char c) { return std::isupper(c) != 0; });
  return capital ? std::string() : keyword;
}

std::vector<Use> find_uses(std::string_view text, std::string_view keyword) {
  std::vector<Use> uses;
  for (auto at = text.find(keyword); at != std::string_view::npos;
       at = text.find(keyword, at + keyword.size())) {
    Use use{at, at + keyword.size(), {}, {}};
    auto begin = at;
    while (begin > 0 && is_letter(text[begin - 1])) --begin;
    auto end = use.end;
    while (end < text.size() && is_letter(text[end])) ++end;
    use.before = text.substr(begin, at - begin);
    use.behind = text.substr(use.end, end - use.end);
    uses.push_back(use);
  }
  return uses;
}

bool ends_sentence(char c) {
  return c == '.' || c == '!' || c == '?' || c == ':' || c == ';' || c == ',' || c == '\n';
}

// The neighbours of a use that stands alone; "" where a sentence ends between.
std::string word_before(std::string_view text, std::size_t at) {
  while (at > 0 && text[at - 1] == ' ') --at;
  if (at == 0 || ends_sentence(text[at - 1])) return {};
  auto begin = at;
  while (begin > 0 && (is_letter(text[begin - 1]) || text[begin - 1] == '\'')) --begin;
  return lower(text.substr(begin, at - begin));
}
std::string word_behind(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  auto end = at;
  while (end < text.size() && (is_letter(text[end]) || text[end] == '\'')) ++end;
  return lower(text.substr(at, end - at));
}

// How often each word stands in the text by itself.
std::unordered_map<std::string, std::size_t> count_words(std::string_view text, std::size_t& total) {
  std::unordered_map<std::string, std::size_t> counts;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_letter(text[at])) {
      ++at;
      continue;
    }
    auto const begin = at;
    while (at < text.size() && is_letter(text[at])) ++at;
    ++total;
    // A capital at a sentence's start may have been spared by the replacement.
    if (std::islower(static_cast<unsigned char>(text[begin])) != 0)
      ++counts[std::string(text.substr(begin, at - begin))];
  }
  return counts;
}

double poisson_log(double count, double mean) {
  return count * std::log(mean) - mean - std::lgamma(count + 1);
}

struct Evidence {
  std::vector<Use> embedded;
  std::vector<std::pair<std::string, std::string>> alone;  // neighbours
  std::unordered_map<std::string, std::size_t> counts;
  std::size_t words = 0;
};

double neighbour_score(std::unordered_map<std::string_view, double> const& table, std::string const& word) {
  if (word.empty()) return 0;
  auto const found = table.find(word);
  return found == table.end() ? 0 : std::clamp(found->second, -4.0, 3.0);
}

double embedded_score(Evidence const& evidence, std::string_view candidate) {
  double score = 0;
  for (auto const& use : evidence.embedded) {
    auto const word = lower(use.before) + std::string(candidate) + lower(use.behind);
    score += is_english_word(word) ? 3.0 : -3.0;
  }
  return std::clamp(score, -60.0, 60.0);
}

double word_score(Evidence const& evidence, FrequentWord const& candidate) {
  double score = embedded_score(evidence, candidate.word);
  for (auto const& [before, behind] : evidence.alone)
    score += neighbour_score(candidate.before, before) + neighbour_score(candidate.behind, behind);
  auto const mean = std::max(0.3, candidate.share * double(evidence.words));
  score += std::max(-12.0, poisson_log(double(evidence.alone.size()), mean) * 0.5);
  // That a word is missing tells nothing where it would hardly stand in so short a text anyway.
  if (mean < expected_min && evidence.embedded.size() < 2) return -100;
  // What was replaced everywhere is nowhere left.
  auto const left = evidence.counts.find(std::string(candidate.word));
  if (left != evidence.counts.end()) score -= 4.0 * double(left->second);
  return score;
}

double part_score(Evidence const& evidence, std::string_view part) {
  if (evidence.embedded.empty()) return -100;
  // A part that words still have was not replaced everywhere.
  std::size_t left = 0;
  for (auto const& [word, count] : evidence.counts)
    if (word.size() > part.size() && word.find(part) != std::string::npos) left += count;
  return embedded_score(evidence, part) - 4.0 * double(evidence.alone.size()) - 2.0 * double(left);
}

std::string infer_word(Evidence const& evidence) {
  std::string best;
  double best_score = score_min;
  double second = -1e9;
  auto consider = [&](std::string_view word, double score) {
    if (score > best_score) {
      second = best.empty() ? second : best_score;
      best = word;
      best_score = score;
    } else {
      second = std::max(second, score);
    }
  };
  for (auto const& word : frequent_words())
    if (word.share >= share_min) consider(word.word, word_score(evidence, word));
  for (auto const part : parts) consider(part, part_score(evidence, part));
  auto const uses = double(evidence.embedded.size() + evidence.alone.size());
  bool const far_ahead = best_score - second >= margin_far;
  if ((best_score < score_per_use_min * uses && !far_ahead) || best_score - second < margin_min) return {};
  return best;
}

bool begins_sentence(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '"' || (text[at - 1] & 0x80) != 0)) --at;
  return at == 0 || text[at - 1] == '\n' || text[at - 1] == '.' || text[at - 1] == '!' || text[at - 1] == '?';
}

}  // namespace

std::optional<Substitution> undo_substitution(std::string_view text) {
  if (text.size() > text_bytes_max) return std::nullopt;
  auto keyword = foreign_keyword(text);
  if (keyword.empty()) keyword = latin_keyword(text);
  if (keyword.empty()) return std::nullopt;

  auto const uses = find_uses(text, keyword);
  Evidence evidence;
  for (auto const& use : uses) {
    if (!use.before.empty() || !use.behind.empty())
      evidence.embedded.push_back(use);
    else
      evidence.alone.emplace_back(word_before(text, use.begin), word_behind(text, use.end));
  }
  evidence.counts = count_words(text, evidence.words);
  auto const word = infer_word(evidence);
  if (word.empty()) return std::nullopt;

  Substitution out;
  out.keyword = keyword;
  out.word = word;
  out.count = uses.size();
  std::size_t copied = 0;
  for (auto const& use : uses) {
    out.text.append(text, copied, use.begin - copied);
    auto put = word;
    if (use.before.empty() && begins_sentence(text, use.begin))
      put[0] = char(std::toupper(static_cast<unsigned char>(put[0])));
    out.text += put;
    copied = use.end;
  }
  out.text.append(text, copied, std::string_view::npos);
  return out;
}

}  // namespace newsfold::clean
