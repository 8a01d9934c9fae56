// The same item again: fetches of a feed, one after another, and how many articles must come of them.

#include "feeds/dedup/identity.h"

#include "habits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace newsfold::dedup {
namespace {

using namespace std::chrono_literals;

ItemTraits traits_of(Entry const& entry) {
  std::optional<UtcMicros> published;
  if (entry.minute >= 0) published = UtcMicros(std::chrono::minutes(entry.minute));
  return make_traits({entry.guid, entry.url, entry.title, entry.text, published});
}

// What a store would do with the answers.
class Shelf final : public KnownItems {
 public:
  std::vector<KnownItem> find(FeedId feed, IdentityKey key) const override {
    std::vector<KnownItem> found;
    for (auto at = items_.rbegin(); at != items_.rend() && found.size() < found_max; ++at) {
      auto const keys = identity_keys(at->traits);
      bool const here = std::find(keys.begin(), keys.end(), key) != keys.end();
      if (here && (key.kind == KeyKind::url || at->feed == feed)) found.push_back(*at);
    }
    return found;
  }

  void fetch(Document const& document, FeedId feed = FeedId(1)) {
    std::vector<ItemTraits> items;
    for (auto const& entry : document) items.push_back(traits_of(entry));
    observe_document(items, habits_[feed]);
    for (auto const& item : items) {
      auto const identity = identify(feed, item, habits_[feed], *this);
      if (identity.reason == IdentityReason::new_item) {
        items_.push_back({ArticleId(items_.size() + 1), feed, item});
      } else if (identity.reason != IdentityReason::other_feed) {
        items_[number(identity.article) - 1].traits = item;
      }
    }
  }

  std::size_t articles() const { return items_.size(); }
  FeedHabits const& habits(FeedId feed = FeedId(1)) { return habits_[feed]; }

 private:
  std::vector<KnownItem> items_;
  std::map<FeedId, FeedHabits> habits_;
};

TEST(SameItemAgain, NoHabitMakesAFlood) {
  for (auto const& row : publisher_habits()) {
    Shelf shelf;
    for (auto const& document : row.fetches) shelf.fetch(document);
    EXPECT_EQ(shelf.articles(), row.articles) << row.name;
  }
}

// The same habits, and in the last fetch two items that were not there before: both must be seen.
TEST(SameItemAgain, NoHabitSwallowsANewItem) {
  for (auto const& row : publisher_habits()) {
    Shelf shelf;
    for (auto const& document : row.fetches) shelf.fetch(document);
    shelf.fetch(with_new_items(row.fetches.back()));
    EXPECT_EQ(shelf.articles(), row.articles + 2) << row.name;
  }
}

TEST(SameItemAgain, ARubricThatReturnsIsNew) {
  Shelf shelf;
  for (int day = 0; day < 5; ++day)
    shelf.fetch({{"g" + std::to_string(day), link(day), "Morning briefing", body(day), day * 1440}});
  EXPECT_EQ(shelf.articles(), 5);
}

TEST(SameItemAgain, ARubricWithoutGuidsIsNewToo) {
  Shelf shelf;
  for (int day = 0; day < 5; ++day) shelf.fetch({{"", link(day), "Letters", body(day), day * 1440}});
  EXPECT_EQ(shelf.articles(), 5);
}

TEST(SameItemAgain, OneTeaserUnderEveryItemIsNoIdentity) {
  Shelf shelf;
  auto const teaser = body(1);
  for (int i = 0; i < 5; ++i)
    shelf.fetch({{"g" + std::to_string(i), link(i), "Title " + std::to_string(i), teaser, i}});
  EXPECT_EQ(shelf.articles(), 5);
}

TEST(SameItemAgain, TwoFeedsOfASiteShareAnArticle) {
  Shelf shelf;
  auto const entry = plain(1);
  shelf.fetch({entry}, FeedId(1));
  auto in_section = entry;
  in_section.guid = "other-guid";
  in_section.url = "http://www.paper.example/story/1?utm_source=section";
  shelf.fetch({in_section}, FeedId(2));
  EXPECT_EQ(shelf.articles(), 1);
}

TEST(SameItemAgain, AGuidThatOutlivesItsOnlyItemSwallowsNothing) {
  Shelf shelf;
  Entry const first{"the-item", link(1), "Title 1", "A line.", -1};
  Entry const second{"the-item", link(2), "Title 2", "Another line.", -1};
  for (int poll = 0; poll < 3; ++poll) shelf.fetch({first});
  shelf.fetch({second});
  EXPECT_EQ(shelf.articles(), 2);
}

TEST(SameItemAgain, OtherFeedsDoNotShareGuidsOrTitles) {
  Shelf shelf;
  shelf.fetch({{"1", "https://a.example/1", "Weather", body(1), 1}}, FeedId(1));
  shelf.fetch({{"1", "https://b.example/1", "Weather", body(2), 1}}, FeedId(2));
  EXPECT_EQ(shelf.articles(), 2);
}

TEST(SameItemAgain, AReasonIsGiven) {
  Shelf shelf;
  shelf.fetch({plain(1)});
  auto habits = shelf.habits();
  auto edited = plain(1);
  edited.title = "Another title";
  EXPECT_EQ(identify(FeedId(1), traits_of(edited), habits, shelf).reason, IdentityReason::guid_and_other);
  EXPECT_EQ(identify(FeedId(1), traits_of(plain(2)), habits, shelf).reason, IdentityReason::new_item);
  EXPECT_EQ(to_string(IdentityReason::other_feed), "other_feed");
}

}  // namespace
}  // namespace newsfold::dedup
