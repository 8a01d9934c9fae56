// What a poll reads beside its document, and what it says where that is not enough.
#include "daemon/schedule/window_gap.h"
#include "tests/schedule/poll_world.h"

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;

// "from\nfrom+1\n...": `count` items.
std::string items(int from, int count) {
  std::string out;
  for (int i = from; i < from + count; ++i) out += std::to_string(i) + '\n';
  return out;
}

// Ten items at a time, `per_poll` new ones at each request; page 2, 3 ... hold the older ones.
class PagedFeed {
 public:
  explicit PagedFeed(int per_poll) : per_poll_(per_poll) {}
  origin::OriginResponse newest() {
    newest_ += requests_++ == 0 ? 0 : per_poll_;
    return answer(newest_);
  }
  origin::OriginResponse page(int n) const { return answer(newest_ - 10 * (n - 1)); }

 private:
  static origin::OriginResponse answer(int last) {
    origin::OriginResponse response;
    response.body = items(last - 9, 10);
    response.headers = {{"ETag", '"' + std::to_string(last) + '"'}, {"Cache-Control", "max-age=3600"}};
    return response;
  }
  int per_poll_;
  int requests_ = 0;
  int newest_ = 100;
};

// ---- window_gap.h ---------------------------------------------------------------------------------

PollState seen_whole_at(UtcMicros t) {
  PollState state;
  state.window_items = 10;
  state.last_answer = state.last_full = t;
  for (int day = 7; day > 0; --day)
    state.rate.observe(t - day * 24h, t - (day - 1) * 24h, 24, RateModel::Count::exact);
  return state;
}

DocumentReport all_new(std::uint32_t count, UtcMicros newest, std::chrono::microseconds apart) {
  DocumentReport report;
  report.items = report.new_items = count;
  for (std::uint32_t i = 0; i < count; ++i)
    report.dated.push_back({newest - i * apart, DocumentReport::DatedItem::Novelty::fresh});
  return report;
}

TEST(WindowGap, IsTheTimeThatTheDatesDoNotReachBackTo) {
  auto const now = test_start() + 24h;
  auto const state = seen_whole_at(test_start());
  auto const missed = missed_items(state, all_new(10, now, 1h), now);  // reaches 9 h back of 24
  ASSERT_TRUE(missed);
  EXPECT_NEAR(missed->estimate, 15, 4);
  EXPECT_EQ(missed->since, test_start());
}

TEST(WindowGap, IsNoneWhereTheWindowReachesBackOrShowsAKnownItem) {
  auto const now = test_start() + 24h;
  auto const state = seen_whole_at(test_start());
  EXPECT_FALSE(missed_items(state, all_new(10, now, 3h), now));
  auto report = all_new(10, now, 1h);
  report.new_items = 9;
  EXPECT_FALSE(missed_items(state, report, now));
  EXPECT_FALSE(missed_items(PollState{}, all_new(10, now, 1h), now));  // the first poll of all
}

TEST(WindowGap, AFeedOfOnlyTheLatestItemLosesNothingAtItsUsualPace) {
  auto state = seen_whole_at(test_start());
  state.window_items = 1;
  state.rate = RateModel();
  EXPECT_FALSE(missed_items(state, all_new(1, test_start() + 55min, 0s), test_start() + 1h));
}

TEST(WindowGap, WithoutDatesTheUsualRateSpeaks) {
  auto const state = seen_whole_at(test_start());
  DocumentReport report;
  report.items = report.new_items = 10;
  auto const missed = missed_items(state, report, test_start() + 48h);
  ASSERT_TRUE(missed);
  EXPECT_NEAR(missed->estimate, 32, 7);
  EXPECT_FALSE(missed_items(state, report, test_start() + 2h));
}

// ---- RFC 5005 -------------------------------------------------------------------------------------

