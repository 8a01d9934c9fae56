// Retention, backup, verification, and a disk that does not do as it should.

#include "storage/store.h"

#include "storage/database.h"
#include "storage/keys.h"
#include "storage/posting_list.h"
#include "storage/proto/newsfold.pb.h"
#include "tests/storage/store_world.h"

#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include <sys/mount.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace newsfold::storage {
namespace {

// Writes behind the store's back: what a bad disk or another version would leave there.
void tamper(std::filesystem::path const& path, Family family, std::string_view key, std::string const& row) {
  auto const database = Database::open(path, options(), std::make_shared<WindowCutoff>()).value();
  rocksdb::WriteBatch batch;
  batch.Put(database->handle(family), slice(key), row);
  ASSERT_TRUE(database->write(batch, SyncMode::os));
}

void erase(std::filesystem::path const& path, Family family, std::string_view key) {
  auto const database = Database::open(path, options(), std::make_shared<WindowCutoff>()).value();
  rocksdb::WriteBatch batch;
  batch.Delete(database->handle(family), slice(key));
  ASSERT_TRUE(database->write(batch, SyncMode::os));
}

std::vector<Doc> docs(int from, int count) {
  std::vector<Doc> made;
  for (int i = 0; i < count; ++i) made.push_back(doc(from + i));
  return made;
}

TEST(Retention, OfTheLogByAgeLeavesNoSilentGap) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, docs(1, 10), 0);
  ingest(*store, harbour, docs(11, 10), 60);
  Retention keep;
  keep.changes_age_max = std::chrono::minutes{30};
  auto const report = store->retain(keep, at(61)).value();
  EXPECT_EQ(report.changes_removed, 10u);
  EXPECT_EQ(report.oldest, Sequence{11});
  auto const cursor = store->changes(Sequence{9});
  EXPECT_EQ(cursor.error().code, ErrorCode::expired);
  EXPECT_NE(cursor.error().message.find("11"), std::string::npos);
  EXPECT_EQ(told(*store, Sequence{10}).size(), 10u);
  EXPECT_EQ(store->view().counts().value().oldest, Sequence{11});
  EXPECT_TRUE(store->view().article(ArticleId{1}));  // articles have a bound of their own
}

TEST(Retention, OfTheWholeLogKeepsItsNumbers) {
  TempDirectory const directory;
  {
    auto const store = open(directory / "store");
    ingest(*store, harbour, docs(1, 5), 0);
    Retention keep;
    keep.changes_age_max = std::chrono::minutes{1};
    ASSERT_TRUE(store->retain(keep, at(60)));
    EXPECT_EQ(store->oldest_sequence(), Sequence{6});
    EXPECT_EQ(told(*store, Sequence{5}).size(), 0u);
  }
  auto const store = open(directory / "store");
  EXPECT_EQ(ingest(*store, harbour, {doc(6)}, 61).first, Sequence{6});
}

TEST(Retention, OfTheLogBySizeTakesTheOldest) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  for (int i = 0; i < 20; ++i) ingest(*store, harbour, docs(1 + i * 50, 50), i);
  ASSERT_TRUE(store->compact());
  Retention keep;
  keep.changes_bytes_max = 1;
  auto const report = store->retain(keep, at(100)).value();
  EXPECT_GT(number(report.oldest), 900u);
  EXPECT_LE(number(report.oldest), 1001u);
}

TEST(Retention, OfTheLogBySizeKeepsAboutAsMuchAsAsked) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  FeedChange change;  // nothing but events: the store is as large as its log
  change.feed = harbour;
  change.feed_name = feed_name(harbour);
  for (int i = 0; i < 2000; ++i) change.notices.push_back({EventType::feed_failing, prose(i), {}, {}});
  ASSERT_TRUE(store->commit(std::span(&change, 1), at(0)));
  ASSERT_TRUE(store->compact());
  auto const whole = store->metrics().disk_bytes;
  Retention keep;
  keep.changes_bytes_max = whole / 2;
  EXPECT_NEAR(double(store->retain(keep, at(1)).value().changes_removed), 1000, 200);
  ASSERT_TRUE(store->compact());
  EXPECT_NEAR(double(store->metrics().disk_bytes), double(whole) / 2, double(whole) / 10);
  EXPECT_NEAR(double(store->retain(keep, at(2)).value().changes_removed), 0, 100) << "and then it stays";
}

