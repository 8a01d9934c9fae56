// One request at a time to a host, a space between two, and rest where it asks for that.
#include "tests/schedule/poll_world.h"

namespace newsfold::schedule {
namespace {

using origin::OriginRequest;

constexpr char const* etag = "\"1\"";

TEST_F(PollWorld, FeedsOfOneDomainAreAskedOneAfterAnotherWithASpaceBetween) {
  for (auto const* host : {"a.site.example", "b.site.example", "site.example"})
    serve(host, "/f", [](OriginRequest const&) { return say("1\n"); });
  start({feed("http://a.site.example/f", 1), feed("http://b.site.example/f", 2),
         feed("http://site.example/f", 3)});
  run_for(1min);
  std::vector<UtcMicros> all;
  for (auto const* key : {"a.site.example/f", "b.site.example/f", "site.example/f"}) {
    ASSERT_EQ(times(key).size(), 1u);
    all.push_back(times(key)[0]);
  }
  std::ranges::sort(all);
  EXPECT_GE(all[1] - all[0], 1s);
  EXPECT_GE(all[2] - all[1], 1s);
}

TEST_F(PollWorld, RetryAfterCoolsTheWholeHostAndOneProbeGoesFirst) {
  for (auto const* when : {"1800", "Mon, 02 Nov 2026 00:30:00 GMT"}) {
    SCOPED_TRACE(when);
    auto const started = clock_.now();
    times_.clear();
    bool throttle = true;
    for (auto const* path : {"/1", "/2", "/3"})
      serve("h.example", path, [&](OriginRequest const&) {
        return throttle ? status(429, {{"Retry-After", when}}) : say("1\n", {{"ETag", etag}});
      });
    start({feed("http://h.example/1", 1), feed("http://h.example/2", 2), feed("http://h.example/3", 3)});
    run_for(29min);
    EXPECT_EQ(times("h.example/1").size() + times("h.example/2").size() + times("h.example/3").size(), 1u);
    throttle = false;
    run_for(3h);
    for (auto const* key : {"h.example/1", "h.example/2", "h.example/3"}) {
      ASSERT_GE(times(key).size(), 1u);
      EXPECT_GE(times(key).back() - started, 30min) << key;
    }
    EXPECT_TRUE(sink_.notices.empty());
    stop();
    sink_.states.clear();
    clock_.set(test_start());
  }
}

TEST_F(PollWorld, AfterARestOneGoesFirstAndTheQueueOnlyBehindAGoodAnswer) {
  bool throttle = true;
  for (auto const* path : {"/1", "/2", "/3", "/4"})
    serve("h.example", path, [&](OriginRequest const&) {
      return throttle ? status(429, {{"Retry-After", "1800"}}) : say("1\n", {{"ETag", etag}});
    });
  std::vector<FeedSpec> feeds;
  for (std::uint64_t id = 1; id <= 4; ++id)
    feeds.push_back(feed("http://h.example/" + std::to_string(id), id));
  start(feeds);
  run_for(29min);
  EXPECT_EQ(origin_.request_count(), 1u);
  run_for(2min);  // the probe is told to wait again, and all others with it
  EXPECT_EQ(origin_.request_count(), 2u);
  run_for(28min);
  EXPECT_EQ(origin_.request_count(), 2u);
  throttle = false;
  run_for(2min);
  EXPECT_GE(origin_.request_count(), 4u);
  std::vector<UtcMicros> all;
  for (auto const* path : {"/1", "/2", "/3", "/4"})
    for (auto const t : times("h.example" + std::string(path))) all.push_back(t);
  std::ranges::sort(all);
  // Twice throttled: four seconds at least lie between two of those that follow.
  for (std::size_t i = 3; i < all.size(); ++i) EXPECT_GE(all[i] - all[i - 1], 3s) << i;
}

TEST_F(PollWorld, AfterARestThatTheFirstFindsFailingTheQueueWaitsOn) {
  enum { busy, broken, well } how = busy;
  std::vector<FeedSpec> feeds;
  for (auto const* path : {"/1", "/2", "/3", "/4"}) {
    serve("h.example", path, [&](OriginRequest const& request) {
      return how == busy     ? status(429, {{"Retry-After", "1800"}})
             : how == broken ? status(502)
                             : unchanged(request);
    });
    feeds.push_back(feed("http://h.example" + std::string(path), feeds.size() + 1));
  }
  start(feeds);
  run_for(10min);
  EXPECT_EQ(origin_.request_count(), 1u);
  how = broken;
  run_for(21min);
  EXPECT_EQ(origin_.request_count(), 2u);
  run_for(13min);
  EXPECT_EQ(origin_.request_count(), 2u);
  how = well;
  run_for(3min);
  EXPECT_GE(origin_.request_count(), 4u);
}

TEST_F(PollWorld, A429IsNoReasonToComeSooner) {
  int n = 0;
  serve("h.example", "/f", [&](OriginRequest const& request) {
    return n++ < 2 ? unchanged(request) : status(429, {{"Retry-After", "60"}});
  });
  options_.polling.polls_per_feed_per_day = 1;
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(8));
  auto const gaps = gaps_min("h.example/f");
  ASSERT_GE(gaps.size(), 6u);
  for (auto const gap : gaps) EXPECT_GE(gap, 22 * 60);
}

TEST_F(PollWorld, TheSpaceThatThrottlingTaughtOutlivesARestart) {
  int left = 2;
  auto const tired = [&](OriginRequest const& request) {
    return left-- > 0 ? status(429, {{"Retry-After", "900"}}) : unchanged(request);
  };
  std::vector<FeedSpec> feeds;
  for (auto const* path : {"/1", "/2", "/3"}) {
    serve("h.example", path, tired);
    feeds.push_back(feed("http://h.example" + std::string(path), feeds.size() + 1));
  }
  start(feeds);
  run_for(16min);
  ASSERT_EQ(left, 0) << "both were told to wait";
  stop();
  start(feeds);
  run_for(3h);
  std::vector<UtcMicros> all;
  for (auto const* path : {"/1", "/2", "/3"})
    for (auto const t : times("h.example" + std::string(path))) all.push_back(t);
  std::ranges::sort(all);
  ASSERT_GE(all.size(), 5u);
  for (std::size_t i = 3; i < all.size(); ++i) EXPECT_GE(all[i] - all[i - 1], 3s) << i;
}

TEST_F(PollWorld, ThrottlingWithoutAWordStillSlowsDownAndIsNoFailure) {
  serve("h.example", "/f", [](OriginRequest const&) { return status(429); });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(3));
  for (auto const gap : gaps_min("h.example/f")) EXPECT_GE(gap, 60);
  EXPECT_GE(times("h.example/f").size(), 10u);  // and we never give up on it
  EXPECT_TRUE(sink_.notices.empty());
}

