// What single elements say, in the spellings that publishers use for it.
#include "feeds/model/feed_json.h"
#include "feeds/parse/parse.h"

#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

namespace newsfold::parse {
namespace {

Feed parsed(std::string_view bytes, Hints const& hints = {}) {
  auto feed = parse_feed(bytes, hints);
  EXPECT_TRUE(feed) << (feed ? "" : feed.error().message) << ' ' << bytes;
  return feed ? *feed : Feed{};
}

Feed channel_of(std::string const& inner) {
  return parsed("<rss version='2.0'><channel>" + inner + "</channel></rss>");
}
Item item_of(std::string const& inner) {
  auto const feed = channel_of("<item>" + inner + "</item>");
  EXPECT_EQ(feed.items.size(), 1u) << inner;
  return feed.items.empty() ? Item{} : feed.items[0];
}

std::string geo_of(std::string const& inner) {
  auto const json = to_json(item_of(inner));
  auto const* more = json.if_contains("_newsfold");
  auto const* geo = more ? more->as_object().if_contains("geo") : nullptr;
  return geo ? boost::json::serialize(geo->as_object().at("coordinates")) : "";
}

TEST(Elements, PlacesInEverySpelling) {
  for (char const* point :
       {"<georss:point>45.5 -71.5</georss:point>", "<georss:point>45.5,-71.5</georss:point>",
        "<geo:lat>45.5</geo:lat><geo:long>-71.5</geo:long>", "<geo:lat_long>45.5,-71.5</geo:lat_long>",
        "<geo:Point><geo:lat>45.5</geo:lat><geo:long>-71.5</geo:long></geo:Point>",
        "<icbm:latitude>45.5</icbm:latitude><icbm:longitude>-71.5</icbm:longitude>",
        "<georss:where><gml:Point><gml:pos>45.5 -71.5</gml:pos></gml:Point></georss:where>"})
    EXPECT_EQ(geo_of(point), "[-7.15E1,4.55E1]") << point;
  auto const box = geo_of("<georss:box>42.5 -71.5 43.5 -69.5</georss:box>");
  EXPECT_EQ(box, "[[[-7.15E1,4.25E1],[-6.95E1,4.25E1],[-6.95E1,4.35E1],[-7.15E1,4.35E1],[-7.15E1,4.25E1]]]");
  EXPECT_EQ(geo_of("<georss:where><gml:Envelope><gml:lowerCorner>42.5 -71.5</gml:lowerCorner>"
                   "<gml:upperCorner>43.5 -69.5</gml:upperCorner></gml:Envelope></georss:where>"),
            box);
  for (char const* nowhere :
       {"<georss:point>91 0</georss:point>", "<georss:point>1</georss:point>", "<geo:lat>x</geo:lat>",
        "<georss:box>1 2</georss:box>",
        "<georss:where><gml:Envelope><gml:lowerCorner>1 2</gml:lowerCorner></gml:Envelope></georss:where>"})
    EXPECT_EQ(geo_of(nowhere), "") << nowhere;
}

TEST(Elements, AnEmptyElementForTheTextLeavesItToTheDescription) {
  for (char const* nothing :
       {"<content:encoded/>", "<content:encoded></content:encoded>",
        "<content:encoded><![CDATA[]]></content:encoded>",
        "<content:encoded><![CDATA[ \n]]></content:encoded>",
        "<content:encoded type='html'></content:encoded>",
        "<content:encoded>&lt;img src='https://h.example/p' width='1' height='1'&gt;</content:encoded>"}) {
    auto const item = item_of(std::string(nothing) + "<description>d</description>");
    EXPECT_EQ(item.content_html, "d") << nothing;
    EXPECT_EQ(item.summary, "") << nothing;
  }
  auto const title = item_of("<title>a</title><title><![CDATA[]]></title>").title;
  EXPECT_EQ(title, "a");
}

TEST(Elements, ASourceKeepsItsAddressWithMarkupInIt) {
  auto const item = item_of("<source url='https://s.example/rss'>The <b>Source</b></source>");
  EXPECT_EQ(item.source.title, "The Source");
  EXPECT_EQ(item.source.url, "https://s.example/rss");
}

TEST(Elements, ThePageBeforeThisOneIsNext) {
  auto const next_of = [](std::string const& links) {
    return parsed("<feed xmlns='http://www.w3.org/2005/Atom'>" + links + "<entry><id>a</id></entry></feed>",
                  {"https://h.example/feed", {}})
        .next_url;
  };
  EXPECT_EQ(next_of("<link rel='prev-archive' href='/2026/10/'/><link rel='next-archive' href='/2026/12'/>"),
            "https://h.example/2026/10/");
  EXPECT_EQ(next_of("<link rel='previous' href='?p=1'/><link rel='next' href='?p=3'/>"),
            "https://h.example/feed?p=3");
  EXPECT_EQ(next_of("<link rel='last' href='?p=9'/>"), "");
}

TEST(Elements, LinesEndWithALineFeedWhateverTheFileHas) {
  auto const feed = parsed(
      "<feed xmlns='http://www.w3.org/2005/Atom'>\r\n<entry><content "
      "type='text'>a\r\nb\rc</content></entry>\r\n"
      "<entry><content type='text'><![CDATA[a\r\nb\rc]]></content></entry></feed>");
  EXPECT_EQ(feed.items.at(0).content_text, "a\nb\nc");
  EXPECT_EQ(feed.items.at(1).content_text, "a\nb\nc");
}

TEST(Elements, XhtmlMayCloseWhatHtmlCannot) {
  auto const item = parsed(
                        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>"
                        "<div>a<br></br>b<br/>c<hr></hr></div></content></entry></feed>")
                        .items.at(0);
  EXPECT_EQ(item.content_html, "<div>a<br>b<br>c<hr></div>");
}

TEST(Elements, PodcastsNameFilesPicturesAndPeople) {
  auto const episode = item_of(
      "<podcast:alternateEnclosure type='video/mp4' length='7' title='Film'><podcast:source "
      "uri='https://h.example/1.mp4'/><podcast:source uri='ipfs://x'/></podcast:alternateEnclosure>"
      "<podcast:image href='https://h.example/1.jpg'/><enclosure url='https://h.example/1.mp3'/>");
  ASSERT_EQ(episode.attachments.size(), 2u);
  EXPECT_EQ(episode.attachments[0].url, "https://h.example/1.mp3");
  EXPECT_EQ(episode.attachments[1].url, "https://h.example/1.mp4");
  EXPECT_EQ(episode.attachments[1].mime_type, "video/mp4");
  EXPECT_EQ(episode.attachments[1].title, "Film");
  EXPECT_EQ(episode.attachments[1].size_in_bytes, 7u);
  EXPECT_EQ(episode.image, "https://h.example/1.jpg");
  auto const feed = channel_of(
      "<podcast:person href='https://h.example/jo' img='https://h.example/jo.png'>Jo</podcast:person>"
      "<itunes:category text='Arts'><itunes:category>Books</itunes:category></itunes:category>");
  ASSERT_EQ(feed.contributors.size(), 1u);
  EXPECT_EQ(feed.contributors[0], (Author{"Jo", "https://h.example/jo", "https://h.example/jo.png", ""}));
  EXPECT_EQ(feed.tags, (std::vector<std::string>{"Arts", "Books"}));
}

TEST(Elements, CdfHoldsItemsInChannelsInsideTheChannel) {
  auto const feed = parsed(
      "<CHANNEL BASE='https://h.example/d/' HREF='index.html' LASTMOD='2004-01-02T03:04:05'><TITLE>T</TITLE>"
      "<ITEM HREF='1'><TITLE>a</TITLE></ITEM><CHANNEL><TITLE>S</TITLE><ITEM><A "
      "HREF='2'/><TITLE>b</TITLE></ITEM>"
      "<CHANNEL><ITEM HREF='3'/></CHANNEL></CHANNEL></CHANNEL>");
  EXPECT_EQ(feed.format, FeedFormat::cdf);
  EXPECT_EQ(feed.title, "T");
  EXPECT_EQ(feed.home_page_url, "https://h.example/d/index.html");
  EXPECT_TRUE(feed.updated);
  ASSERT_EQ(feed.items.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(feed.items[i].url, "https://h.example/d/" + std::to_string(i + 1));
}

TEST(Elements, RssIsRssWhateverItsDefaultNamespace) {
  for (char const* uri : {"http://www.w3.org/2005/Atom", "http://purl.org/dc/elements/1.1/", "urn:other",
                          "http://backend.userland.com/rss2"}) {
    auto const feed =
        parsed("<rss version='2.0' xmlns='" + std::string(uri) +
               "'><channel><title>T</title><item><title>a</title><link>https://h.example/1</link>"
               "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>");
    EXPECT_EQ(feed.title, "T") << uri;
    ASSERT_EQ(feed.items.size(), 1u) << uri;
    EXPECT_EQ(feed.items[0].url, "https://h.example/1") << uri;
    EXPECT_TRUE(feed.items[0].date_published) << uri;
  }
}

TEST(Elements, NamespacesAreAddressesInAnySpelling) {
  for (char const* uri : {"http://purl.org/dc/elements/1.1/", "https://purl.org/dc/elements/1.1/",
                          "http://purl.org/dc/elements/1.1", "HTTP://PURL.ORG/DC/ELEMENTS/1.1/"})
    EXPECT_EQ(item_of("<x:creator xmlns:x='" + std::string(uri) + "'>Jo</x:creator>").authors.size(), 1u)
        << uri;
  for (char const* uri : {"http://my.netscape.com/rdf/simple/0.9/", "HTTPS://MY.NETSCAPE.COM/RDF/SIMPLE/0.9"})
    EXPECT_EQ(parsed("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='" +
                     std::string(uri) + "'><channel><title>T</title></channel></rdf:RDF>")
                  .format,
              FeedFormat::rss_090)
        << uri;
}

TEST(Elements, JsonItemsWithoutAuthorsHaveThoseOfTheirFeed) {
  for (char const* authors : {R"("authors":[{"name":"Jo"}])", R"("author":{"name":"Jo"})"}) {
    auto const feed =
        parsed(R"({"version":"https://jsonfeed.org/version/1.1","title":"T",)" + std::string(authors) +
               R"(,"items":[{"id":1.5,"tags":"a, b"},{"id":"2","authors":[{"name":"Al"}]}]})");
    ASSERT_EQ(feed.items.size(), 2u);
    EXPECT_EQ(feed.items[0].authors.at(0).name, "Jo");
    EXPECT_EQ(feed.items[1].authors.at(0).name, "Al");
    EXPECT_EQ(feed.items[0].id, "1.5");
    EXPECT_EQ(feed.items[0].tags, (std::vector<std::string>{"a", "b"}));
  }
}

TEST(Elements, RssInJsonRepeatsByLists) {
  auto const feed = parsed(
      R"({"rss":{"version":"2.0","channel":{"title":"T","category":["a",{"#value":"b"}],"item":)"
      R"({"title":"x","category":{"#value":"c"},"guid":{"#value":"g"},"enclosure":[{"url":"https://h.example/1",)"
      R"("length":10}]}}}})");
  EXPECT_EQ(feed.tags, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(feed.items.size(), 1u);
  EXPECT_EQ(feed.items[0].tags, (std::vector<std::string>{"c"}));
  EXPECT_EQ(feed.items[0].id, "g");
  EXPECT_EQ(feed.items[0].attachments.at(0).size_in_bytes, 10u);
}

}  // namespace
}  // namespace newsfold::parse
