#include "storage/store.h"

#include "tests/storage/store_world.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::storage {
namespace {

std::vector<Outcome> outcomes(CommitReport const& report) {
  std::vector<Outcome> all;
  for (auto const& of_feed : report.outcomes)
    for (auto const& each : of_feed) all.push_back(each.outcome);
  return all;
}

TEST(Store, KeepsWhatItWasGivenAcrossARestart) {
  TempDirectory const directory;
  auto given = doc(1);
  given.tags = {"harbour", "bridge"};
  {
    auto const store = open(directory / "store");
    EXPECT_EQ(outcomes(ingest(*store, harbour, {given})), std::vector{Outcome::created});
  }
  auto const store = open(directory / "store");
  auto const view = store->view();
  auto const head = view.article(ArticleId{1}).value();
  EXPECT_EQ(head.title, given.title);
  EXPECT_EQ(head.tags, given.tags);
  EXPECT_EQ(head.feed, harbour);
  EXPECT_EQ(head.stored_at, at(0));
  EXPECT_EQ(head.story, StoryId{1});
  auto const version = view.version(ArticleId{1}, 0).value();
  EXPECT_EQ(version.content.content_text, given.text);
  EXPECT_EQ(version.extras.guid, given.guid);
  auto const events = told(*store);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, EventType::article_created);
  EXPECT_EQ(store->epoch(), Epoch{0xe1});
}

TEST(Store, NumbersEventsDenselyInTheOrderOfTheGroup) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto const report = ingest(*store, harbour, {doc(1), doc(2), doc(3)});
  EXPECT_EQ(report.first, Sequence{1});
  EXPECT_EQ(report.last, Sequence{3});
  EXPECT_EQ(report.changes.size(), 3u);
  EXPECT_EQ(ingest(*store, valley, {doc(4)}).first, Sequence{4});
  auto const events = told(*store);
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(number(events[i].sequence), i + 1);
  EXPECT_EQ(events[1].title_json, "Headline number 2");
}

TEST(Store, MakesNothingOfAnItemThatIsSeenAgain) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1), doc(2)});
  EXPECT_EQ(outcomes(ingest(*store, harbour, {doc(1), doc(2)})),
            (std::vector{Outcome::unchanged, Outcome::unchanged}));
  EXPECT_EQ(store->last_sequence(), Sequence{2});
  EXPECT_EQ(store->view().counts().value().articles, 2u);
}

TEST(Store, MakesAVersionOfAnEdit) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)});
  auto edited = doc(1);
  edited.title = "Headline number 1, corrected";
  EXPECT_EQ(outcomes(ingest(*store, harbour, {edited}, 5)), std::vector{Outcome::updated});
  auto const view = store->view();
  auto const versions = view.versions(ArticleId{1}).value();
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions[0].title, "Headline number 1");
  EXPECT_EQ(versions[1].title, "Headline number 1, corrected");
  EXPECT_EQ(view.article(ArticleId{1}).value().version, 2u);
  EXPECT_EQ(view.article(ArticleId{1}).value().changed_at, at(5));
  EXPECT_EQ(told(*store).back().type, EventType::article_updated);
  EXPECT_EQ(view.version(ArticleId{1}, 1).value().content.title, "Headline number 1");
}

TEST(Store, ReplacesQuietlyWhatOnlyOurCleanerImproved) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)});
  auto const view = store->view();
  auto group = std::vector{change(view, harbour, {doc(1)})};
  auto& item = group[0].items[0];
  item.article.content_text += " Mended.";
  item.version_hash ^= 1;
  item.item_hash ^= 1;
  item.cleaner_revision = 2;
  EXPECT_EQ(outcomes(store->commit(group, at(1)).value()), std::vector{Outcome::recleaned});
  EXPECT_EQ(store->last_sequence(), Sequence{1});
  auto const version = store->view().version(ArticleId{1}, 0).value();
  EXPECT_EQ(version.number, 1u);
  EXPECT_TRUE(version.content.content_text.ends_with("Mended."));
}

