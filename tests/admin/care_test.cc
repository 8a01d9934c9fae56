#include "daemon/admin/care.h"

#include "tests/storage/store_world.h"

#include <gtest/gtest.h>
#include <boost/json/array.hpp>

namespace newsfold::admin {
namespace {

TEST(Care, BacksUpVerifiesAndCompacts) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  storage::ingest(*store, storage::harbour, {storage::doc(1), storage::doc(2)});
  Care care(*store);
  auto const target = (directory / "backups").string();
  auto const backup = care.backup(target);
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_EQ(backup->at("last").as_string(), format_sequence(store->last_sequence()));
  auto const report = care.verify(storage::Repair::report_only);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->at("corrupt").to_number<int>(), 0);
  EXPECT_EQ(report->at("dangling").to_number<int>(), 0);
  EXPECT_GT(report->at("rows").to_number<int>(), 5);
  EXPECT_TRUE(care.compact());

  ASSERT_TRUE(storage::Store::restore(target, directory / "restored", Epoch{99}));
  auto const restored = storage::open(directory / "restored");
  EXPECT_EQ(restored->view().counts().value().articles, 2u);
  EXPECT_EQ(restored->epoch(), Epoch{99});
}

TEST(Care, WantsAnAbsoluteDirectory) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  Care care(*store);
  auto const done = care.backup("backups");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace newsfold::admin
