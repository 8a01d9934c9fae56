#include "tests/origin/demo_world.h"

#include "daemon/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace newsfold::origin {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

World const& world() {
  static World const loaded = [] {
    auto result = load_world(WORLD_DIR);
    return result ? *result : World{};
  }();
  return loaded;
}

Moment at(WorldTime now) { return {now, UtcMicros{1'790'000'000s}, 1.0}; }

std::size_t site(std::string_view id) {
  auto const& sites = world().sites;
  return static_cast<std::size_t>(
      std::find_if(sites.begin(), sites.end(), [&](Site const& s) { return s.id == id; }) - sites.begin());
}

Publication const& publication(std::string_view slug, std::string_view site_id) {
  auto const& all = world().publications;
  return *std::find_if(all.begin(), all.end(),
                       [&](Publication const& p) { return p.slug == slug && p.site == site(site_id); });
}

TEST(DemoWorld, LoadsWithoutAComplaint) {
  auto const result = load_world(WORLD_DIR);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
}

TEST(DemoWorld, HasADozenSitesInFourFormatsAndThreeLanguages) {
  std::set<SiteFormat> formats;
  std::set<std::string> languages;
  for (auto const& s : world().sites) {
    formats.insert(s.format);
    languages.insert(s.language);
  }
  EXPECT_GE(world().sites.size(), 12u);
  EXPECT_GE(formats.size(), 4u);
  EXPECT_GE(languages.size(), 3u);
}

TEST(DemoWorld, IsLivelyFromTheFirstMomentAndForSomeMinutes) {
  auto const& all = world().publications;
  EXPECT_GE(all.size(), 60u);
  EXPECT_GE(std::count_if(all.begin(), all.end(), [](auto const& p) { return p.visible(0s); }), 12);
  // Something new at least every 20 s until it ends.
  std::vector<WorldTime> times;
  for (auto const& p : all) times.push_back(p.appears());
  std::sort(times.begin(), times.end());
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_LE(times[i] - times[i - 1], 20s) << times[i].count();
  EXPECT_GE(world().ends(), 180s);
}

TEST(DemoWorld, PublishesWhenTheTimeHasComeAndTheNewestFirst) {
  EXPECT_THAT(render_feed(world(), site("northwire"), at(0s)), Not(HasSubstr("Tram drivers")));
  auto const later = render_feed(world(), site("northwire"), at(30s));
  EXPECT_LT(later.find("Storm Petra"), later.find("Tram drivers"));
  EXPECT_LT(later.find("Tram drivers"), later.find("Cutler Bridge"));
}

TEST(DemoWorld, EditsAnArticleTwice) {
  auto const& rates = publication("rate-hold", "northwire");
  EXPECT_EQ(rates.editions.size(), 3u);
  EXPECT_THAT(render_page(world(), rates, at(0s)), Not(HasSubstr("hints at a cut")));
  EXPECT_THAT(render_page(world(), rates, at(60s)), HasSubstr("hints at a cut"));
  EXPECT_THAT(render_page(world(), rates, at(120s)), HasSubstr("rose 2.6 percent"));
}

TEST(DemoWorld, WithdrawsAnArticleFromFeedAndPage) {
  auto const& mayor = publication("mayor-resign", "harbour-times");
  ASSERT_TRUE(mayor.withdrawn);
  EXPECT_THAT(render_feed(world(), mayor.site, at(*mayor.withdrawn - 1s)), HasSubstr("Mayor"));
  EXPECT_THAT(render_feed(world(), mayor.site, at(*mayor.withdrawn)), Not(HasSubstr("Mayor")));
}

TEST(DemoWorld, StopsAtTheWallAndSaysSo) {
  auto const& ships = publication("wind-freighters", "ledger");
  auto const page = render_page(world(), ships, at(0s));
  EXPECT_THAT(page, HasSubstr("Subscribe to read the full story"));
  EXPECT_THAT(page, Not(HasSubstr("thought steam was a fad")));
  EXPECT_THAT(render_page(world(), publication("bridge-reopens", "northwire"), at(0s)),
              Not(HasSubstr("wall")));
}

TEST(DemoWorld, LeavesNoPlaceholderOpen) {
  for (auto const& p : world().publications) {
    auto const page = render_page(world(), p, at(p.appears()));
    EXPECT_THAT(page, Not(HasSubstr("{{"))) << p.slug;
    EXPECT_THAT(page, HasSubstr("<h1")) << p.slug;
  }
}

TEST(DemoWorld, DamagesAMirrorsTextAsSpamMirrorsDo) {
  EXPECT_EQ(mirror_damage("“Neither the other’s – the”", "the", "키"), "¡°Nei키r 키 o키r¡¯s ¨C 키¡±?");
  auto const& copy = publication("sodium-battery", "dailyreads");
  EXPECT_THAT(render_page(world(), copy, at(copy.appears())), HasSubstr("o토토사이트rs"));
}

TEST(DemoWorld, WritesAConfigurationThatTheDaemonAccepts) {
  auto const text = demo_config(world(), {4711, "/tmp/demo", "127.0.0.1:0"});
  auto const result = config::parse_config(text, "/tmp/demo/config.toml");
  EXPECT_EQ(config::describe(result.problems), "");
  EXPECT_EQ(config::describe(result.warnings), "");
  EXPECT_EQ(result.config.sources.size(), world().sites.size());
  EXPECT_EQ(result.config.storage.path, "/tmp/demo/store");
}

}  // namespace
}  // namespace newsfold::origin
