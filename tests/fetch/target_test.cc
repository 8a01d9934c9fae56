#include "feeds/fetch/target.h"

#include <gtest/gtest.h>

namespace newsfold::fetch {
namespace {

TEST(Target, KeepsAGoodUrlByteForByte) {
  for (auto const* url : {"http://news.example/feed", "https://News.Example/a/../b?x=%41&y=[1]",
                          "http://h.example:8080/%7Eme/", "http://h.example"})
    EXPECT_EQ(parse_target(url).value().url, url);
}

TEST(Target, EncodesOnlyWhatNoUrlMayHold) {
  EXPECT_EQ(parse_target("http://h.example/a b").value().url, "http://h.example/a%20b");
  EXPECT_EQ(parse_target("http://h.example/\xC3\xBC").value().url, "http://h.example/%c3%bc");
}

TEST(Target, SaysAForeignHostInAscii) {
  for (auto const* url : {"https://M\xC3\xBCller.example/a", "https://m%C3%BCller.example/a",
                          "https://mu\xCC\x88ller.example/a", "https://xn--mller-kva.example/a"}) {
    auto const target = parse_target(url);
    ASSERT_TRUE(target) << url;
    EXPECT_EQ(target->host, "xn--mller-kva.example") << url;
    EXPECT_EQ(target->url, "https://xn--mller-kva.example/a") << url;
  }
  auto const base = parse_target("https://h.example/").value();
  EXPECT_EQ(follow(base, "//\xD0\xBF\xD1\x80.example:81/b").value().url, "https://xn--o1ac.example:81/b");
  for (auto const* url : {"https://\xFF\xFE.example/", "https://a\xE2\x80\xAE.example/"})
    EXPECT_FALSE(parse_target(url)) << url;
}

TEST(Target, OneHostHasOneName) {
  EXPECT_EQ(with_ascii_host("http://ex%61mple.com/%61"), "http://example.com/%61");
  EXPECT_EQ(with_ascii_host("http://m\xC3\xBCller.example/\xC3\xBC"), "http://xn--mller-kva.example/%c3%bc");
  for (auto const* url : {"http://h.example/%7Ea#b", "http://u:p%40@h.example/", "no url at all"})
    EXPECT_EQ(with_ascii_host(url), url);
}

TEST(Target, TakesUserAndFragmentOut) {
  auto const target = parse_target("http://me:p%40ss@h.example/feed#top").value();
  EXPECT_EQ(target.url, "http://h.example/feed");
  EXPECT_EQ(target.user, "me");
  EXPECT_EQ(target.password, "p@ss");
}

TEST(Target, KnowsHostAndPort) {
  auto const plain = parse_target("http://H.Example/").value();
  EXPECT_EQ(plain.host, "h.example");
  EXPECT_EQ(plain.port, 80);
  EXPECT_EQ(parse_target("https://h.example/").value().port, 443);
  auto const literal = parse_target("http://[::1]:81/").value();
  EXPECT_EQ(literal.host, "[::1]");
  EXPECT_EQ(literal.port, 81);
  EXPECT_TRUE(literal.host_is_address());
  EXPECT_FALSE(plain.host_is_address());
}

TEST(Target, RefusesOtherSchemesAndNonsense) {
  for (auto const* url : {"file:///etc/passwd", "gopher://h/", "ftp://h/"}) {
    auto const target = parse_target(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().code, ErrorCode::refused) << url;
  }
  for (auto const* url : {"", "http://", "http://h:99999/", "javascript:alert(1)"}) {
    auto const target = parse_target(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().code, ErrorCode::malformed) << url;
  }
}

TEST(Target, NeverShowsAPasswordInAnError) {
  auto const target = parse_target("ftp://me:secret@h.example/");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().message.find("secret"), std::string::npos);
}

TEST(Target, FollowsRelativeAndAbsoluteLocations) {
  auto const base = parse_target("http://h.example/a/b?q").value();
  EXPECT_EQ(follow(base, "c").value().url, "http://h.example/a/c");
  EXPECT_EQ(follow(base, "/c d").value().url, "http://h.example/c%20d");
  EXPECT_EQ(follow(base, "//other.example/x").value().url, "http://other.example/x");
  EXPECT_EQ(follow(base, "https://other.example/y#z").value().url, "https://other.example/y");
  EXPECT_EQ(follow(base, "?page=2").value().url, "http://h.example/a/b?page=2");
  EXPECT_EQ(follow(base, "file:///etc/passwd").error().code, ErrorCode::refused);
}

TEST(Target, CredentialsStayOnTheirHostAndNeverGoBackToPlainHttp) {
  auto const may = [](char const* from, char const* to) {
    return may_keep_credentials(parse_target(from).value(), parse_target(to).value());
  };
  EXPECT_TRUE(may("http://h.example/a", "http://h.example/b"));
  EXPECT_TRUE(may("http://h.example/a", "https://h.example/a"));
  EXPECT_FALSE(may("https://h.example/a", "http://h.example/a"));
  EXPECT_FALSE(may("http://h.example/", "http://www.h.example/"));
  EXPECT_FALSE(may("http://h.example/", "http://h.example:8080/"));
}

TEST(Proxy, IsAnHttpOrASocksOneWithAPort) {
  EXPECT_TRUE(check_proxy("http://proxy.example:3128"));
  EXPECT_TRUE(check_proxy("socks5h://[2001:db8::1]:1080"));
  for (auto const* url :
       {"proxy.example:3128", "proxy", "https://proxy.example:443", "socks5://proxy.example:1080",
        "http://proxy.example", "http://me:secret@proxy.example:3128", ""}) {
    auto const checked = check_proxy(url);
    ASSERT_FALSE(checked) << url;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid);
    EXPECT_TRUE(checked.error().message.starts_with("fetch.proxy: ")) << checked.error().message;
    EXPECT_EQ(checked.error().message.find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace newsfold::fetch
