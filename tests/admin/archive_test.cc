#include "daemon/admin/archive.h"
#include "daemon/admin/import.h"
#include "tests/storage/store_world.h"

#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <functional>
#include <span>
#include <sstream>

namespace newsfold::admin {
namespace {

using storage::at;
using storage::doc;
using storage::ingest;

std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// Three articles, one of them edited, one a copy of another.
void fill(storage::Store& store) {
  auto copy = doc(1);
  copy.guid = "elsewhere";
  auto edited = doc(2);
  edited.text += " " + storage::prose(77);
  ingest(store, storage::harbour, {doc(1), doc(2)}, 0);
  ingest(store, storage::valley, {copy}, 1);
  ingest(store, storage::harbour, {edited}, 2);
}

std::string whole_export(storage::Store const& store) {
  std::string out;
  std::optional<ArticleId> after;
  auto const view = store.view();
  do {
    auto const page = export_page(view, after);
    EXPECT_TRUE(page);
    out += page->lines;
    after = page->after;
  } while (after);
  return out;
}

// An article has more members or fewer: none of them may be in the way of another.
TEST(Archive, ArticlesOfEveryShapeAreWritten) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  std::vector<std::function<void(Article&)>> const fields{
      [](Article&) {},
      [](Article& article) { article.url.clear(); },
      [](Article& article) { article.language = "en"; },
      [](Article& article) { article.image = "https://courier.example/i.png"; },
      [](Article& article) { article.content_html = "<p>Harbour</p>"; },
      [](Article& article) { article.date_published = at(1); },
      [](Article& article) { article.byline = "Ann Example"; }};
  for (std::size_t count = 1; count <= fields.size(); ++count) {
    auto change = storage::change(store->view(), storage::harbour, {doc(int(count))});
    for (std::size_t i = 0; i < count; ++i) fields[i](change.items.front().article);
    ASSERT_TRUE(store->commit(std::span(&change, 1), at(int(count))));
  }
  auto const lines = lines_of(whole_export(*store));
  ASSERT_EQ(lines.size(), fields.size());
  for (auto const& line : lines) {
    auto const item = boost::json::parse(line).as_object();
    EXPECT_EQ(item.at("_newsfold").as_object().at("versions").as_array().size(), 1u) << line;
    EXPECT_EQ(item.at("_newsfold").as_object().at("version").to_number<int>(), 1) << line;
  }
}

TEST(Archive, ALineHoldsEveryVersionWithItsWholeText) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  fill(*store);
  auto const lines = lines_of(whole_export(*store));
  ASSERT_EQ(lines.size(), 3u);
  auto const second = boost::json::parse(lines[1]).as_object();
  EXPECT_EQ(second.at("_newsfold").at("feed").as_string(), storage::feed_name(storage::harbour));
  auto const& versions = second.at("_newsfold").at("versions").as_array();
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions[0].at("content_text").as_string(), doc(2).text);
  EXPECT_EQ(versions[1].at("content_text").as_string(), second.at("content_text").as_string());
  auto const copy = boost::json::parse(lines[2]).as_object();
  EXPECT_EQ(copy.at("_newsfold").at("match").as_string(), "exact");
  EXPECT_EQ(copy.at("_newsfold").at("story").as_string(),
            boost::json::parse(lines[0]).at("_newsfold").at("story").as_string());
}

TEST(Archive, PagesJoinWithoutGapOrOverlap) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  for (int i = 0; i < 11; ++i) {
    std::vector<storage::Doc> docs;
    for (int k = 0; k < 100; ++k) docs.push_back(doc(i * 100 + k));
    ingest(*store, storage::harbour, docs, i);
  }
  auto const lines = lines_of(whole_export(*store));
  ASSERT_EQ(lines.size(), 1100u);
  std::uint64_t before = 0;
  for (auto const& line : lines) {
    auto const id = std::stoull(std::string(boost::json::parse(line).at("id").as_string()));
    EXPECT_GT(id, before);
    before = id;
  }
}

