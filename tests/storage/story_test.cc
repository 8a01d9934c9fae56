// Copies become one story, whoever is committed when; what a person split stays split.

#include "storage/store.h"

#include "tests/storage/store_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace newsfold::storage {
namespace {

Doc copy_of(int number, std::string const& guid) {
  auto made = doc(number);
  made.guid = guid;
  return made;
}

// The first or the second half of a text.
std::string half(std::string const& text, std::size_t which) {
  auto const middle = text.find(' ', text.size() / 2);
  return which == 0 ? text.substr(0, middle) : text.substr(middle + 1);
}

std::vector<std::uint64_t> copies(Store const& store, StoryId story) {
  std::vector<std::uint64_t> ids;
  for (auto const& copy : store.view().story(story).value().copies) ids.push_back(number(copy.article));
  return ids;
}

TEST(Story, TakesInACopyFromAnotherFeed) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)});
  auto const report = ingest(*store, valley, {copy_of(1, "other")});
  EXPECT_EQ(report.outcomes[0][0].outcome, Outcome::copied);
  EXPECT_EQ(copies(*store, StoryId{1}), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(told(*store).back().type, EventType::article_copied);
  EXPECT_EQ(told(*store).back().story, StoryId{1});
  auto const head = store->view().article(ArticleId{2}).value();
  EXPECT_EQ(head.lineage.match, MatchKind::exact);
  EXPECT_EQ(head.lineage.matched, ArticleId{1});
  auto const counts = store->view().counts().value();
  EXPECT_EQ(counts.stories, 1u);
  EXPECT_EQ(counts.copies, 1u);
}

TEST(Story, TakesInACopyThatThePoolCouldNotSeeYet) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto const early = store->view();
  std::vector<FeedChange> const first{change(early, harbour, {doc(1)})};
  std::vector<FeedChange> const second{change(early, valley, {copy_of(1, "other")})};
  ASSERT_TRUE(store->commit(first, at(0)));
  auto const report = store->commit(second, at(0)).value();
  EXPECT_EQ(report.outcomes[0][0].outcome, Outcome::copied);
  EXPECT_EQ(report.refolded, 1u);
}

TEST(Story, TakesInACopyWithinOneGroup) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto const view = store->view();
  std::vector<FeedChange> const group{change(view, harbour, {doc(1), doc(2)}),
                                      change(view, valley, {copy_of(2, "a"), copy_of(1, "b")})};
  auto const report = store->commit(group, at(0)).value();
  EXPECT_EQ(report.outcomes[1][0].story, StoryId{2});
  EXPECT_EQ(report.outcomes[1][1].story, StoryId{1});
}

TEST(Story, IsFoundWhereTheViewIsOlderThanWhatIsInMemory) {
  TempDirectory const directory;
  auto late = std::vector<FeedChange>{};
  {
    auto const store = open(directory / "store");
    late.push_back(change(store->view(), valley, {copy_of(1, "other")}));
    ingest(*store, harbour, {doc(1)});
  }
  auto const store = open(directory / "store");  // its memory of recent articles is empty
  EXPECT_EQ(store->commit(late, at(1)).value().outcomes[0][0].outcome, Outcome::copied);
}