TEST_F(PollWorld, WhatScrolledByIsFetchedFromTheOlderPagesAndNoGapIsTold) {
  PagedFeed paged(25);
  serve("h.example", "/f", [&](OriginRequest const&) { return paged.newest(); });
  for (int n = 2; n < 9; ++n)
    serve("h.example", "/f" + std::to_string(n), [&paged, n](OriginRequest const&) { return paged.page(n); });
  sink_.adjust_by_body = [](DocumentReport& report, std::string const& body) {
    if (body.starts_with("91\n")) return;  // the first of all
    auto const page = (125 - std::stoi(body)) / 10 + 1;
    report.next_url = "http://h.example/f" + std::to_string(page + 1);
    for (std::uint32_t i = 0; i < report.items; ++i)
      report.dated.push_back(
          {test_start() + 1h - (page * 10 + int(i)) * 1min, DocumentReport::DatedItem::Novelty::fresh});
  };
  start({feed("http://h.example/f")});
  run_for(61min);
  EXPECT_TRUE(sink_.notices.empty()) << sink_.notices[0].message;
  for (int i = 91; i <= 125; ++i)
    EXPECT_TRUE(sink_.seen.contains("http://h.example/f" + std::to_string(i))) << i;
  EXPECT_EQ(times("h.example/f2").size(), 1u);
  EXPECT_EQ(times("h.example/f3").size(), 1u);
  EXPECT_EQ(times("h.example/f4").size(), 0u);  // what is known ends it
  EXPECT_GE(times("h.example/f2")[0] - times("h.example/f")[1], 1s);
  EXPECT_GE(times("h.example/f3")[0] - times("h.example/f2")[0], 1s);
}

TEST_F(PollWorld, WithoutOlderPagesTheGapIsToldWithAnEstimate) {
  PagedFeed paged(40);
  serve("h.example", "/f", [&](OriginRequest const&) { return paged.newest(); });
  sink_.adjust = [&](DocumentReport& report) {
    for (std::uint32_t i = 0; i < report.items; ++i)
      report.dated.push_back({clock_.now() - i * 90s, DocumentReport::DatedItem::Novelty::fresh});
  };
  start({feed("http://h.example/f")});
  run_for(61min);
  ASSERT_EQ(sink_.kinds(), (std::vector{NoticeKind::gap}));
  EXPECT_EQ(sink_.notices[0].message,
            "all 10 items of the feed were new; about 31 came and went between two polls");
  EXPECT_EQ(sink_.notices[0].since, test_start());
}

TEST_F(PollWorld, OlderPagesThatReachBackInPartMakeTheEstimateOfTheRestABetterOne) {
  PagedFeed paged(200);  // one each 18 s: 110 of 200 are seen
  serve("h.example", "/f", [&](OriginRequest const&) { return paged.newest(); });
  for (int n = 2; n < 20; ++n)
    serve("h.example", "/f" + std::to_string(n), [&paged, n](OriginRequest const&) { return paged.page(n); });
  sink_.adjust_by_body = [](DocumentReport& report, std::string const& body) {
    int const oldest = std::stoi(body);
    for (int i = oldest; i < oldest + 10; ++i)
      report.dated.push_back({test_start() + (i - 100) * 18s, DocumentReport::DatedItem::Novelty::fresh});
    if (oldest > 91) report.next_url = "http://h.example/f" + std::to_string((291 - oldest) / 10 + 2);
  };
  start({feed("http://h.example/f")});
  run_for(62min);
  ASSERT_EQ(sink_.kinds(), (std::vector{NoticeKind::gap}));
  EXPECT_EQ(sink_.notices[0].message,
            "all 10 items of the feed were new; about 92 came and went between two polls, and 10 older pages "
            "of it did not reach back to the last");
}