TEST(Retention, OfArticlesTakesEveryRowAboutThem) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, docs(1, 3), 0);
  auto copy = doc(1);
  copy.guid = "copy";
  ingest(*store, valley, {copy}, 50);
  ingest(*store, harbour, docs(4, 2), 60);
  Retention keep;
  keep.articles_age_max = std::chrono::minutes{30};
  EXPECT_EQ(store->retain(keep, at(61)).value().articles_removed, 3u);
  auto const view = store->view();
  EXPECT_EQ(view.article(ArticleId{1}).error().code, ErrorCode::not_found);
  EXPECT_EQ(view.versions(ArticleId{1}).error().code, ErrorCode::not_found);
  EXPECT_TRUE(view.sighting(harbour, ArticleId{1})->gone);
  EXPECT_EQ(view.story(StoryId{1}).value().copies.size(), 1u);  // the copy is younger and stays
  auto const counts = view.counts().value();
  EXPECT_EQ(counts.articles, 3u);
  EXPECT_EQ(counts.stories, 3u);
  EXPECT_EQ(counts.copies, 0u);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
  // Numbers are not given out twice.
  EXPECT_EQ(ingest(*store, valley, {doc(2)}, 62).outcomes[0][0].article, ArticleId{7});
}

TEST(Retention, MayHaveABoundForAFeedOfItsOwn) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)}, 0);
  ingest(*store, valley, {doc(2)}, 0);
  Retention keep;
  keep.feed_age_max = {{valley, std::chrono::minutes{1}}};
  EXPECT_EQ(store->retain(keep, at(60)).value().articles_removed, 1u);
  EXPECT_TRUE(store->view().article(ArticleId{1}));
}

// What a feed shows at every poll would come as news again and again, and be taken again and again.
TEST(Retention, DoesNotBringBackWhatItsFeedStillShows) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, docs(1, 3), 0);
  Retention keep;
  keep.articles_age_max = std::chrono::minutes{30};
  ASSERT_EQ(store->retain(keep, at(60)).value().articles_removed, 3u);
  auto again = docs(1, 3);
  again[1].text += " And a word that was edited in.";
  auto const report = ingest(*store, harbour, again, 61);
  for (auto const& outcome : report.outcomes[0]) EXPECT_EQ(outcome.outcome, Outcome::unchanged);
  EXPECT_TRUE(report.changes.empty());
  EXPECT_EQ(store->view().counts().value().articles, 0u);
  // To another feed it is news.
  EXPECT_EQ(ingest(*store, valley, {doc(1)}, 62).outcomes[0][0].outcome, Outcome::created);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

TEST(Retention, ForgetsWhatItsFeedCanNoLongerShow) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto show = [&](std::vector<Doc> const& shown, int minutes) {
    auto one = change(store->view(), harbour, shown);
    one.shown = 3;
    ASSERT_TRUE(store->commit(std::span(&one, 1), at(minutes)));
  };
  Retention keep;
  keep.articles_age_max = std::chrono::minutes{30};
  show(docs(1, 3), 0);
  ASSERT_EQ(store->retain(keep, at(60)).value().articles_removed, 3u);
  EXPECT_TRUE(store->view().sighting(harbour, ArticleId{1})->gone);
  for (int i = 0; i < 10; ++i) show(docs(10 + 3 * i, 3), 61 + i);
  ASSERT_TRUE(store->retain(keep, at(72)));
  EXPECT_EQ(store->view().sighting(harbour, ArticleId{1}).error().code, ErrorCode::not_found);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
  EXPECT_EQ(ingest(*store, harbour, {doc(1)}, 73).outcomes[0][0].outcome, Outcome::created);
}

// A headline that was edited leaves a key that nobody asks for: no reason to alarm anybody.
TEST(Retention, OfAnEditedArticleLeavesNothingThatVerifyTellsOf) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto edited = doc(1);
  ingest(*store, harbour, {edited}, 0);
  edited.title += ", corrected";
  ingest(*store, harbour, {edited}, 1);
  auto one = change(store->view(), harbour, docs(2, 40));
  one.shown = 1;
  ASSERT_TRUE(store->commit(std::span(&one, 1), at(2)));
  Retention keep;
  keep.articles_age_max = std::chrono::minutes{30};
  ASSERT_GT(store->retain(keep, at(60)).value().articles_removed, 0u);
  EXPECT_EQ(store->view().sighting(harbour, ArticleId{1}).error().code, ErrorCode::not_found);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

