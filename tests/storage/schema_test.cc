// A store as each schema left it on people's disks: it is opened, migrated and read. One is kept for every
// schema in data/schemaN; `test_storage --gtest_also_run_disabled_tests --gtest_filter=*WritesTheStoreOf*`
// writes that of the present one into the working directory.

#include "storage/store.h"

#include "tests/storage/store_world.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace newsfold::storage {
namespace {

TEST(SchemaFixture, DISABLED_WritesTheStoreOfThePresentSchema) {
  auto const path = std::filesystem::path("schema" + std::to_string(schema_version));
  {
    auto const store = open(path);
    ingest(*store, harbour, {doc(1), doc(2)}, 0);
    auto edited = doc(1);
    edited.title += ", corrected";
    ingest(*store, harbour, {edited}, 5);
    auto copy = doc(2);
    copy.guid = "copy";
    ingest(*store, valley, {copy}, 10);
    ASSERT_TRUE(store->put_subscription({"mirror", store->epoch(), Sequence{2}, at(11), "settings"}));
    ASSERT_TRUE(store->put_feed_state(harbour, feed_name(harbour), "state"));
  }
  for (auto const& file : std::filesystem::directory_iterator(path)) {
    auto const name = file.path().filename().string();
    bool const is_needed = name.ends_with(".sst") || name.ends_with(".log") || name == "CURRENT" ||
                           name == "IDENTITY" || name.starts_with("MANIFEST");
    if (!is_needed) std::filesystem::remove(file.path());
  }
}

TEST(SchemaFixture, OfSchema1IsReadWhole) {
  TempDirectory const directory;
  std::filesystem::copy(TEST_DATA_DIR "/schema1", directory / "store");
  auto const store = open(directory / "store");
  auto const view = store->view();
  EXPECT_EQ(store->epoch(), Epoch{0xe1});
  EXPECT_EQ(view.versions(ArticleId{1}).value().size(), 2u);
  EXPECT_EQ(view.version(ArticleId{1}, 1).value().content.title, "Headline number 1");
  EXPECT_EQ(view.article(ArticleId{1}).value().title, "Headline number 1, corrected");
  EXPECT_EQ(view.story(StoryId{2}).value().copies.size(), 2u);
  EXPECT_EQ(view.subscription("mirror").value().acknowledged, Sequence{2});
  EXPECT_EQ(view.feed(harbour).value().state, "state");
  auto const events = told(*store);
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[2].type, EventType::article_updated);
  EXPECT_EQ(events[3].type, EventType::article_copied);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
  EXPECT_EQ(ingest(*store, harbour, {doc(9)}, 20).first, Sequence{5});
  // It was written before sizes were kept: the care of the store adds them up.
  auto const before = store->view().feed(harbour).value().bytes;
  ASSERT_TRUE(store->retain({}, at(21)));
  EXPECT_GT(store->view().feed(harbour).value().bytes, 2 * before);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

}  // namespace
}  // namespace newsfold::storage
