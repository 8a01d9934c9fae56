#include "feeds/parse/discover.h"

#include <gtest/gtest.h>

namespace newsfold::parse {
namespace {

struct Row {
  char const* what;
  char const* url;
  char const* html;
  char const* expected;  // "url type via", best first, parted by a line break
};

std::string shown(std::vector<FeedLink> const& links) {
  std::string out;
  for (auto const& link : links) {
    if (!out.empty()) out += '\n';
    out += link.url + ' ' + (link.type.empty() ? "-" : link.type) + ' ' + link.via;
  }
  return out;
}

constexpr char const* guesses_of_h =
    "https://h.example/feed - guess\nhttps://h.example/feed.xml - guess\nhttps://h.example/rss.xml - guess\n"
    "https://h.example/atom.xml atom guess\nhttps://h.example/rss - guess\nhttps://h.example/index.xml - "
    "guess\n"
    "https://h.example/feed.json json guess\nhttps://h.example/feeds - guess";

constexpr Row declared[] = {
    {"RSS", "https://h.example/", "<link rel=alternate type=application/rss+xml href=/feed.xml>",
     "https://h.example/feed.xml rss link"},
    {"Atom", "https://h.example/a/b", "<link rel='alternate' type='application/atom+xml' href='atom'>",
     "https://h.example/a/atom atom link"},
    {"JSON Feed", "https://h.example/", "<link rel=alternate type=application/feed+json href=/f.json>",
     "https://h.example/f.json json link"},
    {"JSON by its old type", "https://h.example/",
     "<link rel=alternate type=application/json href=/feed.json>", "https://h.example/feed.json json link"},
    {"the API of WordPress is no feed", "https://h.example/",
     "<link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1>", guesses_of_h},
    {"oEmbed is no feed", "https://h.example/",
     "<link rel=alternate type='application/json+oembed' href=/oembed?url=x>", guesses_of_h},
    {"RDF", "https://h.example/", "<link rel=alternate type='application/rdf+xml' href=/index.rdf>",
     "https://h.example/index.rdf rss link"},
    {"text/xml that says feed", "https://h.example/", "<link rel=alternate type=text/xml href=/rss.xml>",
     "https://h.example/rss.xml  link"},
    {"text/xml that does not", "https://h.example/",
     "<link rel=alternate type=text/xml href=/opensearch.xml>", guesses_of_h},
    {"upper case and several words", "https://h.example/",
     "<LINK REL='Alternate Home' TYPE='Application/RSS+XML' HREF='/x'>", "https://h.example/x rss link"},
    {"rel=feed", "https://h.example/", "<link rel=feed href=/f>", "https://h.example/f - link"},
    {"rel=service.feed", "https://h.example/",
     "<link rel='service.feed' type='application/x.atom+xml' href=/atom.xml>",
     "https://h.example/atom.xml atom link"},
    {"a person in RDF is no feed", "https://h.example/",
     "<link rel=alternate type='application/rdf+xml' href=/foaf.rdf>", guesses_of_h},
    {"no type, but its address says so", "https://h.example/", "<link rel=alternate href=/feed/>",
     "https://h.example/feed/ - link"},
    {"a translation is no feed", "https://h.example/", "<link rel=alternate hreflang=de href=/de/>",
     guesses_of_h},
    {"an alternate stylesheet is no feed", "https://h.example/",
     "<link rel='alternate stylesheet' type=application/rss+xml href=/a.css>", guesses_of_h},
    {"charset behind the type", "https://h.example/",
     "<link rel=alternate type='application/rss+xml; charset=utf-8' href=/x>",
     "https://h.example/x rss link"},
    {"references in the address", "https://h.example/",
     "<link rel=alternate type=application/rss+xml href='/x?a=1&amp;b=2'>",
     "https://h.example/x?a=1&b=2 rss link"},
    {"feed: in front", "https://h.example/",
     "<link rel=alternate type=application/rss+xml href='feed:https://f.example/x'>",
     "https://f.example/x rss link"},
    {"feed:// in front", "https://h.example/",
     "<link rel=alternate type=application/rss+xml href='feed://f.example/x'>",
     "https://f.example/x rss link"},
    {"a base element", "https://h.example/p/",
     "<base href='https://b.example/q/'><link rel=alternate type=application/rss+xml href=x>",
     "https://b.example/q/x rss link"},
    {"comments behind posts", "https://h.example/",
     "<link rel=alternate type=application/rss+xml title='Comments Feed' href=/comments/feed/><link "
     "rel=alternate type=application/rss+xml title=Feed href=/feed/>",
     "https://h.example/feed/ rss link\nhttps://h.example/comments/feed/ rss link"},
    {"each once", "https://h.example/",
     "<link rel=alternate type=application/rss+xml href=/x><link rel=alternate type=application/rss+xml "
     "href='https://h.example/x#y'>",
     "https://h.example/x rss link"},
    {"in the order of the page", "https://h.example/",
     "<link rel=alternate type=application/rss+xml href=/1><link rel=alternate type=application/atom+xml "
     "href=/2>",
     "https://h.example/1 rss link\nhttps://h.example/2 atom link"},
    {"inside a comment", "https://h.example/",
     "<!-- <link rel=alternate type=application/rss+xml href=/x> -->", guesses_of_h},
    {"inside a script", "https://h.example/",
     "<script>'<link rel=alternate type=application/rss+xml href=/x>'</script>", guesses_of_h},
    {"in the body", "https://h.example/",
     "<body><div><link rel=alternate type=application/rss+xml href=/x></div>",
     "https://h.example/x rss link"},
    {"an active scheme", "https://h.example/",
     "<link rel=alternate type=application/rss+xml href='javascript:x'>", guesses_of_h},
    {"an empty address", "https://h.example/", "<link rel=alternate type=application/rss+xml href=''>",
     guesses_of_h},
    {"without the page's address", "", "<link rel=alternate type=application/rss+xml href=/x>",
     "/x rss link"},
};

constexpr Row anchors[] = {
    {"the word RSS", "https://h.example/", "<a href=/subscribe-here>RSS</a>",
     "https://h.example/subscribe-here - anchor"},
    {"an address that ends in rss", "https://h.example/", "<a href=/news/rss><img src=i.png></a>",
     "https://h.example/news/rss rss anchor"},
    {"rss.xml", "https://h.example/", "<a href=rss.xml>News</a>", "https://h.example/rss.xml rss anchor"},
    {"a query", "https://h.example/", "<a href='/?feed=rss2'>x</a>",
     "https://h.example/?feed=rss2 rss anchor"},
    {"a host for feeds", "https://h.example/", "<a href='http://feeds.f.example/h'>x</a>",
     "http://feeds.f.example/h rss anchor"},
    {"an .atom file", "https://h.example/", "<a href=/blog.atom>x</a>",
     "https://h.example/blog.atom atom anchor"},
    {"feed: says it", "https://h.example/", "<a href='feed:https://h.example/anything'>x</a>",
     "https://h.example/anything - anchor"},
    {"behind what is declared", "https://h.example/",
     "<a href=/rss>RSS</a><link rel=alternate type=application/atom+xml href=/a>",
     "https://h.example/a atom link\nhttps://h.example/rss rss anchor"},
    {"the button of a reader is not it", "https://h.example/",
     "<a href='https://feedly.com/i/subscription/feed/x/rss'>Feedly</a>", guesses_of_h},
    {"a page about feeds is not it", "https://h.example/", "<a href='/feed.html'>About our feeds</a>",
     guesses_of_h},
    {"an ordinary link is not it", "https://h.example/", "<a href='/feedback'>Feedback</a>", guesses_of_h},
    {"a fragment is not it", "https://h.example/", "<a href='#rss'>RSS</a>", guesses_of_h},
};

constexpr Row services[] = {
    {"a YouTube channel", "https://www.youtube.com/channel/UCabc", "",
     "https://www.youtube.com/feeds/videos.xml?channel_id=UCabc atom service"},
    {"a YouTube user", "https://youtube.com/user/jo", "",
     "https://www.youtube.com/feeds/videos.xml?user=jo atom service"},
    {"a YouTube playlist", "https://www.youtube.com/playlist?list=PL1", "",
     "https://www.youtube.com/feeds/videos.xml?playlist_id=PL1 atom service"},
    {"a YouTube handle, by what its page says", "https://www.youtube.com/@jo",
     "<meta itemprop=identifier content=UCxyz>",
     "https://www.youtube.com/feeds/videos.xml?channel_id=UCxyz atom service"},
    {"a person on GitHub", "https://github.com/jo", "", "https://github.com/jo.atom atom service"},
    {"a repository on GitHub", "https://github.com/jo/tool", "",
     "https://github.com/jo/tool/releases.atom atom service\nhttps://github.com/jo/tool/commits.atom atom "
     "service\nhttps://github.com/jo/tool/tags.atom atom service"},
    {"the tags of a repository", "https://github.com/jo/tool/tags", "",
     "https://github.com/jo/tool/tags.atom atom service\nhttps://github.com/jo/tool/releases.atom atom "
     "service\nhttps://github.com/jo/tool/commits.atom atom service"},
    {"a branch on GitHub", "https://github.com/jo/tool/commits/dev", "",
     "https://github.com/jo/tool/commits/dev.atom atom service\nhttps://github.com/jo/tool/releases.atom "
     "atom service\nhttps://github.com/jo/tool/commits.atom atom "
     "service\nhttps://github.com/jo/tool/tags.atom atom service"},
    {"a subreddit", "https://old.reddit.com/r/cpp/", "", "https://www.reddit.com/r/cpp/.rss atom service"},
    {"a person on Reddit", "https://www.reddit.com/user/jo", "",
     "https://www.reddit.com/user/jo/.rss atom service"},
    {"a person on Mastodon", "https://social.example/@jo", "", "https://social.example/@jo.rss rss service"},
    {"a hashtag on Mastodon", "https://social.example/tags/news", "",
     "https://social.example/tags/news.rss rss service"},
    {"a person on Medium", "https://medium.com/@jo", "", "https://medium.com/feed/@jo rss service"},
    {"a publication on Medium", "https://pub.medium.com/story-1", "",
     "https://pub.medium.com/feed rss service"},
    {"a tag on Medium", "https://medium.com/tag/cpp", "", "https://medium.com/feed/tag/cpp rss service"},
    {"Substack", "https://jo.substack.com/p/post", "", "https://jo.substack.com/feed rss service"},
    {"a person on Substack", "https://substack.com/@jo", "", "https://jo.substack.com/feed rss service"},
    {"Substack's app", "https://open.substack.com/pub/jo/p/post", "",
     "https://jo.substack.com/feed rss service"},
    {"gists", "https://gist.github.com/jo", "", "https://gist.github.com/jo.atom atom service"},
    {"Hatena", "https://jo.hatenablog.com/entry/1", "", "https://jo.hatenablog.com/feed atom service"},
    {"LiveJournal", "https://jo.livejournal.com/1.html", "",
     "https://jo.livejournal.com/data/rss rss service"},
    {"note", "https://note.com/jo/n/n1", "", "https://note.com/jo/rss rss service"},
    {"SourceHut", "https://git.sr.ht/~jo/tool", "",
     "https://git.sr.ht/~jo/tool/log/rss.xml rss service\nhttps://git.sr.ht/~jo/tool/refs/rss.xml rss "
     "service"},
    {"Tumblr", "https://jo.tumblr.com/post/1", "", "https://jo.tumblr.com/rss rss service"},
    {"WordPress.com", "https://jo.wordpress.com/2020/01/", "", "https://jo.wordpress.com/feed/ rss service"},
    {"Blogspot", "https://jo.blogspot.com/", "",
     "https://jo.blogspot.com/feeds/posts/default atom "
     "service\nhttps://jo.blogspot.com/feeds/posts/default?alt=rss rss service"},
    {"GitLab", "https://gitlab.com/jo/tool", "",
     "https://gitlab.com/jo/tool/-/tags?format=atom atom "
     "service\nhttps://gitlab.com/jo/tool/-/commits?format=atom atom service"},
    {"Codeberg", "https://codeberg.org/jo", "", "https://codeberg.org/jo.rss rss service"},
    {"Vimeo", "https://vimeo.com/jo", "", "https://vimeo.com/jo/videos/rss rss service"},
    {"dev.to", "https://dev.to/jo", "", "https://dev.to/feed/jo rss service"},
    {"a tag on Stack Overflow", "https://stackoverflow.com/questions/tagged/c++", "",
     "https://stackoverflow.com/feeds/tag/c++ atom service"},
    {"Hacker News", "https://news.ycombinator.com/", "", "https://news.ycombinator.com/rss rss service"},
    {"Bluesky", "https://bsky.app/profile/jo.example", "",
     "https://bsky.app/profile/jo.example/rss rss service"},
    {"PyPI", "https://pypi.org/project/tool/", "",
     "https://pypi.org/rss/project/tool/releases.xml rss service"},
    {"arXiv", "https://arxiv.org/list/cs.CL/recent", "", "https://rss.arxiv.org/rss/cs.CL rss service"},
    {"the host of another", "https://notgithub.com/jo", "",
     "https://notgithub.com/feed - guess\nhttps://notgithub.com/feed.xml - "
     "guess\nhttps://notgithub.com/rss.xml - guess\nhttps://notgithub.com/atom.xml atom "
     "guess\nhttps://notgithub.com/rss - guess\nhttps://notgithub.com/index.xml - "
     "guess\nhttps://notgithub.com/feed.json json guess\nhttps://notgithub.com/feeds - guess"},
};

constexpr Row platforms[] = {
    {"WordPress by its generator", "https://h.example/p", "<meta name=generator content='WordPress 6.4'>",
     "https://h.example/feed/ rss platform"},
    {"Ghost", "https://h.example/", "<meta name=generator content='Ghost 5.2'>",
     "https://h.example/rss/ rss platform"},
    {"Hugo", "https://h.example/", "<meta name=generator content='Hugo 0.120.4'>",
     "https://h.example/index.xml rss platform"},
    {"Discourse", "https://h.example/",
     "<meta name=generator content='Discourse 3.1 - https://github.com/discourse'>",
     "https://h.example/latest.rss rss platform"},
    {"an unknown generator", "https://h.example/", "<meta name=generator content='Own Thing'>", guesses_of_h},
};

constexpr Row feeds_themselves[] = {
    {"an RSS feed", "https://h.example/f", "<rss version='2.0'><channel><title>T</title></channel></rss>",
     "https://h.example/f rss self"},
    {"an Atom feed", "https://h.example/f",
     "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title></feed>", "https://h.example/f atom self"},
    {"a JSON Feed", "https://h.example/f",
     "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"T\",\"items\":[]}",
     "https://h.example/f json self"},
    {"a sitemap", "https://h.example/s",
     "<urlset "
     "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://h.example/</loc></url></urlset>",
     "https://h.example/s sitemap self"},
};

void expect_all(auto const& rows) {
  for (auto const& row : rows) {
    auto expected = std::string(row.expected);
    for (auto at = expected.find("  "); at != std::string::npos; at = expected.find("  "))
      expected.replace(at, 2, " - ");
    EXPECT_EQ(shown(discover_feeds(row.html, row.url)), expected) << row.what;
  }
}

TEST(Discover, FindsWhatAPageDeclares) { expect_all(declared); }
TEST(Discover, FindsLinksThatLookLikeFeeds) { expect_all(anchors); }
TEST(Discover, KnowsWhereServicesKeepTheirFeeds) { expect_all(services); }
TEST(Discover, KnowsWherePublishingSoftwareKeepsItsFeed) { expect_all(platforms); }
TEST(Discover, ANamedFeedNamesItself) { expect_all(feeds_themselves); }

TEST(Discover, KeepsTheTitle) {
  auto const links = discover_feeds(
      "<link rel=alternate type=application/rss+xml title=' A &amp;\n B ' href=/x>", "https://h.example/");
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].title, "A & B");
}

// In time linear in its size: four megabytes of these took three minutes when each looked for its end tag.
TEST(Discover, SurvivesAnyNumberOfAnchorsThatNothingCloses) {
  std::string html;
  while (html.size() < 4'000'000) html += "<a href='rss'>x";
  EXPECT_EQ(discover_feeds(html, "https://h.example/").size(), 1u);
}

TEST(Discover, IsBounded) {
  std::string html;
  for (int i = 0; i < 10'000; ++i) html += "<a href=/" + std::to_string(i) + "/rss>RSS</a>";
  EXPECT_EQ(discover_feeds(html, "https://h.example/").size(), feed_links_max);
}

}  // namespace
}  // namespace newsfold::parse