// 10,000 feeds bring more in ten minutes than one slice takes.
TEST(Retention, SaysWhetherThereIsMoreToDo) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  for (int i = 0; i < 6; ++i) ingest(*store, harbour, docs(1 + i * 50, 50), 0);
  Retention keep;
  keep.articles_age_max = std::chrono::minutes{30};
  auto const first = store->retain(keep, at(60)).value();
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.feeds, std::vector<FeedId>{harbour});
  auto const second = store->retain(keep, at(60)).value();
  EXPECT_EQ(first.articles_removed + second.articles_removed, 300u);
  EXPECT_FALSE(second.more);
}

std::uint64_t bytes_of(Store const& store, FeedId feed) { return store.view().feed(feed).value().bytes; }

TEST(Retention, BySizeOfAFeedTakesItsOldestAndNobodyElses) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, valley, docs(1, 20), 0);
  // One article, two feeds: it counts with the one that brought it first.
  auto also = change(store->view(), harbour, {doc(1)});
  also.items[0].identity = {dedup::IdentityReason::other_feed, ArticleId{1}};
  ASSERT_TRUE(store->commit(std::span(&also, 1), at(0)));
  ASSERT_TRUE(store->view().sighting(harbour, ArticleId{1}));
  for (int i = 0; i < 4; ++i) ingest(*store, harbour, docs(100 + i * 50, 50), i);
  auto const whole = bytes_of(*store, harbour);
  auto const other = bytes_of(*store, valley);
  EXPECT_GT(other, 20 * 600u);
  EXPECT_NEAR(double(whole) / double(other), 10, 1);
  Retention keep;
  keep.feed_bytes_max = {{harbour, whole / 2}};
  auto const report = store->retain(keep, at(60)).value();
  EXPECT_NEAR(double(report.articles_removed), 100, 3);
  EXPECT_EQ(report.feeds, std::vector<FeedId>{harbour});
  EXPECT_LE(bytes_of(*store, harbour), whole / 2);
  EXPECT_EQ(bytes_of(*store, valley), other);
  auto const view = store->view();
  EXPECT_EQ(view.article(ArticleId{21}).error().code, ErrorCode::not_found);
  EXPECT_TRUE(view.article(ArticleId{220}));
  EXPECT_TRUE(view.article(ArticleId{1}));
  EXPECT_EQ(store->retain(keep, at(61)).value().articles_removed, 0u) << "and then it stays";
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

TEST(Retention, BySizeOfAFeedIsDoneInSlicesAndLeavesTheNewestArticle) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  for (int i = 0; i < 12; ++i) ingest(*store, harbour, docs(1 + i * 50, 50), i);
  Retention keep;
  keep.feed_bytes_max = {{valley, 1}, {harbour, 1}};
  std::uint64_t removed = 0;
  int calls = 0;
  for (bool more = true; more && calls < 10; ++calls) {
    auto const report = store->retain(keep, at(60)).value();
    EXPECT_LE(report.articles_removed, 256u);
    removed += report.articles_removed;
    more = report.more;
  }
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(removed, 599u);
  EXPECT_TRUE(store->view().article(ArticleId{600}));
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

TEST(Retention, CountsEveryVersionOfAnArticle) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)}, 0);
  auto const one = bytes_of(*store, harbour);
  auto edited = doc(1);
  edited.title += ", corrected";
  ingest(*store, harbour, {edited}, 1);
  EXPECT_NEAR(double(bytes_of(*store, harbour)), 2 * double(one), double(one) / 4);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

// The disk gives space back when it compacts, hours later: until then each look would take as much again.
TEST(Retention, BySizeOfTheStoreDoesNotTakeTwiceWhatTheDiskHasNotGivenBackYet) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  for (int i = 0; i < 10; ++i) ingest(*store, harbour, docs(1 + i * 50, 50), i);
  ASSERT_TRUE(store->compact());
  Retention keep;
  keep.store_bytes_max = store->metrics().disk_bytes * 9 / 10;
  std::uint64_t removed = 0;
  for (int i = 0; i < 20; ++i) removed += store->retain(keep, at(60 + 10 * i)).value().articles_removed;
  EXPECT_GT(removed, 40u);
  EXPECT_LT(removed, 130u) << "a tenth of the store is a fifth of its articles where the log is half of it";
}

