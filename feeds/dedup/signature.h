#pragma once
// What is kept of an article's text to recognise its copies: a sketch (its content words in order, as
// small hashes) and, drawn from that, a handful of fingerprints under which it is found again.
// No I/O, no clock: the same text always gives the same signature. Callable from any thread; calls
// share nothing.
//
// Normal form: NFKC, case folded, apostrophes out; words are runs of letters and digits, in scripts
// written without spaces character bigrams. Frequent words of the text's language are left out, and so
// are words in a script foreign to the text: a mirror that replaces "the" by a keyword in another script
// everywhere still has the sketch of its source.

#include "feeds/model/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::dedup {

enum class WordKind : std::uint8_t {
  other,
  name,      // capitalised inside a sentence (in scripts that have capitals)
  number,    // holds a digit
  calendar,  // a weekday or a month: what parts the reports of a series
};

// A content word: 16 bits of its hash and its kind. Two words of one text collide once in 65,536; a shingle
// of three has 48 bits, which is what candidates are found by.
class SketchWord {
 public:
  SketchWord() = default;
  constexpr SketchWord(std::uint16_t hash, WordKind kind) noexcept
      : bits_(std::uint32_t(hash) << 2 | std::uint32_t(kind)) {}
  constexpr std::uint16_t hash() const noexcept { return std::uint16_t(bits_ >> 2); }
  constexpr WordKind kind() const noexcept { return WordKind(bits_ & 3); }
  bool operator==(SketchWord const&) const = default;

 private:
  std::uint32_t bits_ = 0;
};

struct Sketch {
  static constexpr std::size_t words_max = 4096;  // content words beyond these are not looked at
  static constexpr std::size_t title_words_max = 24;

  std::vector<SketchWord> words;  // content words in the order of the text; not those of the title
  std::vector<SketchWord> title;  // content words of the title
  std::uint64_t text_hash = 0;    // of all words in order, frequent ones too: equal texts, equal hashes

  bool operator==(Sketch const&) const = default;

  // The bytes that are stored, about 2.25 a word. On disk since schema 1.
  std::string encode() const;
  // Fails with `corrupt` for anything that encode() does not write.
  static Result<Sketch> decode(std::string_view bytes);
};

// The keys to look copies up by: distinct, at most `fingerprints_max`, 15 for an average article. None for
// a text of fewer than three content words. A pure function of the words, so that what was posted for a
// stored sketch can be found and removed again.
inline constexpr std::size_t fingerprints_max = 48;
std::vector<std::uint64_t> fingerprints_of(Sketch const& sketch);

struct Signature {
  Sketch sketch;
  std::vector<std::uint64_t> fingerprints;
  std::size_t text_words = 0;  // of every kind, frequent ones too
};

// `language` is a BCP 47 tag that page or feed declares; empty: it is guessed from the text. Invalid UTF-8
// is read as U+FFFD.
Signature make_signature(std::string_view title, std::string_view text, std::string_view language = {});

}  // namespace newsfold::dedup
