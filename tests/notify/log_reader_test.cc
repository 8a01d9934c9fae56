// What the sinks read of the log: a row that cannot be read is told, and everything else that goes wrong
// stops them where they are.

#include "daemon/notify/log_reader.h"

#include "feeds/model/event.h"
#include "tests/storage/store_world.h"

#include <gtest/gtest.h>

namespace newsfold::notify {
namespace {

class LogReader : public ::testing::Test {
 protected:
  LogReader() { reopen(); }

  void ingest(int from, int count) {
    std::vector<storage::Doc> docs;
    for (int i = from; i < from + count; ++i) docs.push_back(storage::doc(i));
    storage::ingest(*store_, storage::harbour, docs);
  }
  void reopen(std::function<void(std::filesystem::path const&)> const& change = {}) {
    store_.reset();
    if (change) change(directory_ / "store");
    store_ = storage::open(directory_ / "store");
  }
  Result<LogSlice> read(std::uint64_t after) {
    return read_slice(*store_, {}, Sequence{after}, Sequence{after}, {});
  }

  storage::TempDirectory directory_;
  std::unique_ptr<storage::Store> store_;
};

TEST_F(LogReader, TellsOfARowThatDoesNotDecodeInItsPlace) {
  ingest(1, 4);
  reopen([](auto const& store) { storage::damage_event(store, Sequence{2}); });
  auto const slice = read(0).value();
  ASSERT_EQ(slice.events.size(), 4u);
  EXPECT_EQ(slice.lost, 1u);
  EXPECT_EQ(slice.cursor, Sequence{4});
  auto const& lost = slice.events[1];
  EXPECT_TRUE(lost.lost);
  EXPECT_EQ(lost.sequence, Sequence{2});
  EXPECT_EQ(lost.json, lost_json(Sequence{2}, Sequence{1}, store_->epoch()));
  EXPECT_EQ(slice.events[2].previous, Sequence{2}) << "the next one names it";
  EXPECT_EQ(read_event(*store_, Sequence{2}, Sequence{1}).value().json, lost.json);
}

TEST_F(LogReader, TellsOfItWhateverTheFilterAsksAndOneThatResumesSeesTheSameChain) {
  ingest(1, 4);
  reopen([](auto const& store) { storage::damage_event(store, Sequence{2}); });
  FilterSpec nobody;
  nobody.feeds = {"nobody"};
  auto const filter = Filter::make(nobody).value();
  auto const slice = read_slice(*store_, filter, Sequence{0}, Sequence{0}, {}).value();
  ASSERT_EQ(slice.events.size(), 1u);
  EXPECT_EQ(slice.events[0].sequence, Sequence{2});
  EXPECT_EQ(slice.previous, Sequence{2});
  EXPECT_EQ(previous_match(*store_, filter, Sequence{4}).value(), Sequence{2});
  EXPECT_EQ(previous_match(*store_, filter, Sequence{1}).value(), Sequence{0});
}

TEST_F(LogReader, StaysWhereItIsWhileTheDiskFails) {
  ingest(1, 300);
  reopen(storage::damage_log);
  auto const slice = read(0);
  ASSERT_FALSE(slice);
  EXPECT_EQ(slice.error().code, ErrorCode::corrupt) << slice.error().message;
  EXPECT_FALSE(read_event(*store_, Sequence{1}, Sequence{0}));
  EXPECT_FALSE(previous_match(*store_, {}, Sequence{60}));
}

TEST_F(LogReader, SaysThatRetentionWasFaster) {
  ingest(1, 9);
  storage::Retention rules;
  rules.changes_count_max = 3;
  ASSERT_TRUE(store_->retain(rules, storage::at(1)));
  EXPECT_EQ(read(2).error().code, ErrorCode::expired);
  EXPECT_EQ(read_event(*store_, Sequence{2}, Sequence{1}).error().code, ErrorCode::expired);
  EXPECT_EQ(previous_match(*store_, {}, Sequence{6}).value(), Sequence{0}) << "there is none that is kept";
  EXPECT_EQ(previous_match(*store_, {}, Sequence{7}).value(), Sequence{7});
}

}  // namespace
}  // namespace newsfold::notify
