#include "feeds/clean/extract/page_series.h"

#include <gtest/gtest.h>

namespace newsfold::clean {
namespace {

std::string next_of(std::string const& links, std::string const& url = "https://p.example/news/sluice") {
  return next_page("<html><head></head><body><p>Text</p>" + links + "</body></html>",
                   "text/html; charset=utf-8", url);
}

TEST(NextPage, IsThisAddressWithTheNextNumber) {
  EXPECT_EQ(next_of("<a rel=next href='?page=2'>on</a>"), "https://p.example/news/sluice?page=2");
  EXPECT_EQ(next_of("<a rel=next href='/news/sluice/2'>on</a>"), "https://p.example/news/sluice/2");
  EXPECT_EQ(next_of("<link rel=next href='/news/sluice/page/2/'>"), "https://p.example/news/sluice/page/2/");
  EXPECT_EQ(next_of("<div class=pagination><a href='/news/sluice-2.html'>2</a></div>",
                    "https://p.example/news/sluice.html"),
            "https://p.example/news/sluice-2.html");
  EXPECT_EQ(next_of("<a rel=next href='?page=3'>3</a>", "https://p.example/news/sluice?page=2"),
            "https://p.example/news/sluice?page=3");
  EXPECT_EQ(next_of("<a rel=next href='?page=2'>2</a>", "https://p.example/news/sluice-2026"),
            "https://p.example/news/sluice-2026?page=2");
}

TEST(NextPage, AnotherArticleAndThePagesOfCommentsAreNone) {
  EXPECT_EQ(next_of("<link rel=next href='/news/pier-burns'>"), "");
  EXPECT_EQ(next_of("<a rel=next href='https://other.example/news/sluice?page=2'>x</a>"), "");
  EXPECT_EQ(next_of("<div class='comments-pagination'><a href='?page=2'>2</a></div>"), "");
  EXPECT_EQ(next_of("<p><a href='?page=2'>2</a></p>"), "");
  EXPECT_EQ(next_of("<a rel=next href='?page=3'>3</a>"), "");
  EXPECT_EQ(next_of("<a rel=next href='?page=1'>1</a>", "https://p.example/news/sluice?page=2"), "");
}

TEST(SeriesAddress, OnlyNumbersOfPagesAreTaken) {
  EXPECT_EQ(series_address("https://p.example/a?x=1&seite=4").base, "https://p.example/a?x=1");
  EXPECT_EQ(series_address("https://p.example/a?x=1&seite=4").number, 4u);
  EXPECT_EQ(series_address("https://p.example/news/12345678").number, 1u);
  EXPECT_EQ(series_address("https://p.example/a?id=4").number, 1u);
  EXPECT_EQ(series_address("https://p.example").number, 1u);
  EXPECT_EQ(series_address("").number, 1u);
}

Article page(std::string text) {
  Article out;
  out.title = "Sluice";
  out.content_text = std::move(text);
  out.content_html = "<p>" + out.content_text + "</p>";
  return out;
}

TEST(JoinPage, TextFollowsTextAndWhatIsRepeatedStandsOnce) {
  auto first = page("Summary.\n\nOne.");
  join_page(first, page("Summary.\n\nTwo."));
  EXPECT_EQ(first.content_text, "Summary.\n\nOne.\n\nTwo.");
}

TEST(JoinPage, AWallOnTheLastPageCutsTheArticle) {
  auto first = page("One.");
  auto last = page("Two.");
  last.paywall = Paywall::subscription;
  last.truncated = true;
  join_page(first, std::move(last));
  EXPECT_TRUE(first.truncated);
  EXPECT_EQ(first.paywall, Paywall::subscription);
  EXPECT_EQ(first.completeness, Completeness::partial);
}

TEST(JoinPage, APageThatSaysNothingNewChangesNothing) {
  auto first = page("One.");
  join_page(first, page("One."));
  EXPECT_EQ(first.content_text, "One.");
  EXPECT_EQ(first.content_html, "<p>One.</p>");
}

}  // namespace
}  // namespace newsfold::clean
