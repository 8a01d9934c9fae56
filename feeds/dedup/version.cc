#include "feeds/dedup/version.h"

#include "feeds/dedup/characters.h"
#include "feeds/dedup/frequent_words.h"
#include "feeds/dedup/identity.h"
#include "feeds/dedup/words.h"
#include "feeds/text/ascii.h"
#include "feeds/text/lines.h"
#include "feeds/text/url.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <dtl/dtl.hpp>

namespace newsfold::dedup {

namespace {

// A word or, where the words of a line are not to be told apart, a line: what is compared, and how it is
// written.
struct Token {
  std::uint64_t hash = 0;
  std::string_view text;

  bool operator==(Token const& other) const noexcept { return hash == other.hash; }
};

// Lines of at most these words that hold a date or a time only say when something happened to the page.
constexpr std::size_t stamp_words_max = 9;

std::uint64_t hash_of_letters(std::string_view word) {
  WordHash hash;
  bool any = false;
  for (std::size_t at = 0; at < word.size();) {
    auto const c = text::next_char(word, at);
    auto const& known = character(c);
    if (known.char_class != CharClass::letter && known.char_class != CharClass::digit &&
        known.char_class != CharClass::mark)
      continue;
    any = true;
    // Case counts: "us" and "US" are two words to a reader.
    hash.add(c);
  }
  return any ? hash.value() : 0;
}

// A link counts as its identity: new tracking parameters are no new version.
std::uint64_t hash_of_token(std::string_view word) {
  if (!text::is_web_url(word)) return hash_of_letters(word);
  WordHash hash;
  for (char const c : identity_url(word)) hash.add(static_cast<unsigned char>(c));
  return hash.value();
}

constexpr bool is_blank(char c) noexcept { return text::is_space(c) || c == '\v'; }

// Parted by white space, the no-break and ideographic ones too; in scripts without spaces every character
// stands alone. What has neither letter nor digit is typography and left out.
template <class Take>
void for_each_word(std::string_view line, Take const& take) {
  std::size_t start = 0;
  auto const end_at = [&](std::size_t end) {
    if (end > start)
      if (auto const word = line.substr(start, end - start); auto const hash = hash_of_token(word))
        take(Token{hash, word});
  };
  for (std::size_t at = 0; at < line.size();) {
    auto const here = at;
    if (is_blank(line[at])) {
      end_at(here);
      start = ++at;
      continue;
    }
    auto const c = text::next_char(line, at);
    auto const script = character(c).script;
    bool const alone = script == Script::han || script == Script::hiragana || script == Script::katakana ||
                       script == Script::unspaced;
    if (c == 0xA0 || c == 0x3000 || c == 0x202F || (c >= 0x2000 && c <= 0x200A)) {
      end_at(here);
      start = at;
    } else if (alone) {
      end_at(here);
      start = here;
      end_at(at);
      start = at;
    }
  }
  end_at(line.size());
}

// "Last updated 12 March 2026, 10:21 GMT": a short line with a time or a date in figures.
bool is_stamp(std::string_view line) {
  constexpr std::size_t stamp_bytes_max = 120;
  if (line.size() > stamp_bytes_max) return false;
  std::size_t digits = 0;
  bool time_or_date = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!text::is_digit(line[i])) continue;
    ++digits;
    bool const joined = i > 0 && i + 1 < line.size();
    if (joined && i + 2 < line.size() && (line[i + 1] == ':' || line[i + 1] == '/' || line[i + 1] == '-') &&
        text::is_digit(line[i + 2]))
      time_or_date = true;
  }
  if (digits < 2) return false;
  auto const words = words_of(line);
  if (words.empty() || words.size() > stamp_words_max) return false;
  time_or_date |= std::any_of(words.begin(), words.end(),
                              [](Word const& word) { return word.kind == WordKind::calendar; });
  // "updated", "published" and the zone may stand beside it; a sentence has more words that are no figures.
  auto const plain = std::count_if(words.begin(), words.end(), [](Word const& word) {
    return word.kind != WordKind::number && word.kind != WordKind::calendar;
  });
  constexpr std::ptrdiff_t stamp_plain_words_max = 3;
  return time_or_date && plain <= stamp_plain_words_max;
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  text::for_each_line(text, [&](std::string_view line) {
    if (is_stamp(line)) return;
    for_each_word(line, [&](Token const& token) { tokens.push_back(token); });
  });
  return tokens;
}