TEST(Story, MergesWithAnotherWhenOneArticleHoldsBoth) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto const whole = doc(1);
  auto first = whole;
  first.guid = "first half";
  first.text = half(whole.text, 0);
  auto second = whole;
  second.guid = "second half";
  second.text = half(whole.text, 1);
  // Decided by hand: what counts here is what the store makes of the decision.
  ingest(*store, harbour, {first});
  auto apart = std::vector{change(store->view(), valley, {second})};
  apart[0].items[0].fold = {};
  ASSERT_TRUE(store->commit(apart, at(1)));
  ASSERT_EQ(store->view().article(ArticleId{2}).value().story, StoryId{2});
  auto both = std::vector{change(store->view(), FeedId{0x3003}, {whole})};
  auto& fold = both[0].items[0].fold;
  fold.kind = dedup::MatchKind::near;
  fold.article = ArticleId{2};
  fold.story = StoryId{2};
  fold.similarity = .6;
  fold.merged = {StoryId{1}};
  auto const report = store->commit(both, at(2)).value();
  EXPECT_EQ(report.outcomes[0][0].story, StoryId{1});
  EXPECT_EQ(copies(*store, StoryId{1}), (std::vector<std::uint64_t>{1, 2, 3}));
  auto const ended = store->view().story(StoryId{2}).value();
  EXPECT_EQ(ended.merged_into, StoryId{1});
  EXPECT_TRUE(ended.copies.empty());
  EXPECT_EQ(store->view().article(ArticleId{2}).value().story, StoryId{1});
  auto const events = told(*store, Sequence{2});
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].type, EventType::article_merged);
  EXPECT_EQ(events[1].type, EventType::article_copied);
  auto const counts = store->view().counts().value();
  EXPECT_EQ(counts.stories, 1u);
  EXPECT_EQ(counts.copies, 2u);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

// By its own decision: two halves that have nothing in common but the title, then the whole.
TEST(Story, IsMergedWhenALaterArticleShowsTwoToBeOne) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto first = doc(1);
  first.guid = "first half";
  first.text = half(doc(1).text, 0);
  auto second = doc(1);
  second.guid = "second half";
  second.text = half(doc(1).text, 1);
  ingest(*store, harbour, {first});
  ingest(*store, valley, {second}, 1);
  ASSERT_EQ(store->view().counts().value().stories, 2u);
  ingest(*store, FeedId{0x3003}, {doc(1)}, 2);
  auto const events = told(*store, Sequence{2});
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].type, EventType::article_merged);
  EXPECT_EQ(events[0].story, StoryId{1});
  EXPECT_EQ(events[1].type, EventType::article_copied);
  EXPECT_EQ(copies(*store, StoryId{1}), (std::vector<std::uint64_t>{1, 2, 3}));
  auto reader = store->changes(Sequence{2});
  EXPECT_NE(reader->next().value()->open_json.find("article 3 is a copy of both"), std::string_view::npos);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

TEST(Story, KeepsForEachCopyWhatItWasMadeFrom) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  auto const original_of_copy = [&](FeedId feed, int published, double weight, std::string const& named) {
    static int copies_made = 0;
    auto group =
        std::vector{change(store->view(), feed, {copy_of(1, "copy " + std::to_string(++copies_made))})};
    group[0].feed_weight = weight;
    group[0].items[0].article.date_published = at(published);
    group[0].items[0].original = named;
    auto const report = store->commit(group, at(published)).value();
    return store->view().article(report.outcomes[0][0].article).value().lineage.original;
  };
  EXPECT_EQ(original_of_copy(harbour, 60, 1, ""), "");
  EXPECT_EQ(original_of_copy(valley, 70, 1, ""), "earlier 1");
  EXPECT_EQ(original_of_copy(FeedId{0x3003}, 60, 0.5, ""), "heavier 1");
  EXPECT_EQ(original_of_copy(FeedId{0x4004}, 10, 1, ""), "");
  EXPECT_EQ(original_of_copy(FeedId{0x5005}, 90, 1, "agency Reuters"), "agency Reuters");
}

