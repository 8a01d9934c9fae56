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

// Seven to nine are skipped, and the feed is due at a quarter to seven.
class Skipping : public Paused {
 protected:
  void begin_before_seven(std::chrono::minutes past = 45min) {
    serve("h.example", "/f", unchanged);
    sink_.adjust = [](DocumentReport& report) { report.skip_hours = {7, 8, 9}; };
    clock_.advance(past);
    start({feed("http://h.example/f")});
    run_until(test_start() + 6h + 30min);
  }
  void expect_next_at_ten() {
    drain();
    run_until(test_start() + 9h + 59min);
    EXPECT_LT(times("h.example/f").back(), test_start() + 7h);
    run_until(test_start() + 10h + 1min);
    EXPECT_GE(times("h.example/f").back(), test_start() + 10h);
  }
};

TEST_F(Skipping, AMachineThatWakesInHoursToSkipSkipsThem) {
  begin_before_seven();
  clock_.set(test_start() + 7h + 30min);
  expect_next_at_ten();
}

TEST_F(Skipping, AFeedThatIsResumedInHoursToSkipSkipsThem) {
  begin_before_seven();
  ASSERT_TRUE(set_paused(FeedId{1}, Pause::yes));
  run_until(test_start() + 7h + 30min);
  ASSERT_TRUE(set_paused(FeedId{1}, Pause::no));
  expect_next_at_ten();
}

TEST_F(Skipping, AFeedThatComesForwardInHoursToSkipSkipsThem) {
  begin_before_seven();
  run_until(test_start() + 7h + 30min);
  auto anew = feed("http://h.example/f");
  anew.reading_key = 1;
  set_feeds({anew});
  expect_next_at_ten();
}

TEST_F(Skipping, AFeedDoesNotComeForwardIntoHoursToSkip) {
  begin_before_seven(57min);
  run_until(test_start() + 6h + 59min);  // asked two minutes ago, and in five it could be again
  auto anew = feed("http://h.example/f");
  anew.reading_key = 1;
  set_feeds({anew});
  expect_next_at_ten();
}

TEST_F(Skipping, ARestartInHoursToSkipSkipsThem) {
  begin_before_seven();
  stop();
  clock_.set(test_start() + 7h + 30min);
  start({feed("http://h.example/f")});
  expect_next_at_ten();
}

TEST_F(Skipping, AHostThatRestedIntoHoursToSkipIsLeftAloneUntilTheyEnd) {
  begin_before_seven();
  bool busy = true;
  serve("h.example", "/g", [&busy](auto const& request) {
    return std::exchange(busy, false) ? status(429, {{"Retry-After", "3600"}}) : unchanged(request);
  });
  set_feeds({feed("http://h.example/f", 1), feed("http://h.example/g", 2)});  // rests until half past seven
  drain();
  run_until(test_start() + 6h + 31min);
  ASSERT_EQ(times("h.example/g").size(), 1u);
  auto const before = times("h.example/f").size();
  run_until(test_start() + 9h + 59min);
  EXPECT_EQ(times("h.example/f").size(), before);
  run_until(test_start() + 10h + 1min);
  EXPECT_EQ(times("h.example/f").size(), before + 1);
}

TEST_F(Paused, APauseDuringAPollIsKeptAtOnce) {
  Result<void> paused;
  std::optional<PollState> kept;
  sink_.reads_more = [&](FeedSpec const&) -> boost::asio::awaitable<void> {
    paused = co_await scheduler_->set_paused(FeedId{1}, Pause::yes);
    kept = state();
  };
  serve("h.example", "/f", unchanged);
  start({feed("http://h.example/f")});
  ASSERT_TRUE(paused);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->paused_at, test_start());
  EXPECT_EQ(kept->etag, "");
  EXPECT_EQ(state().paused_at, test_start());
  EXPECT_EQ(state().etag, "\"1\"");
  run_for(24h);
  EXPECT_EQ(times("h.example/f").size(), 1u);
}

TEST_F(Paused, APauseAndItsEndWhileAPollIsStoredLeaveWhatItBrought) {
  serve("h.example", "/f", unchanged);
  sink_.stored = [&]() -> boost::asio::awaitable<void> {
    if (sink_.commits != 2) co_return;  // the first says that it was asked
    co_await scheduler_->set_paused(FeedId{1}, Pause::yes);
    co_await scheduler_->set_paused(FeedId{1}, Pause::no);
  };
  start({feed("http://h.example/f")});
  EXPECT_EQ(state().etag, "\"1\"");
  EXPECT_EQ(state().paused_at, UtcMicros{});
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
