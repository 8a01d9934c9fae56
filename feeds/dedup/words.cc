// Two passes: the first cuts the text into words and counts letters by script and frequent words by language;
// the second, knowing the script and language of the whole, marks which words are frequent or foreign.
//
// Scripts without spaces are cut into pieces of about two characters (Han) or four (Thai and its neighbours),
// and where to cut is decided by the two characters at the place alone. So the same passage is cut the
// same way in every text, an insertion disturbs only its neighbours, and no dictionary is needed: ICU's takes
// longer than all the rest of a signature. Japanese Hiragana in short runs are endings and particles, and
// left out.

#include "feeds/dedup/words.h"

#include "feeds/dedup/frequent_words.h"
#include "feeds/text/utf8.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string>

namespace newsfold::dedup {

namespace {

constexpr std::size_t word_bytes = 5;  // about, with what parts it from the next
constexpr int piece_chars_max = 8;     // of a script without spaces
constexpr int hiragana_chars_min = 4;  // shorter runs are particles
constexpr int korean_stem_chars_min = 2;

constexpr bool is_unspaced(Script s) noexcept {
  return s == Script::han || s == Script::hiragana || s == Script::katakana || s == Script::unspaced;
}

// Characters of Chinese that carry grammar only; a piece ends at them.
bool is_chinese_particle(char32_t c) noexcept {
  constexpr std::u32string_view particles =
      U"\u7684\u4e86\u5728\u662f\u548c\u4e0e\u53ca\u6216\u4e5f\u5c31\u90fd"
      U"\u800c\u4f46\u88ab\u628a\u4ece\u5f9e\u5411\u5bf9\u5c0d\u4e8e\u65bc"
      U"\u4e4b\u5176\u8fd9\u9019\u90a3\u4e5f\u4e3a\u70ba\u7b49\u7740\u8457\u8fc7\u904e";
  return particles.find(c) != particles.npos;
}

// One-syllable particles that Korean puts behind a noun.
bool is_korean_particle(char32_t c) noexcept {
  constexpr std::u32string_view particles =
      U"\uc740\ub294\uc774\uac00\uc744\ub97c\uc758\uc5d0\ub3c4\ub85c\uc640\uacfc";
  return particles.find(c) != particles.npos;
}

// Whether a piece ends between two neighbouring characters.
bool cut_between(char32_t left, char32_t right, Script script) noexcept {
  auto const mixed =
      (std::uint64_t(left) * 0x9e3779b97f4a7c15u ^ std::uint64_t(right) * 0xbf58476d1ce4e5b9u) *
          0x94d049bb133111ebu >>
      60;
  switch (script) {
    case Script::katakana: return false;  // a loan word: taken whole
    case Script::unspaced: return mixed < 4;
    default: return mixed < 8;
  }
}

class Cutter {
 public:
  explicit Cutter(std::string_view text, std::size_t words_max) : words_max_(words_max) {
    words_.reserve(std::min(text.size() / word_bytes + 8, words_max));
  }

  bool full() const noexcept { return words_.size() >= words_max_; }

  // The character at bytes `begin` to `end`.
  void take(char32_t c, Character const& known, std::size_t begin, std::size_t end) {
    char_begin_ = std::uint32_t(begin);
    char_end_ = std::uint32_t(end);
    switch (known.char_class) {
      case CharClass::letter: letter(c, known); return;
      case CharClass::digit: digit(c, known); return;
      case CharClass::mark:
        if (chars_ > 0) add(c, known);
        return;
      case CharClass::ignored: return;
      case CharClass::decimal_sign:
        if (chars_ > 0 && has_digit_ && last_was_digit_) {
          // "3.5" and "1,000" are one number; at a number's end it is a full stop, which costs at most
          // that the next capital counts as a name.
          last_was_digit_ = false;
          after_decimal_sign_ = true;
          pending_stop_ = c == U'.';
          return;
        }
        end_word();
        only_blank_ = false;
        if (c == U'.' || c == 0xFF0E) sentence_start_ = true;
        return;
      case CharClass::sentence_end:
      case CharClass::line_end:
        end_word();
        only_blank_ = false;
        sentence_start_ = true;
        return;
      case CharClass::space:
        end_word();
        only_blank_ &= c == U' ';
        return;
    }
  }