TEST(Backup, IsRestoredWithANewEpochAndNumbersNobodyWasTold) {
  TempDirectory const directory;
  {
    auto const store = open(directory / "store");
    ingest(*store, harbour, docs(1, 3));
    ASSERT_TRUE(store->backup(directory / "backup"));
    ingest(*store, harbour, docs(4, 3));  // lost with the disk
  }
  ASSERT_TRUE(Store::restore(directory / "backup", directory / "restored", Epoch{0xe2}));
  auto const store = open(directory / "restored");
  EXPECT_EQ(store->epoch(), Epoch{0xe2});
  // Whoever has a number of before is told that it is not kept, and not what came instead.
  EXPECT_EQ(store->changes(Sequence{2}).error().code, ErrorCode::expired);
  EXPECT_EQ(store->changes(Sequence{6}).error().code, ErrorCode::expired);
  auto const before = store->last_sequence();
  EXPECT_GT(number(before), 1'000'000u);
  EXPECT_EQ(number(store->oldest_sequence()), number(before) + 1);
  EXPECT_EQ(told(*store, before).size(), 0u);
  Retention keep;
  keep.changes_age_max = std::chrono::minutes{1};
  keep.changes_count_max = 10;
  keep.changes_bytes_max = 1;
  EXPECT_EQ(store->retain(keep, at(60)).value().changes_removed, 0u);
  auto const report = ingest(*store, harbour, {doc(9)});
  EXPECT_GT(number(report.outcomes[0][0].article), 6u);
  EXPECT_EQ(number(report.first), number(before) + 1);
  EXPECT_EQ(told(*store, before).size(), 1u);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

TEST(Backup, TakesOnlyTheNewestAndKeepsAsManyAsAsked) {
  TempDirectory const directory;
  {
    auto const store = open(directory / "store");
    for (int i = 1; i <= 4; ++i) {
      ingest(*store, harbour, {doc(i)});
      ASSERT_TRUE(store->backup(directory / "backup", 2));
    }
  }
  ASSERT_TRUE(Store::restore(directory / "backup", directory / "restored", Epoch{0xe2}));
  EXPECT_EQ(open(directory / "restored")->last_sequence(), Sequence{1'000'000'004});
}

TEST(Backup, IsNotRestoredOverAStoreNorFromNothing) {
  TempDirectory const directory;
  { ingest(*open(directory / "store"), harbour, {doc(1)}); }
  EXPECT_EQ(Store::restore(directory / "backup", directory / "store", Epoch{2}).error().code,
            ErrorCode::conflict);
  EXPECT_FALSE(Store::restore(directory / "backup", directory / "new", Epoch{2}));
  EXPECT_FALSE(std::filesystem::exists(directory / "new"));
  EXPECT_EQ(Store::restore(directory / "backup", directory / "new", Epoch{0}).error().code,
            ErrorCode::invalid);
}

TEST(Schema, OfANewerNewsfoldIsRefusedWithItsNumber) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, {doc(1)}); }
  tamper(path, Family::meta, meta_schema, "7");
  auto const opened = Store::open(path, options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid);
  EXPECT_NE(opened.error().message.find("schema 7"), std::string::npos);
  EXPECT_NE(opened.error().message.find("newer"), std::string::npos);
}

TEST(Verify, FindsNothingWrongWithASoundStore) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, docs(1, 20));
  auto const report = store->verify(Repair::report_only).value();
  EXPECT_GT(report.rows, 100u);
  EXPECT_EQ(report.findings, std::vector<std::string>{});
}

TEST(Verify, MendsIndexesThatLostRows) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, docs(1, 3)); }
  auto const place = CopyKey{StoryId{2}, ArticleId{2}}.encode();
  erase(path, Family::stories, view_of(place));
  auto const article = ArticleKey{ArticleId{3}}.encode();
  erase(path, Family::articles, view_of(article));
  auto const store = open(path);
  auto const before = store->verify(Repair::report_only).value();
  EXPECT_GT(before.dangling, 0u);
  EXPECT_EQ(before.mended, 0u);
  EXPECT_GT(store->verify(Repair::mend).value().mended, 0u);
  ASSERT_TRUE(store->verify(Repair::mend));  // what one removal uncovers, the next finds
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
  EXPECT_EQ(store->view().story(StoryId{2}).value().copies.size(), 1u);
  EXPECT_EQ(store->view().counts().value().articles, 2u);
}

