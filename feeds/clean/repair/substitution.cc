#include "feeds/clean/repair/substitution.h"

#include "feeds/clean/repair/keyword.h"
#include "feeds/clean/repair/lexicon.h"
#include "feeds/text/ascii.h"
#include "feeds/text/utf8.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

namespace newsfold::clean {
namespace {

constexpr std::size_t text_bytes_max = 1UL << 20;
constexpr std::size_t word_bytes_max = 64;       // what is longer is no word
constexpr std::size_t embedded_uses_max = 1000;  // they tell as much as more of them
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
// Compounds are common, and one that a text is about stands often in it.
constexpr double compound_score_min = 15.0;
constexpr double spam_compound_score_min = 3.0;

bool is_word_letter(char32_t c) {
  return c < 0x80 ? (c | 0x20) >= U'a' && (c | 0x20) <= U'z' : u_isalpha(UChar32(c)) != 0;
}

// Appends `word`, which is letters, in lower case.
void append_lower(std::string& out, std::string_view word) {
  for (std::size_t at = 0; at < word.size();) {
    if ((word[at] & 0x80) == 0)
      out += char(word[at++] | 0x20);
    else
      text::append_utf8(out, char32_t(u_tolower(UChar32(text::next_char(word, at)))));
  }
}
std::string lower(std::string_view word) {
  std::string out;
  append_lower(out, word);
  return out;
}
bool is_capital(std::string_view word) {
  std::size_t at = 0;
  return !word.empty() && u_isupper(UChar32(text::next_char(word, at))) != 0;
}

// The letters that end at `end`, at most about word_bytes_max bytes.
std::string_view letters_before(std::string_view text, std::size_t end) {
  auto begin = end;
  while (begin > 0 && end - begin < word_bytes_max) {
    auto const at = text::char_begin(text, begin);
    auto next = at;
    if (!is_word_letter(text::next_char(text, next))) break;
    begin = at;
  }
  return text.substr(begin, end - begin);
}
std::string_view letters_behind(std::string_view text, std::size_t begin,
                                std::size_t bytes_max = word_bytes_max) {
  auto end = begin;
  while (end < text.size() && end - begin < bytes_max) {
    if (text::is_alpha(text[end])) {
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

struct Embedded {
  std::string before, behind;  // in lower case
  bool capital = false;
};

struct Evidence {
  std::vector<Embedded> embedded;  // the first embedded_uses_max
  std::size_t embedded_count = 0;  // all of them
  std::vector<Neighbours> alone;
  std::vector<FrequentId> words;  // of the whole text
  // How often each stands in small letters, and with a capital.
  std::array<std::uint32_t, frequent_ids_max> small{}, capitals{};
  std::string small_words;  // all that begin so, in lower case, a blank behind each
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
  for (int letters = 0; letters < 2 && cut > 0; ++letters) cut = text::char_begin(small, cut);
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

void add_word(Evidence& evidence, std::string_view word) {
  auto& all = evidence.small_words;
  auto const begin = all.size();
  append_lower(all, word);
  auto const small = std::string_view(all).substr(begin);
  auto const id = frequent_id(small, hash_word(small));
  evidence.words.push_back(id);
  if (is_capital(word)) {
    ++evidence.capitals[id];
    all.resize(begin);
  } else {
    ++evidence.small[id];
    all += ' ';
  }
}

Evidence gather(std::string_view text, std::vector<Use> const& uses) {
  Evidence evidence;
  for (auto const& use : uses) {
    if (!use.embedded()) continue;
    if (++evidence.embedded_count > embedded_uses_max) continue;
    evidence.embedded.push_back({lower(use.before), lower(use.behind), is_capital(use.before)});
  }
  evidence.small_words.reserve(text.size() + text.size() / 4);
  std::size_t begin = 0;
  for (std::size_t use = 0; use <= uses.size(); ++use) {
    auto const part = text.substr(0, use < uses.size() ? uses[use].begin : text.size());
    for (auto at = begin; at < part.size();) {
      auto const word = letters_behind(part, at, part.size());
      if (word.empty())
        (void)text::next_char(part, at);
      else
        add_word(evidence, word);
      at += word.size();
    }
    if (use < uses.size()) begin = uses[use].end;
  }
  return evidence;
}

double log_factorial(double n) {
  constexpr std::size_t exact = 256;
  static auto const table = [] {
    std::array<double, exact> made{};
    for (std::size_t i = 2; i < exact; ++i) made[i] = made[i - 1] + std::log(double(i));
    return made;
  }();
  if (n < double(exact)) return table[std::size_t(n)];
  return n * std::log(n) - n + 0.5 * std::log(2 * std::numbers::pi * n) + 1 / (12 * n);  // Stirling
}

// How likely a count is where `mean` is expected, by Poisson, against the likeliest count.
double count_score(std::size_t count, double mean) {
  auto const likeliest = std::floor(mean);
  auto const log_ratio =
      (double(count) - likeliest) * std::log(mean) + log_factorial(likeliest) - log_factorial(double(count));
  return std::max(count_score_min, count_weight * log_ratio);
}

// What the neighbours of the uses that stand alone say for each frequent word.
std::vector<double> neighbour_scores(Evidence const& evidence, Lexicon const& lexicon) {
  std::vector<double> scores(lexicon.frequent().size());
  std::vector<double> one(scores.size());
  auto const add = [&](std::span<Fit const> kind, std::span<Fit const> word) {
    std::fill(one.begin(), one.end(), 0);
    for (auto const fit : kind) one[fit.frequent] = kind_weight * fit.tenths;
    for (auto const fit : word) one[fit.frequent] = fit.tenths;
    for (std::size_t i = 0; i < one.size(); ++i) scores[i] += one[i] / 10;
  };
  double marks = 0;
  for (auto const& use : evidence.alone) {
    add(lexicon.fits_before(use.before.kind), lexicon.fits_before(use.before.word));
    add(lexicon.fits_behind(use.behind.kind), lexicon.fits_behind(use.behind.word));
    marks += use.marks;
  }
  for (auto& score : scores) score += marks;
  return scores;
}

struct Candidate {
  FrequentWord const* frequent = nullptr;
  // But for what the embedded uses say, and for parts, for what is left of them: at most this.
  double score = 0;
};

std::vector<Candidate> candidates_of(Evidence const& evidence, Lexicon const& lexicon) {
  std::vector<Candidate> out;
  auto const neighbours = neighbour_scores(evidence, lexicon);
  auto const all_words = evidence.words.size() + evidence.alone.size();
  auto const frequent = lexicon.frequent();
  for (std::size_t i = 0; i < frequent.size(); ++i) {
    auto const& word = frequent[i];
    bool const part = word.id == 0;
    if (part && evidence.embedded.empty()) continue;
    auto const words = double(part ? evidence.words.size() : all_words);
    auto const mean = std::max(0.2, word.share * words);
    // That a word is missing tells nothing where it would hardly stand in so short a text anyway.
    if (!part && mean < expected_min && evidence.embedded.size() < 2) continue;
    double score = 0;
    if (!evidence.embedded.empty())
      score += count_score(evidence.embedded_count, std::max(0.2, word.inside * words));
    if (part) {
      score += left_over * double(evidence.alone.size());
    } else {
      score += neighbours[i] + count_score(evidence.alone.size(), mean) +
               prior_weight * std::log(word.share / share_common);
      auto const left = evidence.small[word.id];
      score += left_over * double(left);
      if (left == 0) score += std::min(2.0, capital_left * double(evidence.capitals[word.id]));
    }
    out.push_back({&word, score});
  }
  std::sort(out.begin(), out.end(), [](Candidate const& a, Candidate const& b) { return a.score > b.score; });
  return out;
}

// Nothing where it is certain to be `needed` or less.
std::optional<double> embedded_score(Evidence const& evidence, Lexicon const& lexicon,
                                     std::string_view candidate, double needed) {
  double score = 0;
  auto to_come = word_found * double(evidence.embedded.size());
  std::string word;
  for (auto const& one : evidence.embedded) {
    if (std::min(embedded_max, score + to_come) <= needed) return std::nullopt;
    if (score <= hopeless) break;
    word = one.before;
    word += candidate;
    word += one.behind;
    score += lexicon.is_word(word) ? word_found : one.capital ? name_not_found : -word_found;
    to_come -= word_found;
  }
  return std::clamp(score, -embedded_max, embedded_max);
}

// How many words still have the part in them, so that it was not replaced everywhere.
std::size_t words_with(std::string_view part, std::string_view small_words) {
  std::size_t count = 0;
  for (auto at = small_words.find(part); at != std::string_view::npos;) {
    auto const end = small_words.find(' ', at);
    bool const whole = end == at + part.size() && (at == 0 || small_words[at - 1] == ' ');
    count += whole ? 0 : 1;
    at = small_words.find(part, end);
  }
  return count;
}

// The best candidate by a margin. Of those that can change nothing any more, no more is looked at than tells
// so.
FrequentWord const* infer_word(Evidence const& evidence, Lexicon const& lexicon, double enough) {
  FrequentWord const* best = nullptr;
  double best_score = enough;
  double second = -1e9;
  for (auto const& candidate : candidates_of(evidence, lexicon)) {
    auto const& word = *candidate.frequent;
    auto const embedded =
        embedded_score(evidence, lexicon, word.word, best_score - margin_min - candidate.score);
    if (!embedded) continue;
    auto score = candidate.score + *embedded;
    if (word.id == 0) score -= 2.0 * double(words_with(word.word, evidence.small_words));
    if (score > best_score) {
      if (best != nullptr) second = best_score;
      best = &word;
      best_score = score;
    } else {
      second = std::max(second, score);
    }
  }
  return best_score - second < margin_min ? nullptr : best;
}

// "file-sharing": what touches the compound makes words of its halves, so it is an ordinary one.
bool is_ordinary_compound(Evidence const& evidence, Lexicon const& lexicon, std::string_view keyword) {
  auto const hyphen = keyword.find('-');
  if (hyphen == std::string_view::npos) return false;
  // "neo-banks", "hot-swapping": it is inflected, and nothing stands before it.
  bool const inflected =
      !evidence.embedded.empty() && std::all_of(evidence.embedded.begin(), evidence.embedded.end(),
                                                [](Embedded const& one) { return one.before.empty(); });
  if (inflected && !is_spam_keyword(keyword)) return true;
  // "anti-virus": the same letters touch it each time, so they belong to it.
  auto const& embedded = evidence.embedded;
  bool const same =
      embedded.size() > 1 && std::all_of(embedded.begin() + 1, embedded.end(), [&](Embedded const& one) {
        return one.before == embedded[0].before && one.behind == embedded[0].behind;
      });
  if (same && evidence.alone.empty()) return true;
  auto const ordinary = std::size_t(std::count_if(embedded.begin(), embedded.end(), [&](Embedded const& one) {
    return lexicon.is_word(one.before + std::string(keyword.substr(0, hyphen))) &&
           lexicon.is_word(std::string(keyword.substr(hyphen + 1)) + one.behind);
  }));
  return ordinary > 0 && ordinary * 2 >= embedded.size();
}

// A label in another language on lines of its own takes no word's place.
bool stands_by_itself(std::string_view text, std::vector<Use> const& uses) {
  std::size_t lonely = 0;
  std::size_t line_end = 0;  // of the line that was looked at last
  bool is_lonely = false;
  for (auto const& use : uses) {
    if (use.begin >= line_end) {
      auto const begin = text.rfind('\n', use.begin) + 1;  // npos + 1: the text's beginning
      line_end = std::min(text.find('\n', use.end), text.size());
      auto const line = text.substr(begin, line_end - begin);
      is_lonely = std::count_if(line.begin(), line.end(), text::is_alpha) < 10;
    }
    lonely += is_lonely ? 1 : 0;
  }
  return lonely * 2 > uses.size();
}

double enough_for(Evidence const& evidence, std::string_view keyword) {
  bool const is_spam = is_spam_keyword(keyword);
  bool const foreign = (keyword[0] & 0x80) != 0;
  if (!foreign) return is_spam ? spam_compound_score_min : compound_score_min;
  double enough = score_min;
  if (!evidence.embedded.empty()) enough -= mirror_for_certain;
  if (is_spam) enough -= mirror_for_certain;
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
  auto evidence = gather(text, uses);
  auto const* lexicon = lexicon_of_text(evidence.words);
  if (lexicon == nullptr) return std::nullopt;
  for (auto const& use : uses)
    if (!use.embedded()) evidence.alone.push_back(neighbours_of(*lexicon, text, use));
  if (is_ordinary_compound(evidence, *lexicon, keyword)) return std::nullopt;
  auto const* const inferred = infer_word(evidence, *lexicon, enough_for(evidence, keyword));
  if (inferred == nullptr) return std::nullopt;
  auto const word = inferred->word;

  // Where capitals of the word are left, small letters were all that was replaced.
  bool const spared_capitals = inferred->id != 0 && evidence.capitals[inferred->id] > 0;
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
