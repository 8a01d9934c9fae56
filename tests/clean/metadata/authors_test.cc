#include "feeds/clean/metadata/authors.h"

#include "tests/clean/metadata/page.h"

namespace newsfold::clean {
namespace {

std::string const h1 = "<h1>Sluice opens at last</h1>";

TEST(Authors, PeopleThatAreDeclaredComeFirst) {
  EXPECT_EQ(names(metadata_of(ld_json(R"({"@type":"Article","author":{"name":"Ada Quay"}})"),
                              h1 + "<p class=byline>By Bo Pier</p>")),
            "Ada Quay");
}

TEST(Authors, APrintedNameGoesBeforeADeclaredSite) {
  EXPECT_EQ(names(metadata_of(
                "<meta property=og:site_name content='Harbour Post'>" +
                    ld_json(R"({"@type":"Article","author":{"@type":"Organization","name":"Harbour Post"}})"),
                h1 + "<p class=byline>By Bo Pier</p>")),
            "Bo Pier");
}

TEST(Authors, ASiteAloneIsTheAuthor) {
  EXPECT_EQ(names(metadata_of(ld_json(R"({"@type":"Article","author":{"name":"Harbour Post"}})"), h1)),
            "Harbour Post");
}

TEST(Authors, StaffIsNoAuthorButStaysTheByline) {
  auto const article = metadata_of("<meta name=author content=Staff>", h1);
  EXPECT_TRUE(article.authors.empty());
  EXPECT_EQ(article.byline, "Staff");
}

TEST(Authors, TheBylineIsAsPrinted) {
  auto const article = metadata_of(
      "", h1 + "<p class=byline>By <a href=/people/ada>Ada Quay</a> and <a href=/people/bo>Bo Pier</a></p>");
  EXPECT_EQ(article.byline, "By Ada Quay and Bo Pier");
  EXPECT_EQ(names(article), "Ada Quay; Bo Pier");
}

TEST(Authors, CommentersAndOtherArticlesAreNotAsked) {
  EXPECT_EQ(
      names(metadata_of("", h1 + "<p>Text.</p><div class=related><span class=author>Cy Dock</span></div>"
                                 "<div id=comments><span class=author>Dee Berth</span></div>")),
      "");
}

TEST(Authors, ALabelAndItsNameMayStandInTwoLines) {
  EXPECT_EQ(names(metadata_of("", h1 + "<div>Written by</div><div>Ada Quay</div>")), "Ada Quay");
}

TEST(Authors, ADateLineMayNameTheWriter) {
  EXPECT_EQ(names(metadata_of("", h1 + "<p>04.02.2026 | 13:10 | Ada Quay</p>")), "Ada Quay");
}

TEST(Authors, ChinesePapersNameTheReporterInTheText) {
  EXPECT_EQ(names(metadata_of("", "<h1>水闸终于开放</h1><p>水闸于周一开放。（记者 胡晓蓉）</p>")), "胡晓蓉");
  EXPECT_EQ(names(metadata_of("", "<h1>水闸终于开放</h1><p>本报记者 刘国栋 周炜</p>")), "刘国栋; 周炜");
  EXPECT_EQ(names(metadata_of("", "<h1>水闸终于开放</h1><p>水闸开放。</p><p>责任编辑：魏喆</p>")), "魏喆");
  EXPECT_EQ(names(metadata_of("", "<h1>水闸终于开放</h1><p>记者致电上海等地的商场人士了解情况。</p>")), "");
}

TEST(Authors, MoreNamesInPrintThanDeclared) {
  EXPECT_EQ(names(metadata_of("<meta name=author content='Ada Quay'>",
                              h1 + "<p class=byline>By Ada Quay and Bo Pier</p>")),
            "Ada Quay; Bo Pier");
}

}  // namespace
}  // namespace newsfold::clean
