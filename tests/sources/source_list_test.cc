#include "daemon/sources/source_list.h"

#include "daemon/config/checks.h"
#include "daemon/config/load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace newsfold::sources {
namespace {

config::LoadResult load(std::string const& toml) {
  return config::parse_config(toml, "config.toml", [](std::string_view name) -> std::optional<std::string> {
    return name == "STATE_DIRECTORY" ? std::optional<std::string>("/var/lib/newsfold") : std::nullopt;
  });
}

std::vector<parse::Subscription> const list{
    {"Daily \"News\"", "https://daily.example/feed?a=1&b=2", "", {"World", "Europe"}, {}},
    {"Daily \"News\"", "https://other.example/rss", "", {}, {"Tech", "World"}},
    {"", "https://untitled.example:8443/rss", "", {}, {}},
    {"The same", "https://DAILY.example/feed?a=1&b=2#top", "", {}, {}},
};

TEST(SourceList, AnImportIsAConfigurationThatLoads) {
  Names names;
  std::set<std::string> known;
  auto const import = sources_of(list, names, known);
  EXPECT_EQ(import.doubles, 1u);
  auto const loaded = load(to_toml(import.sources));
  ASSERT_TRUE(loaded.ok()) << config::describe(loaded.problems);
  ASSERT_EQ(loaded.config.sources.size(), 3u);
  EXPECT_EQ(loaded.config.sources[0].name, "Daily \"News\"");
  EXPECT_EQ(loaded.config.sources[0].url, "https://daily.example/feed?a=1&b=2");
  EXPECT_EQ(loaded.config.sources[0].tags, (std::vector<std::string>{"World", "Europe"}));
  EXPECT_EQ(loaded.config.sources[1].name, "Daily \"News\" (other.example)");
  EXPECT_EQ(loaded.config.sources[1].tags, (std::vector<std::string>{"Tech", "World"}));
  EXPECT_EQ(loaded.config.sources[2].name, "untitled.example");
}

TEST(SourceList, HostileTitlesStillMakeAConfigurationThatLoads) {
  std::vector<parse::Subscription> hostile;
  for (auto const* title : {"\"]\n[daemon]\nthreads = 0 #", "\x01\x02\x7f", "   ", "'''", "\\u0000"})
    hostile.push_back(
        {title, "https://a.example/" + std::to_string(hostile.size()), "", {title}, {title, title}});
  hostile.push_back({std::string(5000, 'x') + "\xc3\xa4", "https://a.example/long", "", {}, {}});
  hostile.push_back({std::string(99, 'x') + "\xc3\xa4", "https://a.example/cut", "", {}, {}});
  hostile.push_back({std::string(5000, 'x'), "https://a.example/again", "", {}, {}});
  Names names;
  std::set<std::string> known;
  auto const loaded = load(to_toml(sources_of(hostile, names, known).sources));
  ASSERT_TRUE(loaded.ok()) << config::describe(loaded.problems);
  EXPECT_EQ(loaded.config.sources.size(), hostile.size());
}

TEST(SourceList, WhatTheConfigurationWouldRefuseIsEscapedOrLeftOutAndCounted) {
  std::vector<parse::Subscription> mixed;
  for (auto const* url :
       {"https://a.example/a feed.xml",
        "https://a.example/n\xc3\xa4"
        "chstes?q=\xe2\x82\xac",
        "https://a.example/{x}|\"y\"", "https://user:pw@secret.example/feed", "https://token@secret.example/",
        "https://a.example:port/", "https://m\xc3\xbcller.example/feed", "https://a b.example/",
        "https://a.example/\x01\x7f", "https://plain.example/feed?a=1#top"})
    mixed.push_back({"", url, "", {}, {}});
  Names names;
  std::set<std::string> known;
  auto const import = sources_of(mixed, names, known);
  auto const toml = to_toml(import.sources);
  auto const loaded = load(toml);
  ASSERT_TRUE(loaded.ok()) << config::describe(loaded.problems) << toml;
  std::vector<std::string> urls;
  for (auto const& source : loaded.config.sources) urls.push_back(source.url);
  ASSERT_GE(urls.size(), 3u);
  EXPECT_EQ(urls[0], "https://a.example/a%20feed.xml");
  EXPECT_EQ(urls[1], "https://a.example/n%c3%a4chstes?q=%e2%82%ac");
  EXPECT_NE(std::ranges::find(urls, "https://xn--mller-kva.example/feed"), urls.end());
  EXPECT_EQ(urls.back(), "https://plain.example/feed?a=1#top");
  EXPECT_EQ(import.unusable, mixed.size() - urls.size());
  EXPECT_GE(import.unusable, 4u);
  EXPECT_EQ(import.doubles, 0u);
  EXPECT_EQ(toml.find("pw"), toml.npos);
  EXPECT_EQ(toml.find("token"), toml.npos);
  EXPECT_EQ(toml.find("secret.example"), toml.npos);
}

TEST(SourceList, AnAddressThatIsEscapedIsTheOneThatIsThereAlready) {
  Names names;
  std::set<std::string> known{config::url_key("https://a.example/a%20b")};
  auto const import = sources_of({{"x", "https://a.example/a b", "", {}, {}}}, names, known);
  EXPECT_TRUE(import.sources.empty());
  EXPECT_EQ(import.doubles, 1u);
}

TEST(Names, AreMadeOfTheHostWithoutUserAndPassword) {
  EXPECT_EQ(Names().take("", "https://user:pw@a.example:8443/rss"), "a.example");
}

// Subscriptions with these titles, all on one host.
std::vector<parse::Subscription> titled(std::size_t count, auto const& title_of) {
  std::vector<parse::Subscription> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({title_of(i), "https://a.example/" + std::to_string(i), "", {}, {}});
  return out;
}

std::set<std::string> names_in(Import const& import) {
  std::set<std::string> out;
  for (auto const& source : import.sources) out.insert(source.name);
  return out;
}

TEST(SourceList, OneTitleThousandsOfTimesTakesALookUpOrTwoEach) {
  constexpr std::size_t count = 10'000;
  Names names;
  std::set<std::string> known;
  auto const import = sources_of(titled(count, [](std::size_t) { return "Blog"; }), names, known);
  EXPECT_EQ(names_in(import).size(), count);
  EXPECT_EQ(import.sources[1].name, "Blog (a.example)");
  EXPECT_EQ(import.sources[2].name, "Blog (2)");
  EXPECT_EQ(import.sources[count - 1].name, "Blog (9999)");
  EXPECT_LE(names.looked_up(), 4 * count);
}

TEST(SourceList, LongTitlesThatAreCutAlikeTakeALookUpOrTwoEach) {
  constexpr std::size_t count = 10'000;
  Names names;
  std::set<std::string> known;
  // Each title twice; they differ in their last bytes only, which a number takes the place of.
  auto const import = sources_of(
      titled(count, [](std::size_t i) { return std::string(95, 'x') + std::to_string(10'000 + i / 2); }),
      names, known);
  EXPECT_EQ(names_in(import).size(), count);
  EXPECT_LE(names.looked_up(), 4 * count);
}

TEST(SourceList, ANumberThatATitleHasAlreadyIsPassedOver) {
  Names names;
  names.reserve("Blog (3)");
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.push_back(names.take("Blog", "https://a.example/"));
  EXPECT_EQ(made, (std::vector<std::string>{"Blog", "Blog (a.example)", "Blog (2)", "Blog (4)", "Blog (5)"}));
}

TEST(SourceList, WhatIsExportedCanBeImported) {
  auto const loaded = load(
      "[[feed]]\nname = \"A & <B>\"\nurl = \"https://a.example/f?x=1&y=2\"\ntags = [\"World\", \"Press\"]\n"
      "[[feed]]\nname = \"C\"\nurl = \"https://c.example/\"\n"
      "[[page]]\nname = \"Council\"\nurl = \"https://council.example/news\"\n"
      "[[opml]]\nname = \"Team\"\nurl = \"https://lists.example/team?x=1&y=2\"\n");
  ASSERT_TRUE(loaded.ok()) << config::describe(loaded.problems);
  auto const opml = to_opml(loaded.config.sources, "Mine");
  auto const back = parse::parse_opml(opml);
  ASSERT_TRUE(back) << back.error().message << opml;
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[0].title, "A & <B>");
  EXPECT_EQ((*back)[0].folders, (std::vector<std::string>{"World"}));
  EXPECT_EQ((*back)[0].categories, (std::vector<std::string>{"World", "Press"}));
  EXPECT_EQ((*back)[1].title, "C");
  EXPECT_NE(opml.find("type=\"link\" url=\"https://council.example/news\""), std::string::npos);
  EXPECT_NE(opml.find("type=\"include\" url=\"https://lists.example/team?x=1&amp;y=2\""), std::string::npos);
}

TEST(SourceList, TagsOfAnyKindComeBackFromAnExport) {
  auto const loaded = load(
      "[[feed]]\nname = \"A\"\nurl = \"https://a.example/f\"\n"
      "tags = [\"Science, Nature\", \"World\", \"/r/x\", \"a/b\"]\n"
      "[[feed]]\nname = \"B\"\nurl = \"https://b.example/f\"\ntags = [\"/r/x\"]\n");
  ASSERT_TRUE(loaded.ok()) << config::describe(loaded.problems);
  auto const back = parse::parse_opml(to_opml(loaded.config.sources, "Mine"));
  ASSERT_TRUE(back) << back.error().message;
  Names names;
  std::set<std::string> known;
  auto const import = sources_of(*back, names, known);
  ASSERT_EQ(import.sources.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    auto came = import.sources[i].tags, went = loaded.config.sources[i].tags;
    EXPECT_EQ(came.front(), went.front());
    std::ranges::sort(came);
    std::ranges::sort(went);
    EXPECT_EQ(came, went);
  }
}

}  // namespace
}  // namespace newsfold::sources
