#include "feeds/text/url.h"

#include <gtest/gtest.h>

namespace newsfold::text {
namespace {

// RFC 3986 section 5.4, normal and abnormal examples.
TEST(Url, ResolvesTheExamplesOfTheStandard) {
  struct Row {
    char const* reference;
    char const* expected;
  };
  for (auto const& [reference, expected] : {
           Row{"g:h", "g:h"},
           Row{"g", "http://a/b/c/g"},
           Row{"./g", "http://a/b/c/g"},
           Row{"g/", "http://a/b/c/g/"},
           Row{"/g", "http://a/g"},
           Row{"//g", "http://g"},
           Row{"?y", "http://a/b/c/d;p?y"},
           Row{"g?y", "http://a/b/c/g?y"},
           Row{"#s", "http://a/b/c/d;p?q#s"},
           Row{"g#s", "http://a/b/c/g#s"},
           Row{";x", "http://a/b/c/;x"},
           Row{".", "http://a/b/c/"},
           Row{"..", "http://a/b/"},
           Row{"../..", "http://a/"},
           Row{"../../../g", "http://a/g"},
           Row{"/./g", "http://a/g"},
           Row{"/../g", "http://a/g"},
           Row{"g.", "http://a/b/c/g."},
           Row{"..g", "http://a/b/c/..g"},
           Row{"./../g", "http://a/b/g"},
           Row{"g/./h", "http://a/b/c/g/h"},
           Row{"g/../h", "http://a/b/c/h"},
           Row{"g?y/../x", "http://a/b/c/g?y/../x"},
       })
    EXPECT_EQ(resolve_url(reference, "http://a/b/c/d;p?q"), expected) << reference;
}

TEST(Url, KeepsTheSpellingOfAbsoluteUrls) {
  for (char const* url :
       {"https://Example.com:443/A?utm_source=x#f", "mailto:a@b.c", "http://h/a%20b", "urn:uuid:1"})
    EXPECT_EQ(resolve_url(url, "https://base.example/x/"), url);
}

TEST(Url, CleansWhatPublishersWrite) {
  EXPECT_EQ(resolve_url("\n  /a b\n/c ", "https://h.example"), "https://h.example/a%20b/c");
  EXPECT_EQ(resolve_url("\\img\\a.png", "https://h.example/x"), "https://h.example/img/a.png");
  EXPECT_EQ(resolve_url("a/b", "h.example/x"), "a/b") << "a base without a scheme is none";
  EXPECT_EQ(resolve_url("x", ""), "x");
}

TEST(Url, ABaseMuchLongerThanAnyAddressIsNone) {
  auto const base_of = [](std::size_t bytes) {
    return "https://h.example/" + std::string(bytes - 19, 'x') + "/";
  };
  auto const longest = base_of(base_bytes_max);
  EXPECT_EQ(resolve_url("a", longest), longest + "a");
  EXPECT_EQ(resolve_url("a", longest + "?query"), longest + "a") << "a query is not what is too long";
  EXPECT_EQ(resolve_url("a", base_of(base_bytes_max + 1)), "a");
}

TEST(Url, RefusesActiveSchemesHoweverTheyAreHidden) {
  for (char const* url :
       {"javascript:alert(1)", "JaVaScRiPt:x", " java\nscript:x", "\x01javascript:x", "vbscript:x",
        "data:text/html,x", "file:///etc/passwd", "about:blank", "javascript&#58;x", "unknown:x"})
    EXPECT_FALSE(is_allowed_url(url, UrlUse::link)) << url;
  EXPECT_FALSE(is_allowed_url("data:image/svg+xml,<svg/>", UrlUse::media));
  EXPECT_FALSE(is_allowed_url("mailto:a@b.c", UrlUse::media));
}

TEST(Url, AllowsWhatReadersFollow) {
  for (char const* url :
       {"http://a/", "HTTPS://a/", "mailto:a@b.c", "/a:b", "a?x=javascript:y", "#top", "tel:+1"})
    EXPECT_TRUE(is_allowed_url(url, UrlUse::link)) << url;
  EXPECT_TRUE(is_allowed_url("data:image/png;base64,AA", UrlUse::media));
}

TEST(Url, TellsItsHost) {
  EXPECT_EQ(host_of("https://u:p@Example.com:8080/x"), "Example.com");
  EXPECT_EQ(host_of("http://[::1]:80/"), "::1");
  EXPECT_EQ(host_of("/x"), "");
  EXPECT_TRUE(is_web_url("https://a"));
  EXPECT_FALSE(is_web_url("https:///a"));
}

}  // namespace
}  // namespace newsfold::text