  // The ASCII letters from byte `at` on, as take() takes them one after the other; most of most texts. Gives
  // where they end.
  std::size_t take_ascii_letters(std::string_view text, std::size_t at) {
    if (after_decimal_sign_ || is_unspaced(script_)) return at;
    auto const begin = at;
    auto hash = hash_;
    for (; at < text.size(); ++at) {
      auto const folded = static_cast<unsigned char>(text[at]) | 0x20u;
      if (folded < 'a' || folded > 'z') break;
      hash.add(folded);
    }
    if (at == begin) return at;
    hash_ = hash;
    if (chars_ == 0) {
      upper_ = text[begin] <= 'Z';
      begin_ = std::uint32_t(begin);
    }
    if (chars_ == 0 || script_ == Script::none) script_ = Script::latin;
    scripts_ |= 1u << unsigned(Script::latin);
    letters_[std::size_t(Script::latin)] += std::uint32_t(at - begin);
    chars_ += int(at - begin);
    end_ = std::uint32_t(at);
    last_ = char32_t(static_cast<unsigned char>(text[at - 1]));
    last_was_digit_ = false;
    return at;
  }

  std::vector<Word> finish() {
    end_word();
    return std::move(words_);
  }

  std::array<std::uint32_t, scripts_count> const& letters() const noexcept { return letters_; }
  std::array<std::uint16_t, telling_letters> const& telling() const noexcept { return telling_; }

 private:
  void letter(char32_t c, Character const& known) {
    ++letters_[std::size_t(known.script)];
    if (int const telling = telling_letter(known.folded); telling >= 0) {
      auto& count = telling_[std::size_t(telling)];
      if (count < telling_max) ++count;
    }
    if (after_decimal_sign_) end_word();
    if (known.script == Script::han && take_weekday(c, known)) return;
    if (is_unspaced(known.script) || is_unspaced(script_)) {
      if (chars_ > 0 &&
          (known.script != script_ || cut_between(last_, c, script_) || chars_ >= piece_chars_max))
        end_word();
      if (known.script == Script::han && is_chinese_particle(c)) return end_word();
    }
    if (chars_ == 0) upper_ = known.upper;
    add(c, known);
    last_was_digit_ = false;
  }

  // "星期三", "周三" and "水曜": the day is a word of its own.
  bool take_weekday(char32_t c, Character const& known) {
    constexpr std::u32string_view chinese = U"\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u65e5\u5929";
    constexpr std::u32string_view japanese = U"\u6708\u706b\u6c34\u6728\u91d1\u571f\u65e5";
    auto const before = letter_before_;
    auto const before_that = letter_before_that_;
    letter_before_that_ = before;
    letter_before_ = c;
    bool const after_week =
        before == U'\u5468' || before == U'\u9031' || (before == U'\u671f' && before_that == U'\u661f');
    bool const is_day = (after_week && chinese.find(c) != chinese.npos) ||
                        (c == U'\u66dc' && japanese.find(before) != japanese.npos);
    if (!is_day) return false;
    end_word();
    // The day's own character, whichever side of the mark it stands on.
    add(c == U'\u66dc' ? before : c, known);
    calendar_ = true;
    end_word();
    return true;
  }

  void digit(char32_t c, Character const& known) {
    after_decimal_sign_ = pending_stop_ = false;
    if (chars_ > 0 && is_unspaced(script_)) end_word();
    add(c, known);
    has_digit_ = last_was_digit_ = true;
  }

  void add(char32_t c, Character const& known) {
    if (chars_ == 0) begin_ = char_begin_;
    if (chars_ == 0 || script_ == Script::none) script_ = known.script;
    end_ = char_end_;
    scripts_ |= 1u << unsigned(known.script);
    if (known.folded != 0)
      hash_.add(known.folded);
    else
      for (auto const part : folds_to(c)) hash_.add(part);
    // The hash of the word without its last syllable, in case that is a Korean particle.
    if (known.script == Script::hangul) {
      stem_hash_ = before_last_;
      before_last_ = hash_;
    }
    last_ = c;
    ++chars_;
  }

  void end_word() {
    if (chars_ > 0) {
      if (!full() && (script_ != Script::hiragana || chars_ >= hiragana_chars_min)) words_.push_back(word());
      sentence_start_ = pending_stop_;
      only_blank_ = !after_decimal_sign_;
    }
    hash_ = WordHash{};
    before_last_ = WordHash{};
    chars_ = 0;
    script_ = Script::none;
    scripts_ = 0;
    calendar_ = upper_ = has_digit_ = last_was_digit_ = after_decimal_sign_ = pending_stop_ = false;
  }

