#include "daemon/run/wiring.h"
#include "tests/storage/store_world.h"

#include <gtest/gtest.h>

namespace newsfold::admin {
namespace {

using namespace storage;

// storage.retention_size: after each round the disk is looked at again, as the daemon does.
TEST(RetentionBySize, TakesTheOldestArticlesUntilTheStoreFits) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  constexpr int articles = 1200;
  for (int n = 1; n <= articles; n += 50) {
    std::vector<Doc> docs;
    for (int i = n; i < n + 50; ++i) docs.push_back(doc(i));
    ingest(*store, harbour, docs, n);
  }
  ASSERT_TRUE(store->compact());
  auto const before = store->metrics().disk_bytes;
  Retention keep;
  keep.store_bytes_max = before * 3 / 4;
  std::uint64_t removed = 0;
  for (int round = 0; round < 20; ++round) {
    auto const report = store->retain(keep, at(articles + round));
    ASSERT_TRUE(report) << report.error().message;
    if (report->articles_removed == 0) break;
    removed += report->articles_removed;
    ASSERT_TRUE(store->compact());
  }
  EXPECT_GT(removed, 0u);
  auto const view = store->view();
  EXPECT_LE(store->metrics().disk_bytes, *keep.store_bytes_max);
  EXPECT_EQ(view.counts()->articles, articles - removed);
  EXPECT_GT(view.counts()->articles, articles / 4u) << "no more than had to";
  EXPECT_FALSE(view.article(ArticleId{1}));
  EXPECT_TRUE(view.article(ArticleId{articles}));
  EXPECT_EQ(store->verify(storage::Repair::report_only)->findings, std::vector<std::string>{});
}

// Else a log that grows beyond the bound would take every article with it.
TEST(RetentionBySize, HasRoomForArticlesBesideTheLog) {
  config::Config config;
  config.storage.retention_size = 1000;
  EXPECT_EQ(run::retention(config).changes_bytes_max, 500u);
  config.storage.changes_size = 900;
  EXPECT_EQ(run::retention(config).changes_bytes_max, 900u);
  config.storage.retention_size = 0;
  config.storage.changes_size = 0;
  EXPECT_EQ(run::retention(config).changes_bytes_max, std::nullopt);
}

}  // namespace
}  // namespace newsfold::admin
