#include "tests/schedule/poll_world.h"

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;
using origin::redirect_to;

constexpr char const* etag = "W/\"a-gzip\"";
constexpr char const* modified = "Mon, 02 Nov 2026 00:00:00 GMT";

// ---- Conditional requests -------------------------------------------------------------------------

TEST_F(PollWorld, OnlyTheFirstRequestIsUnconditional) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}, {"Last-Modified", modified}}));
  });
  start({feed("http://h.example/f")});
  run_for(5h);
  auto const seen = origin_.requests();
  ASSERT_EQ(seen.size(), 6u);
  EXPECT_FALSE(seen[0].has_header("If-None-Match"));
  EXPECT_FALSE(seen[0].has_header("If-Modified-Since"));
  for (std::size_t i = 1; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].header("If-None-Match"), etag);
    EXPECT_EQ(seen[i].header("If-Modified-Since"), modified);
  }
  EXPECT_EQ(sink_.digested, 1);
}

TEST_F(PollWorld, ValidatorsSurviveARestartAndTheGapIsNotShortened) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}}));
  });
  start({feed("http://h.example/f")});
  run_for(30min);
  stop();
  start({feed("http://h.example/f")});
  run_for(29min);
  EXPECT_EQ(origin_.request_count(), 1u);
  run_for(2min);
  ASSERT_EQ(origin_.request_count(), 2u);
  EXPECT_EQ(origin_.requests().back().header("If-None-Match"), etag);
  EXPECT_EQ(gaps_min("h.example/f"), (std::vector<long>{60}));
}

// A machine that woke with a clock far ahead, and was put right: no feed waits for the day that it had.
TEST_F(PollWorld, AfterTheClockWasSetBackAFeedWaitsNoLongerThanItsInterval) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}}));
  });
  auto const right = clock_.now();
  clock_.advance(std::chrono::days(40));
  start({feed("http://h.example/f")});
  run_for(30min);
  stop();
  clock_.set(right);
  start({feed("http://h.example/f")});
  run_for(55min);
  EXPECT_EQ(origin_.request_count(), 1u) << "nor is it asked sooner";
  run_for(10min);
  EXPECT_EQ(origin_.request_count(), 2u);
}

TEST_F(PollWorld, AFullAnswerWithoutValidatorsClearsTheOldOnes) {
  int polls = 0;
  serve("h.example", "/f", [&](OriginRequest const&) {
    return ++polls == 1 ? say("1\n", {{"ETag", etag}, {"Cache-Control", "max-age=3600"}})
                        : say(std::to_string(polls), {{"Cache-Control", "max-age=3600"}});
  });
  start({feed("http://h.example/f")});
  run_for(30h);
  auto const seen = origin_.requests();
  ASSERT_GE(seen.size(), 3u);
  EXPECT_TRUE(seen[1].has_header("If-None-Match"));
  EXPECT_FALSE(seen[2].has_header("If-None-Match"));
}

TEST_F(PollWorld, ATouchedFileWithTheSameBytesStillRenewsTheValidators) {
  int polls = 0;
  serve("h.example", "/f", [&](OriginRequest const&) {
    return say("1\n", {{"ETag", '"' + std::to_string(++polls) + '"'}, {"Last-Modified", modified}});
  });
  start({feed("http://h.example/f")});
  run_for(2h);
  auto const seen = origin_.requests();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[1].header("If-None-Match"), "\"1\"");
  EXPECT_EQ(seen[2].header("If-None-Match"), "\"2\"");
  EXPECT_EQ(sink_.digested, 1);  // and nothing is parsed again
}

TEST_F(PollWorld, A304MayCarryNewValidators) {
  int polls = 0;
  serve("h.example", "/f", [&](OriginRequest const&) {
    return ++polls == 1 ? say("1\n", {{"ETag", "\"1\""}, {"Last-Modified", modified}})
                        : status(304, {{"ETag", '"' + std::to_string(polls) + '"'}});
  });
  start({feed("http://h.example/f")});
  run_for(2h);
  auto const seen = origin_.requests();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[2].header("If-None-Match"), "\"2\"");
  EXPECT_EQ(seen[2].header("If-Modified-Since"), modified);
}

