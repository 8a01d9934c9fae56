#include "daemon/admin/care.h"

#include "tests/storage/store_world.h"

#include <gtest/gtest.h>
#include <boost/json/array.hpp>

#include <filesystem>
#include <set>

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

// What a daemon that is told to stop does to a backup under way: the service manager does not wait for it.
TEST(Care, StopsAndLeavesNothingHalfMade) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  storage::ingest(*store, storage::harbour, {storage::doc(1)});
  auto const target = directory / "backups";
  ASSERT_TRUE(Care(*store).backup(target.string()));
  storage::ingest(*store, storage::harbour, {storage::doc(2)});
  auto const files = [&] {
    std::set<std::string> out;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(target))
      if (entry.is_regular_file()) out.insert(entry.path().string());
    return out;
  };
  auto const before = files();

  Care care(*store);
  care.stop();
  for (auto const& done :
       {care.backup(target.string()), care.verify(storage::Repair::report_only), care.compact()}) {
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::cancelled) << done.error().message;
  }
  EXPECT_EQ(files(), before);

  ASSERT_TRUE(storage::Store::restore(target, directory / "restored", Epoch{99}));
  EXPECT_EQ(storage::open(directory / "restored")->view().counts().value().articles, 1u);
  ASSERT_TRUE(Care(*store).backup(target.string()));  // and the next one goes well
  ASSERT_TRUE(storage::Store::restore(target, directory / "later", Epoch{98}));
  EXPECT_EQ(storage::open(directory / "later")->view().counts().value().articles, 2u);
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