  Word word() const {
    Word made;
    bool const stem =
        script_ == Script::hangul && chars_ > korean_stem_chars_min && is_korean_particle(last_);
    made.hash = stem ? stem_hash_.value() : hash_.value();
    made.kind = calendar_                     ? WordKind::calendar
                : has_digit_                  ? WordKind::number
                : upper_ && !sentence_start_  ? WordKind::name
                : script_ == Script::katakana ? WordKind::name
                                              : WordKind::other;
    made.script = script_;
    made.follows = only_blank_;
    made.scripts = scripts_;
    made.begin = begin_;
    made.end = end_;
    return made;
  }

  std::size_t words_max_;
  std::vector<Word> words_;
  static constexpr std::uint16_t telling_max = 1000;
  std::array<std::uint32_t, scripts_count> letters_{};
  std::array<std::uint16_t, telling_letters> telling_{};
  WordHash hash_;
  WordHash before_last_;
  WordHash stem_hash_;
  int chars_ = 0;
  std::uint32_t char_begin_ = 0;  // of the character at hand
  std::uint32_t char_end_ = 0;
  std::uint32_t begin_ = 0;  // of the word at hand
  std::uint32_t end_ = 0;
  char32_t last_ = 0;
  Script script_ = Script::none;
  std::uint32_t scripts_ = 0;
  bool upper_ = false;
  bool calendar_ = false;
  char32_t letter_before_ = 0;  // of the Han letters
  char32_t letter_before_that_ = 0;
  bool has_digit_ = false;
  bool last_was_digit_ = false;
  bool after_decimal_sign_ = false;
  bool pending_stop_ = false;  // the word ended in "." after a digit
  bool sentence_start_ = true;
  bool only_blank_ = false;  // since the last word
};

// Han, Hiragana and Katakana make one writing together.
constexpr std::uint32_t script_group(Script s) noexcept {
  constexpr auto cjk =
      1u << unsigned(Script::han) | 1u << unsigned(Script::hiragana) | 1u << unsigned(Script::katakana);
  auto const bit = 1u << unsigned(s);
  return bit & cjk ? cjk : bit;
}

// The script of most letters, that of Japanese counted together.
Script main_script(std::array<std::uint32_t, scripts_count> const& letters) {
  std::array<std::uint32_t, scripts_count> sums{};
  std::size_t main = std::size_t(Script::latin);
  for (std::size_t i = 1; i < letters.size(); ++i) {
    for (std::size_t j = 1; j < letters.size(); ++j)
      if (script_group(Script(i)) >> j & 1) sums[i] += letters[j];
    if (sums[i] > sums[main]) main = i;
  }
  return Script(main);
}

constexpr bool has_capitals(Script s) noexcept {
  return s == Script::latin || s == Script::greek || s == Script::cyrillic;
}

// Latin words stand in texts of every script, and in scripts without capitals they are names. Words of any
// other script than the text's are none of its own.
void mark_foreign(std::vector<Word>& words, Script main) {
  auto native = script_group(main) | 1u << unsigned(Script::none) | 1u << unsigned(Script::latin);
  if (main == Script::hangul) native |= script_group(Script::han);
  for (auto& word : words) {
    word.foreign = (word.scripts & ~native) != 0;
    if (word.kind != WordKind::number && is_calendar_word(word.hash)) word.kind = WordKind::calendar;
    if (!has_capitals(main) && word.script == Script::latin && word.kind == WordKind::other)
      word.kind = WordKind::name;
  }
}

// Of the letters of the text's own script: a mirror puts words of other scripts into a text.
using TellingLetters = std::array<std::uint16_t, telling_letters>;

// Marks the words that are frequent in the language that has the most frequent words here, less the letters
// that it does not write, and returns it.
LanguageSet mark_frequent(std::vector<Word>& words, TellingLetters const& telling, Script main,
                          std::string_view declared) {
  std::vector<LanguageSet> sets(words.size());
  std::array<std::int32_t, 32> hits{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    sets[i] = words[i].foreign ? 0 : frequent_in(words[i].hash);
    for (auto rest = sets[i]; rest != 0; rest &= rest - 1) ++hits[std::size_t(std::countr_zero(rest))];
  }
  for (int letter = 0; letter < telling_letters; ++letter) {
    auto const count = telling[std::size_t(letter)];
    if (count == 0 || is_cyrillic_letter(letter) != (main == Script::cyrillic)) continue;
    auto const writing = languages_writing(letter);
    if (writing == 0) continue;
    for (auto rest = ~writing; rest != 0; rest &= rest - 1)
      hits[std::size_t(std::countr_zero(rest))] -= count;
  }
  auto const best = std::size_t(std::max_element(hits.begin(), hits.end()) - hits.begin());
  auto const language = hits[best] > 0 ? LanguageSet(1) << best : language_bit(declared);
  for (std::size_t i = 0; i < words.size(); ++i) words[i].frequent = (sets[i] & language) != 0;
  return language;
}

// In German every noun has a capital, but nouns are compounded and do not stand side by side: two capitals in
// a row
// ("Jens Rewald", "Halkor AG") are a name, one alone is taken for a noun.
void keep_paired_names(std::vector<Word>& words) {
  bool before_was_name = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    bool const is_name = words[i].kind == WordKind::name && !words[i].frequent;
    bool const next_is_name = i + 1 < words.size() && words[i + 1].kind == WordKind::name &&
                              !words[i + 1].frequent && words[i + 1].follows;
    bool const paired = next_is_name || (before_was_name && words[i].follows);
    if (is_name && !paired && words[i].script != Script::katakana) words[i].kind = WordKind::other;
    before_was_name = is_name;
  }
}

// A text in capitals has no names.
void settle_names(std::vector<Word>& words) {
  constexpr std::size_t names_percent_max = 60;
  std::size_t names = 0;
  std::size_t content = 0;
  for (auto const& word : words) {
    if (word.frequent || word.foreign) continue;
    ++content;
    names += word.kind == WordKind::name;
  }
  if (names * 100 <= content * names_percent_max) return;
  for (auto& word : words)
    if (word.kind == WordKind::name) word.kind = WordKind::other;
}

// Cuts the text until the end or until there are enough words. False where it is to be composed first.
bool cut(std::string_view text, Cutter& cutter, bool is_composed) {
  for (std::size_t at = 0; at < text.size() && !cutter.full();) {
    at = cutter.take_ascii_letters(text, at);
    if (at == text.size()) break;
    auto const begin = at;
    auto const c = text::next_char(text, at);
    auto const& known = character(c);
    if (known.composes && !is_composed) return false;
    cutter.take(c, known, begin, at);
  }
  return true;
}

Cutter cut(std::string_view text, std::size_t words_max) {
  text = text::utf8_prefix(text, text_bytes_max);
  Cutter cutter(text, words_max);
  if (cut(text, cutter, false)) return cutter;
  Cutter again(text, words_max);
  cut(composed(text), again, true);
  return again;
}

}  // namespace