TEST_F(PollWorld, OlderPagesOfAnotherSiteOrWithoutEndAreNotFollowed) {
  PagedFeed paged(40);
  serve("a.example", "/f", [&](OriginRequest const&) { return paged.newest(); });
  serve("b.example", "/f", [&](OriginRequest const&) { return say(items(0, 10)); });
  int pages = 0;
  for (int n = 0; n < 50; ++n)
    serve("a.example", "/p" + std::to_string(n), [&pages](OriginRequest const&) {
      ++pages;
      return say(items(10'000 * pages, 10));
    });
  bool endless = false;
  sink_.adjust = [&](DocumentReport& report) {
    for (std::uint32_t i = 0; i < report.items; ++i) report.dated.push_back({clock_.now() - 1min - i * 1s});
    report.next_url = endless ? "http://a.example/p" + std::to_string(pages) : "http://b.example/f";
  };
  start({feed("http://a.example/f")});
  run_for(61min);
  EXPECT_EQ(times("b.example/f").size(), 0u);
  endless = true;
  run_for(61min);
  EXPECT_EQ(pages, 10);
  ASSERT_EQ(sink_.kinds(), (std::vector{NoticeKind::gap, NoticeKind::gap}));
  EXPECT_NE(sink_.notices[1].message.find("10 older pages"), std::string::npos);
}

// ---- Sitemaps of an index -------------------------------------------------------------------------

// An index that never changes, and the sitemaps that it lists.
class SitemapIndex : public PollWorld {
 protected:
  void publish_index_of(std::vector<std::string> urls) {
    serve("h.example", "/index", [](OriginRequest const& request) {
      return answer_conditionally(request, say("index\n", {{"ETag", "\"i\""}}));
    });
    sink_.adjust_by_body = [urls = std::move(urls)](DocumentReport& report, std::string const& body) {
      if (!body.starts_with("index")) return;
      report.items = report.new_items = 0;
      report.follow = urls;
    };
  }
};

TEST_F(SitemapIndex, TheSitemapsOfAnIndexAreAskedConditionallyAlsoAfterARestart) {
  std::string news = "1\n";
  serve("h.example", "/news", [&](OriginRequest const& request) {
    return answer_conditionally(request, say(news, {{"ETag", '"' + news.substr(0, 1) + '"'}}));
  });
  serve("h.example", "/archive", [&](OriginRequest const& request) {
    return answer_conditionally(request, say("0\n", {{"ETag", "\"a\""}, {"Cache-Control", "max-age=36000"}}));
  });
  publish_index_of({"http://h.example/news", "http://h.example/archive"});
  start({feed("http://h.example/index")});
  run_for(61min);
  EXPECT_EQ(sink_.digested, 3);
  stop();
  news = "2\n1\n";
  start({feed("http://h.example/index")});
  run_for(61min);
  EXPECT_EQ(sink_.digested, 4);  // the index answered 304 all the while
  EXPECT_TRUE(sink_.seen.contains("http://h.example/index2"));
  auto const seen = origin_.requests();
  EXPECT_EQ(times("h.example/index").size(), times("h.example/news").size());
  EXPECT_EQ(times("h.example/archive").size(), 1u);  // by its own max-age
  int unconditional = 0;
  for (auto const& request : seen) unconditional += request.has_header("If-None-Match") ? 0 : 1;
  EXPECT_EQ(unconditional, 3);
  for (std::size_t i = 0; i < times("h.example/news").size(); ++i)
    EXPECT_GE(times("h.example/news")[i] - times("h.example/index")[i], 1s);
}

TEST_F(SitemapIndex, AnIndexNoneOfWhoseSitemapsCanBeReadIsAFeedThatFails) {
  bool down = true;
  serve("h.example", "/a", [&](OriginRequest const&) { return down ? status(404) : say("1\n"); });
  serve("h.example", "/b", [](OriginRequest const&) { return say("<html>"); });
  publish_index_of({"http://h.example/a", "http://h.example/b"});
  start({feed("http://h.example/index")});
  run_for(std::chrono::days(2));
  ASSERT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
  EXPECT_EQ(sink_.notices[0].message,
            "none of its sitemaps can be read; http://h.example/b: this is an HTML page");
  EXPECT_GE(times("h.example/a").size(), 5u);
  EXPECT_LE(times("h.example/a").size(), 9u);  // 30 min, doubled each time
  down = false;
  run_for(std::chrono::days(2));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing, NoticeKind::recovered}));
  EXPECT_TRUE(sink_.seen.contains("http://h.example/index1"));
  stop();  // its last requests are answered by what goes with this test
}

