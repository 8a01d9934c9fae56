#pragma once
// Text in, the words of its normal form out. Internal to feeds/dedup (and to what compares versions).

#include "feeds/dedup/characters.h"
#include "feeds/dedup/signature.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::dedup {

struct Word {
  std::uint64_t hash = 0;  // of the folded letters
  WordKind kind = WordKind::other;
  Script script = Script::none;  // of its first letter
  std::uint32_t scripts = 0;     // of all its letters, a bit each
  bool follows = false;          // only a blank stands between it and the word before
  bool frequent = false;         // in the text's language
  bool foreign = false;          // holds a letter of a script that the text is not written in
  // Where it stands, in bytes; of a text that had to be composed first, in composed(text).
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// All words in order, at most `words_max`. `language` as in make_signature.
inline constexpr std::size_t text_words_max = 32'768;
inline constexpr std::size_t text_bytes_max = 1024 * 1024;  // what stands behind is not looked at
std::vector<Word> words_of(std::string_view text, std::string_view language = {},
                           std::size_t words_max = text_words_max);

// The text in composed letters (NFC).
std::string composed(std::string_view text);

// The hash of all words in order, whatever their kind; 0 for none.
std::uint64_t hash_of(std::vector<Word> const& words) noexcept;

// hash_of(words_of(text)) and their number, without telling which words are frequent or names.
struct WordsHash {
  std::uint64_t hash = 0;
  std::size_t words = 0;
};
WordsHash words_hash(std::string_view text);

}  // namespace newsfold::dedup