TEST(Store, KeepsHowMuchOfAnArticleItsTextIs) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  std::vector group{change(store->view(), harbour, {doc(1), doc(2)})};
  group[0].items[0].article.truncated = true;
  group[0].items[0].article.completeness = Completeness::teaser;
  group[0].items[0].article.published_offset_minutes = 330;
  ASSERT_TRUE(store->commit(group, at(1)));
  auto const view = store->view();
  EXPECT_EQ(view.version(ArticleId{1}, 1).value().content.completeness, Completeness::teaser);
  EXPECT_EQ(view.version(ArticleId{1}, 1).value().content.published_offset_minutes, 330);
  EXPECT_EQ(view.version(ArticleId{2}, 1).value().content.completeness, Completeness::full);
}

TEST(Store, AViewDoesNotSeeWhatIsCommittedAfterIt) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)});
  auto const view = store->view();
  ingest(*store, harbour, {doc(2)});
  EXPECT_EQ(view.sequence(), Sequence{1});
  EXPECT_EQ(view.article(ArticleId{2}).error().code, ErrorCode::not_found);
  EXPECT_EQ(store->view().sequence(), Sequence{2});
}

TEST(Store, ListsArticlesPageByPageBothWaysAndByFeed) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1), doc(2), doc(3)});
  ingest(*store, valley, {doc(4), doc(5)});
  auto const view = store->view();
  auto const ids = [&](ArticlePage const& page) {
    std::vector<std::uint64_t> found;
    for (auto const& head : view.articles(page).value()) found.push_back(number(head.id));
    return found;
  };
  EXPECT_EQ(ids({}), (std::vector<std::uint64_t>{5, 4, 3, 2, 1}));
  EXPECT_EQ(ids({{}, Order::newest_first, ArticleId{4}, 2}), (std::vector<std::uint64_t>{3, 2}));
  EXPECT_EQ(ids({{}, Order::oldest_first, ArticleId{2}, 2}), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(ids({harbour, Order::newest_first, {}, 100}), (std::vector<std::uint64_t>{3, 2, 1}));
  EXPECT_EQ(ids({valley, Order::oldest_first, ArticleId{4}, 100}), (std::vector<std::uint64_t>{5}));
  EXPECT_EQ(ids({FeedId{99}, Order::newest_first, {}, 100}), std::vector<std::uint64_t>{});
}

TEST(Store, KeepsFeedStateHabitsAndCountsWithTheItemsOfThePoll) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto group = std::vector{change(store->view(), harbour, {doc(1)})};
  group[0].state = std::string("validators\0and dates", 20);
  group[0].habits = dedup::FeedHabits{1, 2, 3, 4, 5, 6};
  group[0].notices.push_back({EventType::feed_recovered, "answers again", "https://h.example/feed", at(-60)});
  ASSERT_TRUE(store->commit(group, at(0)));
  auto const row = store->view().feed(harbour).value();
  EXPECT_EQ(row.name, feed_name(harbour));
  EXPECT_EQ(row.state, *group[0].state);
  EXPECT_EQ(row.habits, *group[0].habits);
  EXPECT_EQ(row.articles, 1u);
  EXPECT_EQ(row.last_article_at, at(0));
  auto const events = told(*store);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].type, EventType::feed_recovered);
  ASSERT_TRUE(store->put_feed_state(harbour, "renamed", "later"));
  EXPECT_EQ(store->view().feed(harbour).value().articles, 1u);
  EXPECT_EQ(store->view().feeds().value().size(), 1u);
}

