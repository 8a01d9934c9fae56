#include "feeds/clean/repair/word_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace newsfold::clean {
namespace {

TEST(WordTable, NumbersWordsInTheirOrderAndFindsNoOthers) {
  std::vector<std::string> words;
  for (int i = 0; i < 5000; ++i) words.push_back("word" + std::to_string(i * 7));
  WordTable table;
  EXPECT_EQ(table.number_of("word7"), 0u);
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(table.add(words[i]), i + 1);
  EXPECT_EQ(table.add(words[41]), 42u);
  EXPECT_EQ(table.size(), words.size());
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(table.number_of(words[i]), i + 1);
  for (auto const* other : {"", "word", "word1", "word70000", "WORD7"})
    EXPECT_EQ(table.number_of(other), 0u) << other;
}

TEST(WordTable, TheHashOfAWordFollowsFromThoseOfItsParts) {
  auto const begun = hash_word("harb");
  EXPECT_EQ(hash_word("our", begun), hash_word("harbour"));
  auto const base3 = word_hash_base * word_hash_base * word_hash_base;
  EXPECT_EQ(hash_word("harbour") - begun * base3, hash_word("our"));
}

}  // namespace
}  // namespace newsfold::clean
