#include "feeds/clean/extract/clean.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::clean {
namespace {

std::string paragraphs(int count, int from = 0) {
  std::string out;
  for (int i = from; i < from + count; ++i)
    out += "<p>Paragraph " + std::to_string(i) +
           " tells, at a length that is usual for a newspaper, what the harbour master said about the new "
           "sluice, and "
           "what it will cost the town.</p>";
  return out;
}

std::string page(std::string const& body, std::string const& head = {}) {
  return "<!doctype html><html lang=en><head><title>Sluice opens - The Harbour Post</title>" + head +
         "</head><body>" + body + "</body></html>";
}

Article clean(std::string const& html) {
  auto article = clean_page(html, {"https://post.example/news/sluice", "text/html; charset=utf-8"});
  EXPECT_TRUE(article) << article.error().message;
  return article ? std::move(*article) : Article{};
}

TEST(CleanPage, FurnitureGoesAndTheArticleStays) {
  auto const article = clean(
      page("<nav><a href=/>Home</a> <a href=/s>Sport</a></nav><main><h1>Sluice opens</h1>" + paragraphs(5) +
           "<div class='newsletter-signup'><p>Get our newsletter every morning in your "
           "inbox!</p></div>" +
           paragraphs(2, 5) + "</main><footer><p>All rights reserved by the Post.</p></footer>"));
  EXPECT_NE(article.content_text.find("Paragraph 4"), std::string::npos);
  EXPECT_EQ(article.content_text.find("newsletter"), std::string::npos);
  EXPECT_EQ(article.content_text.find("rights reserved"), std::string::npos);
  EXPECT_EQ(article.content_text.find("Sport"), std::string::npos);
}

TEST(CleanPage, ParagraphsArePartedByOneBlankLine) {
  auto const article = clean(page("<article>" + paragraphs(3) + "</article>"));
  auto const first = article.content_text.find("\n\n");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(article.content_text.find("\n\n\n"), std::string::npos);
  EXPECT_TRUE(article.content_text.starts_with("Paragraph 0"));
}

TEST(CleanPage, AnArticleSplitByAnAdvertisementIsJoined) {
  auto const article =
      clean(page("<div id=story><div>" + paragraphs(4) + "</div><div class=ad-slot>Buy now</div><div>" +
                 paragraphs(3, 4) + "</div></div>"));
  EXPECT_EQ(article.content_text.find("Buy now"), std::string::npos);
  std::size_t count = 0;
  for (auto at = article.content_text.find("Paragraph"); at != std::string::npos;
       at = article.content_text.find("Paragraph", at + 1))
    ++count;
  EXPECT_EQ(count, 7u);
}

TEST(CleanPage, WhatHoldsMostOfTheTextIsNoFurnitureWhateverItsName) {
  auto const article = clean(page("<div class='content with-sidebar'>" + paragraphs(6) + "</div>"));
  EXPECT_NE(article.content_text.find("Paragraph 5"), std::string::npos);
}

TEST(CleanPage, MetadataComesFromJsonLdFirst) {
  auto const article = clean(
      page("<h1>Sluice opens</h1>" + paragraphs(3),
           R"(<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"Sluice opens",
      "author":[{"@type":"Person","name":"Ada Quay","url":"/ada"}],"datePublished":"2026-03-01T08:00:00+01:00",
      "isAccessibleForFree":false}]}</script><link rel=canonical href="/news/sluice-opens">)"));
  EXPECT_EQ(article.title, "Sluice opens");
  ASSERT_EQ(article.authors.size(), 1u);
  EXPECT_EQ(article.authors[0].name, "Ada Quay");
  EXPECT_EQ(article.date_published, parse_rfc3339("2026-03-01T07:00:00Z"));
  EXPECT_EQ(article.url, "https://post.example/news/sluice-opens");
  EXPECT_EQ(article.language, "en");
  EXPECT_EQ(article.paywall, Paywall::subscription);
}

TEST(CleanPage, OutputIsSafeAndItsLinksAbsolute) {
  auto const article =
      clean(page("<article>" + paragraphs(3) +
                 "<p onclick=x()>See <a href=/plan>the plan</a> and <a href='javascript:x()'>this</a> "
                 "for the details of the work at the quay.</p><script>alert(1)</script></article>"));
  EXPECT_NE(article.content_html.find("https://post.example/plan"), std::string::npos);
  EXPECT_EQ(article.content_html.find("javascript:"), std::string::npos);
  EXPECT_EQ(article.content_html.find("onclick"), std::string::npos);
  EXPECT_EQ(article.content_text.find("alert"), std::string::npos);
}

TEST(CleanPage, APageWithoutTextIsAnError) {
  auto const article = clean_page("<html><script>render()</script></html>", {});
  ASSERT_FALSE(article);
  EXPECT_EQ(article.error().code, ErrorCode::malformed);
}

TEST(CleanItem, AFeedsOwnHtmlBecomesParagraphs) {
  Item item;
  item.title = "T";
  item.content_html = "<p>One.</p><p>Two.</p>";
  auto const article = clean_item(item);
  EXPECT_EQ(article.content_text, "One.\n\nTwo.");
  EXPECT_EQ(article.extractor, "feed");
}

}  // namespace
}  // namespace newsfold::clean