TEST(Store, WithdrawsAnArticleOnceAndKeepsItsVersions) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)});
  FeedChange gone;
  gone.feed = harbour;
  gone.feed_name = feed_name(harbour);
  gone.withdrawals.push_back({ArticleId{1}, "410 twice"});
  ASSERT_TRUE(store->commit(std::span(&gone, 1), at(1)));
  ASSERT_TRUE(store->commit(std::span(&gone, 1), at(2)));
  EXPECT_EQ(store->last_sequence(), Sequence{2});
  EXPECT_EQ(told(*store).back().type, EventType::article_withdrawn);
  auto const head = store->view().article(ArticleId{1}).value();
  EXPECT_EQ(head.withdrawn_at, at(1));
  EXPECT_EQ(head.withdrawn_reason, "410 twice");
  EXPECT_TRUE(store->view().version(ArticleId{1}, 1));
}

TEST(Store, KeepsSubscriptionsAndBlocks) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ASSERT_TRUE(store->put_subscription({"mirror", Epoch{0xe1}, Sequence{17}, at(3), "filter"}));
  ASSERT_TRUE(store->put_blocks("harbour.example", "blocks"));
  auto const kept = store->view().subscription("mirror").value();
  EXPECT_EQ(kept.acknowledged, Sequence{17});
  EXPECT_EQ(kept.epoch, Epoch{0xe1});
  EXPECT_EQ(kept.settings, "filter");
  EXPECT_EQ(store->view().subscriptions().value().size(), 1u);
  EXPECT_EQ(store->view().blocks("harbour.example").value(), "blocks");
  ASSERT_TRUE(store->remove_subscription("mirror"));
  EXPECT_EQ(store->view().subscription("mirror").error().code, ErrorCode::not_found);
  EXPECT_EQ(store->put_subscription({"", Epoch{1}, Sequence{}, at(0), ""}).error().code, ErrorCode::invalid);
}

TEST(Store, TellsTheListenerAfterEventsAreVisible) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  std::vector<std::pair<Sequence, std::size_t>> heard;
  store->on_commit([&](CommitReport const& report) {
    EXPECT_EQ(store->last_sequence(), report.last);
    heard.emplace_back(report.last, report.changes.size());
  });
  ingest(*store, harbour, {doc(1), doc(2)});
  ingest(*store, harbour, {doc(1), doc(2)});  // nothing happens: nobody is called
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0], (std::pair{Sequence{2}, std::size_t{2}}));
}

TEST(Store, TellsTheListenerAndReadersOnlyWhenTheDiskHasIt) {
  TempDirectory const directory;
  auto with = options();
  with.sync = SyncMode::group;
  auto const store = open(directory / "store", with);
  std::uint64_t syncs_before = 0;
  int heard = 0;
  store->on_commit([&](CommitReport const& report) {
    EXPECT_EQ(store->last_sequence(), report.last);
    EXPECT_GT(store->metrics().wal_syncs, syncs_before) << "announced before it was synced";
    ++heard;
  });
  for (int i = 1; i <= 3; ++i) {
    syncs_before = store->metrics().wal_syncs;
    ingest(*store, harbour, {doc(i)});
  }
  EXPECT_EQ(heard, 3);
}

TEST(Store, GivesAnArticleToTheOneThatCommittedItFirst) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto const early = store->view();
  std::vector<FeedChange> const one{change(early, harbour, {doc(1)})};
  std::vector<FeedChange> const again{
      change(early, harbour, {doc(1)})};  // prepared before the first was stored
  ASSERT_TRUE(store->commit(one, at(0)));
  auto const report = store->commit(again, at(1)).value();
  EXPECT_EQ(outcomes(report), std::vector{Outcome::unchanged});
  EXPECT_EQ(store->last_sequence(), Sequence{1});
}

TEST(Store, SetsAnItemAsideThatCannotBeKnownAgain) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto group = std::vector{change(store->view(), harbour, {doc(1), doc(2)})};
  group[0].items[0].traits = {};
  auto const report = store->commit(group, at(0)).value();
  EXPECT_EQ(outcomes(report), (std::vector{Outcome::set_aside, Outcome::created}));
  EXPECT_FALSE(report.outcomes[0][0].message.empty());
}