TEST_F(SitemapIndex, ASitemapThatIsToldToWaitIsNoFailureOfItsIndex) {
  serve("cdn.example", "/a", [](OriginRequest const&) { return status(429, {{"Retry-After", "7200"}}); });
  publish_index_of({"http://cdn.example/a"});
  start({feed("http://h.example/index")});
  run_for(std::chrono::days(2));
  EXPECT_TRUE(sink_.notices.empty());
  EXPECT_EQ(state().failures, 0u);
  EXPECT_GE(times("h.example/index").size(), 40u);  // its own answers are good
  EXPECT_GE(times("cdn.example/a").size(), 10u);
}

TEST_F(SitemapIndex, ASitemapThatIsTooBusyForDaysIsOneThatFails) {
  serve("cdn.example", "/a", [](OriginRequest const&) { return status(503, {{"Retry-After", "7200"}}); });
  publish_index_of({"http://cdn.example/a"});
  start({feed("http://h.example/index")});
  run_for(std::chrono::days(2));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
}

TEST_F(SitemapIndex, AnIndexInAnIndexIsToldInsteadOfReadAsEmpty) {
  serve("h.example", "/inner", [](OriginRequest const& request) {
    return answer_conditionally(request, say("index inner\n", {{"ETag", "\"n\""}}));
  });
  publish_index_of({"http://h.example/inner"});
  start({feed("http://h.example/index")});
  run_for(std::chrono::days(2));
  ASSERT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
  EXPECT_EQ(sink_.notices[0].message,
            "none of its sitemaps can be read; http://h.example/inner: it is an index itself: make its URL "
            "that of a feed");
}

TEST_F(SitemapIndex, WhatIsNewInAnArchiveOnlyIsNoNews) {
  std::string archive = "archive 1\n";
  serve("h.example", "/archive", [&](OriginRequest const& request) {
    return answer_conditionally(request,
                                say(archive, {{"ETag", '"' + std::to_string(archive.size()) + '"'}}));
  });
  serve("h.example", "/today", [](OriginRequest const& request) {
    return answer_conditionally(request, say("today 1\ntoday 2\n", {{"ETag", "\"t\""}}));
  });
  publish_index_of({"http://h.example/archive", "http://h.example/today"});
  sink_.newest_by_body = [&](std::string const& body) {
    return body.starts_with("archive") ? clock_.now() - std::chrono::days(4000) : clock_.now();
  };
  std::uint32_t news = 0;
  start({feed("http://h.example/index")});
  scheduler_->on_poll([&](PollTrace const& trace) { news += trace.new_items; });
  run_for(10min);
  EXPECT_EQ(news, 2u);
  EXPECT_EQ(state().window_items, 2u);
  archive += "archive 2\n";  // while the other stays as it is, which is known from then
  stop();
  auto const last_new = state().last_new;
  auto const asked = times("h.example/archive").size();
  EXPECT_EQ(asked, 1u);
  start({feed("http://h.example/index")});
  run_for(3h);
  EXPECT_GE(times("h.example/archive").size(), asked + 2);
  EXPECT_EQ(sink_.digested, 2) << "the archive is not even read";
  EXPECT_EQ(state().last_new, last_new);
}

