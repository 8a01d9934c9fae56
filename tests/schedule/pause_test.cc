// What an operator and a full disk may ask of the scheduler.

#include "tests/schedule/poll_world.h"

namespace newsfold::schedule {
namespace {

class Paused : public PollWorld {
 protected:
  void begin() {
    serve("h.example", "/f", [](auto const&) { return say("1\n"); });
    start({feed("http://h.example/f")});
    drain();
  }
  Result<void> set_paused(FeedId feed, Pause pause) {
    std::optional<Result<void>> done;
    boost::asio::co_spawn(loop_, scheduler_->set_paused(feed, pause),
                          [&](std::exception_ptr const&, Result<void> result) { done = std::move(result); });
    drain();
    EXPECT_TRUE(done);
    return *done;
  }
};

TEST_F(Paused, AFeedIsAskedNoMoreUntilItIsResumed) {
  begin();
  ASSERT_EQ(times("h.example/f").size(), 1u);
  ASSERT_TRUE(set_paused(FeedId{1}, Pause::yes));
  EXPECT_FALSE(scheduler_->poll_now(FeedId{1}));
  run_for(24h * 3);
  EXPECT_EQ(times("h.example/f").size(), 1u);
  ASSERT_TRUE(set_paused(FeedId{1}, Pause::no));
  run_for(24h);
  EXPECT_GT(times("h.example/f").size(), 1u);
}

TEST_F(Paused, AFeedLeavesItsPartOfTheBudgetToTheOthers) {
  auto feeds = feeds_of_hosts(4);
  options_.polling.budget_per_day = 24;  // six a feed
  start(feeds);
  for (std::uint64_t i = 2; i <= 4; ++i) ASSERT_TRUE(set_paused(FeedId{i}, Pause::yes));
  run_for(std::chrono::days(2));
  auto const before = times("h1.example/f").size();
  run_for(std::chrono::days(2));
  EXPECT_GE(times("h1.example/f").size() - before, 40u);
}

TEST_F(Paused, APauseOutlivesARestartAndAReload) {
  begin();
  ASSERT_TRUE(set_paused(FeedId{1}, Pause::yes));
  EXPECT_EQ(state().paused_at, clock_.now());
  stop();
  start({feed("http://h.example/f")});
  run_for(24h * 3);
  EXPECT_EQ(times("h.example/f").size(), 1u);
  set_feeds({feed("http://h.example/f")});
  run_for(24h * 3);
  EXPECT_EQ(times("h.example/f").size(), 1u);
  ASSERT_TRUE(set_paused(FeedId{1}, Pause::no));
  EXPECT_EQ(state().paused_at, UtcMicros{});
  run_for(24h);
  EXPECT_GT(times("h.example/f").size(), 1u);
}

TEST_F(Paused, TwiceIsOnceAndAStrangerIsNotFound) {
  begin();
  ASSERT_TRUE(set_paused(FeedId{1}, Pause::yes));
  auto const since = state().paused_at;
  run_for(1h);
  ASSERT_TRUE(set_paused(FeedId{1}, Pause::yes));
  EXPECT_EQ(state().paused_at, since);
  EXPECT_EQ(set_paused(FeedId{99}, Pause::yes).error().code, ErrorCode::not_found);
}

TEST_F(Paused, WhileHeldNoPollBeginsAndAfterwardsAllGoOn) {
  serve("h.example", "/f", [](auto const&) { return say("1\n"); });
  start({feed("http://h.example/f")});
  ASSERT_EQ(times("h.example/f").size(), 1u);
  scheduler_->hold(true);
  run_for(24h * 3);
  EXPECT_EQ(times("h.example/f").size(), 1u);
  scheduler_->hold(false);
  run_for(2h);
  EXPECT_GT(times("h.example/f").size(), 1u);
}

}  // namespace
}  // namespace newsfold::schedule
