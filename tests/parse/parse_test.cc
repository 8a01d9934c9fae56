#include "feeds/parse/parse.h"

#include "feeds/parse/xml_document.h"

#include <gtest/gtest.h>

namespace newsfold::parse {
namespace {

using namespace std::string_literals;

Feed parsed(std::string_view bytes, Hints const& hints = {}) {
  auto feed = parse_feed(bytes, hints);
  EXPECT_TRUE(feed) << (feed ? "" : feed.error().message);
  return feed ? *feed : Feed{};
}

ErrorCode refused(std::string_view bytes, Limits const& limits = {}) {
  auto const feed = parse_feed(bytes, {}, limits);
  EXPECT_FALSE(feed) << bytes.substr(0, 60);
  return feed ? ErrorCode::cancelled : feed.error().code;
}

std::string rss(std::string_view items, std::string_view channel = {}) {
  return "<rss version=\"2.0\"><channel><title>C</title>" + std::string(channel) + std::string(items) +
         "</channel></rss>";
}

TEST(Parse, RefusesWhatIsNoFeed) {
  EXPECT_EQ(refused(""), ErrorCode::malformed);
  EXPECT_EQ(refused(" \n"), ErrorCode::malformed);
  EXPECT_EQ(refused("hello"), ErrorCode::not_a_feed);
  EXPECT_EQ(refused("<!DOCTYPE html><html><body>rss feed</body></html>"), ErrorCode::not_a_feed);
  EXPECT_EQ(refused("<opml version='2.0'><body/></opml>"), ErrorCode::not_a_feed);
  EXPECT_EQ(refused("{\"error\": 1}"), ErrorCode::not_a_feed);
  EXPECT_EQ(refused("[1, 2"), ErrorCode::malformed);
  EXPECT_EQ(refused("<rss/>", {.bytes_max = 5}), ErrorCode::too_large);
}

TEST(Parse, TellsWhereTheMarkupBroke) {
  auto const feed = parsed("<rss>\n<channel>\n<item><title>a</titel></item></channel></rss>");
  EXPECT_TRUE(feed.bozo);
  EXPECT_NE(feed.bozo_reason.find("line 3"), std::string::npos) << feed.bozo_reason;
  ASSERT_EQ(feed.items.size(), 1u);
  EXPECT_EQ(feed.items[0].title, "a");
}

TEST(Parse, FindsTheFeedBehindSomethingElse) {
  auto const feed =
      parsed("<b>Warning</b>: x in <i>y.php</i> on line 3<br>\n" + rss("<item><title>a</title></item>"));
  EXPECT_TRUE(feed.bozo);
  ASSERT_EQ(feed.items.size(), 1u);
}

TEST(Parse, DescriptionIsContentAloneAndSummaryBesideContent) {
  auto const alone = parsed(rss("<item><description>&lt;p&gt;a&lt;/p&gt;</description></item>")).items.at(0);
  EXPECT_EQ(alone.content_html, "<p>a</p>");
  EXPECT_EQ(alone.summary, "");
  auto const both = parsed(rss("<item><description>a</description><content:encoded><![CDATA[<b>c</b>]]></"
                               "content:encoded></item>"))
                        .items.at(0);
  EXPECT_EQ(both.content_html, "<b>c</b>");
  EXPECT_EQ(both.summary, "a");
}

TEST(Parse, TheDocumentDecidesNotItsLabel) {
  struct Row {
    std::string document;
    char const* label;
    FeedFormat format;
  };
  for (auto const& [document, label, format] :
       {Row{rss("<item/>"), "application/json", FeedFormat::rss_20},
        Row{rss("<item/>"), "text/html", FeedFormat::rss_20},
        Row{"<feed xmlns='http://www.w3.org/2005/Atom'/>", "application/rss+xml", FeedFormat::atom_10},
        Row{"{\"version\": \"https://jsonfeed.org/version/1.1\", \"items\": []}", "text/xml",
            FeedFormat::json_11}})
    EXPECT_EQ(parsed(document, {"https://h.example/feed.xml", label}).format, format) << label;
}

TEST(Parse, PassesOverWhatItDoesNotKnow) {
  std::string const unknown =
      "<z:x xmlns:z='urn:z' href='https://no.example/'><z:title>NO</z:title><z:item/></z:x><z:title "
      "xmlns:z='urn:z'>NO</z:title><z:pubDate xmlns:z='urn:z'>Mon, 02 Nov 2026 10:00:00 GMT</z:pubDate>";
  auto const feed =
      parsed(rss(unknown + "<item>" + unknown + "<title>a</title>" + unknown + "</item>" + unknown, unknown));
  EXPECT_FALSE(feed.bozo) << feed.bozo_reason;
  EXPECT_EQ(feed.title, "C");
  EXPECT_FALSE(feed.updated);
  ASSERT_EQ(feed.items.size(), 1u);
  EXPECT_EQ(feed.items[0].title, "a");
  EXPECT_EQ(feed.items[0].url, "");
  EXPECT_FALSE(feed.items[0].date_published);
}

TEST(Parse, TakesTheOriginalLinkOfFeedBurner) {
  auto const item =
      parsed(
          "<rss "
          "xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'><channel><item><link>http://"
          "proxy.example/1</link>"
          "<feedburner:origLink>https://h.example/1</feedburner:origLink></item></channel></rss>")
          .items.at(0);
  EXPECT_EQ(item.url, "https://h.example/1");
}

TEST(Parse, AGuidIsALinkUnlessItSaysNot) {
  EXPECT_EQ(parsed(rss("<item><guid>https://h.example/1</guid></item>")).items.at(0).url,
            "https://h.example/1");
  EXPECT_EQ(parsed(rss("<item><guid isPermaLink='false'>https://h.example/1</guid></item>")).items.at(0).url,
            "");
  EXPECT_EQ(parsed(rss("<item><guid>17</guid></item>")).items.at(0).id, "17");
}

TEST(Parse, ResolvesAgainstXmlBaseThenTheAddress) {
  constexpr char const* atom =
      "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/b/'><entry xml:base='c/'><link href='d'/>"
      "<content type='html'>&lt;a href='e'>x&lt;/a></content></entry></feed>";
  auto const item = parsed(atom, {"https://h.example/a", {}}).items.at(0);
  EXPECT_EQ(item.url, "https://h.example/b/c/d");
  EXPECT_EQ(item.content_html, "<a href=\"https://h.example/b/c/e\">x</a>");
}

TEST(Parse, RefusesActiveLinks) {
  auto const item =
      parsed(rss("<item><link>javascript:alert(1)</link><enclosure url='vbscript:x'/></item>")).items.at(0);
  EXPECT_EQ(item.url, "");
  EXPECT_TRUE(item.attachments.empty());
}

TEST(Parse, KeepsXhtmlAsItStands) {
  auto const item = parsed(
                        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='xhtml'><div>a "
                        "<b>b</b> <i>c</i></div></title>"
                        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x <b>y</b> "
                        "<i>z</i><br/></div></content></entry></feed>")
                        .items.at(0);
  EXPECT_EQ(item.title, "a b c");
  EXPECT_EQ(item.content_html, "<div>x <b>y</b> <i>z</i><br></div>");
}

TEST(Parse, ReadsTitlesThatAreTextOrHtml) {
  for (auto const& [written, title] : {std::pair{"AT&amp;T", "AT&T"},
                                       {"Q&amp;amp;A", "Q&A"},
                                       {"&lt;b&gt;x&lt;/b&gt; y", "x y"},
                                       {"1 &lt; 2", "1 < 2"},
                                       {"Salt & pepper", "Salt & pepper"},
                                       {"<![CDATA[a <i>b</i>]]>", "a b"},
                                       {"caf&eacute;", "caf\u00E9"},
                                       {"  a\n b ", "a b"}})
    EXPECT_EQ(parsed(rss("<item><title>" + std::string(written) + "</title></item>")).items.at(0).title,
              title)
        << written;
}

TEST(Parse, LooksIntoPersons) {
  struct Row {
    char const* text;
    char const* name;
    char const* email;
  };
  for (auto const& [text, name, email] :
       {Row{"jo@h.example (Jo Doe)", "Jo Doe", "jo@h.example"},
        Row{"Jo Doe &lt;jo@h.example&gt;", "Jo Doe", "jo@h.example"}, Row{"Jo Doe", "Jo Doe", ""},
        Row{"jo@h.example", "", "jo@h.example"}, Row{"@jo", "@jo", ""}}) {
    auto const authors =
        parsed(rss("<item><author>" + std::string(text) + "</author></item>")).items.at(0).authors;
    ASSERT_EQ(authors.size(), 1u) << text;
    EXPECT_EQ(authors[0].name, name) << text;
    EXPECT_EQ(authors[0].email, email) << text;
  }
}

TEST(Parse, ExpandsOwnEntitiesFlatAndBounded) {
  EXPECT_EQ(parsed("<!DOCTYPE rss [<!ENTITY me \"Jo\">]>" + rss("<item><title>&me;</title></item>"))
                .items.at(0)
                .title,
            "Jo");
  std::string bomb = "<!DOCTYPE rss [<!ENTITY a \"" + std::string(10'000, 'x') + "\">]>";
  std::string uses;
  for (int i = 0; i < 10'000; ++i) uses += "&a;";
  auto const feed = parsed(bomb + rss("<item><description>" + uses + "</description></item>"));
  EXPECT_LT(feed.items.at(0).content_html.size(), 200'000u);
}

TEST(Parse, CountsItemsBeyondTheLimit) {
  auto const feed = parse_feed(rss("<item><title>a</title></item><item/><item/>"), {}, {.items_max = 1});
  ASSERT_TRUE(feed);
  EXPECT_EQ(feed->items.size(), 1u);
  EXPECT_EQ(feed->items_dropped, 2u);
}

TEST(Parse, FindsItemsThatEndTagsLeftOutside) {
  for (char const* early : {"</channel>", "</rss>", "</channel></rss>"}) {
    auto const feed = parsed(rss("<item><title>a</title></item>" + std::string(early) +
                                 "<item><title>b</title></item><item><title>c</title></item>"));
    EXPECT_EQ(feed.items.size(), 3u) << early;
    EXPECT_TRUE(feed.bozo);
  }
}

TEST(Parse, LiftsItemsOutOfItems) {
  auto const feed =
      parsed(rss("<item><title>a</title><item><title>b</title><item><title>c</title></item></item></item>"));
  EXPECT_EQ(feed.items.size(), 3u);
}

TEST(Parse, TakesWhatExtensionsSayWhereNothingElseDoes) {
  auto const item = [](std::string const& inner) {
    return parsed(rss("<item>" + inner + "</item>")).items.at(0);
  };
  auto const feed_of_comments = "<wfw:commentRss>https://h.example/1/comments</wfw:commentRss>"s;
  EXPECT_EQ(item(feed_of_comments).comments_url, "https://h.example/1/comments");
  EXPECT_EQ(item(feed_of_comments + "<comments>https://h.example/1#c</comments>").comments_url,
            "https://h.example/1#c");
  EXPECT_EQ(item("<yt:videoId>abc</yt:videoId>").id, "abc");
  EXPECT_EQ(item("<guid>1</guid><yt:videoId>abc</yt:videoId>").id, "1");
  EXPECT_EQ(item("<source:markdown>a *b*</source:markdown>").content_text, "a *b*");
  EXPECT_EQ(item("<source:markdown>a *b*</source:markdown><description>c</description>").content_text, "");
  auto const episode = item(
      "<podcast:transcript url='https://h.example/1.vtt' type='text/vtt'/><podcast:chapters "
      "url='https://h.example/1.json' type='application/json+chapters'/><itunes:duration>60</itunes:duration>"
      "<enclosure url='https://h.example/1.mp3' type='audio/mpeg'/><media:player "
      "url='https://h.example/p'/>");
  ASSERT_EQ(episode.attachments.size(), 3u);
  EXPECT_EQ(episode.attachments[0].url, "https://h.example/1.mp3");
  EXPECT_EQ(episode.attachments[0].duration_in_seconds, 60);
  EXPECT_EQ(episode.attachments[1].mime_type, "text/vtt");
  EXPECT_FALSE(episode.attachments[1].duration_in_seconds);
  EXPECT_EQ(episode.attachments[2].url, "https://h.example/1.json");
  EXPECT_EQ(item("<media:player url='https://h.example/p'/>").attachments.at(0).mime_type, "text/html");
}

// What each version of a format looks like, as far as they differ; one item with a link each.
TEST(Parse, KnowsTheVersionsOfEachFormat) {
  auto const versioned = [](std::string const& version) {
    return "<rss version='" + version +
           "'><channel><title>C</title><item><title>a</title><link>https://h.example/1</link>"
           "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>";
  };
  struct Row {
    std::string document;
    FeedFormat format;
  };
  for (auto const& [document, format] :
       {Row{"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
            "xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>C</title><link>https://h.example/"
            "</link></channel><item><title>a</title><link>https://h.example/1</link></item></rdf:RDF>",
            FeedFormat::rss_090},
        Row{versioned("0.90"), FeedFormat::rss_090}, Row{versioned("0.91"), FeedFormat::rss_091},
        Row{versioned("0.92"), FeedFormat::rss_092}, Row{versioned("0.93"), FeedFormat::rss_093},
        Row{versioned("0.94"), FeedFormat::rss_094}, Row{versioned("2.0"), FeedFormat::rss_20},
        Row{"{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"C\", \"author\": {\"name\": "
            "\"Jo\"}, \"items\": [{\"id\": 1, \"title\": \"a\", \"url\": \"https://h.example/1\"}]}",
            FeedFormat::json_10},
        Row{"{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"C\", \"items\": [{\"id\": "
            "\"1\", \"title\": \"a\", \"url\": \"https://h.example/1\"}]}",
            FeedFormat::json_11}}) {
    auto const feed = parsed(document);
    EXPECT_EQ(feed.format, format) << document;
    EXPECT_FALSE(feed.bozo) << feed.bozo_reason;
    EXPECT_EQ(feed.title, "C") << document;
    ASSERT_EQ(feed.items.size(), 1u) << document;
    EXPECT_EQ(feed.items[0].title, "a") << document;
    EXPECT_EQ(feed.items[0].url, "https://h.example/1") << document;
    if (format == FeedFormat::json_10) {
      EXPECT_EQ(feed.authors.at(0).name, "Jo");
    }
  }
}

TEST(Parse, GivesEntriesTheAuthorOfTheirFeed) {
  auto const feed = parsed(
      "<feed xmlns='http://www.w3.org/2005/Atom'><author><name>Jo</name></author><entry><id>1</id></entry>"
      "<entry><id>2</id><author><name>Al</name></author></entry></feed>");
  EXPECT_EQ(feed.items.at(0).authors.at(0).name, "Jo");
  EXPECT_EQ(feed.items.at(1).authors.at(0).name, "Al");
}

TEST(Parse, SurvivesDepth) {
  constexpr int depth = 100'000;
  std::string open;
  std::string close;
  for (int i = 0; i < depth; ++i) open += "<x>", close += "</x>";
  EXPECT_EQ(parsed(rss("<item><title>a</title>" + open + close + "</item>")).items.size(), 1u);
  EXPECT_EQ(parsed(rss("<item><title>a</title><description>" + open + "</item>")).items.size(), 1u);
  std::string json =
      "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"T\",\"x\":" + std::string(depth, '[');
  EXPECT_FALSE(parse_feed(json, {}));
  json = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":\"1\"}],\"x\":" +
         std::string(depth, '[');
  EXPECT_EQ(parsed(json).items.size(), 1u);
}

// In time linear in its size: 20,000 declarations in force at 20,000 elements that declare one of their own
// took minutes when each looked at all the others.
TEST(Parse, SurvivesAnyNumberOfNamespaces) {
  constexpr int many = 20'000;
  std::string document = "<rss version='2.0'";
  for (int i = 0; i < many; ++i) document += " xmlns:p" + std::to_string(i) + "='u'";
  document += "><channel>";
  for (int i = 0; i < many; ++i)
    document +=
        "<item><p19999:title>x</p19999:title><d:creator xmlns:d='http://purl.org/dc/elements/1.1/'>Jo"
        "</d:creator><title>a</title></item>";
  auto const feed = parsed(document + "</channel></rss>");
  ASSERT_EQ(feed.items.size(), std::size_t(many));
  EXPECT_EQ(feed.items.back().title, "a");
  EXPECT_EQ(feed.items.back().authors.at(0).name, "Jo");
}

TEST(Namespaces, KnowsTheFirstDeclarationsAndThoseOfTheElementItself) {
  std::string root = "<r";
  for (std::size_t i = 0; i < 2 * Namespaces::bindings_max; ++i)
    root += " xmlns:p" + std::to_string(i) + "='http://purl.org/dc/elements/1.1/'";
  root +=
      "><p0:date/><p511:date/><p511:date xmlns:p511='http://purl.org/dc/elements/1.1/'/><p0:date "
      "xmlns:p0='u'/></r>";
  XmlDocument const document(Excerpt(root), {});
  auto const node = document.top().first_child();
  Namespaces spaces;
  Namespaces::Scope const scope(spaces, node);
  std::vector<Space> seen;
  for (auto const child : node.children()) seen.push_back(spaces.space_of(child));
  EXPECT_EQ(seen, (std::vector{Space::dc, Space::unknown, Space::dc, Space::unknown}));
  EXPECT_FALSE(spaces.met_undeclared());  // p511 is declared, only not known any more
}

// Good input turning bad: cut anywhere, a feed gives a feed or an error, and never more items.
TEST(Parse, SurvivesBeingCutAnywhere) {
  auto const whole =
      rss("<item><title>a</title><description><![CDATA[<p>b</p>]]></description></"
          "item><item><title>&lt;c&gt;</title></item>");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    auto const feed = parse_feed(std::string_view(whole).substr(0, size), {});
    if (feed) {
      EXPECT_LE(feed->items.size(), 2u) << size;
    }
  }
}

TEST(Parse, SurvivesAnyByteInAnyPlace) {
  auto const whole = rss("<item a='b'><title>a</title><link>https://h.example/</link></item>");
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (char const byte : {'\0', '<', '>', '&', '"', '\'', '/', '!', ']', '\xFF'}) {
      auto broken = whole;
      broken[at] = byte;
      auto const feed = parse_feed(broken, {});
      if (feed) {
        EXPECT_LE(feed->items.size(), 2u) << at << byte;
      }
    }
}

}  // namespace
}  // namespace newsfold::parse
