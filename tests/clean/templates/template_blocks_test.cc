#include "feeds/clean/templates/template_blocks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace newsfold::clean {
namespace {

// The body of article `number`: nothing of it stands in another.
std::string body(int number, int paragraphs = 6) {
  std::string out;
  for (int i = 0; i < paragraphs; ++i) {
    std::string name(1, char('a' + number % 26));
    name += char('a' + number / 26 % 26);
    name += char('a' + i);
    out += "Reporter " + name + " watched the " + name + name + " gate open and spoke with the " + name +
           "son family.\n\n";
  }
  return out;
}
std::string const about = "The Harbour Gazette belongs to its readers. It was founded in 1912.";
std::string const donate = "Гефällt Ihnen das? 読者の皆さまの支援に感謝します。";
std::string article(int number) { return body(number) + about + "\n\n" + donate + "\n"; }

TemplateBlocks after(int articles) {
  TemplateBlocks blocks;
  for (int i = 0; i < articles; ++i) blocks.observe(article(i));
  return blocks;
}

TEST(TemplateBlocks, NoiseFallsWithTheNumberOfPagesSeen) {
  std::vector<std::size_t> left;
  for (int const seen : {0, 1, 3, 4, 40}) {
    auto const stripped = after(seen).strip(article(99));
    left.push_back(2 - stripped.removed.size());
    EXPECT_TRUE(stripped.text.starts_with(body(99).substr(0, 40)));
  }
  EXPECT_EQ(left, (std::vector<std::size_t>{2, 2, 2, 0, 0}));
  EXPECT_EQ(after(4).strip(article(99)).text, body(99).substr(0, body(99).size() - 1));
}

TEST(TemplateBlocks, AQuotationRepeatedInThreeArticlesStays) {
  std::string const quotation = "“We shall open the sluice,” said the mayor on the night of the flood.";
  TemplateBlocks blocks;
  for (int i = 0; i < 30; ++i) blocks.observe((i % 10 == 3 ? quotation + "\n\n" : "") + article(i));
  EXPECT_TRUE(blocks.is_template(block_hash(about)));
  EXPECT_FALSE(blocks.is_template(block_hash(quotation)));
  EXPECT_TRUE(blocks.strip(quotation + "\n\n" + article(50)).text.starts_with(quotation));
}

TEST(TemplateBlocks, TheBackgroundOfAYoungHostsFirstStoryBecomesTextAgain) {
  std::string const background =
      "The dyke broke in the winter storm, and two thousand people lost their homes.";
  TemplateBlocks blocks;
  for (int i = 0; i < 16; ++i)
    blocks.observe(i % 4 == 0 ? body(i) + background + "\n\n" + about : article(i));
  EXPECT_TRUE(blocks.is_template(block_hash(background)));
  for (int i = 16; i < 80; ++i) blocks.observe(article(i));
  EXPECT_FALSE(blocks.is_template(block_hash(background)));
  EXPECT_TRUE(blocks.is_template(block_hash(about)));
}

TEST(TemplateBlocks, BackgroundInTheMiddleOfManyArticlesOfAStoryStays) {
  std::string const background =
      "The dyke broke in the winter storm, and two thousand people lost their homes.";
  TemplateBlocks blocks;
  for (int i = 0; i < 100; ++i)
    blocks.observe(i % 6 == 0 ? body(i) + background + "\n\n" + body(i + 200) + about : article(i));
  EXPECT_FALSE(blocks.is_template(block_hash(background)));
}

TEST(TemplateBlocks, WhatStandsBelowTheArticlesOfOneSectionIsTemplate) {
  std::string const sports = "More results on the sports page, every evening at eight.";
  TemplateBlocks blocks;
  for (int i = 0; i < 100; ++i) blocks.observe(article(i) + (i % 7 == 0 ? sports : ""));
  EXPECT_TRUE(blocks.is_template(block_hash(sports)));
}

TEST(TemplateBlocks, NumbersAndCaseMakeNoOtherBlock) {
  EXPECT_EQ(block_hash("© 2025 Harbour Gazette"), block_hash("© 2026  HARBOUR Gazette"));
  EXPECT_NE(block_hash("The mayor"), block_hash("The major"));
  EXPECT_EQ(block_hash("12 / 34"), 0u);
}

TEST(TemplateBlocks, VersionsOfOneArticleTeachNothing) {
  TemplateBlocks blocks;
  for (int i = 0; i < 20; ++i)
    blocks.observe(body(7) + "Update " + std::string(std::size_t(i + 1), 'x') + "\n");
  EXPECT_EQ(blocks.articles(), 1u);
  EXPECT_TRUE(blocks.strip(body(7)).removed.empty());
}

TEST(TemplateBlocks, AnArticleThatWouldVanishStays) {
  auto const blocks = after(20);
  auto const only_template = about + "\n\n" + donate + "\n";
  EXPECT_EQ(blocks.strip(only_template).text, only_template);
}

TEST(TemplateBlocks, ItSurvivesBeingWrittenDownAndStaysBounded) {
  TemplateBlocks blocks;
  for (int i = 0; i < 600; ++i) blocks.observe(body(i, 26) + about);
  auto const bytes = blocks.encode();
  EXPECT_LE(bytes.size(), TemplateBlocks::bytes_max);
  auto const again = TemplateBlocks::decode(bytes);
  EXPECT_EQ(again.articles(), blocks.articles());
  EXPECT_TRUE(again.is_template(block_hash(about)));
  EXPECT_FALSE(again.is_template(block_hash("Reporter")));
}

TEST(TemplateBlocks, BytesThatAreNoMemoryGiveAnEmptyOne) {
  auto bytes = after(5).encode();
  EXPECT_EQ(TemplateBlocks::decode(bytes.substr(0, bytes.size() - 1)).articles(), 0u);
  EXPECT_EQ(TemplateBlocks::decode("blocks").articles(), 0u);
  bytes[0] = 9;
  EXPECT_EQ(TemplateBlocks::decode(bytes).articles(), 0u);
}

}  // namespace
}  // namespace newsfold::clean
