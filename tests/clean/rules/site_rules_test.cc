#include "feeds/clean/rules/site_rules.h"

#include <gtest/gtest.h>

namespace newsfold::clean {
namespace {

SiteRule rule(std::vector<std::string> hosts, std::string title = "h1") {
  SiteRule out;
  out.hosts = std::move(hosts);
  out.title = {std::move(title)};
  return out;
}

TEST(SiteRules, ANameStandsForItselfAndWhatIsBelowIt) {
  SiteRules rules;
  ASSERT_TRUE(rules.add(rule({"Paper.example"})));
  EXPECT_NE(rules.find("paper.example"), nullptr);
  EXPECT_NE(rules.find("www.PAPER.example"), nullptr);
  EXPECT_NE(rules.find("a.b.paper.example."), nullptr);
  EXPECT_EQ(rules.find("newspaper.example"), nullptr);
  EXPECT_EQ(rules.find("example"), nullptr);
  EXPECT_EQ(rules.find(""), nullptr);
}

TEST(SiteRules, TheLongerNameAndTheLaterRuleWin) {
  SiteRules rules;
  ASSERT_TRUE(rules.add(rule({"paper.example"}, "h1")));
  ASSERT_TRUE(rules.add(rule({"blog.paper.example"}, "h2")));
  EXPECT_EQ(rules.find("blog.paper.example")->title.front(), "h2");
  ASSERT_TRUE(rules.add(rule({"paper.example"}, "h3")));
  EXPECT_EQ(rules.find("paper.example")->title.front(), "h3");
}

TEST(SiteRules, WhatIsNoRuleIsRefusedWithItsPlace) {
  SiteRules rules;
  auto bad = rule({"paper.example"}, "h1[");
  bad.origin = "mine.toml:3";
  auto const refused = check_selectors(bad);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_NE(refused.error().message.find("mine.toml:3"), std::string::npos);
  EXPECT_FALSE(rules.add(rule({})));
  EXPECT_FALSE(rules.add(rule({"https://paper.example/news"})));
  EXPECT_EQ(rules.size(), 0u);
}

TEST(MatchRule, TheFirstSelectorThatFindsSomethingCounts) {
  auto const page = HtmlDocument::parse(
      "<h1 class=a>T</h1><p class=by>A</p><p class=by>B</p><div class=text><p>x</p><div class=text>y</div><i "
      "class=ad>z</i></div>");
  SiteRule it;
  it.title = {".none", "h1.a"};
  it.byline = {".by"};
  it.date = {"time"};
  it.body = {".text"};
  it.strip = {".none", ".ad"};
  auto const match = match_rule(*page, it);
  EXPECT_NE(match.title, no_node);
  EXPECT_EQ(match.byline.size(), 2u);
  EXPECT_EQ(match.date, no_node);
  EXPECT_EQ(match.body.size(), 1u);  // the inner one is part of the outer
  EXPECT_EQ(match.strip.size(), 1u);
}

}  // namespace
}  // namespace newsfold::clean
