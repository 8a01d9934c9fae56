#include "storage/change_row.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace newsfold::storage {
namespace {

Event event() {
  Event made;
  made.sequence = Sequence{42};
  made.type = EventType::article_updated;
  made.time = UtcMicros{std::chrono::seconds{1'793'000'000}};
  made.feed = FeedId{7};
  made.feed_name = "Harbour";
  made.article = ArticleId{8};
  made.version = 3;
  made.story = StoryId{9};
  made.former_story = StoryId{10};
  made.language = "de-AT";
  made.tags = {"local", "Straßenbau"};
  return made;
}

RenderedEvent rendered() {
  Article article;
  article.title = "A \"title\"";
  article.content_text = "Some text.";
  ItemExtras const extras;
  ArticleEventData data;
  data.article = &article;
  data.extras = &extras;
  return render_event(Epoch{1}, event(), data);
}

TEST(ChangeRow, IsReadBackWithoutCopies) {
  auto const row = encode_change_row(event(), EditClass::correction, rendered());
  auto const view = ChangeView::decode(row).value();
  EXPECT_EQ(view.sequence, Sequence{42});
  EXPECT_EQ(view.type, EventType::article_updated);
  EXPECT_EQ(view.edit, EditClass::correction);
  EXPECT_EQ(view.time, event().time);
  EXPECT_EQ(view.feed, FeedId{7});
  EXPECT_EQ(view.article, ArticleId{8});
  EXPECT_EQ(view.version, 3u);
  EXPECT_EQ(view.story, StoryId{9});
  EXPECT_EQ(view.former_story, StoryId{10});
  EXPECT_EQ(view.feed_name, "Harbour");
  EXPECT_EQ(view.language, "de-AT");
  EXPECT_EQ(view.title_json, "A \\\"title\\\"");
  EXPECT_EQ(view.text_json, "Some text.");
  EXPECT_EQ(view.open_json, rendered().open_json);
  EXPECT_GE(view.open_json.data(), row.data());
  EXPECT_LE(view.open_json.data() + view.open_json.size(), row.data() + row.size());
}

TEST(ChangeRow, ListsItsTags) {
  auto const row = encode_change_row(event(), EditClass::none, rendered());
  auto const view = ChangeView::decode(row).value();
  std::vector<std::string> tags;
  for (auto const tag : view.tags) tags.emplace_back(tag);
  EXPECT_EQ(tags, (std::vector<std::string>{"local", "Straßenbau"}));
}

TEST(ChangeRow, WithoutTagsListsNone) {
  auto bare = event();
  bare.tags.clear();
  auto const row = encode_change_row(bare, EditClass::none, rendered());
  auto const view = ChangeView::decode(row).value();
  EXPECT_EQ(view.tags.begin(), view.tags.end());
}

TEST(ChangeRow, CutsAHugeTagBetweenCharacters) {
  auto large = event();
  std::string tag;
  for (int i = 0; i < 200; ++i) tag += "ß";
  large.tags = {tag};
  auto const row = encode_change_row(large, EditClass::none, rendered());
  auto const view = ChangeView::decode(row).value();
  auto const kept = *view.tags.begin();
  EXPECT_EQ(kept.size(), 254u);
  EXPECT_EQ(kept, std::string_view(tag).substr(0, 254));
}

TEST(ChangeRow, CutShortIsCorruptAtEveryLengthBeforeItsJson) {
  auto const row = encode_change_row(event(), EditClass::none, rendered());
  auto const json = rendered().open_json.size();
  for (std::size_t size = 0; size < row.size() - json; ++size)
    EXPECT_FALSE(ChangeView::decode(std::string_view(row).substr(0, size))) << size;
}

TEST(ChangeRow, WithDamagedBytesIsCorruptOrStaysInsideItself) {
  auto const whole = encode_change_row(event(), EditClass::none, rendered());
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    auto row = whole;
    for (int i = 0; i < 3; ++i) row[random() % row.size()] = static_cast<char>(random());
    auto const view = ChangeView::decode(row);
    if (!view) {
      EXPECT_EQ(view.error().code, ErrorCode::corrupt);
      continue;
    }
    std::size_t bytes = 0;
    for (auto const tag : view->tags) bytes += tag.size();
    EXPECT_LE(bytes, row.size());
    for (auto const part : {view->open_json, view->title_json, view->text_json}) {
      EXPECT_GE(part.data(), row.data());
      EXPECT_LE(part.data() + part.size(), row.data() + row.size());
    }
  }
}

}  // namespace
}  // namespace newsfold::storage
