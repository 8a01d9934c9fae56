#pragma once
// Counts what a classifier wants to know of running text, in one pass over its bytes: words, sentence ends,
// commas, capitals, figures. A CJK character counts as a word of its own, as readers of those scripts measure
// text.

#include <cstdint>
#include <string_view>
#include <vector>

namespace newsfold::clean {

struct TextCounts {
  std::uint32_t words = 0;
  std::uint32_t wide_words = 0;  // of these, CJK characters
  std::uint32_t letters = 0;     // bytes of words; a CJK character counts once
  std::uint32_t link_words = 0;  // of words, inside links
  std::uint32_t strong_words = 0;
  std::uint32_t capital_words = 0;  // begin with an ASCII capital
  std::uint32_t digits = 0;
  std::uint32_t stops = 0;  // full stops, question and exclamation marks of any script
  std::uint32_t commas = 0;
  std::uint32_t marks = 0;  // other punctuation
  bool starts_capital = false;
  bool starts_digit = false;
  bool starts_mark = false;
  char last = 0;  // of the visible bytes: '.' for any stop, '"' for closing quotes, ':' and so on; else 'a'
};

enum class TextKind : std::uint8_t { plain, link, strong };

class TextMeter {
 public:
  // Words are appended to `words` as hashes that ignore ASCII case.
  explicit TextMeter(std::vector<std::uint32_t>& words) : words_(words) {}

  void begin() {
    counts_ = {};
    in_word_ = false;
    seen_ = false;
  }
  // A word may go on from one call to the next: <b>H</b>arbour.
  void add(std::string_view text, TextKind kind);
  TextCounts const& finish() {
    end_word();
    return counts_;
  }

 private:
  void end_word() {
    if (!in_word_) return;
    words_.push_back(hash_);
    in_word_ = false;
  }
  void begin_word(TextKind kind);

  std::vector<std::uint32_t>& words_;
  TextCounts counts_;
  std::uint32_t hash_ = 0;
  bool in_word_ = false;
  bool seen_ = false;
};

// The hashes of the words of `text`, as TextMeter makes them.
std::vector<std::uint32_t> word_hashes(std::string_view text);

}  // namespace newsfold::clean
