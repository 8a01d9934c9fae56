// What a reload, a restart, a stop or a clock that jumps does to feeds that were polled before.
#include "daemon/schedule/feed_arrival.h"
#include "daemon/schedule/pace.h"
#include "tests/schedule/poll_world.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace newsfold::schedule {
namespace {

namespace asio = boost::asio;
using origin::answer_conditionally;
using origin::OriginRequest;

FeedSpec with_key(FeedSpec spec, std::uint64_t key) {
  spec.reading_key = key;
  return spec;
}

// ---- How a document is read -----------------------------------------------------------------------

TEST_F(PollWorld, ADocumentThatWasReadTheWrongWayIsReadAnewSoonAfterItsReload) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("<html>", {{"ETag", "\"1\""}}));
  });
  start({feed("http://h.example/f")});
  run_for(24h);
  ASSERT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
  sink_.reads_pages = true;
  set_feeds({with_key(feed("http://h.example/f"), 7)});
  run_for(31min);
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing, NoticeKind::recovered}));
  EXPECT_EQ(sink_.digested, 2);
}

TEST_F(PollWorld, ADocumentThatWasReadTheWrongWayIsReadAnewSoonAfterARestart) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("<html>", {{"ETag", "\"1\""}}));
  });
  start({feed("http://h.example/f")});
  run_for(24h);
  stop();
  sink_.reads_pages = true;
  start({with_key(feed("http://h.example/f"), 7)});
  run_for(31min);
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing, NoticeKind::recovered}));
  auto const polls = times("h.example/f").size();
  stop();
  start({with_key(feed("http://h.example/f"), 7)});  // that is how it was read
  run_for(5h);
  EXPECT_GT(times("h.example/f").size(), polls);
  EXPECT_EQ(sink_.digested, 2);
}

// ---- A reload, a restart --------------------------------------------------------------------------

TEST_F(PollWorld, AShorterIntervalThatComesWhileTheFeedIsPolledHoldsFromThatPollOn) {
  serve("h.example", "/f", unchanged);
  auto spec = feed("http://h.example/f");
  spec.interval = 24h;
  bool reloaded = false;
  sink_.adjust = [&](DocumentReport&) {
    if (std::exchange(reloaded, true)) return;
    spec.interval = 10min;
    set_feeds({spec});
  };
  start({spec});
  run_for(1h);
  EXPECT_EQ(gaps_min("h.example/f"), (std::vector<long>(6, 10)));
}

TEST_F(PollWorld, AShorterIntervalHoldsFromARestartOn) {
  serve("h.example", "/f", unchanged);
  auto spec = feed("http://h.example/f");
  spec.interval = 24h;
  start({spec});
  run_for(5min);
  stop();
  spec.interval = 10min;
  start({spec});
  run_for(26min);
  EXPECT_EQ(gaps_min("h.example/f"), (std::vector<long>(3, 10)));
}

TEST_F(PollWorld, ARestartTakesNothingOffAnIntervalNorOffItsJitter) {
  jitter_ = 0.1;
  serve("h.example", "/f", unchanged);
  auto spec = feed("http://h.example/f");
  spec.interval = 1h;
  start({spec});
  for (int i = 0; i < 20; ++i) {
    run_for(61min);
    auto const due = scheduler_->status().at(0).state.next_due;
    stop();
    start({spec});
    EXPECT_EQ(scheduler_->status().at(0).state.next_due, due);
  }
}

TEST_F(PollWorld, AFeedUnderANewNameBeginsAnewButNoSooner) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", "\"1\""}, {"Cache-Control", "max-age=7200"}}));
  });
  start({feed("http://h.example/f", 1)});
  run_for(10min);
  auto former = state(1);
  former.failing_announced = former.gone_announced = true;
  former.paused_at = clock_.now();
  sink_.states[2] = under_new_name(encode(former));
  set_feeds({feed("http://h.example/f", 2)});
  run_for(3h);
  EXPECT_EQ(gaps_min("h.example/f"), (std::vector<long>{120}));
  EXPECT_FALSE(origin_.requests().back().has_header("If-None-Match")) << "its items are new to this name";
  EXPECT_TRUE(sink_.notices.empty());
}

TEST_F(PollWorld, ThePollOfAFeedThatGetsAnotherUrlMeanwhileLeavesNoRecordBehind) {
  serve("h.example", "/old", unchanged);
  serve("h.example", "/new", unchanged);
  bool reloaded = false;
  sink_.adjust = [&](DocumentReport&) {
    if (!std::exchange(reloaded, true)) set_feeds({feed("http://h.example/new")});
  };
  start({feed("http://h.example/old")});
  EXPECT_TRUE(reloaded);
  EXPECT_EQ(state_at("http://h.example/new", sink_.states[1]).etag, "");
  run_for(10min);
  EXPECT_EQ(state().configured_url, "http://h.example/new");
  EXPECT_EQ(times("h.example/new").size(), 1u);
}

