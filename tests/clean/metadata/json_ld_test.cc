#include "feeds/clean/metadata/json_ld.h"

#include "feeds/clean/metadata/json_mend.h"
#include "tests/clean/metadata/page.h"

#include <boost/json/serialize.hpp>

namespace newsfold::clean {
namespace {

LdArticle only(std::string_view script) {
  auto const page = read_json_ld({script});
  EXPECT_EQ(page.articles.size(), 1u) << script;
  return page.articles.empty() ? LdArticle{} : page.articles.front();
}

TEST(JsonLd, AuthorsOfEveryShapeAreNames) {
  for (auto const* author :
       {R"("Ada Quay")", R"({"@type":"Person","name":"Ada Quay"})", R"([{"name":"Ada Quay"}])",
        R"({"name":["Ada Quay"]})", R"({"givenName":"Ada","familyName":"Quay"})"}) {
    auto const article =
        only(std::string(R"({"@type":"NewsArticle","headline":"H","author":)") + author + "}");
    ASSERT_EQ(article.authors.size(), 1u) << author;
    EXPECT_EQ(article.authors[0].name, "Ada Quay");
  }
}

TEST(JsonLd, AReferenceInAGraphIsFollowed) {
  auto const article = only(
      R"({"@graph":[{"@type":"Article","headline":"H","author":{"@id":"#ada"}},{"@type":"Person","@id":"#ada","name":"Ada Quay"}]})");
  ASSERT_EQ(article.authors.size(), 1u);
  EXPECT_EQ(article.authors[0].name, "Ada Quay");
}

TEST(JsonLd, AReferenceToItselfEnds) {
  auto const article = only(R"({"@type":"Article","@id":"#a","headline":"H","author":{"@id":"#b"}})");
  EXPECT_TRUE(article.authors.empty());
  read_json_ld(
      {R"({"@graph":[{"@type":"Article","author":{"@id":"#p"}},{"@id":"#p","author":{"@id":"#p"},"x":1}]})"});
}

TEST(JsonLd, ArticlesComeBeforeThePagesAroundThem) {
  auto const page = read_json_ld(
      {R"([{"@type":"WebPage","name":"P"},{"@type":["Thing","ReportageNewsArticle"],"headline":"A"}])"});
  ASSERT_EQ(page.articles.size(), 2u);
  EXPECT_EQ(page.articles[0].headline, "A");
  EXPECT_FALSE(page.articles[1].is_article);
}

TEST(JsonLd, PaidPartsKeepTheirSelectors) {
  auto const article = only(
      R"({"@type":"NewsArticle","isAccessibleForFree":"False","hasPart":{"isAccessibleForFree":false,"cssSelector":[".a",".b"]}})");
  EXPECT_EQ(article.is_free, false);
  ASSERT_EQ(article.parts.size(), 2u);
  EXPECT_EQ(article.parts[1].selector, ".b");
  EXPECT_FALSE(article.parts[0].is_free);
}

struct Broken {
  char const* json;
  char const* headline;
};
constexpr Broken broken[] = {
    {"{\"@type\":\"Article\",\"headline\":\"A\nB\",}", "A\nB"},    // raw line break, trailing comma
    {"<!-- {\"@type\":\"Article\",\"headline\":\"A\"} -->", "A"},  // a comment of HTML around it
    {"//<![CDATA[\n{\"@type\":\"Article\",\"headline\":\"A\"}\n//]]>", "A"},  // CDATA
    {"{\"@type\":\"Article\",\"headline\":\"He said \"no\" twice\"}", "He said \"no\" twice"},
    {"{\"@type\":\"Article\",\"headline\":\"It\\'s\"}", "It's"},  // an escape that JSON lacks
    {"{\"@type\":\"Article\",\"headline\":\"A\"};", "A"},
    {"{\"@type\":\"Article\",\"headline\":\"A\",\"author\":{\"name\":\"Ada", "A"},  // cut
    {"{\"@type\":\"Article\"\n\"headline\":\"A\"}", "A"},                           // a comma forgotten
    {"{&quot;@type&quot;:&quot;Article&quot;,&quot;headline&quot;:&quot;A&quot;}", "A"},
};

TEST(JsonLd, BrokenJsonIsMended) {
  for (auto const& row : broken) EXPECT_EQ(only(row.json).headline, row.headline) << row.json;
}

TEST(JsonLd, SeveralDocumentsInARowAreAllRead) {
  EXPECT_EQ(read_json_ld({R"({"@type":"Article","headline":"A"}{"@type":"Article","headline":"B"})"})
                .articles.size(),
            2u);
}

TEST(JsonMend, WhatIsNoJsonIsNothing) {
  EXPECT_FALSE(parse_lenient_json("window.x = function() { return 1 }"));
  EXPECT_FALSE(parse_lenient_json(""));
  std::string const deep(100'000, '[');
  EXPECT_LT(mend_json(deep).size(), deep.size() * 2);
  parse_lenient_json(deep);
}

}  // namespace
}  // namespace newsfold::clean