std::vector<Word> words_of(std::string_view text, std::string_view language, std::size_t words_max) {
  auto cutter = cut(text, words_max);
  auto words = cutter.finish();
  auto const main = main_script(cutter.letters());
  mark_foreign(words, main);
  auto const spoken = mark_frequent(words, cutter.telling(), main, language);
  if (spoken != 0 && spoken == language_bit("de")) keep_paired_names(words);
  settle_names(words);
  return words;
}

WordsHash words_hash(std::string_view text) {
  auto const words = cut(text, text_words_max).finish();
  return {hash_of(words), words.size()};
}

std::string composed(std::string_view text) {
  UErrorCode failure = U_ZERO_ERROR;
  auto const* nfc = icu::Normalizer2::getNFCInstance(failure);
  std::string out;
  if (U_FAILURE(failure)) return std::string(text);
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, icu::StringPiece(text.data(), std::int32_t(text.size())), sink, nullptr, failure);
  return U_FAILURE(failure) ? std::string(text) : out;
}

std::uint64_t hash_of(std::vector<Word> const& words) noexcept {
  std::uint64_t hash = 0;
  for (auto const& word : words) hash = (hash ^ word.hash) * 0x9e3779b97f4a7c15u + 1;
  return hash ^ hash >> 32;
}

}  // namespace newsfold::dedup
