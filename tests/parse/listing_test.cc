#include "feeds/parse/listing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

TEST(Listing, FewOrShortHeadlinesAreFoundInArticlesWhereARuleSaysThatThereAreSome) {
  constexpr char const* short_ones =
      "<article><a href=storm>A storm</a><b class=d>1 November 2026</b></article>"
      "<article><a href=mayor>The mayor</a><b class=d>31 October 2026</b></article>";
  auto const feed = parse_listing(short_ones, hints, {.date = ".d"});
  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_EQ(feed->items.size(), 2u);
  EXPECT_TRUE(feed->items[1].date_published);
}

TEST(Listing, TheTitleOfALinkThatSaysOnlyMoreIsTheHeadingBesideIt) {
  std::string cards;
  for (auto const* name : {"storm", "mayor", "bridge"})
    cards += std::string("<div><h3>About the ") + name + "</h3><a class=m href=" + name + ">More</a></div>";
  auto const feed = parse_listing(cards, hints, {.link = "a.m"});
  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_EQ(feed->items.size(), 3u);
  EXPECT_EQ(feed->items[1].title, "About the mayor");
}

TEST(Listing, OtherSelectorsDoNotKeepItFromFindingTheItems) {
  for (auto const& rule :
       {ListingRule{.date = "time"}, ListingRule{.link = "h2 > a"}, ListingRule{.link = "h2"},
        ListingRule{.title = "h2"}, ListingRule{.summary = "p"}}) {
    auto const feed = parse_listing(page, hints, rule);
    ASSERT_TRUE(feed) << feed.error().message;
    ASSERT_EQ(feed->items.size(), 3u);
    EXPECT_EQ(feed->items[0].title, "The bridge across the river opens");
    EXPECT_EQ(feed->items[0].url, "https://h.example/news/bridge");
    EXPECT_EQ(feed->items[0].summary, "People cheered.");
    ASSERT_TRUE(feed->items[1].date_published);
    EXPECT_EQ(format_rfc3339(*feed->items[1].date_published), "2026-10-31T00:00:00Z");
  }
}

// A picture and a headline that lead to the same place, as most fronts have them.
TEST(Listing, OfTheLinksToOneAddressTheOneWithATextIsTheHeadline) {
  std::string cards, parted;
  for (std::string const name : {"storm", "mayor", "bridge"}) {
    auto const link = "<a href=/" + name + "#c>";
    auto const picture = "<article><figure>" + link + "<img src=/" + name + ".jpg></a></figure>";
    auto const rest = "<h2>" + link + "About the " + name + "</a></h2><time>31 October 2026</time></article>";
    cards += picture + rest;
    parted += picture + "<a href=/s/" + name + ">Section</a>" + rest;
  }
  auto const feed = parse_listing(cards, hints, {.link = "article a"});
  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_EQ(feed->items.size(), 3u);
  EXPECT_EQ(feed->items[1].url, "https://h.example/mayor");
  EXPECT_EQ(feed->items[1].title, "About the mayor");
  EXPECT_EQ(feed->items[1].image, "https://h.example/mayor.jpg");
  EXPECT_TRUE(feed->items[1].date_published);
  auto const other = parse_listing(parted, hints, {.link = "article a"});
  ASSERT_TRUE(other) << other.error().message;
  ASSERT_EQ(other->items.size(), 6u);
  EXPECT_EQ(other->items[0].url, "https://h.example/storm");
  EXPECT_EQ(other->items[0].title, "About the storm");
  EXPECT_EQ(other->items[0].image, "https://h.example/storm.jpg");
}

// What stands beside the picture's link and not beside the headline's is the article's all the same.
TEST(Listing, OfTheLinksToOneAddressNoneLosesADate) {
  std::string cards;
  for (std::string const name : {"storm", "mayor", "bridge"})
    cards += "<article><div><a href=/" + name + "><img src=/" + name +
             ".jpg></a><time>31 October 2026</time></div><a href=/s/" + name + ">Section</a><h2><a href=/" +
             name + ">About the " + name + "</a></h2></article>";
  auto const feed = parse_listing(cards, hints, {.link = "article a"});
  ASSERT_TRUE(feed) << feed.error().message;
  EXPECT_EQ(feed->items[0].title, "About the storm");
  EXPECT_TRUE(feed->items[0].date_published);
}

// "Most read" holds what the list has already, and one more.
TEST(Listing, WhatStandsBesideLinksThatAreKnownIsNotTheItems) {
  std::string const list =
      "<h2><a href=/a>About the storm</a></h2><h2><a href=/b>About the mayor</a></h2>"
      "<aside><time>30 October 2026</time><p><a href=/a>About the storm</a><p><a href=/c>About the "
      "bridge</a></aside>";
  auto const feed = parse_listing(list, hints, {.link = "a"});
  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_EQ(feed->items.size(), 3u);
  EXPECT_EQ(feed->items[2].title, "About the bridge");
  EXPECT_FALSE(feed->items[2].date_published);
}

std::vector<std::string> urls(Result<Feed> const& feed) {
  std::vector<std::string> out;
  if (feed)
    for (auto const& item : feed->items) out.push_back(item.url);
  return out;
}