TEST_F(PollWorld, HoursThatThePublisherSkipsAreSkippedAfterARestartAndAfterAnErrorToo) {
  bool down = false;
  serve("h.example", "/f",
        [&](OriginRequest const& request) { return down ? status(500) : unchanged(request); });
  sink_.adjust = [](DocumentReport& report) { report.skip_hours = {3, 4, 5, 6}; };
  start({feed("http://h.example/f")});
  run_for(10min);
  stop();
  auto const midnight = test_start();
  clock_.set(midnight + 3h);
  start({feed("http://h.example/f")});
  run_until(midnight + 6h + 59min);
  EXPECT_EQ(times("h.example/f").size(), 1u);
  run_until(midnight + 7h + 50min);
  EXPECT_EQ(times("h.example/f").size(), 2u);
  run_until(midnight + 24h);
  down = true;
  run_until(midnight + 31h);
  for (auto const t : times("h.example/f"))
    EXPECT_FALSE(t > midnight + 27h && t < midnight + 31h) << format_rfc3339(t);
}

TEST_F(PollWorld, ACrashWhileADocumentIsReadAsksForItNoSoonerThanIfItHadBeenStored) {
  serve("h.example", "/f", [](OriginRequest const&) {
    return say("1\n", {{"ETag", "\"1\""}, {"Cache-Control", "max-age=5400"}});
  });
  std::map<std::uint64_t, std::string> at_the_crash;
  sink_.adjust = [&](DocumentReport&) { at_the_crash = sink_.states; };
  start({feed("http://h.example/f")});
  stop();
  sink_.states = at_the_crash;
  start({feed("http://h.example/f")});
  run_for(89min);
  EXPECT_EQ(origin_.request_count(), 1u);
  run_for(2min);
  ASSERT_EQ(origin_.request_count(), 2u);
  // What the first answer held was not stored.
  EXPECT_FALSE(origin_.requests().back().has_header("If-None-Match"));
}

TEST_F(PollWorld, WhatCouldNotBeReadForAReasonOfOursIsNoFaultOfTheDocument) {
  serve("h.example", "/f", unchanged);
  sink_.fail_digests = true;
  start({feed("http://h.example/f")});
  std::string told;
  scheduler_->on_poll([&](PollTrace const& trace) { told = trace.error; });
  run_for(61min);
  EXPECT_EQ(told, "not stored: the disk does not answer");
  EXPECT_EQ(state().failures, 0u);
  EXPECT_EQ(state().document_error, "");
  sink_.fail_digests = false;
  run_for(61min);
  ASSERT_EQ(origin_.request_count(), 3u);
  EXPECT_FALSE(origin_.requests().back().has_header("If-None-Match"));
  EXPECT_EQ(told, "");
  EXPECT_TRUE(sink_.seen.contains("http://h.example/f1"));
}

TEST_F(PollWorld, ADocumentThatWasTooLargeIsReadAnewUnderALargerBound) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return origin::answer_conditionally(request, say(std::string(2000, '1') + "\n", {{"ETag", "\"1\""}}));
  });
  auto small = feed("http://h.example/f");
  sink_.bytes_max = 1000;
  small.limits.body_bytes_max = 4000;  // what comes over the wire, packed, is not too large
  start({small});
  run_for(10h);
  EXPECT_EQ(state().last_error, "the document is too large (fetch.body_max)");
  ASSERT_TRUE(origin_.requests().back().has_header("If-None-Match"));
  sink_.bytes_max = 4000;
  small.limits.body_bytes_max = 8000;
  set_feeds({small});
  drain();
  run_for(10min);
  EXPECT_FALSE(origin_.requests().back().has_header("If-None-Match"));
  EXPECT_EQ(state().last_error, "");
}

// ---- A stop ---------------------------------------------------------------------------------------

TEST_F(PollWorld, APollThatOutlivesThePatienceOfAStopIsCutOff) {
  serve("h.example", "/f", [](OriginRequest const&) {
    origin::OriginResponse response;
    response.delivery = origin::Delivery::silent;
    return response;
  });
  scheduler_ = std::make_unique<Scheduler>(loop_.get_executor(), clock_, *fetcher_, sink_, options_);
  set_feeds({feed("http://h.example/f")});
  asio::cancellation_signal patience_ends;
  ended_ = false;
  asio::co_spawn(loop_, scheduler_->run(),
                 asio::bind_cancellation_slot(patience_ends.slot(),
                                              [this](std::exception_ptr const&) { ended_ = true; }));
  while (origin_.request_count() == 0) loop_.run_one_for(1ms);
  bool stopped = false;
  asio::co_spawn(loop_, scheduler_->stop(), [&](std::exception_ptr const&) { stopped = true; });
  loop_.poll();
  EXPECT_FALSE(stopped);
  patience_ends.emit(asio::cancellation_type::terminal);
  auto const deadline = std::chrono::steady_clock::now() + 20s;  // the exchange would take a minute
  while (!(stopped && ended_) && std::chrono::steady_clock::now() < deadline) {
    loop_.run_one_for(1s);
    loop_.restart();
  }
  EXPECT_TRUE(stopped && ended_);
  if (stopped && ended_) scheduler_.reset();
}

