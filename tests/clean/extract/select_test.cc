#include "feeds/clean/extract/select.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::clean {
namespace {

std::string sentence(int number) {
  auto const n = std::to_string(number);
  return "ship" + n + " passes the gate" + n + " at hour" + n + " with cargo" + n + " for the port" + n +
         " of town" + n + ".";
}

std::string sentences(int begin, int end) {
  std::string out;
  for (int i = begin; i < end; ++i) out += sentence(i) + ' ';
  return out;
}

BlockList blocks_of(std::string const& html) {
  auto const page = HtmlDocument::parse(html);
  EXPECT_TRUE(page);
  return list_blocks(*page);
}

Choice choose(BlockList const& list, std::vector<float> likelihoods) {
  return choose_blocks(list, {{}, std::move(likelihoods)});
}

TEST(ChooseBlocks, AnArticleThatThePageHoldsTwiceComesOutOnce) {
  std::string html;
  for (int i = 0; i < 20; ++i) html += "<p>" + sentences(2 * i, 2 * i + 2) + "</p>";
  auto const list = blocks_of(html + "<div>" + sentences(0, 40) + "</div>");
  ASSERT_EQ(list.blocks.size(), 21u);
  auto const choice = choose(list, std::vector<float>(21, 0.9f));
  EXPECT_EQ(std::count(choice.chosen.begin(), choice.chosen.end(), 1), 20);
  EXPECT_FALSE(choice.chosen.back());
}

TEST(ChooseBlocks, ListingsMayRepeatThemselves) {
  auto const listing = "<pre>" + sentences(0, 12) + "</pre>";
  auto const choice =
      choose(blocks_of(listing + "<p>And again, changed:</p><pre>" + sentences(0, 12) + "more</pre>"),
             {0.9f, 0.9f, 0.9f});
  EXPECT_EQ(choice.chosen, (std::vector<char>{1, 1, 1}));
}

// A doubtful block is worth taking where hardly anything else is sure, and not beside a text that is.
TEST(ChooseBlocks, WhatIsLikelyEnoughDependsOnThePage) {
  std::string html;
  for (int i = 0; i < 4; ++i) html += "<p>" + sentences(4 * i, 4 * i + 4) + "</p>";
  auto const list = blocks_of(html);
  EXPECT_TRUE(choose(list, {0.42f, 0.42f, 0.42f, 0.1f}).chosen[2]);
  EXPECT_FALSE(choose(list, {0.99f, 0.99f, 0.42f, 0.01f}).chosen[2]);
  EXPECT_GT(likely_enough(list, {{}, {0.99f, 0.99f, 0.99f, 0.99f}}),
            likely_enough(list, {{}, {0.42f, 0.42f, 0.42f, 0.1f}}));
}

TEST(ChooseBlocks, WhereHardlyAnythingWasFoundLessWillDo) {
  std::string html;
  for (int i = 0; i < 4; ++i) html += "<p>" + sentences(4 * i, 4 * i + 4) + "</p>";
  EXPECT_EQ(choose(blocks_of(html), {0.2f, 0.2f, 0.2f, 0.01f}).chosen, (std::vector<char>{1, 1, 1, 0}));
}

}  // namespace
}  // namespace newsfold::clean
