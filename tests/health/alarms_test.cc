#include "daemon/health/alarms.h"

#include "daemon/health/disk_watch.h"

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
  return silence_of(state, {}, end);
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
  state.failures = 1;
  EXPECT_FALSE(silence_of(state, {}, state.last_new + 24h * 30));
  EXPECT_FALSE(silence_of({}, {}, start));
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

TEST(ShrunkFeed, IsNoticedWithItsCauseAndARemedy) {
  auto const shrunk = shrinking_of(joined(articles(8, 90), articles(40, 600)), {});
  ASSERT_TRUE(shrunk);
  EXPECT_EQ(shrunk->usual_words, 600u);
  EXPECT_EQ(shrunk->words, 90u);
  EXPECT_FALSE(shrunk->wall);
  EXPECT_NE(suggested_toml(*shrunk, "courier").find("fetch_pages = \"never\""), std::string::npos);

  auto const walled = shrinking_of(joined(articles(8, 90, Paywall::subscription), articles(40, 600)), {});
  ASSERT_TRUE(walled);
  EXPECT_TRUE(walled->wall);
  EXPECT_NE(suggested_toml(*walled, "courier").find("header_file"), std::string::npos);
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
