// The watch over a real store: an alarm names what the configuration says about the feed that raised it.

#include "daemon/health/health_watch.h"

#include "daemon/runtime/task_group.h"
#include "tests/storage/store_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

namespace newsfold::health {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using storage::harbour;
using ::testing::HasSubstr;

// Stored as pages of courier.example that were read as `extractor`.
void ingest(storage::Store& store, int from, int to, std::string const& extractor, std::size_t text_bytes) {
  for (int n = from; n <= to; ++n) {
    auto change = storage::change(store.view(), harbour, {storage::doc(n)});
    auto& article = change.items.front().article;
    article.extractor = extractor;
    article.url = "https://courier.example/" + std::to_string(n);
    article.content_text = article.content_text.substr(0, text_bytes);
    ASSERT_TRUE(store.commit(std::span(&change, 1), storage::at(n)));
  }
}

TEST(HealthWatch, AShrunkenFeedIsToldWithTheRuleThatItsPagesWereReadBy) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  ingest(*store, 0, 29, "blocks", std::string::npos);
  ingest(*store, 30, 37, "description", 60);
  asio::io_context io(1);
  asio::thread_pool blocking(1);
  ManualClock clock(storage::at(60));
  HealthOptions options;
  options.store_path = directory.path().string();
  HealthWatch watch(blocking.get_executor(), clock, *store, options, [](bool) {});
  std::string asked;
  watch.on_rules([&](FeedId feed, std::string const& host) {
    asked = host;
    FeedRules rules;
    if (feed == harbour) {
      rules.site_rule = "own.toml:7";
      rules.site_body = {".story"};
    }
    return rules;
  });
  std::vector<schedule::FeedStatus> feeds(1);
  feeds.front().id = harbour;
  feeds.front().name = "courier";
  watch.set_feeds(feeds);
  TaskGroup tasks(io.get_executor());
  tasks.spawn(watch.run());
  auto const deadline = std::chrono::steady_clock::now() + 30s;
  while (watch.feed(harbour)->shrunk.empty() && std::chrono::steady_clock::now() < deadline)
    io.run_one_for(10ms);
  tasks.cancel();
  io.restart();
  io.run();

  auto const* const told = watch.feed(harbour);
  EXPECT_EQ(asked, "courier.example");
  EXPECT_EQ(watch.counts().shrunk, 1u);
  EXPECT_THAT(told->shrunk, HasSubstr("words where they used to have"));
  EXPECT_THAT(told->shrunk, HasSubstr("the site rule for courier.example (own.toml:7, body = [\".story\"])"));
  EXPECT_THAT(told->shrunk, HasSubstr("read as \"blocks\" and now as \"description\""));
  EXPECT_THAT(told->suggestion, HasSubstr("[[site]]\nhosts = [\"courier.example\"]"));
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
