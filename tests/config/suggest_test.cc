#include "daemon/config/suggest.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::config {
namespace {

TEST(Suggest, CountsEditsAndSwapsAsOne) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("interval", "interval"), 0u);
  EXPECT_EQ(edit_distance("intervall", "interval"), 1u);
  EXPECT_EQ(edit_distance("itnerval", "interval"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Suggest, TakesAbsurdlyLongWordsForFarApart) {
  EXPECT_EQ(edit_distance(std::string(100'000, 'a'), "interval"), 100'000u);
}

TEST(Suggest, NamesTheNearestKeyOrNone) {
  std::vector<std::string_view> const keys{"interval", "jitter", "jitter_max", "floor"};
  EXPECT_EQ(nearest("intervall", keys), "interval");
  EXPECT_EQ(nearest("jiter", keys), "jitter");
  EXPECT_EQ(nearest("int", keys), "interval");
  EXPECT_EQ(nearest("colour", keys), std::nullopt);
  EXPECT_EQ(nearest("x", keys), std::nullopt);
}

}  // namespace
}  // namespace newsfold::config