TEST_F(PollWorld, AfterAStopNothingWaitsForTheEndOfAHostsRest) {
  serve("h.example", "/a", [](OriginRequest const&) {
    auto response = status(429);
    response.headers = {{"Retry-After", "86400"}};
    return response;
  });
  serve("h.example", "/b", unchanged);
  start({feed("http://h.example/a", 1), feed("http://h.example/b", 2)});
  run_for(1h);
  ASSERT_EQ(times("h.example/a").size(), 1u);
  ASSERT_EQ(times("h.example/b").size(), 0u);
  ASSERT_NE(clock_.next_wake(), UtcMicros::max());
  bool stopped = false;
  asio::co_spawn(loop_, scheduler_->stop(), [&](std::exception_ptr const&) { stopped = true; });
  drain();
  ASSERT_TRUE(stopped && ended_);
  EXPECT_EQ(clock_.next_wake(), UtcMicros::max());
}

// ---- A clock --------------------------------------------------------------------------------------

TEST_F(PollWorld, WhatCameDueWhileTheMachineSleptIsSpreadOut) {
  auto feeds = feeds_of_hosts(200);
  options_.overdue_spread = 5s;
  start(feeds);
  run_for(1min);
  times_.clear();
  clock_.set(test_start() + std::chrono::days(2));
  auto const woken = clock_.now();
  drain();
  run_for(1min);
  std::vector<UtcMicros> all;
  for (auto const& [key, at] : times_) all.push_back(at.at(0));
  ASSERT_EQ(all.size(), 200u);
  std::ranges::sort(all);
  EXPECT_LE(all.back() - woken, 5s);
  EXPECT_GT(all.back() - all.front(), 4s);
}

TEST_F(PollWorld, AClockThatIsSetBackInOurAbsenceMovesAllThatWasRememberedWithIt) {
  serve("h.example", "/f", [](OriginRequest const&) { return status(500); });
  clock_.set(test_start() + std::chrono::days(400));
  start({feed("http://h.example/f")});
  run_for(1min);
  stop();
  clock_.set(test_start());
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(1));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
}

TEST_F(PollWorld, AClockThatIsSetBackMovesAllThatWaitsWithIt) {
  int n = 0;
  serve("a.example", "/f", unchanged);
  serve("b.example", "/f", [&](OriginRequest const&) {
    return status(429, {{"Retry-After", n++ == 0 ? "1800" : "60"}});
  });
  clock_.set(test_start() + std::chrono::days(40));
  auto follower = feed("http://b.example/f", 2);
  follower.interval = 60s;
  start({feed("http://a.example/f", 1), follower});
  run_for(20min);
  clock_.set(test_start());
  drain();
  auto const asked = [&](char const* url) { return times(url).size(); };
  run_for(9min);
  EXPECT_EQ(asked("b.example/f"), 1u);
  run_for(2min);
  EXPECT_EQ(asked("b.example/f"), 2u) << "its host has rested";
  run_for(28min);
  EXPECT_EQ(asked("a.example/f"), 1u);
  run_for(2min);
  EXPECT_EQ(asked("a.example/f"), 2u);
  run_for(61min);
  EXPECT_EQ(asked("a.example/f"), 3u);
}

// ---- Goals ----------------------------------------------------------------------------------------

TEST_F(PollWorld, AGoalIsMetWithTheJitterInIt) {
  jitter_ = 0.1;
  serve("h.example", "/f", [](OriginRequest const& request) {
    auto response = unchanged(request);
    response.headers.emplace_back("Cache-Control", "max-age=300");
    return response;
  });
  auto spec = feed("http://h.example/f");
  spec.fresh = 5min;
  start({spec});
  run_for(std::chrono::days(3));
  auto const& at = times("h.example/f");
  auto const mean = (at.back() - at.front()) / static_cast<long>(at.size() - 1);
  EXPECT_GE(mean, 9min + 50s);
  EXPECT_LE(mean, 10min + 5s);
}

TEST(Share, AnIntervalCountsBeforeAGoal) {
  FeedSpec spec;
  spec.interval = 10min;
  spec.fresh = 1h;
  auto const share = share_of(PollState{}, spec, PollingOptions{}, test_start());
  EXPECT_EQ(share.floor, BudgetShare::Seconds(630));  // its jitter is 30 s on average
  EXPECT_EQ(share.ceiling, BudgetShare::Seconds(630));
}

TEST(Share, AGoalCostsTwoPollsInItsTimeWithTheirJitter) {
  FeedSpec spec;
  spec.fresh = 1h;
  EXPECT_NEAR(share_of(PollState{}, spec, PollingOptions{}, test_start()).floor.count(), 7200, 1);
}

}  // namespace
}  // namespace newsfold::schedule