std::vector<Token> lines_of(std::string_view text) {
  std::vector<Token> tokens;
  text::for_each_line(text, [&](std::string_view line) {
    if (is_stamp(line)) return;
    WordHash hash;
    bool any = false;
    for_each_word(line, [&](Token const& token) {
      any = true;
      hash.add(char32_t(token.hash >> 32));
      hash.add(char32_t(token.hash));
    });
    if (any) tokens.push_back({hash.value(), line});
  });
  return tokens;
}

std::size_t words_in(std::vector<Token> const& tokens) {
  std::size_t words = 0;
  for (auto const& token : tokens) for_each_word(token.text, [&](Token const&) { ++words; });
  return words;
}

std::uint64_t hash_all(std::vector<Token> const& tokens) {
  std::uint64_t hash = 0;
  for (auto const& token : tokens) hash = (hash ^ token.hash) * 0x9e3779b97f4a7c15u + 1;
  return hash ^ hash >> 32;
}

struct Counts {
  std::size_t added = 0;
  std::size_t removed = 0;
  std::size_t kept = 0;
};

constexpr std::size_t kept_words_shown = 12;  // at each end of a long kept run

void add_part(std::vector<DiffPart>& parts, DiffKind kind, std::vector<std::string_view> const& words,
              std::string_view between) {
  if (words.empty()) return;
  DiffPart part{kind, {}};
  bool const shorten = kind == DiffKind::kept && words.size() > 2 * kept_words_shown + 4;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (shorten && i == kept_words_shown) {
      part.text += " \u2026";
      i = words.size() - kept_words_shown;
    }
    // Characters of a script without spaces stand together as they stood in the text.
    bool const adjacent = i > 0 && words[i - 1].data() + words[i - 1].size() == words[i].data();
    if (!part.text.empty() && !adjacent) part.text += between;
    part.text += words[i];
  }
  parts.push_back(std::move(part));
}

// How many words both begin with, and how many of the rest both end with: an edit is usually small.
struct Ends {
  std::size_t head = 0;
  std::size_t tail = 0;

  Ends(std::vector<Token> const& before, std::vector<Token> const& after) {
    while (head < before.size() && head < after.size() && before[head] == after[head]) ++head;
    while (tail < before.size() - head && tail < after.size() - head &&
           before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
      ++tail;
  }
};

// The work of a diff grows with the words times the words that differ.
bool is_too_much_work(std::vector<Token> const& before, std::vector<Token> const& after) {
  constexpr std::size_t work_max = 1'000'000;
  Ends const same(before, after);
  return (before.size() - same.head - same.tail) * (after.size() - same.head - same.tail) > work_max;
}

std::vector<DiffPart> diff(std::vector<Token> const& before, std::vector<Token> const& after,
                           std::string_view between, Counts& counts) {
  auto const [head, tail] = Ends(before, after);
  std::vector<DiffPart> parts;
  std::vector<std::string_view> kept;
  std::vector<std::string_view> removed;
  std::vector<std::string_view> added;
  auto const flush = [&](DiffKind kind, std::vector<std::string_view>& run) {
    add_part(parts, kind, run, between);
    run.clear();
  };
  // Between two kept runs what went stands before what came.
  auto const take = [&](DiffKind kind, std::string_view word) {
    switch (kind) {
      case DiffKind::kept:
        flush(DiffKind::removed, removed);
        flush(DiffKind::added, added);
        kept.push_back(word);
        ++counts.kept;
        return;
      case DiffKind::removed:
        flush(DiffKind::kept, kept);
        removed.push_back(word);
        ++counts.removed;
        return;
      case DiffKind::added:
        flush(DiffKind::kept, kept);
        added.push_back(word);
        ++counts.added;
        return;
    }
  };
  for (std::size_t i = 0; i < head; ++i) take(DiffKind::kept, after[i].text);
  std::vector<Token> const a(before.begin() + std::ptrdiff_t(head), before.end() - std::ptrdiff_t(tail));
  std::vector<Token> const b(after.begin() + std::ptrdiff_t(head), after.end() - std::ptrdiff_t(tail));
  std::vector<std::uint64_t> ha;
  std::vector<std::uint64_t> hb;
  for (auto const& token : a) ha.push_back(token.hash);
  for (auto const& token : b) hb.push_back(token.hash);
  if (a.empty() || b.empty() || is_too_much_work(a, b)) {
    for (auto const& token : a) take(DiffKind::removed, token.text);
    for (auto const& token : b) take(DiffKind::added, token.text);
  } else {
    dtl::Diff<std::uint64_t> differ(ha, hb);
    differ.compose();
    for (auto const& [hash, info] : differ.getSes().getSequence()) {
      switch (info.type) {
        case dtl::SES_ADD: take(DiffKind::added, b[std::size_t(info.afterIdx - 1)].text); break;
        case dtl::SES_DELETE: take(DiffKind::removed, a[std::size_t(info.beforeIdx - 1)].text); break;
        case dtl::SES_COMMON: take(DiffKind::kept, b[std::size_t(info.afterIdx - 1)].text); break;
        default: break;
      }
    }
  }
  for (auto i = after.size() - tail; i < after.size(); ++i) take(DiffKind::kept, after[i].text);
  flush(DiffKind::kept, kept);
  flush(DiffKind::removed, removed);
  flush(DiffKind::added, added);
  return parts;
}

bool is_walled(VersionText const& version) noexcept {
  return version.truncated && version.paywall != Paywall::none;
}

// A wall that comes cuts text away and puts (almost) none in its place; one that goes does the reverse.
EditClass class_of(VersionText const& before, VersionText const& after, Counts const& text,
                   bool title_changed) {
  constexpr std::size_t correction_words_max = 12;
  constexpr std::size_t correction_share = 10;  // at most one word in ten
  constexpr std::size_t one_sided_share = 8;    // against one word the other way
  if (text.added + text.removed == 0) return title_changed ? EditClass::headline : EditClass::none;
  if (!is_walled(before) && is_walled(after) && text.removed > text.added) return EditClass::paywall_up;
  if (is_walled(before) && !is_walled(after) && text.added > text.removed) return EditClass::paywall_down;
  auto const changed = std::max(text.added, text.removed);
  bool const both = text.added > 0 && text.removed > 0;
  if (both && changed <= correction_words_max && changed * correction_share <= text.kept + changed)
    return EditClass::correction;
  if (text.added >= text.removed * one_sided_share && text.kept > 0) {
    bool const few = text.added <= 2 && text.kept >= correction_share * 2;
    return few ? EditClass::correction : EditClass::addition;
  }
  if (text.removed >= text.added * one_sided_share && text.kept > 0) {
    bool const few = text.removed <= 2 && text.kept >= correction_share * 2;
    return few ? EditClass::correction : EditClass::removal;
  }
  return EditClass::rewrite;
}

}  // namespace

