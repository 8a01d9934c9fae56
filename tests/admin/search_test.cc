#include "daemon/admin/search.h"

#include "daemon/admin/search_json.h"
#include "tests/storage/store_world.h"

#include <gtest/gtest.h>
#include <boost/json/array.hpp>

namespace newsfold::admin {
namespace {

using storage::doc;
using storage::ingest;

SearchQuery query(std::string words) {
  SearchQuery out;
  out.words = std::move(words);
  return out;
}

struct Searched : ::testing::Test {
  void SetUp() override {
    store = storage::open(directory / "store");
    for (int i = 0; i < 10; ++i) {
      auto one = doc(i);
      if (i % 3 == 0) one.text += " The Kingfisher returned to the old harbour wall.";
      ingest(*store, i < 5 ? storage::harbour : storage::valley, {one}, i);
    }
  }
  storage::TempDirectory directory;
  std::unique_ptr<storage::Store> store;
};

TEST_F(Searched, FindsWordsAndPhrasesNewestFirst) {
  auto const found = search(store->view(), query("kingfisher"));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->hits.size(), 4u);
  for (std::size_t i = 1; i < found->hits.size(); ++i)
    EXPECT_GT(found->hits[i - 1].head.id, found->hits[i].head.id);
  EXPECT_NE(found->hits[0].excerpt.find("The Kingfisher returned"), std::string::npos)
      << found->hits[0].excerpt;
  EXPECT_EQ(search(store->view(), query("\"old harbour wall\""))->hits.size(), 4u);
  EXPECT_EQ(search(store->view(), query("\"harbour old wall\""))->hits.size(), 0u);
}

TEST_F(Searched, SaysHowFarItLooked) {
  auto all = search(store->view(), query("kingfisher"));
  EXPECT_EQ(all->read, 10u);
  EXPECT_FALSE(all->next_before);
  EXPECT_EQ(all->back_to, storage::at(0));

  auto bounded = query("kingfisher");
  bounded.articles_max = 4;
  auto const part = search(store->view(), bounded);
  EXPECT_EQ(part->read, 4u);
  ASSERT_TRUE(part->next_before);
  EXPECT_EQ(part->hits.size(), 2u);
  bounded.before = part->next_before;
  bounded.articles_max = 100;
  auto const rest = search(store->view(), bounded);
  EXPECT_EQ(rest->read, 6u);
  EXPECT_EQ(rest->hits.size(), 2u);
  EXPECT_FALSE(rest->next_before);
}

TEST_F(Searched, StopsAtEnoughHitsAndGoesOnBehindThem) {
  auto few = query("kingfisher");
  few.hits_max = 1;
  std::size_t found = 0;
  for (;;) {
    auto const part = search(store->view(), few);
    ASSERT_TRUE(part);
    found += part->hits.size();
    if (!part->next_before) break;
    few.before = part->next_before;
  }
  EXPECT_EQ(found, 4u);
}

TEST_F(Searched, CanBeKeptToFeeds) {
  auto only = query("kingfisher");
  only.feeds = {storage::feed_name(storage::valley)};
  EXPECT_EQ(search(store->view(), only)->hits.size(), 2u);
}

TEST_F(Searched, WithoutAWordIsAnError) {
  for (auto const* words : {"", "  ", "\"\"", "..."}) {
    auto const found = search(store->view(), query(words));
    ASSERT_FALSE(found) << words;
    EXPECT_EQ(found.error().code, ErrorCode::invalid);
  }
}

TEST_F(Searched, AsJsonSaysHowManyThereAre) {
  auto const json = search_json(store->view(), query("kingfisher")).value();
  EXPECT_EQ(json.at("articles").to_number<int>(), 10);
  EXPECT_EQ(json.at("hits").as_array().size(), 4u);
  EXPECT_FALSE(json.contains("next_before"));
}

}  // namespace
}  // namespace newsfold::admin