TEST_F(PollWorld, AfterAWeekOf304WhereItemsShouldHaveComeOneFetchIsUnconditional) {
  serve("h.example", "/f", [&](OriginRequest const& request) {
    return request.has_header("If-None-Match") ? status(304) : say("1\n2\n3\n", {{"ETag", etag}});
  });
  sink_.adjust = [](DocumentReport& report) {  // ten a day until now
    for (int i = 0; i < 30; ++i) report.dated.push_back({test_start() - i * 144min});
  };
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(40));
  std::vector<UtcMicros> unconditional;
  auto const seen = origin_.requests();
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (!seen[i].has_header("If-None-Match")) unconditional.push_back(times("h.example/f")[i]);
  ASSERT_GE(unconditional.size(), 2u);
  for (std::size_t i = 1; i < unconditional.size(); ++i)
    EXPECT_GE(unconditional[i] - unconditional[i - 1], std::chrono::days(7));
}

// ---- Pace -----------------------------------------------------------------------------------------

TEST_F(PollWorld, AsksOnceAnHourWhereTheServerSaysNothing) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}}));
  });
  start({feed("http://h.example/f")});
  run_for(24h);
  for (auto const gap : gaps_min("h.example/f")) EXPECT_GE(gap, 60);
}

TEST_F(PollWorld, NeverSoonerThanMaxAgeOrExpiresFrom200And304Alike) {
  serve("a.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}, {"Cache-Control", "max-age=7200"}}));
  });
  serve("b.example", "/f", [&](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag},
                                                     {"Date", "Mon, 02 Nov 2026 00:00:00 GMT"},
                                                     {"Expires", "Monday, 02-Nov-26 03:00:00 GMT"}}));
  });
  start({feed("http://a.example/f", 1), feed("http://b.example/f", 2)});
  run_for(24h);
  ASSERT_GE(gaps_min("a.example/f").size(), 3u);
  ASSERT_GE(gaps_min("b.example/f").size(), 3u);
  for (auto const gap : gaps_min("a.example/f")) EXPECT_GE(gap, 120);
  for (auto const gap : gaps_min("b.example/f")) EXPECT_GE(gap, 180);
}

TEST_F(PollWorld, A304ThatSaysNothingLeavesStandingWhatTheDocumentCameWith) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return request.has_header("if-none-match")
               ? status(304)
               : say("1\n", {{"ETag", etag}, {"Cache-Control", "max-age=7200"}});
  });
  start({feed("http://h.example/f")});
  run_for(24h);
  auto const gaps = gaps_min("h.example/f");
  ASSERT_GE(gaps.size(), 3u);
  for (auto const gap : gaps) EXPECT_GE(gap, 120);
}

TEST_F(PollWorld, AShorterHintLowersTheFloorButNotBelowFiveMinutes) {
  int n = 0;
  serve("h.example", "/f", [&](OriginRequest const&) {
    return say(std::to_string(++n), {{"ETag", std::to_string(n)}, {"Cache-Control", "max-age=30"}});
  });
  options_.polling.polls_per_feed_per_day = 10'000;
  start({feed("http://h.example/f")});
  run_for(2h);
  ASSERT_GE(gaps_min("h.example/f").size(), 10u);
  for (auto const gap : gaps_min("h.example/f")) EXPECT_GE(gap, 5);
}

TEST_F(PollWorld, HintsBeyondAWeekAndNoCacheAreNoHints) {
  serve("a.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}, {"Cache-Control", "max-age=31536000"}}));
  });
  serve("b.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request,
                                say("1\n", {{"ETag", etag}, {"Cache-Control", "no-cache, max-age=9999"}}));
  });
  start({feed("http://a.example/f", 1), feed("http://b.example/f", 2)});
  run_for(61min);
  EXPECT_EQ(times("a.example/f").size(), 2u);
  EXPECT_EQ(times("b.example/f").size(), 2u);
}

TEST_F(PollWorld, TtlAndSkipHoursOfTheDocumentHold) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}}));
  });
  sink_.adjust = [](DocumentReport& report) {
    report.ttl_minutes = 90;
    report.skip_hours = {3, 4, 5};
  };
  start({feed("http://h.example/f")});
  run_for(48h);
  for (auto const gap : gaps_min("h.example/f")) EXPECT_GE(gap, 90);
  for (auto const t : times("h.example/f")) {
    auto const hour =
        std::chrono::floor<std::chrono::hours>(t - std::chrono::floor<std::chrono::days>(t)).count();
    EXPECT_TRUE(hour < 3 || hour > 5) << hour;
  }
}

TEST_F(PollWorld, AServerThatNeverAnswers304IsAskedOnceADay) {
  serve("h.example", "/f", [](OriginRequest const&) { return say("1\n2\n3\n4\n5\n6\n7\n8\n9\n"); });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(5));
  EXPECT_LE(times("h.example/f").size(), 6u);
  for (auto const gap : gaps_min("h.example/f")) EXPECT_GE(gap, 1440);
}

