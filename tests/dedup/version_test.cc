#include "feeds/dedup/version.h"

#include <gtest/gtest.h>

namespace newsfold::dedup {
namespace {

std::string const story =
    "The council of Harrow voted on Tuesday to close the old bridge for eighteen months of repairs.\n\n"
    "Engineers found cracks in four of the nine arches after the floods in spring, and traffic of more than "
    "seven tonnes has been banned since May.\n\n"
    "Shopkeepers on the east bank fear for their trade and ask for a ferry while the work goes on.";

EditClass edit_of(std::string const& before, std::string const& after) {
  return compare_versions({"Title", before}, {"Title", after}).kind;
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(Version, WhatAReaderDoesNotSeeIsNoNewVersion) {
  std::pair<char const*, std::string> const table[] = {
      {"white space", replaced(story, "\n\n", "\n \n\t")},
      {"no-break space", replaced(story, "nine arches", "nine\u00A0arches")},
      {"typography", replaced(story, "arches after", "arches \u2014 after")},
      {"a stamp", "Last updated 12 March 2026, 10:21 GMT\n" + story},
      {"a stamp without words", story + "\n\n2026-03-12 10:21"},
  };
  for (auto const& [why, text] : table) {
    EXPECT_EQ(version_hash("Title", text), version_hash("Title", story)) << why;
    EXPECT_EQ(edit_of(story, text), EditClass::none) << why;
  }
}

TEST(Version, TrackingParametersMakeNoNewVersion) {
  auto const with = [](char const* url) { return story + "\n\nMore at " + url + " today."; };
  EXPECT_EQ(version_hash("T", with("https://a.example/x?utm_source=1")),
            version_hash("T", with("https://a.example/x")));
  EXPECT_NE(version_hash("T", with("https://a.example/y")), version_hash("T", with("https://a.example/x")));
}

TEST(Version, WhatAReaderSeesIsOne) {
  EXPECT_NE(version_hash("Title", story), version_hash("Titles", story));
  EXPECT_NE(version_hash("Title", replaced(story, "four", "five")), version_hash("Title", story));
  EXPECT_NE(version_hash("Title", replaced(story, "Tuesday", "Monday")), version_hash("Title", story));
  EXPECT_NE(version_hash("a", "b c"), version_hash("a b", "c"));
}

TEST(Version, EditsHaveTheirClass) {
  EXPECT_EQ(compare_versions({"Old", story}, {"New", story}).kind, EditClass::headline);
  EXPECT_EQ(edit_of(story, replaced(story, "four", "five")), EditClass::correction);
  EXPECT_EQ(
      edit_of(story, story + "\n\nThe mayor said on Wednesday that the ferry would be free for everybody who "
                             "lives in the town, and that it would sail from six in the morning."),
      EditClass::addition);
  EXPECT_EQ(edit_of(story, story.substr(0, story.rfind("\n\n"))), EditClass::removal);
  EXPECT_EQ(edit_of(story,
                    "Something else entirely stands here now, about the harvest of apples in the valley "
                    "and what the growers expect of it this year."),
            EditClass::rewrite);
}

TEST(Version, AWallIsToldFromARemoval) {
  auto const head = story.substr(0, story.find("\n\n"));
  EXPECT_EQ(compare_versions({"T", story}, {"T", head, Paywall::metered, true}).kind, EditClass::paywall_up);
  EXPECT_EQ(compare_versions({"T", head, Paywall::metered, true}, {"T", story}).kind,
            EditClass::paywall_down);
  EXPECT_EQ(compare_versions({"T", story}, {"T", head}).kind, EditClass::removal);
}

TEST(Version, TheDiffNamesTheWords) {
  auto const edit = compare_versions({"T", "one two three four"}, {"T", "one too three four five"});
  std::vector<DiffPart> const expected = {{DiffKind::kept, "one"},
                                          {DiffKind::removed, "two"},
                                          {DiffKind::added, "too"},
                                          {DiffKind::kept, "three four"},
                                          {DiffKind::added, "five"}};
  EXPECT_EQ(edit.text_diff, expected);
  EXPECT_EQ(edit.words_added, 2);
  EXPECT_EQ(edit.words_removed, 1);
  EXPECT_TRUE(edit.title_diff.empty());
}

TEST(Version, LongKeptRunsAreShortened) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "w" + std::to_string(i) + " ";
  auto const edit = compare_versions({"T", many}, {"T", many + "end"});
  ASSERT_EQ(edit.text_diff.size(), 2);
  EXPECT_NE(edit.text_diff[0].text.find(" \u2026 "), std::string::npos);
  EXPECT_LT(edit.text_diff[0].text.size(), many.size() / 2);
}

TEST(Version, ScriptsWithoutSpacesAreComparedByCharacter) {
  auto const edit = compare_versions({"", "市议会周二投票决定关闭旧桥"}, {"", "市议会周三投票决定关闭旧桥"});
  std::vector<DiffPart> const expected = {{DiffKind::kept, "市议会周"},
                                          {DiffKind::removed, "二"},
                                          {DiffKind::added, "三"},
                                          {DiffKind::kept, "投票决定关闭旧桥"}};
  EXPECT_EQ(edit.text_diff, expected);
}

// Two long texts without a word in common must not take a diff's quadratic time.
TEST(Version, TextsOfNothingInCommonAreBounded) {
  std::string a;
  std::string b;
  for (int i = 0; i < 60'000; ++i) {
    a += "a" + std::to_string(i) + (i % 10 ? " " : "\n");
    b += "b" + std::to_string(i) + (i % 10 ? " " : "\n");
  }
  EXPECT_EQ(compare_versions({"T", a}, {"T", b}).kind, EditClass::rewrite);
}

}  // namespace
}  // namespace newsfold::dedup
