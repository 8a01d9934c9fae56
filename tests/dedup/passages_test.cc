#include "feeds/dedup/passages.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::dedup {
namespace {

std::string const lead =
    "The council of Harrow voted on Tuesday to close the old stone bridge over the Wend for eighteen months.";
std::string const money = "The work will cost 3.2 million pounds, said Mayor Colin Reeve.";

TEST(SideBySide, ShowsWhatIsSharedLongestFirst) {
  auto const both = side_by_side(money + "\n\nSomething else stands here.\n\n" + lead, "en",
                                 lead + "\n\nNothing of that is here.\n\n" + money, "en");
  ASSERT_EQ(both.shared.size(), 2u);
  EXPECT_EQ(
      both.shared[0].text,
      "council of Harrow voted on Tuesday to close the old stone bridge over the Wend for eighteen months");
  EXPECT_GT(both.shared[0].words, both.shared[1].words);
  EXPECT_NE(both.shared[1].text.find("3.2 million"), std::string::npos);
}

TEST(SideBySide, ShowsTheFactsThatDisagree) {
  auto other = lead;
  other.replace(other.find("Harrow"), 6, "Ashby");
  other.replace(other.find("Tuesday"), 7, "Friday");
  auto const both = side_by_side(lead + " " + money, "en", other + " It costs 4 million.", "en");
  EXPECT_EQ(both.only_here.names, (std::vector<std::string>{"Harrow", "Mayor", "Colin", "Reeve"}));
  EXPECT_EQ(both.only_there.names, (std::vector<std::string>{"Ashby"}));
  EXPECT_EQ(both.only_here.dates, (std::vector<std::string>{"Tuesday"}));
  EXPECT_EQ(both.only_there.dates, (std::vector<std::string>{"Friday"}));
  EXPECT_EQ(both.only_here.numbers, (std::vector<std::string>{"3.2"}));
  EXPECT_EQ(both.only_there.numbers, (std::vector<std::string>{"4"}));
}

TEST(SideBySide, OfNothingIsNothing) {
  auto const both = side_by_side("", "", lead, "en");
  EXPECT_TRUE(both.shared.empty());
  EXPECT_TRUE(both.only_here.names.empty());
}

// Letters in two parts are composed before words are cut: the places are those of the composed text.
TEST(SideBySide, FindsTheSameWordsInDecomposedLetters) {
  std::string const composed_text = "Die Br\u00fccke \u00fcber den Fluss bleibt achtzehn Monate gesperrt.";
  std::string const decomposed = "Die Bru\u0308cke u\u0308ber den Fluss bleibt achtzehn Monate gesperrt.";
  auto const both = side_by_side(decomposed, "de", composed_text, "de");
  ASSERT_EQ(both.shared.size(), 1u);
  EXPECT_TRUE(both.shared[0].text.starts_with("Br\u00fccke")) << both.shared[0].text;
}

TEST(SideBySide, WhatItShowsIsBounded) {
  std::string names;
  for (int i = 0; i < 100; ++i)
    names += "then Name" + std::string(1, char('a' + i % 26)) + std::string(std::size_t(i), 'x') + " spoke ";
  auto const own = side_by_side(names, "en", "", "en").only_here.names;
  EXPECT_EQ(own.size(), facts_of_a_kind_max);
  std::string repeated;
  for (int i = 0; i < 20'000; ++i) repeated += "harbour bridge council ";
  auto const both = side_by_side(repeated, "en", repeated, "en");
  ASSERT_EQ(both.shared.size(), 1u);
  EXPECT_LE(both.shared[0].text.size(), passage_bytes_max + 4);
}

}  // namespace
}  // namespace newsfold::dedup
