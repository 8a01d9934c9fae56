#include "daemon/run/wiring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::run {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

config::Source source(config::SourceKind kind, std::string name) {
  config::Source out;
  out.kind = kind;
  out.name = std::move(name);
  out.url = "https://" + out.name + ".example/";
  return out;
}

TEST(Wiring, FeedsOfAListWhoseAddressesCannotBeUsedAreCountedAndLeftOut) {
  config::Config config;
  config.sources = {source(config::SourceKind::opml, "team"), source(config::SourceKind::opml, "good")};
  std::vector<parse::Subscription> const team{{"", "https://user:pw@a.example/feed", "", {}, {}},
                                              {"B", "https://b.example/feed", "", {}, {}}};
  std::vector<parse::Subscription> const good{{"C", "https://c.example/feed", "", {}, {}}};
  auto const sources =
      make_sources(config, [&](FeedId list) { return list == feed_id(config.sources[0]) ? &team : &good; });
  ASSERT_TRUE(sources) << sources.error().message;
  std::vector<std::string> urls;
  for (auto const& feed : sources->feeds) urls.push_back(feed.url);
  EXPECT_THAT(urls, ElementsAre("https://team.example/", "https://good.example/", "https://b.example/feed",
                                "https://c.example/feed"));
  EXPECT_THAT(sources->unusable_in_lists, ElementsAre(Pair("team", 1u)));
}

TEST(Wiring, WhatIsSwitchedOffIsKnownWithTheFeedsOfItsLists) {
  config::Config config;
  config.sources = {source(config::SourceKind::feed, "on"), source(config::SourceKind::feed, "off"),
                    source(config::SourceKind::opml, "team")};
  std::vector<parse::Subscription> const team{{"B", "https://b.example/feed", "", {}, {}}};
  auto const lists = [&](FeedId) { return &team; };
  std::set<FeedId> of_list;
  auto const all = make_sources(config, lists).value();
  for (auto const& feed : all.feeds)
    if (feed.url == "https://b.example/feed") of_list.insert(feed.id);
  ASSERT_EQ(of_list.size(), 1u);
  EXPECT_THAT(disabled_feeds(config, lists), IsEmpty());
  config.sources[1].enabled = config.sources[2].enabled = false;
  auto expected = of_list;
  expected.insert({feed_id(config.sources[1]), feed_id(config.sources[2])});
  EXPECT_EQ(disabled_feeds(config, lists), expected);
}

TEST(Wiring, SelectorsThatAreNoneAreNamedWithTheirPageAndOption) {
  config::Config config;
  for (auto const* name : {"good", "harbour", "plain"})
    config.sources.push_back(source(config::SourceKind::page, name));
  config.sources[0].item = "div.card";
  config.sources[0].link = "h2 > a[href]";
  config.sources[1].item = "div[";
  config.sources[1].date = "time";
  config.sources[1].summary = "p:::x";
  auto const both = ElementsAre(AllOf(HasSubstr("page \"harbour\""), HasSubstr("`item`"), HasSubstr("div[")),
                                AllOf(HasSubstr("page \"harbour\""), HasSubstr("`summary`")));
  EXPECT_THAT(problems_of_selectors(config), both);
  EXPECT_THAT(problems_of_files(config), both);
  config.sources[1].enabled = false;
  EXPECT_THAT(problems_of_selectors(config), IsEmpty());
}

TEST(Wiring, RobotsTxtKnowsUsByTheNameThatWeSend) {
  config::Config config;
  EXPECT_EQ(scheduler_options(config, 0).robots_agent, "newsfold");
  config.daemon.user_agent = "AcmeNews/2.0 (+https://acme.example)";
  EXPECT_EQ(scheduler_options(config, 0).robots_agent, "AcmeNews");
}

}  // namespace
}  // namespace newsfold::run