// Feeds of one host, each of whose items has its page there.
class PagesWorld : public PollWorld {
 protected:
  ~PagesWorld() override { stop(); }  // polls under way read pages by what is declared here

  std::vector<FeedSpec> feeds_with_pages(std::uint64_t count, int pages) {
    pages_ = pages;
    sink_.reads_more = [this](FeedSpec const& spec) { return read_pages(spec); };
    serve("big.example", "/page", [](auto const&) { return say("page"); });
    std::vector<FeedSpec> feeds;
    for (std::uint64_t i = 1; i <= count; ++i) {
      auto const path = "/" + std::to_string(i);
      serve("big.example", path, unchanged);
      feeds.push_back(feed("http://big.example" + path, i));
    }
    return feeds;
  }
  int finished_ = 0;

 private:
  boost::asio::awaitable<void> read_pages(FeedSpec const& spec) {
    if (!spec.url.starts_with("http://big.example")) co_return;
    for (int i = 0; i < pages_; ++i) {
      fetch::Request request;
      request.url = "http://big.example/page";
      auto const page = co_await scheduler_->digest_client().fetch(std::move(request));
      EXPECT_TRUE(page) << page.error().message;
    }
    ++finished_;
  }
  int pages_ = 0;
};

TEST_F(PagesWorld, APollThatWaitsForAPlaceDoesNotKeepTheHostFromTheOneThatHoldsIt) {
  options_.polls_max = 1;
  start(feeds_with_pages(3, 2));
  run_for(1min);
  EXPECT_EQ(finished_, 3);
}

TEST_F(PagesWorld, AHostOfManyFeedsWithPagesHoldsUpNobodyElsewhere) {
  options_.polls_max = 4;
  auto feeds = feeds_with_pages(40, 60);
  serve("far.example", "/f", unchanged);
  feeds.push_back(feed("http://far.example/f", 99));
  feeds.back().interval = 10min;
  start(std::move(feeds));
  run_for(30min);
  EXPECT_LT(finished_, 40);  // they are still at it
  auto const& far = times("far.example/f");
  ASSERT_GE(far.size(), 3u);
  for (std::size_t i = 1; i < far.size(); ++i) EXPECT_LE(far[i] - far[i - 1], 10min + 5s);
  EXPECT_EQ(times("big.example/page").size() / 60, static_cast<std::size_t>(finished_));  // one after another
}

TEST_F(PagesWorld, PagesWithoutEndDoNotKeepAHostsFeedsFromBeingAsked) {
  auto feeds = feeds_with_pages(3, 2'000);
  start(std::move(feeds));
  run_for(11min);
  EXPECT_EQ(times("big.example/2").size() + times("big.example/3").size(), 1u);
  run_for(10min);
  EXPECT_EQ(times("big.example/2").size() + times("big.example/3").size(), 2u);
}

// Feeds that moved to where a healthy one is polled end at the gate; each gives its place to the next at
// once.
TEST_F(PagesWorld, ManyThatLeaveTheirTurnToAnotherAreNoTrouble) {
  options_.polls_max = 1;
  auto feeds = feeds_with_pages(1, 3);
  for (std::uint64_t i = 100; i < 3'100; ++i) {
    auto const host = "http://h" + std::to_string(i) + ".example";
    PollState moved;
    moved.configured_url = host + "/old";
    moved.adopted_url = "http://big.example/1";
    moved.last_request = test_start() - 1h;
    moved.next_due = test_start();
    feeds.push_back(feed(host + "/old", i));
    sink_.states[i] = encode(moved);
  }
  serve("far.example", "/f", unchanged);
  feeds.push_back(feed("http://far.example/f", 99));
  start(std::move(feeds));
  run_for(2h);
  EXPECT_EQ(finished_, 1);
  EXPECT_GE(times("far.example/f").size(), 1u);
  EXPECT_EQ(scheduler_->counters().in_flight, 0u);
}

}  // namespace
}  // namespace newsfold::schedule