TEST(Store, RefusesAGroupBeyondItsBound) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  FeedChange large;
  large.items.resize(commit_items_max + 1);
  EXPECT_EQ(store->commit(std::span(&large, 1), at(0)).error().code, ErrorCode::too_large);
  EXPECT_EQ(store->last_sequence(), Sequence{0});
}

TEST(StoreOpening, IsRefusedWhileAnotherHasIt) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  EXPECT_EQ(Store::open(directory / "store", options()).error().code, ErrorCode::conflict);
}

TEST(StoreOpening, ForReadingOnlyChangesNothing) {
  TempDirectory const directory;
  { ingest(*open(directory / "store"), harbour, {doc(1)}); }
  auto reading = options();
  reading.mode = OpenMode::read_only;
  auto const store = open(directory / "store", reading);
  EXPECT_EQ(store->view().article(ArticleId{1}).value().title, "Headline number 1");
  EXPECT_EQ(told(*store).size(), 1u);
  FeedChange nothing;
  EXPECT_EQ(store->commit(std::span(&nothing, 1), at(0)).error().code, ErrorCode::refused);
  EXPECT_EQ(store->put_blocks("h", "b").error().code, ErrorCode::refused);
  EXPECT_EQ(Store::open(directory / "none", reading).error().code, ErrorCode::not_found);
}

TEST(StoreOpening, NeedsAnEpochForANewStore) {
  TempDirectory const directory;
  auto without = options();
  without.fresh_epoch = Epoch{0};
  EXPECT_EQ(Store::open(directory / "store", without).error().code, ErrorCode::invalid);
}

TEST(StoreOpening, SaysWhatIsInTheWay) {
  TempDirectory const directory;
  std::ofstream(directory / "file") << "not a directory";
  auto const opened = Store::open(directory / "file", options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::unreadable);
  EXPECT_NE(opened.error().message.find("file"), std::string::npos);
}

TEST(ChangeReader, BeginsAfterAnyNumberAndEndsAtTheNewest) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1), doc(2), doc(3)});
  EXPECT_EQ(told(*store, Sequence{2}).size(), 1u);
  EXPECT_EQ(told(*store, Sequence{3}).size(), 0u);
  EXPECT_EQ(store->changes(Sequence{4}).error().code, ErrorCode::invalid);
}

TEST(ChangeReader, GivesWhatItWasMadeForWhateverComesLater) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)});
  auto reader = store->changes(Sequence{0}).value();
  ingest(*store, harbour, {doc(2)});
  ASSERT_NE(reader.next().value(), nullptr);
  EXPECT_EQ(reader.next().value(), nullptr);
  EXPECT_EQ(reader.next().value(), nullptr);
}

// An item was built from the text of a version, and before it came here there was another.
TEST(Store, TheTextOfAnOlderVersionIsNoEdit) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)});
  auto again = doc(1);
  again.title = "Another headline";
  auto stale = change(store->view(), harbour, {again});
  stale.items[0].text_of = 1;
  stale.items[0].item_hash |= 1;
  stale.items[0].comes_again = true;  // which once more is said once
  auto edited = doc(1);
  edited.text += " The council has answered since.";
  ingest(*store, harbour, {edited}, 1);
  auto const version = store->view().version(ArticleId{1}, 0).value();
  ASSERT_EQ(version.number, 2u);
  auto const item_hash = stale.items[0].item_hash;
  ASSERT_TRUE(store->commit({&stale, 1}, at(2)));
  EXPECT_EQ(store->view().version(ArticleId{1}, 0)->number, 2u);
  EXPECT_NE(store->view().sighting(harbour, ArticleId{1})->item_hash, item_hash) << "it is to come again";

  stale.items[0].text_of = 2;
  ASSERT_TRUE(store->commit({&stale, 1}, at(3)));
  EXPECT_EQ(store->view().version(ArticleId{1}, 0)->number, 3u);
}

}  // namespace
}  // namespace newsfold::storage
