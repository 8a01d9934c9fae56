#include "feeds/parse/listing.h"

#include <gtest/gtest.h>

namespace newsfold::parse {
namespace {

constexpr Hints hints{"https://h.example/news/", {}};

constexpr char const* page =
    "<html lang=en><head><title>The  Harbour</title></head><body>"
    "<nav><ul><li><a href=/a>A very long link of the navigation</a><li><a href=/b>Another long link of the "
    "navigation</a>"
    "<li><a href=/c>One more long link of the navigation bar</a></ul></nav>"
    "<div class=list>"
    "<div class='card first'><h2><a href=bridge>The bridge across the river opens</a></h2><time "
    "datetime=2026-11-01T08:00:00Z>today</time>"
    "<p>People cheered.</p><img src=/b.jpg><a href=/t/traffic>Traffic</a></div>"
    "<div class='card'><h2><a href=mayor>The mayor resigns after the vote</a></h2><time>31 October "
    "2026</time></div>"
    "<div class='card'><h2><a href=storm#c>A storm is coming to the coast</a></h2></div>"
    "<div class='card'><h2><a href='javascript:x'>A script that looks like a headline</a></h2></div>"
    "</div><footer><a href=/i>Imprint and more about this site</a></footer></body></html>";

TEST(Listing, FindsHeadlinesByItself) {
  auto const feed = parse_listing(page, hints);
  ASSERT_TRUE(feed) << feed.error().message;
  EXPECT_EQ(feed->title, "The Harbour");
  EXPECT_EQ(feed->language, "en");
  ASSERT_EQ(feed->items.size(), 3u);
  EXPECT_EQ(feed->items[0].title, "The bridge across the river opens");
  EXPECT_EQ(feed->items[0].url, "https://h.example/news/bridge");
  EXPECT_EQ(feed->items[0].summary, "People cheered.");
  EXPECT_EQ(feed->items[0].image, "https://h.example/b.jpg");
  ASSERT_TRUE(feed->items[0].date_published);
  EXPECT_EQ(format_rfc3339(*feed->items[0].date_published), "2026-11-01T08:00:00Z");
  ASSERT_TRUE(feed->items[1].date_published);
  EXPECT_EQ(format_rfc3339(*feed->items[1].date_published), "2026-10-31T00:00:00Z");
  EXPECT_EQ(feed->items[2].url, "https://h.example/news/storm");
}

TEST(Listing, FollowsTheSelectorsOfARule) {
  auto const feed = parse_listing(
      page, hints, {.item = "div.card", .link = "h2 a", .title = "h2", .date = "time", .summary = "p"});
  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_EQ(feed->items.size(), 3u);
  EXPECT_EQ(feed->items[0].summary, "People cheered.");
  EXPECT_EQ(feed->items[1].summary, "");
  EXPECT_EQ(feed->items[1].title, "The mayor resigns after the vote");
}

TEST(Listing, SaysWhatIsWrong) {
  EXPECT_EQ(parse_listing(page, hints, {.item = "div.none"}).error().code, ErrorCode::not_a_feed);
  EXPECT_EQ(parse_listing("<p>one <a href=x>short</a>", hints).error().code, ErrorCode::not_a_feed);
  EXPECT_EQ(parse_listing("", hints).error().code, ErrorCode::not_a_feed);
}

}  // namespace
}  // namespace newsfold::parse
