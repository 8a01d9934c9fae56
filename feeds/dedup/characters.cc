#include "feeds/dedup/characters.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <string>
#include <unordered_map>
#include <vector>

namespace newsfold::dedup {

namespace {

// The planes of letters that are in use: the basic one, and the supplementary ones with historic scripts,
// mathematical letters and Han. Beyond them nothing is a letter.
constexpr char32_t table_end = 0x32000;

Script script_of(char32_t c) {
  UErrorCode failure = U_ZERO_ERROR;
  switch (uscript_getScript(UChar32(c), &failure)) {
    case USCRIPT_COMMON:
    case USCRIPT_INHERITED: return Script::none;
    case USCRIPT_LATIN: return Script::latin;
    case USCRIPT_GREEK: return Script::greek;
    case USCRIPT_CYRILLIC: return Script::cyrillic;
    case USCRIPT_ARABIC: return Script::arabic;
    case USCRIPT_HEBREW: return Script::hebrew;
    case USCRIPT_DEVANAGARI:
    case USCRIPT_BENGALI:
    case USCRIPT_GURMUKHI:
    case USCRIPT_GUJARATI:
    case USCRIPT_ORIYA:
    case USCRIPT_TAMIL:
    case USCRIPT_TELUGU:
    case USCRIPT_KANNADA:
    case USCRIPT_MALAYALAM:
    case USCRIPT_SINHALA: return Script::indic;
    case USCRIPT_HANGUL: return Script::hangul;
    case USCRIPT_HAN:
    case USCRIPT_BOPOMOFO: return Script::han;
    case USCRIPT_HIRAGANA: return Script::hiragana;
    case USCRIPT_KATAKANA: return Script::katakana;
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
    case USCRIPT_TIBETAN: return Script::unspaced;
    default: return Script::other;
  }
}

// Characters whose class is not what Unicode's general category says.
bool special_class(char32_t c, CharClass& out) {
  switch (c) {
    case U'\'':
    case 0x2018:
    case 0x2019:
    case 0x02BC:
    case 0xFF07:
    case U'`':
    case 0x00B4:
    // An apostrophe in GBK, read as Latin-1, is these two: "didn¡¯t".
    case 0x00A1:
    case 0x00AF:
    case 0x00AD:  // soft hyphen
    case 0x0640:  // Arabic tatweel only stretches
    case 0x200B:
    case 0x200C:
    case 0x200D:
    case 0x2060:
    case 0xFEFF: out = CharClass::ignored; return true;
    case U'.':
    case U',':
    case 0x066B:
    case 0x066C:
    case 0xFF0E:
    case 0xFF0C: out = CharClass::decimal_sign; return true;
    case U'!':
    case U'?':
    case U':':
    case 0x00BF:
    case 0x2026:
    case 0x2022:
    case 0x3002:
    case 0xFF01:
    case 0xFF1F:
    case 0x0964: out = CharClass::sentence_end; return true;
    case U'\n':
    case U'\r':
    case 0x0085:
    case 0x2028:
    case 0x2029: out = CharClass::line_end; return true;
    case 0x30FC:  // the long vowel mark belongs to the Katakana before it
      out = CharClass::letter;
      return true;
    default: return false;
  }
}

CharClass class_of(char32_t c) {
  CharClass special{};
  if (special_class(c, special)) return special;
  switch (u_charType(UChar32(c))) {
    case U_UPPERCASE_LETTER:
    case U_LOWERCASE_LETTER:
    case U_TITLECASE_LETTER:
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER:
    case U_LETTER_NUMBER: return CharClass::letter;
    case U_DECIMAL_DIGIT_NUMBER:
    case U_OTHER_NUMBER: return CharClass::digit;
    case U_NON_SPACING_MARK:
    case U_COMBINING_SPACING_MARK:
    case U_ENCLOSING_MARK: return CharClass::mark;
    case U_FORMAT_CHAR: return CharClass::ignored;
    default: return CharClass::space;
  }
}

// Arabic is written with or without its vowel signs and hamzas; publishers differ.
char32_t arabic_fold(char32_t c) {
  switch (c) {
    case 0x0622:
    case 0x0623:
    case 0x0625:
    case 0x0671: return 0x0627;
    case 0x0649: return 0x064A;
    case 0x0629: return 0x0647;
    default: return c;
  }
}

struct Table {
  std::vector<Character> characters{table_end};
  std::unordered_map<char32_t, std::vector<char32_t>> expansions;

  Table() {
    UErrorCode failure = U_ZERO_ERROR;
    auto const* fold = icu::Normalizer2::getNFKCCasefoldInstance(failure);
    for (char32_t c = 0; c < table_end; ++c) characters[c] = make(c, U_SUCCESS(failure) ? fold : nullptr);
  }

  Character make(char32_t c, icu::Normalizer2 const* fold) {
    Character made;
    made.folded = c;
    made.char_class = class_of(c);
    if (made.char_class == CharClass::space || made.char_class == CharClass::sentence_end ||
        made.char_class == CharClass::line_end || made.char_class == CharClass::decimal_sign)
      return made;
    made.script = c == 0x30FC ? Script::katakana : script_of(c);
    made.upper = u_isupper(UChar32(c)) || u_istitle(UChar32(c));
    // Harakat are left out of the word, as most publishers leave them out of the text.
    if (made.char_class == CharClass::mark && ((c >= 0x0610 && c <= 0x061A) || (c >= 0x064B && c <= 0x065F)))
      made.char_class = CharClass::ignored;
    made.composes = (c >= 0x0300 && c <= 0x036F) || (c >= 0x1100 && c <= 0x11FF) || c == 0x3099 ||
                    c == 0x309A || c == 0x093C || c == 0x09BC;
    if (auto const digit = u_charDigitValue(UChar32(c)); digit >= 0 && made.char_class == CharClass::digit) {
      made.folded = U'0' + char32_t(digit);
      made.script = Script::none;
      return made;
    }
    made.folded = arabic_fold(c);
    if (made.folded == c && fold) fold_by_icu(c, *fold, made);
    return made;
  }

  void fold_by_icu(char32_t c, icu::Normalizer2 const& fold, Character& made) {
    UErrorCode failure = U_ZERO_ERROR;
    auto const folded = fold.normalize(icu::UnicodeString(UChar32(c)), failure);
    if (U_FAILURE(failure)) return;
    if (folded.countChar32() == 1) {
      made.folded = char32_t(folded.char32At(0));
    } else if (!folded.isEmpty()) {
      made.folded = 0;
      auto& expansion = expansions[c];
      for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1))
        expansion.push_back(char32_t(folded.char32At(i)));
    }
  }
};

Table const& table() {
  static Table const built;
  return built;
}

}  // namespace

Character const& character(char32_t code_point) noexcept {
  static Character const beyond{};
  static Character const* const characters = table().characters.data();
  return code_point < table_end ? characters[code_point] : beyond;
}

std::span<char32_t const> folds_to(char32_t code_point) noexcept {
  auto const& expansions = table().expansions;
  auto const found = expansions.find(code_point);
  return found == expansions.end() ? std::span<char32_t const>{} : std::span<char32_t const>(found->second);
}

}  // namespace newsfold::dedup