TEST_F(PollWorld, OneThatWritesItsDocumentAnewEachTimeAndNeverSaid304IsAskedOnceADay) {
  int n = 0;
  serve("h.example", "/f", [&](OriginRequest const&) {
    ++n;
    return say(n % 2 ? "1\n2\n3\n4\n5\n6\n7\n8\n9\n" : "2\n1\n3\n4\n5\n6\n7\n8\n9\n",
               {{"ETag", '"' + std::to_string(n) + '"'}});
  });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(5));
  auto const gaps = gaps_min("h.example/f");
  ASSERT_GE(gaps.size(), 6u);
  for (std::size_t i = 3; i < gaps.size(); ++i) EXPECT_GE(gaps[i], 1440) << i;
}

TEST_F(PollWorld, NewsNowAndThenDoesNotHideThatAServerNeverSays304) {
  serve("h.example", "/f", [&](OriginRequest const&) {
    auto const day = std::chrono::floor<std::chrono::days>(clock_.now() - test_start()).count();
    std::string body;
    for (long i = 0; i < 20; ++i) body += std::to_string(day + i) + '\n';  // one new a day
    return say(body, {{"ETag", etag}});
  });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(10));
  EXPECT_LE(times("h.example/f").size(), 3u + 11u);
  auto const gaps = gaps_min("h.example/f");
  for (std::size_t i = 3; i < gaps.size(); ++i) EXPECT_GE(gaps[i], 1440) << i;
}

TEST_F(PollWorld, ARedirectToAnEverNewUrlIsAServerThatNeverSays304) {
  int n = 0;
  serve("h.example", "/f", [&](OriginRequest const&) {
    return redirect_to("http://h.example/signed?token=" + std::to_string(++n));
  });
  serve("h.example", "/signed", [](OriginRequest const& request) { return unchanged(request); });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(3));
  auto const gaps = gaps_min("h.example/f");
  ASSERT_GE(gaps.size(), 4u);
  for (std::size_t i = 3; i < gaps.size(); ++i) EXPECT_GE(gaps[i], 1439) << i;
}

TEST_F(PollWorld, TheUnconditionalFetchThatDoesNotFitIsNotRepeatedForAWeek) {
  serve("h.example", "/f", [&](OriginRequest const& request) {
    if (request.has_header("If-None-Match")) return status(304);
    bool const grown = clock_.now() > test_start() + 24h;
    return say(grown ? std::string(300'000, 'x') : "1\n2\n3\n", {{"ETag", etag}});
  });
  sink_.adjust = [](DocumentReport& report) {  // ten a day until now
    for (int i = 0; i < 30; ++i) report.dated.push_back({test_start() - i * 144min});
  };
  auto spec = feed("http://h.example/f");
  spec.limits.body_bytes_max = 200'000;
  start({spec});
  run_for(std::chrono::days(40));
  auto const seen = origin_.requests();
  std::vector<UtcMicros> unconditional;
  for (std::size_t i = 1; i < seen.size(); ++i)
    if (!seen[i].has_header("If-None-Match")) unconditional.push_back(times("h.example/f")[i]);
  ASSERT_GE(unconditional.size(), 2u);
  for (std::size_t i = 1; i < unconditional.size(); ++i)
    EXPECT_GE(unconditional[i] - unconditional[i - 1], std::chrono::days(7));
}

TEST_F(PollWorld, OneThatSaid304BeforeMayChangeWithoutNews) {
  int n = 0;
  serve("h.example", "/f", [&](OriginRequest const&) {
    if (++n == 2) return status(304);
    return say(n % 2 ? "1\n2\n3\n4\n5\n6\n7\n8\n9\n" : "2\n1\n3\n4\n5\n6\n7\n8\n9\n",
               {{"ETag", '"' + std::to_string(n) + '"'}});
  });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(10));
  EXPECT_EQ(state().needless_full, 0u);
}

TEST_F(PollWorld, AShortHintDoesNotOpenTheDoorToAServerThatNeverAnswers304) {
  auto const whole = [](std::string age) {
    return [age](OriginRequest const&) {
      return say("1\n2\n3\n4\n5\n6\n7\n8\n9\n", {{"Cache-Control", "max-age=" + age}});
    };
  };
  serve("a.example", "/f", whole("300"));
  serve("b.example", "/f", whole("172800"));
  start({feed("http://a.example/f", 1), feed("http://b.example/f", 2)});
  run_for(std::chrono::days(9));
  ASSERT_GE(times("a.example/f").size(), 4u);
  ASSERT_GE(times("b.example/f").size(), 4u);
  for (auto const gap : gaps_min("a.example/f")) EXPECT_GE(gap, 1440);
  for (auto const gap : gaps_min("b.example/f")) EXPECT_GE(gap, 2880);
}

TEST_F(PollWorld, TheOperatorsIntervalWins) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}, {"Cache-Control", "max-age=86400"}}));
  });
  auto spec = feed("http://h.example/f");
  spec.interval = 10min;
  start({spec});
  run_for(60min);
  EXPECT_EQ(gaps_min("h.example/f"), (std::vector<long>(6, 10)));
}

