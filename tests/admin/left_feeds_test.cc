#include "daemon/run/left_feeds.h"

#include "daemon/schedule/poll_state.h"
#include "tests/storage/store_world.h"

#include <gtest/gtest.h>

namespace newsfold::run {
namespace {

using namespace std::chrono_literals;

constexpr int day = 24 * 60;

// One poll that brought nothing.
void ask(storage::Store& store, FeedId feed, int minutes) {
  schedule::PollState state;
  state.configured_url = "https://h.example/" + std::to_string(number(feed));
  state.last_request = storage::at(minutes);
  ASSERT_TRUE(store.put_feed_state(feed, "feed", schedule::encode(state)));
}

std::vector<FeedId> ids(std::vector<storage::FeedState> const& feeds) {
  std::vector<FeedId> out;
  for (auto const& one : feeds) out.push_back(one.feed);
  return out;
}

TEST(LeftFeeds, AreThoseThatNobodyNamesAndThatWereNotAskedForInALongTime) {
  storage::TempDirectory const directory;
  auto const store = storage::open(directory / "store");
  ask(*store, FeedId{1}, 0);
  ask(*store, FeedId{2}, 0);
  ask(*store, FeedId{3}, day);
  auto const none = left_feeds(store->view(), {FeedId{1}}, storage::at(90 * day));
  EXPECT_TRUE(none.empty());
  auto const left = left_feeds(store->view(), {FeedId{1}}, storage::at(90 * day + 1));
  EXPECT_EQ(ids(left), std::vector{FeedId{2}});
}

TEST(LeftFeeds, AreForgottenButForTheCountsOfArticlesThatAreKept) {
  storage::TempDirectory const directory;
  auto const store = storage::open(directory / "store");
  ask(*store, FeedId{1}, 0);
  ask(*store, FeedId{2}, 0);
  storage::ingest(*store, storage::harbour, {storage::doc(1)}, 0);
  ask(*store, storage::harbour, 0);
  ASSERT_TRUE(store->retain({}, storage::at(1)));
  auto const bytes = store->view().feed(storage::harbour)->bytes;
  auto const now = storage::at(100 * day);
  auto const left = left_feeds(store->view(), {}, now);
  EXPECT_EQ(left.size(), 3u);
  ask(*store, FeedId{2}, 100 * day);  // it came back meanwhile
  ASSERT_TRUE(store->forget_feeds(left));
  EXPECT_EQ(store->view().feed(FeedId{1}).error().code, ErrorCode::not_found);
  EXPECT_TRUE(store->view().feed(FeedId{2}));
  auto const kept = store->view().feed(storage::harbour);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->bytes, bytes);
  EXPECT_EQ(kept->state, "");
  EXPECT_EQ(store->verify(storage::Repair::report_only)->findings, std::vector<std::string>{});

  // Its article goes later, and the row with it.
  storage::Retention keep;
  keep.articles_age_max = 1s;
  ASSERT_EQ(store->retain(keep, now)->articles_removed, 1u);
  ASSERT_TRUE(store->forget_feeds(left_feeds(store->view(), {}, now)));
  EXPECT_EQ(ids(left_feeds(store->view(), {}, now + 24h * 365)), std::vector{FeedId{2}});
}

}  // namespace
}  // namespace newsfold::run
