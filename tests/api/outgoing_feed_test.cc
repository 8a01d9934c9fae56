// The stream as a feed, read back with our own reader of feeds: what we send must be valid for others.

#include "daemon/api/outgoing_feed.h"

#include "feeds/parse/parse.h"
#include "tests/api/api_world.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <map>
#include <set>

namespace newsfold::api {
namespace {

storage::Doc hostile() {
  auto out = storage::doc(7);
  out.title = "A < B & \"C\" \x01\xff ]]> \xef\xbf\xbf end";
  out.tags = {"a&b", "<tag>"};
  return out;
}

// Two articles, a copy of the first in another feed, one withdrawn, one hostile.
void fill(ApiWorld& world) {
  world.ingest(storage::harbour, {storage::doc(1), storage::doc(2)});
  world.ingest(storage::valley, {storage::doc(1), storage::doc(3)}, 1);
  auto const report = world.ingest(storage::harbour, {storage::doc(4)}, 2);
  world.withdraw(storage::harbour, report.outcomes[0][0].article);
  world.ingest(storage::valley, {hostile()}, 3);
}

Feed read(ApiWorld& world, std::string const& target, FeedFormat format) {
  auto client = world.wire();
  client.get(target);
  auto const head = client.read_head();
  EXPECT_EQ(head.status, 200) << target;
  auto const body = client.read_body(head);
  auto const url = "http://localhost" + target;
  auto feed = parse::parse_feed(body, {url, head.fields.at("content-type")});
  EXPECT_TRUE(feed) << feed.error().message << "\n" << body;
  if (!feed) return {};
  EXPECT_EQ(feed->format, format);
  EXPECT_FALSE(feed->bozo) << "it is well formed: " << body;
  return std::move(*feed);
}

std::vector<std::string> titles(Feed const& feed) {
  std::vector<std::string> out;
  for (auto const& item : feed.items) out.push_back(item.title);
  return out;
}

struct Dialect {
  std::string path;
  FeedFormat format;
};
std::vector<Dialect> const dialects{{"/v1/feed.json", FeedFormat::json_11},
                                    {"/v1/feed.atom", FeedFormat::atom_10}};

TEST(OutgoingFeed, HoldsTheNewestArticlesOneVoiceAStoryAndNoneThatWasWithdrawn) {
  ApiWorld world;
  fill(world);
  for (auto const& [path, format] : dialects) {
    auto const feed = read(world, path, format);
    ASSERT_EQ(feed.items.size(), 4u) << path;
    EXPECT_EQ(feed.items[1].title, "Headline number 3");
    EXPECT_EQ(feed.items[2].title, "Headline number 2");
    EXPECT_EQ(feed.items[3].title, "Headline number 1");
    EXPECT_NE(feed.items[0].title.find("A < B & \"C\""), std::string::npos) << feed.items[0].title;
    EXPECT_EQ(feed.items[3].url, "https://feed-4097.example/guid-1");
    EXPECT_NE(feed.items[3].content_html.find("<p>"), std::string::npos);
    EXPECT_TRUE(feed.items[3].date_published);
    EXPECT_EQ(feed.feed_url, "http://localhost" + path);
    std::set<std::string> ids;
    for (auto const& item : feed.items) EXPECT_TRUE(ids.insert(item.id).second);
  }
}

TEST(OutgoingFeed, TakesTheFiltersOfTheStream) {
  ApiWorld world;
  fill(world);
  std::map<std::string, std::size_t> const filters{{"?copies=show", 5},
                                                   {"?feed=feed-4097", 2},
                                                   {"?tag=a%26b", 1},
                                                   {"?lang=de", 0},
                                                   {"?q=%22headline+number+3%22", 1},
                                                   {"?type=article.copied&copies=show", 1},
                                                   {"?type=article.updated", 0},
                                                   {"?lang=en&feed=feed-*&q=headline", 3}};
  for (auto const& [filter, count] : filters)
    for (auto const& [path, format] : dialects)
      EXPECT_EQ(read(world, path + filter, format).items.size(), count) << path << filter;
  for (auto const* bad : {"?limit=0", "?limit=201", "?after=x", "?type=nonsense", "?copies=maybe"})
    EXPECT_EQ(world.client().get("/v1/feed.json" + std::string(bad))->status, 400) << bad;
}

TEST(OutgoingFeed, PagesLeadToAllOfItOnce) {
  ApiWorld world;
  for (int n = 0; n < 23; ++n) world.ingest(storage::harbour, {storage::doc(n)});
  for (auto const& [path, format] : dialects) {
    std::vector<std::string> all;
    auto target = path + "?limit=10&copies=fold";
    for (int page = 0; page < 5 && !target.empty(); ++page) {
      auto const feed = read(world, target, format);
      for (auto& title : titles(feed)) all.push_back(std::move(title));
      target = feed.next_url.substr(std::min(feed.next_url.size(), std::string("http://localhost").size()));
    }
    ASSERT_EQ(all.size(), 23u) << path;
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_EQ(all[i], "Headline number " + std::to_string(22 - i));
  }
}

TEST(OutgoingFeed, JsonFeedHasWhatTheSpecWants) {
  ApiWorld world;
  fill(world);
  auto const feed = world.json("/v1/feed.json");
  EXPECT_EQ(feed.at("version").as_string(), "https://jsonfeed.org/version/1.1");
  EXPECT_FALSE(feed.at("title").as_string().empty());
  for (auto const& item : feed.at("items").as_array()) {
    EXPECT_TRUE(item.at("id").is_string());
    EXPECT_TRUE(item.as_object().contains("content_html") || item.as_object().contains("content_text"));
    EXPECT_TRUE(item.at("_newsfold").at("story").is_number());
  }
}

TEST(OutgoingFeed, AnUnchangedFeedIs304AndAnEmptyOneValid) {
  ApiWorld world;
  for (auto const& [path, format] : dialects) EXPECT_TRUE(read(world, path, format).items.empty());
  fill(world);
  auto client = world.wire();
  client.get("/v1/feed.atom");
  auto const head = client.read_head();
  client.read_body(head);
  auto const tag = head.fields.at("etag");
  client.get("/v1/feed.atom", "If-None-Match: " + tag + "\r\n");
  EXPECT_EQ(client.read_head().status, 304);
  world.notice("alpha");
  client.get("/v1/feed.atom", "If-None-Match: " + tag + "\r\n");
  auto const changed = client.read_head();
  EXPECT_EQ(changed.status, 200);
}

}  // namespace
}  // namespace newsfold::api
