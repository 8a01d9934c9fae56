// What a feed that fails is to us: how long it is left alone, what is told of it, what ends that.
#include "tests/schedule/poll_world.h"

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;

constexpr char const* error_etag = "W/\"a-gzip\"";

TEST_F(PollWorld, ErrorsBackOffAreToldAfterPatienceAndEndWithARecovery) {
  bool broken = false;
  serve("h.example", "/f", [&](OriginRequest const&) {
    return broken ? status(500) : say("1\n", {{"ETag", error_etag}});
  });
  start({feed("http://h.example/f")});
  broken = true;
  run_for(std::chrono::days(4));
  auto const gaps = gaps_min("h.example/f");
  ASSERT_GE(gaps.size(), 6u);
  EXPECT_EQ(std::vector<long>(gaps.begin() + 1, gaps.begin() + 6),
            (std::vector<long>{60, 60, 120, 240, 480}));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
  EXPECT_EQ(sink_.notices[0].message, "the server answered 500");
  broken = false;
  run_for(std::chrono::days(2));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing, NoticeKind::recovered}));
  EXPECT_EQ(state().failures, 0u);
}

TEST_F(PollWorld, AnswersThatAreNoneOfAFeedAreFailuresAndChangeNothingThatIsKnown) {
  for (auto const code : {204u, 206u, 226u, 300u, 302u, 407u}) {
    SCOPED_TRACE(code);
    bool odd = false;
    serve("h.example", "/f", [&](OriginRequest const& request) {
      if (!odd) return unchanged(request);
      auto response = say(code == 204 ? "" : "2\n", {{"ETag", "\"2\""}});  // and no Location
      response.status = code;
      return response;
    });
    start({feed("http://h.example/f")});
    run_for(1min);
    odd = true;
    run_for(1h);
    EXPECT_EQ(state().failures, 1u);
    EXPECT_NE(state().last_error.find(std::to_string(code)), std::string::npos) << state().last_error;
    EXPECT_EQ(state().etag, "\"1\"");
    EXPECT_FALSE(sink_.seen.contains("http://h.example/f2"));
    stop();
    sink_.states.clear();
    sink_.seen.clear();
  }
}

TEST_F(PollWorld, A304ToWhoSentNoValidatorsIsAFailure) {
  serve("h.example", "/f", [](OriginRequest const&) { return status(304); });
  start({feed("http://h.example/f")});
  run_for(1min);
  EXPECT_EQ(state().failures, 1u);
  EXPECT_EQ(state().last_error, "the server answered 304 to an unconditional request");
}

TEST_F(PollWorld, WhereADayLiesBetweenTwoPollsTheSecondFailureIsTold) {
  serve("h.example", "/robots.txt", [](OriginRequest const&) { return say("User-agent: *\nDisallow: /\n"); });
  auto spec = feed("http://h.example/f");
  spec.robots = RobotsRule::obey;
  start({spec});
  run_for(23h);
  EXPECT_TRUE(sink_.notices.empty());
  run_for(2h);
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
}

TEST_F(PollWorld, GoneTwiceADayApartParksAtAWeeklyPoll) {
  bool gone = false;
  serve("h.example", "/f", [&](OriginRequest const&) {
    return gone ? status(410) : say("1\n", {{"ETag", error_etag}});
  });
  start({feed("http://h.example/f")});
  gone = true;
  run_for(std::chrono::days(20));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::gone}));
  auto const gaps = gaps_min("h.example/f");
  EXPECT_EQ(gaps, (std::vector<long>{60, 1440, 7 * 1440, 7 * 1440}));
}

TEST_F(PollWorld, ErrorsAreADayApartAtMostAndAWeekAfterFourteenDays) {
  serve("h.example", "/f", [&](OriginRequest const&) { return status(500); });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(60));
  auto const& all = times("h.example/f");
  bool weekly = false;
  for (std::size_t i = 1; i < all.size(); ++i) {
    auto const gap = all[i] - all[i - 1];
    bool const late = all[i - 1] - all[0] >= std::chrono::days(14);
    EXPECT_LE(gap, late ? std::chrono::days(7) : std::chrono::days(1)) << i;
    weekly |= gap >= std::chrono::days(7);
  }
  EXPECT_TRUE(weekly);
  EXPECT_GE(all.back() - all[0], std::chrono::days(52));  // and it is never given up
}

