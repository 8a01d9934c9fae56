#include "feeds/text/utf8.h"
#include "feeds/text/ascii_run.h"

#include <gtest/gtest.h>

namespace newsfold::text {
namespace {

using namespace std::string_literals;

TEST(Utf8, AcceptsEveryLengthOfSequence) {
  auto const seen = survey_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_TRUE(seen.valid());
  EXPECT_EQ(seen.sequences, 3u);
  EXPECT_EQ(seen.long_sequences, 2u);
}

TEST(Utf8, RefusesOverlongSurrogateAndBeyondUnicode) {
  for (auto const& bytes : {"\xC0\xAF"s, "\xE0\x80\xAF"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s,
                            "\xF8\x88\x80\x80\x80"s, "\x80"s, "\xE2\x82"s, "\xFF"s})
    EXPECT_FALSE(is_valid_utf8(bytes)) << bytes.size();
}

TEST(Utf8, MendsEachIllFormedPartOnItsOwn) {
  // Unicode 15, table 3-8: three parts of E1 80, E2, F0 91 92.
  EXPECT_EQ(mend_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(mend_utf8("caf\xE9!"), "caf\xEF\xBF\xBD!");
}

TEST(Utf8, SeesControlsAtEveryOffset) {
  for (std::size_t at = 0; at < 20; ++at) {
    std::string text(20, 'x');
    EXPECT_FALSE(survey_utf8(text).has_controls);
    text[at] = '\n';
    EXPECT_FALSE(survey_utf8(text).has_controls) << at;
    text[at] = '\0';
    EXPECT_TRUE(survey_utf8(text).has_controls) << at;
  }
}

TEST(Utf8, WalksWhatItWrote) {
  for (char32_t c : {U'A', U'\u00E9', U'\u20AC', U'\U0001F600', U'\U0010FFFF'}) {
    std::string text;
    append_utf8(text, c);
    std::size_t at = 0;
    EXPECT_EQ(next_char(text, at), c);
    EXPECT_EQ(at, text.size());
  }
}

TEST(Utf8, CutsBetweenCharacters) {
  EXPECT_EQ(utf8_prefix("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(utf8_prefix("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
}

TEST(Utf8, FirstCharactersAreCountedAsPeopleDoAndNeverCut) {
  EXPECT_EQ(first_characters("abc", 2), "ab");
  EXPECT_EQ(first_characters("\xE2\x82\xAC\xE2\x82\xAC\xC3\xA9", 2), "\xE2\x82\xAC\xE2\x82\xAC");
  EXPECT_EQ(first_characters("abc", 3), "abc");
  EXPECT_EQ(first_characters("abc", 80), "abc");
  EXPECT_EQ(first_characters("abc", 0), "");
  EXPECT_EQ(first_characters("", 5), "");
}

TEST(AsciiRun, EndsAtTheFirstByteAboveAsciiWhereverItStands) {
  for (std::size_t size = 0; size < 40; ++size)
    for (std::size_t at = 0; at <= size; ++at) {
      std::string text(size, 'a');
      if (at < size) text[at] = '\x80';
      for (std::size_t from = 0; from <= at; ++from) EXPECT_EQ(ascii_run_end(text, from), at) << size;
    }
}

}  // namespace
}  // namespace newsfold::text
