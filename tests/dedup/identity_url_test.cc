#include "feeds/dedup/identity.h"

#include <gtest/gtest.h>

namespace newsfold::dedup {
namespace {

struct Same {
  char const* why;
  char const* a;
  char const* b;
};

TEST(IdentityUrl, AddressesOfOnePageAreEqual) {
  Same const table[] = {
      {"scheme", "http://paper.example/a/1", "https://paper.example/a/1"},
      {"www", "https://www.paper.example/a/1", "https://paper.example/a/1"},
      {"host case", "https://Paper.Example/a/1", "https://paper.example/a/1"},
      {"default port", "https://paper.example:443/a", "http://paper.example:80/a"},
      {"fragment", "https://paper.example/a#comments", "https://paper.example/a"},
      {"dot segments", "https://paper.example/x/../a/./1", "https://paper.example/a/1"},
      {"trailing slash", "https://paper.example/a/", "https://paper.example/a"},
      {"doubled slash", "https://paper.example//a//1", "https://paper.example/a/1"},
      {"index file", "https://paper.example/a/index.html", "https://paper.example/a/"},
      {"campaign", "https://paper.example/a?utm_source=rss&utm_medium=feed&id=7",
       "https://paper.example/a?id=7"},
      {"click ids", "https://paper.example/a?fbclid=IwAR0x&gclid=abc", "https://paper.example/a"},
      {"parameter order", "https://paper.example/a?b=2&a=1", "https://paper.example/a?a=1&b=2"},
      {"escapes", "https://paper.example/%7Ejoe/caf%c3%a9", "https://paper.example/~joe/café"},
      {"ampersand escaped twice", "https://paper.example/a?x=1&amp;y=2", "https://paper.example/a?x=1&y=2"},
      {"session in the path", "https://paper.example/a;jsessionid=0F1E2D3C4B5A", "https://paper.example/a"},
      {"session in the query", "https://paper.example/a?id=3&PHPSESSID=0f1e2d3c4b5a6978",
       "https://paper.example/a?id=3"},
      {"user", "https://reader@paper.example/a", "https://paper.example/a"},
      {"wrapper", "https://www.google.com/url?sa=t&url=https%3A%2F%2Fpaper.example%2Fa%3Fid%3D3&usg=x",
       "https://paper.example/a?id=3"},
      {"wrapper in a wrapper",
       "https://l.facebook.com/"
       "l.php?u=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fpaper.example%252Fa",
       "https://paper.example/a"},
      {"mobile host", "https://m.paper.example/a/1", "https://www.paper.example/a/1"},
      {"AMP host", "https://amp.paper.example/a/1.amp", "https://paper.example/a/1"},
      {"AMP path", "https://paper.example/amp/a/1", "https://paper.example/a/1"},
      {"AMP path behind", "https://paper.example/a/1/amp/", "https://paper.example/a/1"},
      {"AMP file", "https://paper.example/a/1.amp.html", "https://paper.example/a/1.html"},
      {"AMP asked for", "https://paper.example/a/1?outputType=amp&amp=1", "https://paper.example/a/1"},
      {"AMP cache", "https://www.google.com/amp/s/amp.paper.example/a/1", "https://paper.example/a/1"},
      {"AMP project", "https://paper-example.cdn.ampproject.org/c/s/paper.example/a/1?id=3&amp_js_v=0.1",
       "https://paper.example/a/1?id=3"},
      {"white space around", " https://paper.example/a\n", "https://paper.example/a"},
  };
  for (auto const& row : table) EXPECT_EQ(identity_url(row.a), identity_url(row.b)) << row.why;
}

TEST(IdentityUrl, AddressesOfDifferentPagesDiffer) {
  Same const table[] = {
      {"path", "https://paper.example/a/1", "https://paper.example/a/2"},
      {"path case", "https://paper.example/a/Xy", "https://paper.example/a/xy"},
      {"an id", "https://paper.example/show?id=1", "https://paper.example/show?id=2"},
      {"a short s is a section", "https://paper.example/?s=12", "https://paper.example/?s=13"},
      {"subdomain", "https://sport.paper.example/a", "https://paper.example/a"},
      {"port", "https://paper.example:8080/a", "https://paper.example/a"},
      {"a site called m", "https://m.example/a", "https://example/a"},
      {"a page about AMP", "https://paper.example/amp", "https://paper.example/"},
      {"an escaped slash", "https://paper.example/a%2Fb", "https://paper.example/a/b"},
  };
  for (auto const& row : table) EXPECT_NE(identity_url(row.a), identity_url(row.b)) << row.why;
}

TEST(IdentityUrl, IsStableUnderItself) {
  for (auto const* url :
       {"https://www.paper.example/a/index.php?b=%20x&a=1#f", "mailto:desk@paper.example", "", "::"}) {
    auto const once = identity_url(url);
    EXPECT_EQ(identity_url("https://" + once).empty(), false);
    EXPECT_EQ(identity_url(url), once);
  }
}

TEST(IdentityUrl, AFrontPageNamesNoArticle) {
  EXPECT_FALSE(names_one_page(identity_url("https://paper.example/")));
  EXPECT_FALSE(names_one_page(identity_url("https://www.paper.example/?utm_source=rss")));
  EXPECT_TRUE(names_one_page(identity_url("https://paper.example/?p=12")));
  EXPECT_TRUE(names_one_page(identity_url("https://paper.example/a")));
}

}  // namespace
}  // namespace newsfold::dedup