TEST_F(PollWorld, NotFoundIsNoDeathBeforeThirtyDays) {
  serve("h.example", "/f", [&](OriginRequest const&) { return status(404); });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(29));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
  run_for(std::chrono::days(15));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing, NoticeKind::gone}));
  auto const before = times("h.example/f").size();
  run_for(std::chrono::days(30));
  EXPECT_GE(times("h.example/f").size(), before + 4);  // never given up
}

TEST_F(PollWorld, TheThirtyDaysOfNotFoundBeginWithItAndNotWithAnErrorBefore) {
  bool gone = false;
  serve("h.example", "/f", [&](OriginRequest const&) { return status(gone ? 404 : 500); });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(40));
  gone = true;
  run_for(std::chrono::days(29));
  EXPECT_EQ(state().last_status, 404u);
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
  run_for(std::chrono::days(20));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing, NoticeKind::gone}));
}

TEST_F(PollWorld, ABrokenDocumentIsAskedForByTheNewestValidatorsOfItsBytes) {
  std::vector<std::string> asked;
  serve("h.example", "/f", [&](OriginRequest const& request) {
    asked.emplace_back(request.header("if-none-match"));
    auto response = say("<html>", {{"ETag", "\"v" + std::to_string(asked.size()) + '"'}});
    if (asked.size() == 3) response.status = 304;
    return response;
  });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(1));
  ASSERT_GE(asked.size(), 4u);
  EXPECT_EQ(asked[1], "\"v1\"");
  EXPECT_EQ(asked[2], "\"v2\"");
  EXPECT_EQ(asked[3], "\"v3\"");
}

TEST_F(PollWorld, APageWhereAFeedShouldBeIsAFailureInWordsAlsoWhenItStaysUnchanged) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("<html>", {{"ETag", error_etag}}));
  });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(1));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
  EXPECT_EQ(sink_.notices[0].message, "this is an HTML page");
  EXPECT_EQ(sink_.digested, 1);
}

TEST_F(PollWorld, ABrokenDocumentIsNotMendedByAnErrorBetweenTwoUnchangedAnswers) {
  bool down = false, mended = false;
  serve("h.example", "/f", [&](OriginRequest const& request) {
    if (down) return status(500);
    return mended ? say("1\n") : answer_conditionally(request, say("<html>", {{"ETag", error_etag}}));
  });
  start({feed("http://h.example/f")});
  run_for(24h);
  ASSERT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
  down = true;
  run_for(std::chrono::days(2));
  EXPECT_EQ(state().last_error, "the server answered 500");
  down = false;
  stop();
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(4));
  EXPECT_EQ(state().last_status, 304u);
  EXPECT_EQ(state().last_error, "this is an HTML page");
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
  mended = true;
  run_for(std::chrono::days(2));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing, NoticeKind::recovered}));
}

TEST_F(PollWorld, WhatCouldNotBeStoredComesAgainButNotSooner) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", error_etag}}));
  });
  sink_.fail_commits = true;
  start({feed("http://h.example/f")});
  run_for(59min);
  EXPECT_EQ(origin_.request_count(), 1u);
  sink_.fail_commits = false;
  run_for(2min);
  ASSERT_EQ(origin_.request_count(), 2u);
  EXPECT_FALSE(origin_.requests().back().has_header("If-None-Match"));
}

// Its generator died on the way, behind the validators of its data.
TEST_F(PollWorld, AListThatCameInPartIsAskedForWholeTheNextTime) {
  bool cut = true;
  serve("h.example", "/list", [&](OriginRequest const& request) {
    return origin::answer_conditionally(request, say(cut ? "<html" : "1\n", {{"ETag", "\"1\""}}));
  });
  auto list = feed("http://h.example/list");
  list.kind = SourceKind::opml;
  start({list});
  run_for(1min);
  ASSERT_NE(state().last_error, "");
  cut = false;
  run_for(3h);
  EXPECT_EQ(state().last_error, "");
  EXPECT_TRUE(sink_.seen.contains("http://h.example/list1"));
}

}  // namespace
}  // namespace newsfold::schedule