TEST(Listing, ALinkToThePageItselfIsNoItem) {
  constexpr char const* players =
      "<div class=card><a href='#'>Play the film of the storm</a><h2><a href=storm>A storm "
      "comes</a></h2></div>"
      "<div class=card><a href='https://h.example/news/#c'>Comments</a><a href=mayor><img "
      "src=m.jpg></a></div>"
      "<div class=card><a href='javascript:x'>Share it</a><a href=bridge>The bridge opens</a></div>"
      "<div class=card><a href='#top'>Back to the top of the page</a></div>"
      "<div class=card><a href='./'>All of the news</a></div>";
  EXPECT_EQ(urls(parse_listing(players, hints, {.item = "div.card"})),
            (std::vector<std::string>{"https://h.example/news/storm", "https://h.example/news/mayor",
                                      "https://h.example/news/bridge"}));
  // What a selector names is the link; in the last two cards it leads nowhere else.
  EXPECT_EQ(
      urls(parse_listing(players, hints, {.item = "div.card", .link = "h2 a, a[href^='#t'], a[href='./']"})),
      (std::vector<std::string>{"https://h.example/news/storm"}));
}

TEST(Listing, ALinkInsideThePageIsNoneWhateverItsBaseSays) {
  EXPECT_EQ(urls(parse_listing("<base href=/other/><article><a href='#x'>Open the menu</a>"
                               "<a href=storm>A storm comes</a></article>",
                               hints, {.item = "article"})),
            (std::vector<std::string>{"https://h.example/other/storm"}));
}

TEST(Listing, LinksInsideThePageAreNoHeadlines) {
  std::string tabs = "<ul>";
  for (int i = 0; i < 8; ++i)
    tabs += "<li class=tab><a href='#part" + std::to_string(i) +
            "'>A very long title of a part of this very page, longer than all news</a></li>";
  tabs += "</ul>";
  auto const feed = parse_listing(tabs + page, hints);
  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_EQ(feed->items.size(), 3u);
  EXPECT_EQ(feed->items[0].url, "https://h.example/news/bridge");
}

// A list of headlines beside one of sections that no <nav> marks.
std::string front_page(std::vector<std::string> const& headlines, std::vector<std::string> const& sections) {
  std::string out = "<meta charset=utf-8><ul>";
  for (auto const& name : sections)
    out += "<li><a href='/s" + std::to_string(out.size()) + "'>" + name + "</a></li>";
  out += "</ul>";
  for (std::size_t i = 0; i < headlines.size(); ++i)
    out += "<div class=card><h2><a href='/" + std::to_string(i) + "'>" + headlines[i] + "</a></h2></div>";
  return out;
}

TEST(Listing, HeadlinesInAScriptWithoutBlanksAreFound) {
  std::vector<std::string> const chinese{"国务院召开常务会议研究部署经济工作", "台风明日登陆东南沿海多地停课",
                                         "新大桥通车两岸居民欢庆"};
  std::vector<std::string> const japanese{"首相が来週アメリカを訪問へ", "台風の接近で新幹線が運休",
                                          "新しい橋が開通しました"};
  std::vector<std::string> const thai{"นายกรัฐมนตรีลงพื้นที่ตรวจน้ำท่วมภาคใต้", "เปิดสะพานข้ามแม่น้ำเจ้าพระยาแห่งใหม่",
                                      "พายุเข้าชายฝั่งตะวันออกพรุ่งนี้"};
  for (auto const& [headlines, sections] :
       {std::pair(chinese, std::vector<std::string>{"国内", "国际", "财经", "体育", "娱乐新闻", "天气预报"}),
        std::pair(japanese, std::vector<std::string>{"国内", "国際", "経済", "スポーツ", "天気"}),
        std::pair(thai, std::vector<std::string>{"ข่าว", "กีฬา", "โลก", "บันเทิง"})}) {
    auto const feed = parse_listing(front_page(headlines, sections), hints);
    ASSERT_TRUE(feed) << headlines[0] << ": " << feed.error().message;
    std::vector<std::string> titles;
    for (auto const& item : feed->items) titles.push_back(item.title);
    EXPECT_EQ(titles, headlines);
  }
}

TEST(Listing, SectionsInAScriptWithoutBlanksAreNoHeadlines) {
  for (auto const& sections :
       {std::vector<std::string>{"国内", "国际", "财经", "体育新闻"},
        std::vector<std::string>{"国内ニュース", "国際", "天気予報"},
        std::vector<std::string>{"หน้าแรก", "ข่าวการเมือง", "กีฬา", "ติดต่อเรา"},
        std::vector<std::string>{"Wirtschaftsnachrichten", "Regionalnachrichten", "Kulturveranstaltungen"}})
    EXPECT_FALSE(parse_listing(front_page({}, sections), hints)) << sections[0];
}

TEST(Listing, SaysWhatIsWrong) {
  EXPECT_EQ(parse_listing(page, hints, {.item = "div.none"}).error().code, ErrorCode::not_a_feed);
  EXPECT_EQ(parse_listing("<p>one <a href=x>short</a>", hints).error().code, ErrorCode::not_a_feed);
  EXPECT_EQ(parse_listing("", hints).error().code, ErrorCode::not_a_feed);
}

TEST(Listing, ASelectorCanBeTriedWithoutAPage) {
  EXPECT_TRUE(check_selector("div.card > h2 a[href^='/']"));
  for (auto const* css : {"", "div[", "a:::b", "> >"}) {
    auto const tried = check_selector(css);
    ASSERT_FALSE(tried) << css;
    EXPECT_EQ(tried.error().code, ErrorCode::invalid);
  }
}

}  // namespace
}  // namespace newsfold::parse