TEST(Verify, SetsRowsAsideThatDoNotDecode) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, docs(1, 3)); }
  auto const feed = FeedKey{harbour}.encode();
  tamper(path, Family::feeds, view_of(feed), "\xff\xff not a record");
  auto const store = open(path);
  EXPECT_EQ(store->verify(Repair::report_only).value().corrupt, 1u);
  ASSERT_TRUE(store->verify(Repair::mend));
  EXPECT_EQ(store->verify(Repair::report_only).value().corrupt, 0u);
  EXPECT_EQ(store->view().feed(harbour).error().code, ErrorCode::not_found);
}

TEST(CorruptRow, CostsOneArticleAndNotItsFeed) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, docs(1, 3)); }
  auto const article = ArticleKey{ArticleId{2}}.encode();
  tamper(path, Family::articles, view_of(article), "\xff\xff not a record");
  auto const store = open(path);
  EXPECT_EQ(store->view().article(ArticleId{2}).error().code, ErrorCode::corrupt);
  EXPECT_EQ(store->view().articles({}).value().size(), 2u);
  auto edited = docs(1, 3);
  for (auto& each : edited) each.title += ", edited";
  auto const report = ingest(*store, harbour, edited, 1);
  EXPECT_EQ(report.outcomes[0][0].outcome, Outcome::updated);
  EXPECT_EQ(report.outcomes[0][1].outcome, Outcome::set_aside);
  EXPECT_EQ(report.outcomes[0][2].outcome, Outcome::updated);
  EXPECT_GT(store->metrics().corrupt_rows, 0u);
}

TEST(CorruptRow, OfAnIndexIsSetAsideAndMadeAnew) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, {doc(1)}); }
  auto const feed = FeedKey{harbour}.encode();
  tamper(path, Family::feeds, view_of(feed), "\xff\xff not a record");
  auto const store = open(path);
  EXPECT_EQ(ingest(*store, harbour, {doc(2)}, 1).outcomes[0][0].outcome, Outcome::created);
  EXPECT_EQ(store->view().feed(harbour).value().articles, 1u);
}

TEST(CorruptRow, OfTheLogIsToldAndTheNextOnesStillCome) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, docs(1, 3)); }
  auto const change = ChangeKey{Sequence{2}}.encode();
  tamper(path, Family::changes, view_of(change), "broken");
  auto const store = open(path);
  auto reader = store->changes(Sequence{0}).value();
  EXPECT_EQ((*reader.next())->sequence, Sequence{1});
  EXPECT_EQ(reader.lost(), std::nullopt);
  EXPECT_EQ(reader.next().error().code, ErrorCode::corrupt);
  EXPECT_EQ(reader.lost(), Sequence{2});
  EXPECT_EQ((*reader.next())->sequence, Sequence{3});
  EXPECT_EQ(reader.lost(), std::nullopt);
  EXPECT_EQ(reader.next().value(), nullptr);
}

TEST(CorruptRow, ThatTheDiskLostIsToldLikeOneThatDoesNotDecode) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, docs(1, 5)); }
  for (auto const gone : {2, 3, 5}) {
    auto const change = ChangeKey{Sequence{std::uint64_t(gone)}}.encode();
    erase(path, Family::changes, view_of(change));
  }
  auto const store = open(path);
  auto reader = store->changes(Sequence{0}).value();
  std::string seen;
  for (int i = 0; i < 5; ++i) {
    auto const next = reader.next();
    seen += next ? std::to_string(number((*next)->sequence)) : "-" + std::to_string(number(*reader.lost()));
  }
  EXPECT_EQ(seen, "1-2-34-5");
  EXPECT_EQ(reader.next().value(), nullptr);
}

TEST(CorruptRow, ABlockThatCannotBeReadStopsAReaderWhereItIs) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, docs(1, 300)); }
  damage_log(path);
  auto const store = open(path);
  auto reader = store->changes(Sequence{0}).value();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reader.next().error().code, ErrorCode::corrupt);
    EXPECT_EQ(reader.lost(), std::nullopt);
  }
}

