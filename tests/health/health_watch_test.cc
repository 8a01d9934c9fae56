// The watch over a real store: an alarm names what the configuration says about the feed that raised it.

#include "daemon/health/health_watch.h"

#include "daemon/runtime/task_group.h"
#include "tests/storage/store_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstdint>
#include <functional>

namespace newsfold::health {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using storage::harbour;
using ::testing::HasSubstr;

// Stored in one poll as pages of courier.example that were read as `extractor`.
void ingest(storage::Store& store, int from, int to, std::string const& extractor, std::size_t text_bytes) {
  std::vector<storage::Doc> docs;
  for (int n = from; n <= to; ++n) docs.push_back(storage::doc(n));
  auto change = storage::change(store.view(), harbour, docs);
  int n = from;
  for (auto& item : change.items) {
    item.article.extractor = extractor;
    item.article.url = "https://courier.example/" + std::to_string(n++);
    item.article.content_text = item.article.content_text.substr(0, text_bytes);
  }
  ASSERT_TRUE(store.commit(std::span(&change, 1), storage::at(from)));
}

// The watch of one feed, run until something holds.
struct Watched {
  explicit Watched(storage::Store const& store)
      : watch(blocking.get_executor(), clock, store, {}, [](bool) {}) {
    std::vector<schedule::FeedStatus> feeds(1);
    feeds.front().id = harbour;
    feeds.front().name = "courier";
    watch.set_feeds(feeds);
    tasks.spawn(watch.run());
  }
  ~Watched() {
    tasks.cancel();
    io.restart();
    io.run();
  }
  bool run_until(std::function<bool(HealthWatch const&)> const& holds) {
    auto const deadline = std::chrono::steady_clock::now() + 30s;
    while (!holds(watch) && std::chrono::steady_clock::now() < deadline) {
      io.restart();
      if (io.run_one_for(10ms) == 0) clock.advance(5s);  // it sleeps until its next look
    }
    return holds(watch);
  }
  // A poll that brought so much.
  void polled(std::uint32_t new_items) {
    schedule::FeedSpec spec;
    spec.id = harbour;
    schedule::PollState state;
    schedule::PollTrace trace{.feed = &spec, .error = {}, .unmet_wish = {}, .unmet_budget = {}};
    trace.state = &state;
    trace.new_items = new_items;
    watch.noted(trace);
  }

  asio::io_context io{1};
  asio::thread_pool blocking{1};
  ManualClock clock{storage::at(60)};
  HealthWatch watch;
  TaskGroup tasks{io.get_executor()};
};

TEST(HealthWatch, AShrunkenFeedIsToldWithTheRuleThatItsPagesWereReadBy) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  ingest(*store, 0, 29, "blocks", std::string::npos);
  ingest(*store, 30, 37, "description", 60);
  std::string asked;
  Watched feed(*store);
  feed.watch.on_rules([&](FeedId id, std::string const& host) {
    asked = host;
    FeedRules rules;
    if (id == harbour) {
      rules.site_rule = "own.toml:7";
      rules.site_body = {".story"};
    }
    return rules;
  });
  ASSERT_TRUE(feed.run_until([](HealthWatch const& watch) { return watch.counts().shrunk == 1; }));

  auto const* const told = feed.watch.feed(harbour);
  EXPECT_EQ(asked, "courier.example");
  EXPECT_EQ(feed.watch.counts().shrunk, 1u);
  EXPECT_THAT(told->shrunk, HasSubstr("words where they used to have"));
  EXPECT_THAT(told->shrunk, HasSubstr("the site rule for courier.example (own.toml:7, body = [\".story\"])"));
  EXPECT_THAT(told->shrunk, HasSubstr("read as \"blocks\" and now as \"description\""));
  EXPECT_THAT(told->suggestion, HasSubstr("[[site]]\nhosts = [\"courier.example\"]"));
}

TEST(HealthWatch, TheAlarmEndsWhenTheTextIsBack) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  ingest(*store, 0, 29, "blocks", std::string::npos);
  Watched feed(*store);
  ASSERT_TRUE(feed.run_until([](HealthWatch const& watch) { return watch.feed(harbour)->articles == 30; }));
  EXPECT_EQ(feed.watch.counts().shrunk, 0u);
  ingest(*store, 30, 37, "description", 60);
  feed.polled(8);
  ASSERT_TRUE(feed.run_until([](HealthWatch const& watch) { return watch.counts().shrunk == 1; }));
  ingest(*store, 38, 55, "blocks", std::string::npos);
  feed.polled(18);
  EXPECT_TRUE(feed.run_until([](HealthWatch const& watch) { return watch.counts().shrunk == 0; }));
  EXPECT_EQ(feed.watch.feed(harbour)->shrunk, "");
}

TEST(HealthWatch, APauseEndsTheAlarmForSilence) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  asio::thread_pool blocking(1);
  ManualClock clock(storage::at(0));
  HealthWatch watch(blocking.get_executor(), clock, *store, {}, [](bool) {});
  std::vector<schedule::FeedStatus> feeds(1);
  auto& feed = feeds.front();
  feed.id = harbour;
  feed.state.last_new = storage::at(0);
  feed.state.last_answer = storage::at(0) + 24h * 30;
  for (auto t = storage::at(0) - 24h * 60; t < storage::at(0); t += 6h)
    feed.state.rate.observe(t, t + 6h, 1, schedule::RateModel::Count::exact);
  watch.set_feeds(feeds);
  ASSERT_EQ(watch.counts().silent, 1u);
  watch.paused(harbour, true);
  EXPECT_EQ(watch.counts().silent, 0u);
  EXPECT_EQ(watch.counts().paused, 1u);
}

}  // namespace
}  // namespace newsfold::health