TEST(Story, ThatWasSplitByHandStaysSplit) {
  TempDirectory const directory;
  {
    auto const store = open(directory / "store");
    ingest(*store, harbour, {doc(1)});
    ingest(*store, valley, {copy_of(1, "other")});
    auto const report = store->split(ArticleId{2}, "another match", at(1)).value();
    EXPECT_EQ(report.changes.size(), 1u);
    EXPECT_EQ(store->view().article(ArticleId{2}).value().story, StoryId{2});
    EXPECT_EQ(store->view().article(ArticleId{2}).value().lineage.match, MatchKind::by_hand);
    EXPECT_EQ(copies(*store, StoryId{1}), (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(told(*store).back().type, EventType::article_copied);
  }
  auto const store = open(directory / "store");
  // A third copy is like both: it joins one, and does not make them one again.
  auto third = std::vector{change(store->view(), FeedId{0x3003}, {copy_of(1, "third")})};
  third[0].items[0].fold.merged = {StoryId{1}, StoryId{2}};
  ASSERT_TRUE(store->commit(third, at(2)));
  EXPECT_NE(store->view().article(ArticleId{1}).value().story,
            store->view().article(ArticleId{2}).value().story);
  EXPECT_EQ(store->view().counts().value().stories, 2u);
  EXPECT_EQ(store->verify(Repair::report_only).value().findings, std::vector<std::string>{});
}

TEST(Story, WhoseFirstArticleIsSplitOffKeepsItsNumberForThatOne) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)});
  ingest(*store, valley, {copy_of(1, "a")});
  ingest(*store, FeedId{0x3003}, {copy_of(1, "b")});
  ASSERT_TRUE(store->split(ArticleId{1}, "wrong", at(1)));
  EXPECT_EQ(copies(*store, StoryId{1}), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(copies(*store, StoryId{2}), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(store->split(ArticleId{1}, "again", at(2)).error().code, ErrorCode::invalid);
  EXPECT_EQ(store->split(ArticleId{9}, "none", at(2)).error().code, ErrorCode::not_found);
}

TEST(Story, TakesNoCopiesFromOutsideItsScope) {
  TempDirectory const directory;
  auto by_feed = options();
  by_feed.fold.scope = FoldScope::feed;
  auto const store = open(directory / "store", by_feed);
  ingest(*store, harbour, {doc(1)});
  EXPECT_EQ(ingest(*store, valley, {copy_of(1, "a")}).outcomes[0][0].outcome, Outcome::created);
}

TEST(Story, TakesNoCopiesOfArticlesThatAreOutOfTheWindow) {
  TempDirectory const directory;
  auto short_window = options();
  short_window.fold.window = std::chrono::hours{24};
  auto const store = open(directory / "store", short_window);
  ingest(*store, harbour, {doc(1)});
  constexpr int two_days = 2 * 24 * 60;
  ingest(*store, harbour, {doc(2)}, two_days);  // moves the window
  EXPECT_EQ(ingest(*store, valley, {copy_of(2, "b")}, two_days + 1).outcomes[0][0].outcome, Outcome::copied);
  {
    // The writer's own memory forgets with the restart.
  }
  auto const view = store->view();
  auto const signature = dedup::make_signature(doc(1).title, doc(1).text, "en");
  EXPECT_EQ(dedup::decide(signature, *view.candidates(valley, {})).kind, dedup::MatchKind::new_story);
}

TEST(Story, FindsCopiesOfAnEditedText) {
  TempDirectory const directory;
  auto const store = open(directory / "store");
  ingest(*store, harbour, {doc(1)});
  auto edited = doc(1);
  edited.text = prose(77);
  edited.title = "Headline number 1";
  ASSERT_EQ(ingest(*store, harbour, {edited}, 1).outcomes[0][0].outcome, Outcome::updated);
  EXPECT_EQ(ingest(*store, valley, {copy_of(77, "a")}, 2).outcomes[0][0].story, StoryId{1});
}

TEST(Story, IsNotTakenUpAgainAfterARestartOnceItLeftTheWindow) {
  TempDirectory const directory;
  auto with = options();
  with.fold.window = std::chrono::hours(24);
  {
    auto const store = open(directory / "store", with);
    ingest(*store, harbour, {doc(1)});
    ingest(*store, harbour, {doc(2)}, 48 * 60);
  }
  auto const store = open(directory / "store", with);
  EXPECT_EQ(prepare(store->view(), valley, copy_of(1, "late")).fold.kind, dedup::MatchKind::new_story);
  EXPECT_EQ(prepare(store->view(), valley, copy_of(2, "in time")).fold.kind, dedup::MatchKind::exact);
}

}  // namespace
}  // namespace newsfold::storage