// Rows that lie before and behind a damaged block.
TEST(Salvage, KeepsWhatCanBeReadAroundADamagedBlockAndTheDamagedStore) {
  TempDirectory const directory;
  auto const path = directory / "store";
  {
    auto const store = open(path);
    for (int i = 0; i < 20; ++i) ingest(*store, harbour, docs(1 + i * 50, 50), i);
    ASSERT_TRUE(store->compact());
  }
  damage_files(path, "articles");
  damage_files(path, "sketches");
  {
    auto const store = open(path);
    auto const report = store->verify(Repair::mend).value();
    EXPECT_EQ(report.unreadable, 2u);
    EXPECT_EQ(report.mended, 0u) << "what belongs to rows that cannot be read is not thrown away";
  }
  auto const salvaged = Store::salvage(path, options());
  ASSERT_TRUE(salvaged) << salvaged.error().message;
  EXPECT_GE(salvaged->holes, 2u);
  EXPECT_TRUE(std::filesystem::exists(salvaged->aside / "CURRENT"));

  auto const store = open(path);
  EXPECT_EQ(store->last_sequence(), Sequence{1000});
  EXPECT_EQ(store->epoch(), Epoch{0xe1});
  for (int round = 0; round < 3; ++round) ASSERT_TRUE(store->verify(Repair::mend));
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
  auto const left = store->view().counts().value().articles;
  EXPECT_LT(left, 1000u);
  EXPECT_GT(left, 500u) << "a block is a hundred articles or so";
  EXPECT_TRUE(store->view().article(ArticleId{1000}));
  EXPECT_EQ(told(*store).size(), 1000u);
  // It lives: what was lost comes again where its feed shows it, under the next numbers.
  EXPECT_EQ(ingest(*store, harbour, {doc(2000)}, 30).first, Sequence{1001});
}

TEST(Salvage, OfASoundStoreIsACopy) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, docs(1, 30)); }
  auto const salvaged = Store::salvage(path, options()).value();
  EXPECT_EQ(salvaged.holes, 0u);
  auto const store = open(path);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
  EXPECT_EQ(told(*store).size(), 30u);
}

TEST(Salvage, IsRefusedBesideWhoeverHasTheStoreOpen) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  EXPECT_EQ(Store::salvage(directory / "store", options()).error().code, ErrorCode::conflict);
}

TEST(Verify, SetsAnArticleAsideWhoseTextIsLost) {
  TempDirectory const directory;
  auto const path = directory / "store";
  { ingest(*open(path), harbour, docs(1, 3)); }
  auto const version = VersionKey{ArticleId{2}, 1}.encode();
  erase(path, Family::versions, view_of(version));
  auto const store = open(path);
  ASSERT_TRUE(store->verify(Repair::mend));
  ASSERT_TRUE(store->verify(Repair::mend));  // what one removal uncovers, the next finds
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
  EXPECT_EQ(ingest(*store, harbour, {doc(2)}, 1).outcomes[0][0].outcome, Outcome::created);
}

// A file system of 24 MB: the disk is full soon, and has room again when something else goes.
TEST(FullDisk, StopsACommitWholeAndLetsItGoOnLater) {
  TempDirectory const directory;
  auto const mount_point = directory / "small";
  std::filesystem::create_directory(mount_point);
  if (::mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=24m") != 0)
    GTEST_SKIP() << "needs the right to mount a file system";
  auto const ballast = mount_point / "ballast";
  {
    auto filled = ::fopen(ballast.c_str(), "w");
    std::string const megabyte(1 << 20, 'x');
    for (int i = 0; i < 12; ++i) ::fwrite(megabyte.data(), 1, megabyte.size(), filled);
    ::fclose(filled);
    auto const store = open(mount_point / "store");
    std::uint64_t stored = 0;
    std::optional<Error> full;
    std::vector<FeedChange> group;
    for (int i = 0; i < 400 && !full; ++i) {
      auto const view = store->view();
      group = {change(view, harbour, docs(1 + i * 50, 50))};
      if (auto const report = store->commit(group, at(i))) {
        stored = number(report->last);
      } else {
        full = report.error();
      }
    }
    ASSERT_TRUE(full);
    EXPECT_EQ(full->code, ErrorCode::no_space) << full->message;
    EXPECT_EQ(number(store->last_sequence()), stored);
    EXPECT_EQ(told(*store).size(), stored);  // it keeps serving
    EXPECT_EQ(store->compact().error().code, ErrorCode::no_space);
    EXPECT_EQ(store->backup(directory / "backup").error().code, ErrorCode::no_space);
    for (int i = 0; i < 30; ++i) EXPECT_EQ(store->resume().error().code, ErrorCode::no_space);
    std::filesystem::remove(ballast);
    auto const resumed = store->resume();
    EXPECT_TRUE(resumed) << resumed.error().message;
    auto const again = store->commit(group, at(1000));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(number(again->first), stored + 1);
    EXPECT_EQ(told(*store).size(), stored + 50);
    EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
  }
  ::umount(mount_point.c_str());
}

}  // namespace
}  // namespace newsfold::storage