TEST_F(SitemapIndex, ASitemapThatIsBrokenAnewEachTimeIsAskedLessAndLess) {
  int n = 0;
  serve("h.example", "/broken", [&](OriginRequest const&) { return say("<html>" + std::to_string(++n)); });
  serve("h.example", "/fine", unchanged);
  publish_index_of({"http://h.example/broken", "http://h.example/fine"});
  auto hourly = feed("http://h.example/index");
  hourly.interval = 1h;
  start({hourly});
  run_for(24h);
  EXPECT_GE(times("h.example/index").size(), 24u);
  EXPECT_GE(times("h.example/fine").size(), 23u);
  EXPECT_GE(times("h.example/broken").size(), 4u);
  EXPECT_LE(times("h.example/broken").size(), 7u);
}

TEST_F(SitemapIndex, OneSitemapThatCanBeReadIsEnoughForItsIndex) {
  serve("h.example", "/a", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", "\"a\""}}));
  });
  serve("h.example", "/b", [](OriginRequest const&) { return status(404); });
  publish_index_of({"http://h.example/a", "http://h.example/b"});
  start({feed("http://h.example/index")});
  run_for(std::chrono::days(2));
  EXPECT_TRUE(sink_.notices.empty());
}

TEST_F(SitemapIndex, ASitemapsValidatorsGoToTheUrlThatGaveThemAndThe304sAreTheNewest) {
  std::vector<std::string> moved, real;
  serve("h.example", "/a", [&](OriginRequest const& request) {
    moved.emplace_back(request.header("if-none-match"));
    return origin::redirect_to("http://h.example/real", 302);
  });
  serve("h.example", "/real", [&](OriginRequest const& request) {
    real.emplace_back(request.header("if-none-match"));
    auto response = say("1\n", {{"ETag", '"' + std::to_string(real.size()) + '"'}});
    if (real.size() > 1) response.status = 304;
    return response;
  });
  publish_index_of({"http://h.example/a"});
  start({feed("http://h.example/index")});
  run_for(3h + 5min);
  ASSERT_GE(real.size(), 3u);
  for (auto const& sent : moved) EXPECT_EQ(sent, "");
  EXPECT_EQ(real[0], "");
  EXPECT_EQ(real[1], "\"1\"");
  EXPECT_EQ(real[2], "\"2\"");
  stop();  // its last requests are answered by what goes with this test
}

TEST_F(SitemapIndex, ASitemapWhoseMaxAgeNobodyBelievesIsAskedWithItsIndex) {
  serve("h.example", "/a", [](OriginRequest const& request) {
    return answer_conditionally(request,
                                say("1\n", {{"ETag", "\"a\""}, {"Cache-Control", "max-age=31536000"}}));
  });
  publish_index_of({"http://h.example/a"});
  start({feed("http://h.example/index")});
  run_for(std::chrono::days(2));
  EXPECT_GE(times("h.example/a").size(), times("h.example/index").size() - 1);
}

TEST_F(SitemapIndex, EachSitemapHasAPaceOfItsOwn) {
  serve("h.example", "/good", unchanged);
  serve("h.example", "/without", [](OriginRequest const&) { return say("7\n"); });
  serve("h.example", "/away", [](OriginRequest const&) { return status(404); });
  serve("h.example", "/page", [](OriginRequest const& request) {
    return answer_conditionally(request, say("<html>", {{"ETag", "\"p\""}}));
  });
  publish_index_of({"http://h.example/good", "http://h.example/without", "http://h.example/away",
                    "http://h.example/page"});
  start({feed("http://h.example/index")});
  run_for(std::chrono::days(2));
  EXPECT_GE(times("h.example/good").size(), 40u);
  EXPECT_GE(times("h.example/without").size(), 2u);
  EXPECT_LE(times("h.example/without").size(), 3u);
  for (auto const* failing : {"h.example/away", "h.example/page"}) {
    EXPECT_GE(times(failing).size(), 5u) << failing;
    EXPECT_LE(times(failing).size(), 9u) << failing;
  }
  EXPECT_TRUE(sink_.notices.empty());
}