TEST_F(PollWorld, JitterIsOnlyEverLater) {
  jitter_ = 0.1;
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}}));
  });
  auto spec = feed("http://h.example/f");
  spec.interval = 60min;
  start({spec});
  run_for(std::chrono::days(3));
  std::set<long> different;
  for (auto const gap : gaps_min("h.example/f")) {
    EXPECT_GE(gap, 60);
    EXPECT_LE(gap, 66);
    different.insert(gap);
  }
  EXPECT_GT(different.size(), 2u);
}

// ---- robots.txt -----------------------------------------------------------------------------------

TEST_F(PollWorld, ObeysRobotsTxtAndAsksForItOnceADay) {
  serve("h.example", "/robots.txt", [](OriginRequest const&) {
    return say("User-agent: *\nDisallow: /\n\nUser-agent: newsfold\nDisallow: /private\n");
  });
  serve("h.example", "/private/f", [](OriginRequest const&) { return say("1\n"); });
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}}));
  });
  auto open = feed("http://h.example/f", 1), closed = feed("http://h.example/private/f", 2);
  open.robots = closed.robots = RobotsRule::obey;
  start({open, closed});
  run_for(23h);
  EXPECT_EQ(times("h.example/robots.txt").size(), 1u);
  EXPECT_EQ(times("h.example/private/f").size(), 0u);
  EXPECT_GE(times("h.example/f").size(), 20u);
  run_for(24h);
  EXPECT_EQ(times("h.example/robots.txt").size(), 2u);
}

TEST_F(PollWorld, UnreadableRobotsForbidsMissingRobotsAllows) {
  serve("a.example", "/robots.txt", [](OriginRequest const&) { return status(503); });
  serve("a.example", "/f", [](OriginRequest const&) { return say("1\n"); });
  serve("b.example", "/robots.txt", [](OriginRequest const&) { return status(404); });
  serve("b.example", "/f", [](OriginRequest const&) { return say("1\n"); });
  auto a = feed("http://a.example/f", 1), b = feed("http://b.example/f", 2);
  a.robots = b.robots = RobotsRule::obey;
  start({a, b});
  run_for(10h);
  EXPECT_EQ(times("a.example/f").size(), 0u);
  EXPECT_EQ(times("b.example/f").size(), 1u);
}

// ---- The set of feeds -----------------------------------------------------------------------------

TEST_F(PollWorld, AReloadSaysTheDifferenceAndDisturbsNobody) {
  for (auto const* host : {"a.example", "b.example", "c.example"})
    serve(host, "/f", [](OriginRequest const& request) {
      return answer_conditionally(request, say("1\n", {{"ETag", etag}}));
    });
  start({feed("http://a.example/f", 1), feed("http://b.example/f", 2)});
  run_for(30min);
  auto changed = feed("http://a.example/f", 1);
  changed.weight = 2;
  auto const difference = set_feeds({changed, feed("http://c.example/f", 3)});
  EXPECT_EQ(difference.added, (std::vector<std::string>{"http://c.example/f"}));
  EXPECT_EQ(difference.removed, (std::vector<std::string>{"http://b.example/f"}));
  EXPECT_EQ(difference.changed, (std::vector<std::string>{"http://a.example/f"}));
  run_for(4h);
  EXPECT_EQ(times("b.example/f").size(), 1u);
  EXPECT_GE(times("c.example/f").size(), 4u);
  for (auto const gap : gaps_min("a.example/f")) EXPECT_GE(gap, 60);
}

