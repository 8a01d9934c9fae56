// What the sitemaps of an index teach of its pace and of what was missed.
#include "tests/schedule/poll_world.h"

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;

// An index that never changes.
class IndexPace : public PollWorld {
 protected:
  ~IndexPace() override { stop(); }  // polls under way read what is declared here
  void index_of(std::vector<std::string> urls) {
    serve("h.example", "/index", [](OriginRequest const& request) {
      return answer_conditionally(request, say("index\n", {{"ETag", "\"i\""}}));
    });
    sink_.adjust_by_body = [this, urls = std::move(urls)](DocumentReport& report, std::string const& body) {
      if (body.starts_with("index")) {
        report.items = report.new_items = 0;
        report.follow = urls;
      } else if (dated_) {
        for (std::uint32_t i = 0; i < report.items; ++i)
          report.dated.push_back(
              {clock_.now() - 30min - i * 1min, DocumentReport::DatedItem::Novelty::fresh});
      }
    };
  }
  // A sitemap of ten entries, each of which is published anew as `first` grows by ten.
  void publish_news() {
    serve("h.example", "/news", [this](OriginRequest const& request) {
      if (down_) return status(503);
      std::string body;
      for (int i = first_; i < first_ + 10; ++i) body += std::to_string(i) + '\n';
      return answer_conditionally(request, say(body, {{"ETag", '"' + std::to_string(first_) + '"'}}));
    });
  }

  int first_ = 0;
  bool down_ = false;
  bool dated_ = true;
};

TEST_F(IndexPace, AnArchiveThatCannotAnswer304IsAskedOnceADay) {
  serve("h.example", "/archive", [](OriginRequest const&) { return say("archive 1\n"); });
  publish_news();
  index_of({"http://h.example/archive", "http://h.example/news"});
  sink_.newest_by_body = [this](std::string const& body) {
    return body.starts_with("archive") ? test_start() - std::chrono::days(400) : clock_.now();
  };
  start({feed("http://h.example/index")});
  run_for(std::chrono::days(4));
  EXPECT_GE(times("h.example/news").size(), 24u);
  EXPECT_GE(times("h.example/archive").size(), 3u);
  EXPECT_LE(times("h.example/archive").size(), 5u);
}

TEST_F(IndexPace, AnIndexWhoseSitemapsFailedAtFirstLearnsItsRateLikeAnyOther) {
  down_ = true;
  publish_news();
  index_of({"http://h.example/news"});
  start({feed("http://h.example/index")});
  run_for(10min);
  EXPECT_EQ(state().failures, 1u);
  down_ = false;
  run_for(3h);
  ASSERT_EQ(state().failures, 0u);
  for (int day = 0; day < 5; ++day) {
    first_ += 9;
    run_for(24h);
  }
  EXPECT_GT(state().rate.per_day(clock_.now()), 4);
  EXPECT_NE(state().last_full, UtcMicros{})
      << "the guard against servers that say 304 for ever counts from it";
}

TEST_F(IndexPace, AnIndexWithoutValidatorsIsTriedAgainSoonWhileNoSitemapOfItCouldBeRead) {
  down_ = true;
  publish_news();
  index_of({"http://h.example/news"});
  serve("h.example", "/index", [](OriginRequest const&) { return say("index\n"); });
  start({feed("http://h.example/index")});
  run_for(150min);
  EXPECT_GE(times("h.example/index").size(), 3u);
}

TEST_F(IndexPace, AnIndexWithoutValidatorsIsAskedOnceADayAlsoWhileItsSitemapsAreEmpty) {
  serve("h.example", "/news", [](OriginRequest const&) { return say(""); });
  index_of({"http://h.example/news"});
  serve("h.example", "/index", [](OriginRequest const&) { return say("index\n"); });
  start({feed("http://h.example/index")});
  run_for(std::chrono::days(3));
  EXPECT_GE(times("h.example/index").size(), 3u);
  EXPECT_LE(times("h.example/index").size(), 4u);
}

TEST_F(IndexPace, ASitemapThatIsEmptyForNowIsAskedWithItsIndex) {
  serve("h.example", "/news", [](OriginRequest const&) { return say(""); });
  index_of({"http://h.example/news"});
  start({feed("http://h.example/index")});
  run_for(24h);
  EXPECT_GE(times("h.example/news").size(), 8u);
}

TEST_F(IndexPace, ASitemapThatWasTooLargeIsReadOnceItMayBeSoLarge) {
  dated_ = false;
  publish_news();
  index_of({"http://h.example/news"});
  sink_.bytes_max = 8;
  start({feed("http://h.example/index")});
  run_for(24h);
  EXPECT_NE(state().last_error.find("too large"), std::string::npos) << state().last_error;
  sink_.bytes_max = 1 << 20;
  run_for(std::chrono::days(2));
  EXPECT_EQ(state().last_error, "");
  EXPECT_TRUE(sink_.seen.contains("http://h.example/index9"));
}

TEST_F(IndexPace, WhatASitemapLostWhileItsIndexStoodStillIsTold) {
  publish_news();
  index_of({"http://h.example/news"});
  start({feed("http://h.example/index")});
  run_for(3h);
  ASSERT_TRUE(sink_.notices.empty());
  stop();
  clock_.advance(std::chrono::days(3));
  first_ = 5000;
  start({feed("http://h.example/index")});
  run_for(3h);
  ASSERT_EQ(sink_.kinds(), (std::vector{NoticeKind::gap}));
  EXPECT_TRUE(sink_.notices[0].message.starts_with("all 10 items of the feed were new; about "))
      << sink_.notices[0].message;
}

}  // namespace
}  // namespace newsfold::schedule
