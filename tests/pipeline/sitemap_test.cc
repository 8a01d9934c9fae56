#include "daemon/pipeline/sitemap.h"

#include "tests/origin/gzip.h"
#include "tests/pipeline/pipeline_fixture.h"

#include <gtest/gtest.h>

namespace newsfold::pipeline {
namespace {

UtcMicros const now = parse_rfc3339("2026-11-20T09:00:00Z").value();

Item entry(std::string url, char const* changed = nullptr) {
  Item item;
  item.url = std::move(url);
  if (changed) item.date_modified = parse_rfc3339(changed).value();
  return item;
}

std::vector<std::string> urls(Feed const& feed) {
  std::vector<std::string> out;
  for (auto const& item : feed.items) out.push_back(item.url);
  return out;
}

TEST(Sitemap, OfAnIndexOnlyWhatChangedLatelyAndWhatIsCalledNewsIsFollowed) {
  Feed index;
  index.items = {entry("https://news.example/2019.xml", "2019-12-31T00:00:00Z"),
                 entry("https://news.example/2026-10.xml", "2026-10-31T00:00:00Z"),
                 entry("https://news.example/2026-11.xml", "2026-11-20T08:00:00Z"),
                 entry("https://news.example/pages.xml", "2026-11-19T08:00:00Z"),
                 entry("https://news.example/sitemap-NEWS.xml")};
  EXPECT_EQ(sitemaps_to_follow(index, now),
            (std::vector<std::string>{"https://news.example/sitemap-NEWS.xml",
                                      "https://news.example/2026-11.xml", "https://news.example/pages.xml"}));
}

TEST(Sitemap, OfAnIndexWithoutDatesTheEndsAreFollowedAndNeverMoreThanAFew) {
  Feed index;
  for (int i = 0; i < 1000; ++i) index.items.push_back(entry("https://a.example/" + std::to_string(i)));
  EXPECT_EQ(sitemaps_to_follow(index, now),
            (std::vector<std::string>{"https://a.example/0", "https://a.example/999"}));
  for (int i = 0; i < 1000; ++i) index.items.push_back(entry("https://a.example/news" + std::to_string(i)));
  EXPECT_EQ(sitemaps_to_follow(index, now).size(), sitemaps_followed_max);
  EXPECT_TRUE(sitemaps_to_follow(Feed{}, now).empty());
}

TEST(Sitemap, OfAnIndexWithoutDatesThatIsAllNewsBothEndsAreFollowed) {
  Feed index;
  for (int i = 1; i <= 50; ++i)
    index.items.push_back(entry("https://a.example/news/sitemap-" + std::to_string(i) + ".xml"));
  auto const followed = sitemaps_to_follow(index, now);
  ASSERT_EQ(followed.size(), sitemaps_followed_max);
  EXPECT_EQ(followed[0], "https://a.example/news/sitemap-1.xml");
  EXPECT_EQ(followed[1], "https://a.example/news/sitemap-50.xml");
}

TEST(Sitemap, OfFewSitemapsCalledNewsWithoutDatesEachIsFollowedOnce) {
  Feed index;
  for (int i = 1; i <= 3; ++i) index.items.push_back(entry("/news" + std::to_string(i)));
  for (auto& item : index.items) item.url.insert(0, "https://a.example");
  EXPECT_EQ(sitemaps_to_follow(index, now),
            (std::vector<std::string>{"https://a.example/news1", "https://a.example/news3",
                                      "https://a.example/news2"}));
}

TEST(Sitemap, OldEntriesAndThoseWithoutADateAmongDatedOnesAreNoNews) {
  Feed sitemap;
  sitemap.items = {entry("/new", "2026-11-20T08:00:00Z"), entry("/old", "2026-11-10T08:00:00Z"),
                   entry("/imprint")};
  sitemap.items.push_back(entry("/edited", "2026-11-20T07:00:00Z"));
  sitemap.items.back().date_published = parse_rfc3339("2020-01-01T00:00:00Z").value();
  drop_old_entries(sitemap, now);
  EXPECT_EQ(urls(sitemap), (std::vector<std::string>{"/new"}));
  Feed undated;
  undated.items = {entry("/a"), entry("/b")};
  drop_old_entries(undated, now);
  EXPECT_EQ(undated.items.size(), 2u);
}

TEST(Sitemap, ADateThatIsYetToComeMakesNothingOld) {
  Feed sitemap;
  sitemap.items = {entry("/fair", "2099-01-01T00:00:00Z"), entry("/new", "2026-11-20T08:00:00Z"),
                   entry("/local", "2026-11-20T20:00:00Z"), entry("/old", "2026-11-10T08:00:00Z")};
  drop_old_entries(sitemap, now);
  EXPECT_EQ(urls(sitemap), (std::vector<std::string>{"/fair", "/new", "/local"}));
  Feed ahead;  // or our clock is slow: as if it said no dates
  ahead.items = {entry("/a", "2099-01-01T00:00:00Z"), entry("/b", "2098-01-01T00:00:00Z")};
  drop_old_entries(ahead, now);
  EXPECT_EQ(ahead.items.size(), 2u);
}

TEST(Sitemap, OfAnIndexWhatChangesInDaysToComeIsFollowedLast) {
  Feed index;
  for (int i = 0; i < 4; ++i)
    index.items.push_back(entry("https://a.example/fair" + std::to_string(i), "2099-01-01T00:00:00Z"));
  index.items.push_back(entry("https://a.example/new", "2026-11-20T08:00:00Z"));
  index.items.push_back(entry("https://a.example/old", "2026-10-20T08:00:00Z"));
  EXPECT_EQ(sitemaps_to_follow(index, now),
            (std::vector<std::string>{"https://a.example/new", "https://a.example/fair0",
                                      "https://a.example/fair1", "https://a.example/fair2"}));
}

constexpr char const* index_document = R"(<?xml version="1.0"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>http://daily.example/2026-11.xml</loc><lastmod>2026-11-20T08:00:00Z</lastmod></sitemap>
<sitemap><loc>http://daily.example/2020-01.xml</loc><lastmod>2020-01-31T00:00:00Z</lastmod></sitemap>
</sitemapindex>)";

TEST(Sitemap, AnIndexIsKnownByItsRoot) {
  EXPECT_TRUE(is_sitemap_index(index_document));
  EXPECT_TRUE(is_sitemap_index("<sm:sitemapindex xmlns:sm='http://www.sitemaps.org/schemas/sitemap/0.9'>"));
  EXPECT_FALSE(is_sitemap_index("<urlset><url><loc>http://a.example/<sitemapindex></loc></url></urlset>"));
  EXPECT_FALSE(is_sitemap_index(""));
}

// Its clock stands at the day of these documents.
class SitemapTest : public PipelineFixture {
 protected:
  SitemapTest() { clock_.set(now); }
};

TEST_F(SitemapTest, ADateBeyondTheTimeOfTheAnswerMakesNoSitemapOfAnIndexOld) {
  std::string document = index_document;
  document.insert(document.find("<sitemap>"),
                  "<sitemap><loc>http://daily.example/fair.xml</loc><lastmod>2099-01-01</lastmod></sitemap>");
  run(poll(document));
  EXPECT_EQ(report_.follow,
            (std::vector<std::string>{"http://daily.example/2026-11.xml", "http://daily.example/fair.xml"}));
}

TEST_F(SitemapTest, TheNewestDateOfASitemapIsKnownBeforeItIsRead) {
  fetch::Response response;
  response.final_url = "http://daily.example/sitemap.xml";
  response.body =
      "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
      "<url><loc>http://daily.example/1</loc><lastmod>2010-12-31</lastmod></url>"
      "<url><loc>http://daily.example/2</loc><lastmod>2010-06-01</lastmod></url></urlset>";
  UtcMicros newest{};
  auto look = [&]() -> boost::asio::awaitable<void> {
    newest = co_await pipeline_->newest_entry(feed_, response);
  };
  run(look());
  EXPECT_EQ(newest, parse_rfc3339("2010-12-31T00:00:00Z").value());
  EXPECT_TRUE(web_.asked.empty());
}

TEST_F(SitemapTest, AnIndexHasNoItemsButSaysWhichSitemapsToRead) {
  run(poll(index_document));
  EXPECT_EQ(report_.items, 0u);
  EXPECT_EQ(report_.follow, (std::vector<std::string>{"http://daily.example/2026-11.xml"}));
  EXPECT_TRUE(announced().empty());
}

// As a web server serves the file sitemap.xml.gz: application/gzip, and no Content-Encoding.
TEST(Sitemap, AnIndexIsKnownByItsRootInsideAGzipFile) {
  EXPECT_TRUE(is_sitemap_index(origin::gzip(index_document)));
  EXPECT_FALSE(is_sitemap_index(origin::gzip("<urlset><url><loc>http://a.example/1</loc></url></urlset>")));
  EXPECT_FALSE(is_sitemap_index(origin::gzip(index_document).substr(0, 12)));
  std::string much = index_document;
  while (much.size() < 100'000) much += "<!-- " + much.substr(0, 500) + " -->";
  EXPECT_TRUE(is_sitemap_index(origin::gzip(much)));
}

TEST_F(SitemapTest, AGzippedIndexServedAsAFileIsFollowed) {
  run(poll(origin::gzip(index_document), "application/gzip"));
  EXPECT_EQ(report_.items, 0u);
  EXPECT_EQ(report_.follow, (std::vector<std::string>{"http://daily.example/2026-11.xml"}));
}

boost::asio::awaitable<void> expect_too_large(Pipeline& pipeline, schedule::FeedSpec const& feed) {
  fetch::Response response;
  response.status = 200;
  response.final_url = feed.url;
  response.body = origin::gzip("<rss><channel><item/></channel></rss>" + std::string(1'000'000, ' '));
  auto const digest = co_await pipeline.digest(feed, std::move(response));
  EXPECT_FALSE(digest.report);
  if (digest.report) co_return;
  EXPECT_EQ(digest.report.error().code, ErrorCode::too_large);
  EXPECT_NE(digest.report.error().message.find("fetch.body_max"), std::string::npos);
}

TEST_F(SitemapTest, AGzipFileGrowsToNoMoreThanAnyBodyMayHave) {
  Source source;
  source.id = feed_.id;
  source.name = feed_.name;
  source.page_limits.body_bytes_max = 100'000;
  pipeline_->set_sources({source});
  run(expect_too_large(*pipeline_, feed_));
}

boost::asio::awaitable<void> expect_hint(Pipeline& pipeline, schedule::FeedSpec const& feed) {
  fetch::Response response;
  response.status = 200;
  response.final_url = "http://daily.example/";
  response.headers.content_type = "text/html";
  response.body =
      "<!DOCTYPE html><html><head><title>Daily</title>"
      "<link rel=alternate type='application/rss+xml' href='/rss.xml' "
      "title='All'><link rel=alternate type='application/rss+xml' href='/f\xc3\xb6\xc3\xb6.rss'>"
      "<link rel=alternate type='application/rss+xml' "
      "href='http://me:pw@daily.example/rss'></head><body>Hello</body></html>";
  auto const digest = co_await pipeline.digest(feed, std::move(response));
  EXPECT_FALSE(digest.report);
  if (digest.report) co_return;
  EXPECT_EQ(digest.report.error().code, ErrorCode::not_a_feed);
  auto const& message = digest.report.error().message;
  auto const named = "http://daily.example/rss.xml, http://daily.example/f%c3%b6%c3%b6.rss";
  EXPECT_TRUE(message.ends_with(named)) << message;  // as a configuration takes them
}

TEST_F(SitemapTest, ASiteGivenAsAFeedSaysWhichFeedsItHas) { run(expect_hint(*pipeline_, feed_)); }

}  // namespace
}  // namespace newsfold::pipeline