TEST_F(PollWorld, AReloadTellsASecretThatChangedFromOneThatWasReadAnew) {
  serve("h.example", "/f", [](OriginRequest const&) { return say("1\n"); });
  auto spec = feed("http://h.example/f");
  spec.interval = 1h;
  spec.credentials = bearer("first");
  start({spec});
  spec.credentials = bearer("first");
  EXPECT_TRUE(set_feeds({spec}).changed.empty());
  run_for(1min);
  spec.credentials = bearer("second");
  EXPECT_EQ(set_feeds({spec}).changed.size(), 1u);
  run_for(1h);
  spec.credentials = {};
  EXPECT_EQ(set_feeds({spec}).changed.size(), 1u);
  EXPECT_TRUE(set_feeds({spec}).changed.empty());
  run_for(1h);
  auto const seen = origin_.requests("h.example");
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].header("Authorization"), "Bearer first");
  EXPECT_EQ(seen[1].header("Authorization"), "Bearer second");
  EXPECT_FALSE(seen[2].has_header("Authorization"));
}

TEST_F(PollWorld, AShorterIntervalHoldsFromTheReloadOn) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}}));
  });
  auto spec = feed("http://h.example/f");
  spec.interval = 24h;
  start({spec});
  run_for(1h);
  spec.interval = 5min;
  set_feeds({spec});
  drain();
  run_for(1min);
  EXPECT_EQ(gaps_min("h.example/f"), (std::vector<long>{60}));
  run_for(30min);
  EXPECT_EQ(gaps_min("h.example/f"), (std::vector<long>{60, 5, 5, 5, 5, 5, 5}));
}

TEST_F(PollWorld, AShorterIntervalOfAllFeedsHoldsFromTheReloadOn) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}}));
  });
  options_.polling.adaptive = false;
  options_.polling.floor = 10h;
  start({feed("http://h.example/f")});
  run_for(1h);
  auto polling = options_.polling;
  polling.floor = 2h;
  scheduler_->set_polling(polling);
  set_feeds({feed("http://h.example/f")});
  drain();
  run_for(4h);
  EXPECT_EQ(gaps_min("h.example/f"), (std::vector<long>{120, 120}));
}

TEST_F(PollWorld, ABiggerBudgetIsSpentFromTheReloadOn) {
  auto const feeds = feeds_of_hosts(24);
  options_.polling.budget_per_day = 24;
  start(feeds);
  run_for(5h);
  auto const before = origin_.request_count();
  auto polling = options_.polling;
  polling.budget_per_day = 24 * 24;
  scheduler_->set_polling(polling);
  set_feeds(feeds);
  drain();
  run_for(2h);
  EXPECT_GE(origin_.request_count(), before + 24);
}

TEST_F(PollWorld, AReloadShortensNoGapThatThePublisherAskedFor) {
  serve("a.example", "/f", [](OriginRequest const&) { return status(429, {{"Retry-After", "7200"}}); });
  serve("b.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", etag}, {"Cache-Control", "max-age=7200"}}));
  });
  serve("c.example", "/f", [](OriginRequest const&) { return status(500); });
  std::vector<FeedSpec> feeds{feed("http://a.example/f", 1), feed("http://b.example/f", 2),
                              feed("http://c.example/f", 3)};
  start(feeds);
  run_for(31min);
  for (auto& spec : feeds) spec.interval = 5min;
  set_feeds(feeds);
  drain();
  run_for(28min);
  for (auto const* key : {"a.example/f", "b.example/f", "c.example/f"})
    EXPECT_EQ(times(key).size(), 1u) << key;
  run_for(2min);
  EXPECT_EQ(times("c.example/f").size(), 2u);
  run_for(58min);
  for (auto const* key : {"a.example/f", "b.example/f"}) EXPECT_EQ(times(key).size(), 1u) << key;
  run_for(3min);
  for (auto const* key : {"a.example/f", "b.example/f"}) EXPECT_EQ(times(key).size(), 2u) << key;
}

TEST_F(PollWorld, StopLetsThePollInHandFinishAndStartsNoOther) {
  for (int i = 0; i < 5; ++i)
    serve("h.example", "/" + std::to_string(i), [](OriginRequest const&) { return say("1\n"); });
  std::vector<FeedSpec> feeds;
  for (int i = 0; i < 5; ++i)
    feeds.push_back(feed("http://h.example/" + std::to_string(i), static_cast<std::uint64_t>(i + 1)));
  start(feeds);
  run_for(500ms);
  stop();
  EXPECT_EQ(origin_.request_count(), 1u);
  EXPECT_EQ(std::ranges::count_if(sink_.states,
                                  [](auto const& one) {
                                    auto const known = decode_poll_state(one.second);
                                    return known && known->last_status == 200;
                                  }),
            1);
}

}  // namespace
}  // namespace newsfold::schedule
