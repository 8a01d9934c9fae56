#include "feeds/fetch/robots.h"

#include <gtest/gtest.h>

namespace newsfold::fetch {
namespace {

TEST(Robots, WhatIsNotThereForbidsNothing) {
  EXPECT_TRUE(Robots().allows("/any"));
  EXPECT_TRUE(Robots::parse("", "newsfold").allows("/any"));
  EXPECT_TRUE(Robots::parse("<html>not found</html>", "newsfold").allows("/any"));
}

TEST(Robots, OurOwnGroupHoldsInsteadOfEverybodys) {
  auto const text =
      "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-Agent: NewsFold/1.0\nDisallow: /private\n";
  EXPECT_TRUE(Robots::parse(text, "newsfold").allows("/news"));
  EXPECT_FALSE(Robots::parse(text, "newsfold").allows("/private/x"));
  EXPECT_FALSE(Robots::parse(text, "third").allows("/news"));
}

TEST(Robots, GroupsOfOneNameAreOne) {
  auto const robots = Robots::parse(
      "User-agent: newsfold\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\n"
      "User-agent: newsfold\nDisallow: /b\n",
      "newsfold");
  EXPECT_FALSE(robots.allows("/a"));
  EXPECT_FALSE(robots.allows("/b"));
  EXPECT_TRUE(robots.allows("/c"));
}

TEST(Robots, TheLongestRuleWinsAndAllowBeforeDisallow) {
  auto const robots = Robots::parse(
      "user-agent:*\ndisallow:/\nallow:/feed\ndisallow:/feed/old\nallow:/page\ndisallow:/page\n", "n");
  EXPECT_FALSE(robots.allows("/x"));
  EXPECT_TRUE(robots.allows("/feed/new"));
  EXPECT_FALSE(robots.allows("/feed/old.xml"));
  EXPECT_TRUE(robots.allows("/page"));
  EXPECT_TRUE(robots.allows("/robots.txt"));
}

TEST(Robots, StarsAndDollarsHaveTheirMeaning) {
  auto const robots =
      Robots::parse("User-agent: *\nDisallow: /*.php$\nDisallow: /a*b*c\nDisallow: /exact$\n", "n");
  EXPECT_FALSE(robots.allows("/x/y.php"));
  EXPECT_TRUE(robots.allows("/x/y.php?z"));
  EXPECT_FALSE(robots.allows("/a1b2c3"));
  EXPECT_TRUE(robots.allows("/acb"));
  EXPECT_FALSE(robots.allows("/exact"));
  EXPECT_TRUE(robots.allows("/exactly"));
}

TEST(Robots, PercentEncodingIsComparedByMeaning) {
  auto const robots =
      Robots::parse("User-agent: *\nDisallow: /caf\xC3\xA9\nDisallow: /%7Euser\nDisallow: /a%2fb\n", "n");
  EXPECT_FALSE(robots.allows("/caf%c3%a9"));
  EXPECT_FALSE(robots.allows("/~user"));
  EXPECT_FALSE(robots.allows("/a%2Fb"));
  EXPECT_TRUE(robots.allows("/a/b"));
}

// RFC 9309 2.2.3.
TEST(Robots, EscapedStarsAndDollarsStandForThemselves) {
  auto const robots = Robots::parse(
      "User-agent: *\nDisallow: /file-with-a-%2A.html\nDisallow: /foo-%24\nDisallow: /a$b\n", "n");
  EXPECT_FALSE(robots.allows("/file-with-a-*.html"));
  EXPECT_FALSE(robots.allows("/file-with-a-%2a.html"));
  EXPECT_TRUE(robots.allows("/file-with-a-star.html"));
  EXPECT_FALSE(robots.allows("/foo-$"));
  EXPECT_FALSE(robots.allows("/foo-$/x"));
  EXPECT_TRUE(robots.allows("/foo-"));
  EXPECT_FALSE(robots.allows("/a$b"));
  EXPECT_TRUE(robots.allows("/a"));
}

// RFC 9309 2.5: at least 500 KiB are read.
TEST(Robots, ReadsAllRulesOfALongFile) {
  std::string text = "User-agent: *\n";
  for (int i = 0; i < 20'000; ++i) text += "Disallow: /dir" + std::to_string(i) + "/\n";
  text += "Disallow: /" + std::string(4000, 'x') + "\n";
  auto const robots = Robots::parse(text, "n");
  EXPECT_EQ(robots.rules(), 20'001u);
  EXPECT_FALSE(robots.allows("/dir15000/"));
  EXPECT_FALSE(robots.allows("/" + std::string(4001, 'x')));
  EXPECT_TRUE(robots.allows("/dir20001/"));
}

TEST(Robots, ReadsCrawlDelayOfTheRightGroup) {
  auto const text = "User-agent: *\nCrawl-delay: 5\n\nUser-agent: newsfold\nCrawl-delay: 1.5 # please\n";
  EXPECT_EQ(Robots::parse(text, "newsfold").crawl_delay(), std::chrono::milliseconds(1500));
  EXPECT_EQ(Robots::parse(text, "x").crawl_delay(), std::chrono::milliseconds(5000));
  EXPECT_FALSE(Robots::parse("User-agent: *\nCrawl-delay: soon\n", "x").crawl_delay());
}

TEST(Robots, AFileThatIsMadeToBeSlowForbidsWhatItIsSlowFor) {
  std::string text = "User-agent: *\n";
  for (int i = 0; i < 250; ++i) text += "Disallow: /*" + std::string(2030, 'a') + "b\n";
  for (int i = 0; i < 1000; ++i) text += "Disallow: /*c*c*c*c*c*c\n";
  auto const robots = Robots::parse(text, "n");
  EXPECT_FALSE(robots.allows("/" + std::string(8000, 'a')));
  EXPECT_TRUE(robots.allows("/news/2026/11/a-story-of-some-length.html"));
  auto const one = Robots::parse(
      "User-agent: *\nDisallow: /" + std::string(1000, '*') + std::string(900, 'a') + "b\n", "n");
  EXPECT_TRUE(one.allows("/" + std::string(800, 'a')));
}

}  // namespace
}  // namespace newsfold::fetch
