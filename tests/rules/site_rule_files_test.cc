#include "daemon/rules/site_rule_files.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace newsfold::rules {
namespace {

TEST(BuiltInRules, AreManyAndEverySelectorIsOne) {
  auto const rules = built_in_rules();
  EXPECT_GE(rules->size(), 100u);
  for (auto const& rule : rules->rules()) {
    auto const checked = clean::check_selectors(rule);
    EXPECT_TRUE(checked) << checked.error().message;
    EXPECT_FALSE(rule.body.empty()) << rule.origin;
  }
}

TEST(BuiltInRules, NoHostHasTwo) {
  auto const rules = built_in_rules();
  for (auto const& rule : rules->rules())
    for (auto const& host : rule.hosts) EXPECT_EQ(rules->find(host), &rule) << host << " of " << rule.origin;
}

std::string fault(std::string_view toml) {
  clean::SiteRules rules;
  auto const added = add_rules(toml, "mine.toml", CheckSelectors::yes, rules);
  return added ? "" : added.error().message;
}

TEST(AddRules, WhatIsWrongIsToldWithItsLine) {
  EXPECT_EQ(fault("[[site]]\nhosts = 'paper.example'\nbody = ['.text', '#text']\n"), "");
  EXPECT_NE(fault("[[site]]\nhosts = ['p.example']\nbdoy = '.x'\n").find("mine.toml:3"), std::string::npos);
  EXPECT_NE(fault("[[site]]\nhosts = ['p.example']\nbody = 3\n").find("mine.toml:3"), std::string::npos);
  EXPECT_NE(fault("[[site]]\nhosts = ['p.example']\nbody = '.x['\n").find("mine.toml:1"), std::string::npos);
  EXPECT_NE(fault("[[site]]\nbody = '.x'\n").find("hosts"), std::string::npos);
  EXPECT_NE(fault("[site]\nhosts = ['p.example']\n"), "");
  EXPECT_NE(fault("[[sites]]\nhosts = ['p.example']\n").find("sites"), std::string::npos);
  EXPECT_NE(fault("[[site\n"), "");
}

class RuleFolder : public testing::Test {
 protected:
  RuleFolder()
      : path_(std::filesystem::temp_directory_path() / ("newsfold-rules-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~RuleFolder() override { std::filesystem::remove_all(path_); }
  void write(std::string const& name, std::string const& text) { std::ofstream(path_ / name) << text; }
  std::filesystem::path path_;
};

TEST_F(RuleFolder, AnOperatorsRuleTakesThePlaceOfABuiltInOne) {
  write("mine.toml", "[[site]]\nhosts = ['bbc.com']\nbody = '.mine'\n");
  write("notes.txt", "no rule");
  auto const rules = load_rules(path_.string());
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ((*rules)->find("www.bbc.com")->body.front(), ".mine");
  EXPECT_NE((*rules)->find("www.bbc.co.uk")->body.front(), ".mine");
}

TEST_F(RuleFolder, AFaultNamesItsFile) {
  write("bad.toml", "[[site]]\nhosts = 7\n");
  auto const rules = load_rules(path_.string());
  ASSERT_FALSE(rules);
  EXPECT_NE(rules.error().message.find("bad.toml:2"), std::string::npos);
  EXPECT_FALSE(load_rules((path_ / "none").string()));
}

}  // namespace
}  // namespace newsfold::rules
