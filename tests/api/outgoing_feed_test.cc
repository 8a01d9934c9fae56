// The stream as a feed, held against the specifications and read back with our own reader.

#include "daemon/api/outgoing_feed.h"

#include "feeds/parse/parse.h"
#include "tests/api/api_world.h"
#include "tests/api/feed_check.h"

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

// All that a feed may bring, and what it may bring it as.
void fill_with_extras(ApiWorld& world) {
  auto change = storage::change(world.store().view(), storage::harbour, {storage::doc(8), storage::doc(9)});
  auto& good = change.items[0];
  good.article.authors = {{"Ada Quay", "https://harbour.example/ada", "https://harbour.example/ada.jpg", {}},
                          {"Bo & Co", {}, {}, {}}};
  good.article.image = "https://harbour.example/1.jpg";
  good.article.date_published = storage::at(5);
  good.article.date_modified = storage::at(6);
  good.article.language = "pt-BR";
  good.extras.external_url = "https://elsewhere.example/a?b=1&c=2";
  good.extras.summary = "In short <b>";
  good.extras.attachments = {
      {"https://harbour.example/a.mp3", "audio/mpeg", "Listen", 1234, 61.5},
      {"https://harbour.example/b", "", {}, {}, {}},  // which some feeds leave out
  };
  auto& odd = change.items[1];
  odd.article.authors = {{{}, {}, {}, "desk@harbour.example"}};
  odd.article.language = "English (US)";
  odd.article.title.clear();
  odd.article.content_html.clear();
  odd.article.content_text.clear();
  odd.article.url.clear();
  odd.extras.attachments = {{"https://harbour.example/c.mp3", "mp3", {}, {}, {}},
                            {"https://harbour.example/d.mp3", " audio/mpeg ; a=b\"", {}, {}, {}}};
  ASSERT_TRUE(world.store().commit(std::span(&change, 1), storage::at(4)));
}

TEST(OutgoingFeed, IsWhatTheSpecificationsWant) {
  ApiWorld world;
  auto const body_of = [&](std::string const& target) { return world.client().get(target)->body; };
  auto const hold = [&](std::string const& query) {
    EXPECT_EQ(wrong_with_json_feed(body_of("/v1/feed.json" + query)), "") << query;
    EXPECT_EQ(wrong_with_atom_feed(body_of("/v1/feed.atom" + query)), "") << query;
  };
  hold("");  // of nothing
  fill(world);
  fill_with_extras(world);
  for (auto const* query :
       {"", "?copies=show", "?limit=2", "?limit=2&q=headline&tag=a%26b%20%22", "?after=3"})
    hold(query);
  auto const feed = world.json("/v1/feed.json");
  for (auto const& item : feed.at("items").as_array())
    EXPECT_TRUE(item.at("_newsfold").at("story").is_number());
}

TEST(OutgoingFeed, TheCheckSeesWhatIsWrong) {
  auto const item = [](std::string const& members) {
    return wrong_with_json_feed(R"({"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{)" +
                                members + "}]}");
  };
  EXPECT_EQ(item(R"("id":"1","content_text":"")"), "");
  for (auto const* wrong :
       {R"("content_text":"")", R"("id":1,"content_text":"")", R"("id":"1")",
        R"("id":"1","content_html":"","url":"/a")",
        R"("id":"1","content_html":"","date_published":"2026-01-02 03:04")",
        R"("id":"1","content_html":"","attachments":[{"url":"https://a.example/"}])",
        R"("id":"1","content_html":"","authors":[{}])", R"("id":"1","content_html":"","language":"a b")"})
    EXPECT_NE(item(wrong), "") << wrong;
  EXPECT_NE(wrong_with_json_feed(R"({"version":"https://jsonfeed.org/version/1","title":"T","items":[]})"),
            "");

  std::string const head =
      R"(<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:a:b</id><title>T</title><updated>2026-01-02T03:04:05Z</updated>)"
      R"(<link rel="self" href="http://a.example/"/>)";
  std::string const author = "<author><name>A</name></author>";
  std::string const entry =
      "<entry><id>urn:a:c</id><title>T</title><updated>2026-01-02T03:04:05Z</updated><content>x</content>";
  EXPECT_EQ(wrong_with_atom_feed(head + author + entry + "</entry></feed>"), "");
  for (auto const& wrong :
       {head + entry + "</entry></feed>", head + author + entry + "</entry>" + entry + "</entry></feed>",
        head + author + entry + "<link href='http://a.example/' type='mp3'/></entry></feed>",
        head + author + entry + "<title>T</title></entry></feed>", head + author + "<id>urn:a:c</id></feed>",
        head + author + "<entry><id>urn:a:c</id><title>T</title></entry></feed>",
        head + author + entry + "<author/></entry></feed>",
        head + author + entry + "<category/></entry></feed>", author + entry + "</entry>"})
    EXPECT_NE(wrong_with_atom_feed(wrong), "") << wrong;
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