std::uint64_t version_hash(std::string_view title, std::string_view text) {
  auto const of_title = hash_all(tokens_of(title));
  return (of_title * 0xbf58476d1ce4e5b9u) ^ hash_all(tokens_of(text));
}

std::string_view to_string(EditClass edit) noexcept {
  switch (edit) {
    case EditClass::none: return "none";
    case EditClass::headline: return "headline";
    case EditClass::correction: return "correction";
    case EditClass::addition: return "addition";
    case EditClass::removal: return "removal";
    case EditClass::rewrite: return "rewrite";
    case EditClass::paywall_up: return "paywall_up";
    case EditClass::paywall_down: return "paywall_down";
  }
  return "unknown";
}

Edit compare_versions(VersionText const& before, VersionText const& after) {
  Edit edit;
  Counts of_title;
  auto const title_before = tokens_of(before.title);
  auto const title_after = tokens_of(after.title);
  bool const title_changed = title_before != title_after;
  if (title_changed) edit.title_diff = diff(title_before, title_after, " ", of_title);

  Counts of_text;
  auto text_before = tokens_of(before.text);
  auto text_after = tokens_of(after.text);
  if (text_before != text_after) {
    bool const by_lines = std::max(text_before.size(), text_after.size()) > diff_words_max ||
                          is_too_much_work(text_before, text_after);
    if (by_lines) {
      text_before = lines_of(before.text);
      text_after = lines_of(after.text);
    }
    edit.text_diff = diff(text_before, text_after, by_lines ? "\n" : " ", of_text);
    if (by_lines) {
      // The figures are of words all the same; a changed line counts as changed throughout.
      auto const lines = of_text.added + of_text.kept + of_text.removed;
      auto const words = words_in(text_after) + words_in(text_before);
      auto const a_line = std::max<std::size_t>(1, lines == 0 ? 1 : words / (2 * lines));
      of_text = {of_text.added * a_line, of_text.removed * a_line, of_text.kept * a_line};
    }
  } else {
    of_text.kept = text_after.size();
  }
  edit.words_added = std::uint32_t(of_text.added + of_title.added);
  edit.words_removed = std::uint32_t(of_text.removed + of_title.removed);
  edit.words_kept = std::uint32_t(of_text.kept + of_title.kept);
  edit.kind = class_of(before, after, of_text, title_changed);
  return edit;
}

}  // namespace newsfold::dedup