TEST(Import, AnotherStoreSaysTheSameAfterwards) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  fill(*store);
  auto const archive = lines_of(whole_export(*store));
  auto const other = storage::open(directory / "other");
  Importer importer(*other, {});
  for (auto const& line : archive) ASSERT_TRUE(importer.add_line(line, at(100)));
  EXPECT_EQ(importer.counts().created, 2u);
  EXPECT_EQ(importer.counts().copied, 1u);
  EXPECT_EQ(importer.counts().updated, 1u);
  auto const counts = other->view().counts().value();
  EXPECT_EQ(counts.articles, 3u);
  EXPECT_EQ(counts.versions, 4u);
  EXPECT_EQ(counts.stories, 2u);
  auto const restored = lines_of(whole_export(*other));
  ASSERT_EQ(restored.size(), archive.size());
  for (std::size_t i = 0; i < archive.size(); ++i) {
    auto const a = boost::json::parse(archive[i]);
    auto const b = boost::json::parse(restored[i]);
    EXPECT_EQ(a.at("title"), b.at("title"));
    EXPECT_EQ(a.at("content_text"), b.at("content_text"));
    EXPECT_EQ(a.at("_newsfold").at("versions").as_array().size(),
              b.at("_newsfold").at("versions").as_array().size());
  }
}

TEST(Import, KeepsTheGradeOfATextAndTheClockOfItsDate) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  std::vector group{storage::change(store->view(), storage::harbour, {doc(1)})};
  auto& article = group[0].items[0].article;
  article.truncated = true;
  article.completeness = Completeness::teaser;
  article.date_published = at(0);
  article.published_offset_minutes = -210;
  ASSERT_TRUE(store->commit(group, at(1)));
  auto const other = storage::open(directory / "other");
  Importer importer(*other, {});
  for (auto const& line : lines_of(whole_export(*store))) ASSERT_TRUE(importer.add_line(line, at(100)));
  auto const content = other->view().version(ArticleId{1}, 1).value().content;
  EXPECT_EQ(content.completeness, Completeness::teaser);
  EXPECT_EQ(content.date_published, at(0));
  EXPECT_EQ(content.published_offset_minutes, -210);
}

TEST(Import, TwiceChangesNothing) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  fill(*store);
  auto const archive = lines_of(whole_export(*store));
  auto const other = storage::open(directory / "other");
  Importer once(*other, {});
  for (auto const& line : archive) ASSERT_TRUE(once.add_line(line, at(100)));
  auto const last = other->last_sequence();
  Importer again(*other, {});
  for (auto const& line : archive) ASSERT_TRUE(again.add_line(line, at(200)));
  EXPECT_EQ(again.counts().unchanged, 4u);
  EXPECT_EQ(other->last_sequence(), last);
}

TEST(Import, WhatIsNoArticleIsNamedAndPassedOver) {
  storage::TempDirectory directory;
  auto const store = storage::open(directory / "store");
  Importer importer(*store, {});
  for (auto const* line : {"", "no json", "[]", "{}", R"({"_newsfold": {"feed": "a", "versions": []}})",
                           R"({"_newsfold": {"feed": "", "versions": [{}]}})"}) {
    auto const done = importer.add_line(line, at(0));
    ASSERT_FALSE(done) << line;
    EXPECT_EQ(done.error().code, ErrorCode::invalid);
  }
  EXPECT_EQ(importer.counts().failed, 6u);
  // A version of strange types is an article without a title, not a crash.
  auto const odd = importer.add_line(
      R"({"_newsfold": {"feed": "a", "versions": [7, {"title": 3, "authors": {}}]}})", at(0));
  EXPECT_TRUE(odd) << odd.error().message;
  EXPECT_EQ(store->view().counts().value().articles, 0u);
}

}  // namespace
}  // namespace newsfold::admin