TEST_F(SitemapIndex, ANewDaysSitemapIsNoGap) {
  std::string today = "http://h.example/monday";
  serve("h.example", "/index", [&](OriginRequest const& request) {
    return answer_conditionally(request, say("index " + today + "\n", {{"ETag", '"' + today + '"'}}));
  });
  std::string all;
  for (int i = 0; i < 48; ++i) all += std::to_string(i) + '\n';
  serve("h.example", "/monday", [&](OriginRequest const& request) {
    return answer_conditionally(request, say(all, {{"ETag", "\"m\""}}));
  });
  serve("h.example", "/tuesday", [](OriginRequest const&) { return say("100\n"); });
  sink_.adjust_by_body = [&](DocumentReport& report, std::string const& body) {
    if (body.starts_with("index")) {
      report.items = report.new_items = 0;
      report.follow = {today, "http://h.example/monday"};
      return;
    }
    for (std::uint32_t i = 0; i < report.items; ++i)
      report.dated.push_back({clock_.now() - i * 30min - 5min, DocumentReport::DatedItem::Novelty::fresh});
  };
  start({feed("http://h.example/index")});
  run_for(10min);
  today = "http://h.example/tuesday";
  run_for(2h);
  ASSERT_EQ(times("h.example/tuesday").size(), 1u);
  EXPECT_TRUE(sink_.notices.empty()) << sink_.notices[0].message;
  EXPECT_EQ(state().window_items, 49u);
}

TEST_F(SitemapIndex, WhatTheIndexDoesNotNameAnyMoreIsNotAskedFor) {
  std::vector<std::string> urls{"http://h.example/1", "http://h.example/2"};
  bool there = true;
  for (auto const* path : {"/1", "/2"})
    serve("h.example", path,
          [&](OriginRequest const& request) { return there ? unchanged(request) : status(404); });
  int n = 0;
  serve("h.example", "/index", [&](OriginRequest const&) {
    return say("index " + std::to_string(urls.size()) + "\n", {{"ETag", '"' + std::to_string(++n) + '"'}});
  });
  sink_.adjust_by_body = [&](DocumentReport& report, std::string const& body) {
    if (body.starts_with("index")) report.follow = urls;
  };
  start({feed("http://h.example/index")});
  run_for(10min);
  urls.pop_back();
  run_for(3h);
  EXPECT_EQ(times("h.example/2").size(), 1u);
  urls.clear();  // it is no index any more
  there = false;
  auto const asked = times("h.example/1").size();
  auto const asked_index = times("h.example/index").size();
  EXPECT_GE(asked, 3u);
  run_for(std::chrono::days(2));
  EXPECT_GE(times("h.example/index").size(), asked_index + 3);
  EXPECT_EQ(times("h.example/1").size(), asked);
  EXPECT_TRUE(sink_.notices.empty());
  EXPECT_EQ(state().last_error, "");
}

TEST_F(SitemapIndex, OneThatComesBackIsStillKnown) {
  std::vector<std::string> urls;
  for (auto const* path : {"/1", "/2", "/3", "/4", "/5"}) {
    serve("h.example", path, unchanged);
    urls.push_back("http://h.example" + std::string(path));
  }
  int n = 0;
  serve("h.example", "/index", [&](OriginRequest const&) {
    ++n;
    return say("index " + std::to_string(n) + "\n", {{"ETag", '"' + std::to_string(n) + '"'}});
  });
  sink_.adjust_by_body = [&](DocumentReport& report, std::string const& body) {
    if (!body.starts_with("index")) return;
    report.items = report.new_items = 0;
    report.follow = urls;
    std::rotate(urls.begin(), urls.begin() + 1, urls.end());
  };
  auto spec = feed("http://h.example/index");
  spec.interval = 1h;
  start({spec});
  run_for(12h);
  int unconditional = 0;
  for (auto const& request : origin_.requests())
    if (request.path != "/index" && !request.has_header("If-None-Match")) ++unconditional;
  EXPECT_EQ(unconditional, 5);
}

}  // namespace
}  // namespace newsfold::schedule
