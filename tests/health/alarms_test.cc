#include "daemon/health/alarms.h"

#include "daemon/health/disk_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsfold::health {
namespace {

using namespace std::chrono_literals;

UtcMicros const start = parse_rfc3339("2026-11-02T00:00:00Z").value();

// A feed that brought an item every `gap` for a fortnight, the last at the end of it.
schedule::PollState publishing(std::chrono::hours gap) {
  schedule::PollState state;
  for (auto t = start; t < start + 24h * 14; t += gap) {
    state.rate.observe(t, t + gap, 1, schedule::RateModel::Count::exact);
    state.last_new = t + gap;
  }
  return state;
}

// The same feed after polls every six hours that brought nothing for `time`.
std::optional<Silence> after(schedule::PollState const& feed, std::chrono::hours time) {
  schedule::PollState state;
  state.rate = feed.rate;
  state.last_new = feed.last_new;
  auto const end = state.last_new + time;
  for (auto t = state.last_new; t < end; t += 6h)
    state.rate.observe(t, std::min<UtcMicros>(t + 6h, end), 0, schedule::RateModel::Count::exact);
  state.last_answer = end;
  return silence_of(state, {});
}

TEST(SilentFeed, IsNoticedAfterSeveralTimesItsUsualGap) {
  auto const state = publishing(6h);
  EXPECT_FALSE(after(state, 30h));
  EXPECT_FALSE(after(state, 50h));  // 8 gaps
  auto const silence = after(state, 24h * 4);
  ASSERT_TRUE(silence);
  EXPECT_EQ(silence->lasting, 24h * 4);
  EXPECT_GT(silence->usual_gap, 5h);
  EXPECT_LT(silence->usual_gap, 8h);
  EXPECT_NE(describe(*silence).find("silent for 4 days"), std::string::npos) << describe(*silence);
}

TEST(SilentFeed, AWeekendIsNone) {
  auto const state = publishing(1h);
  EXPECT_FALSE(after(state, 47h));
  EXPECT_TRUE(after(state, 49h));
}

TEST(SilentFeed, ARareFeedHasTime) {
  auto const state = publishing(72h);
  EXPECT_FALSE(after(state, 24h * 14));
  EXPECT_TRUE(after(state, 24h * 90));
}

TEST(SilentFeed, OneThatFailsOrNeverSpokeIsToldElsewhere) {
  auto state = publishing(6h);
  state.last_answer = state.last_new + 24h * 30;
  ASSERT_TRUE(silence_of(state, {}));
  state.failures = 1;
  EXPECT_FALSE(silence_of(state, {}));
  EXPECT_FALSE(silence_of({}, {}));
}

// Paused by hand, or held while the disk was full: what it published meanwhile is not known.
TEST(SilentFeed, OneThatWasNotAskedIsNotSilent) {
  auto state = publishing(6h);
  state.last_answer = state.last_new + 24h * 30;
  state.paused_at = state.last_answer;
  EXPECT_FALSE(silence_of(state, {}));
  state.paused_at = {};
  state.last_answer = state.last_new + 1h;  // then nobody asked, for however long
  EXPECT_FALSE(silence_of(state, {}));
}

std::vector<storage::ArticleHead> articles(std::size_t count, std::uint32_t words,
                                           Paywall paywall = Paywall::none) {
  std::vector<storage::ArticleHead> out(count);
  for (auto& head : out) {
    head.words = words;
    head.paywall = paywall;
  }
  return out;
}

std::vector<storage::ArticleHead> joined(std::vector<storage::ArticleHead> newest,
                                         std::vector<storage::ArticleHead> const& before) {
  newest.insert(newest.end(), before.begin(), before.end());
  return newest;
}

TEST(ShrunkFeed, IsNoticedWithItsCause) {
  auto const shrunk = shrinking_of(joined(articles(8, 90), articles(40, 600)), {});
  ASSERT_TRUE(shrunk);
  EXPECT_EQ(shrunk->usual_words, 600u);
  EXPECT_EQ(shrunk->words, 90u);
  EXPECT_FALSE(shrunk->wall);

  auto const walled = shrinking_of(joined(articles(8, 90, Paywall::subscription), articles(40, 600)), {});
  ASSERT_TRUE(walled);
  EXPECT_TRUE(walled->wall);
}

// The newest eight as `newest`, forty before them as `before`.
std::vector<ReadArticle> read(ReadArticle newest, ReadArticle before) {
  newest.url = before.url = "https://www.courier.example/story";
  std::vector<ReadArticle> out(8, newest);
  out.insert(out.end(), 40, before);
  return out;
}
ReadArticle by(std::string extractor) { return {{}, std::move(extractor), {}, false}; }

Remedy remedy(std::vector<ReadArticle> const& articles, FeedRules const& rules, bool wall = false) {
  return remedy_for({600, 90, wall}, readings_of(articles), rules, "courier");
}

MATCHER_P(Says, words, "") { return std::string(arg).find(words) != std::string::npos; }

TEST(ShrunkFeed, NamesTheSiteRuleThatBrokeAndAPatchForIt) {
  FeedRules rules;
  rules.site_rule = "german.toml:4";
  rules.site_body = {"[data-area=body]", ".story"};
  auto const told = remedy(read(by("blocks"), by("blocks")), rules);
  EXPECT_THAT(told.rule, Says("site rule for www.courier.example (german.toml:4"));
  EXPECT_THAT(told.rule, Says("body = [\"[data-area=body]\", \".story\"]"));
  EXPECT_THAT(told.toml, Says("[[site]]\nhosts = [\"www.courier.example\"]\nbody = [\"article\"]"));
  EXPECT_THAT(told.toml, Says("fetch_pages = \"never\""));
}

TEST(ShrunkFeed, SaysWhereNoRuleAppliedAndHowTheTextWasReadInstead) {
  auto const told = remedy(read(by("description"), by("blocks")), {});
  EXPECT_THAT(told.rule, Says("no site rule"));
  EXPECT_THAT(told.rule, Says("read as \"blocks\" and now as \"description\""));
  EXPECT_THAT(told.toml, Says("[[site]]"));
}

TEST(ShrunkFeed, NamesTheSelectorOfAPage) {
  FeedRules rules;
  rules.fetch_pages = "never";
  rules.summary_selector = "li > p.teaser";
  auto const told = remedy(read(by("feed"), by("feed")), rules);
  EXPECT_EQ(told.rule, "summary = \"li > p.teaser\" in the [[page]] \"courier\"");
  EXPECT_THAT(told.toml, Says("summary = "));
}

TEST(ShrunkFeed, NamesTheFeedsOwnTextWherePagesAreNotFetched) {
  FeedRules rules;
  rules.fetch_pages = "never";
  auto const told = remedy(read(by("feed"), by("feed")), rules);
  EXPECT_THAT(told.rule, Says("the text of the feed itself"));
  EXPECT_THAT(told.toml, Says("fetch_pages = \"always\""));
}

TEST(ShrunkFeed, NamesTheTemplateThatTookTheText) {
  auto lost = by("blocks");
  lost.lost_to_template = true;
  EXPECT_THAT(remedy(read(lost, by("blocks")), {}).rule, Says("taken out as its template"));
  EXPECT_THAT(remedy(read(lost, lost), {}).rule, Says("no site rule"));  // it always was
}

TEST(ShrunkFeed, NamesTheWallAndWhatSaysSo) {
  auto walled = by("blocks");
  walled.paywall_evidence = "isAccessibleForFree: false";
  auto const told = remedy(read(walled, by("blocks")), {}, true);
  EXPECT_THAT(told.rule, Says("cut at a wall (isAccessibleForFree: false)"));
  EXPECT_THAT(told.toml, Says("header_file = \"/etc/newsfold/credentials/courier.headers\""));
}

TEST(ShrunkFeed, AFewShortOnesAndBriefsAreNone) {
  EXPECT_FALSE(shrinking_of(joined(articles(3, 20), articles(45, 600)), {}));
  EXPECT_FALSE(shrinking_of(joined(articles(8, 20), articles(40, 70)), {}));
  EXPECT_FALSE(shrinking_of(joined(articles(8, 20), articles(10, 600)), {}));
  EXPECT_FALSE(shrinking_of({}, {}));
}

TEST(DiskWatch, PausesBelowTheBoundAndGoesOnWithATenthMore) {
  DiskWatch disk(1000);
  EXPECT_FALSE(disk.update(1000));
  EXPECT_TRUE(disk.update(999));
  EXPECT_TRUE(disk.low());
  EXPECT_FALSE(disk.update(1050));
  EXPECT_TRUE(disk.low());
  EXPECT_FALSE(disk.update(std::nullopt));
  EXPECT_TRUE(disk.low());
  EXPECT_TRUE(disk.update(1100));
  EXPECT_FALSE(disk.low());
}

TEST(DiskWatch, WithoutABoundIsNeverLow) {
  DiskWatch disk(0);
  EXPECT_FALSE(disk.update(0));
  EXPECT_FALSE(disk.low());
}

}  // namespace
}  // namespace newsfold::health
