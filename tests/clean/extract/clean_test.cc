#include "feeds/clean/extract/clean.h"

#include "feeds/clean/rules/site_rules.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
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

std::string const paid_head =
    R"(<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false,"hasPart":{"isAccessibleForFree":false,
    "cssSelector":".paid"}}</script>)";

TEST(CleanPage, PaidTextGoesUnlessItIsKept) {
  auto const html = page("<h1>Sluice opens</h1><article>" + paragraphs(2) + "<div class=paid>" +
                             "<p>The secret of the sluice, as the master told it to subscribers of this "
                             "paper alone, is that the "
                             "gate never closed in forty years of rain.</p>" +
                             paragraphs(4) + "</div></article>",
                         paid_head);
  auto const dropped = clean(html);
  EXPECT_EQ(dropped.content_text.find("The secret"), std::string::npos);
  EXPECT_EQ(dropped.content_html.find("The secret"), std::string::npos);
  EXPECT_TRUE(dropped.truncated);
  EXPECT_NE(dropped.completeness, Completeness::full);
  CleanOptions options;
  options.paid_text = PaidText::keep;
  auto const kept = clean_page(html, {"https://post.example/a", "text/html; charset=utf-8"}, options);
  ASSERT_TRUE(kept);
  EXPECT_NE(kept->content_text.find("The secret"), std::string::npos);
  EXPECT_EQ(kept->paywall, Paywall::subscription);
}

TEST(CleanPage, WallTextNeverStays) {
  auto const article =
      clean(page("<h1>Sluice opens</h1><article>" + paragraphs(2) +
                 "<div><p>Subscribe to continue reading</p><p>Only 1 euro a month</p></div></article>"));
  EXPECT_EQ(article.content_text.find("Subscribe"), std::string::npos);
  EXPECT_EQ(article.content_text.find("1 euro"), std::string::npos);
  EXPECT_EQ(article.paywall, Paywall::subscription);
  EXPECT_TRUE(article.truncated);
  EXPECT_FALSE(article.paywall_evidence.empty());
}

TEST(CleanPage, PhotoCreditsStayWhereTheyAreWanted) {
  Item item;
  item.content_html = "<p>The gate opened.</p><p>Photo: Ada Quay</p><p>The tide came.</p>";
  EXPECT_EQ(clean_item(item).content_text.find("Ada Quay"), std::string::npos);
  CleanOptions options;
  options.photo_credits = PhotoCredits::keep;
  EXPECT_NE(clean_item(item, options).content_text.find("Ada Quay"), std::string::npos);
}

std::shared_ptr<SiteRules> rules_of(SiteRule rule) {
  auto rules = std::make_shared<SiteRules>();
  rule.hosts = {"post.example"};
  EXPECT_TRUE(rules->add(std::move(rule)));
  return rules;
}

Article clean_by(std::string const& html, SiteRule rule) {
  CleanOptions options;
  options.rules = rules_of(std::move(rule));
  auto article =
      clean_page(html, {"https://www.post.example/news/sluice", "text/html; charset=utf-8"}, options);
  EXPECT_TRUE(article);
  return article ? std::move(*article) : Article{};
}

TEST(SiteRule, WhatItFindsGoesBeforeTheGeneralAnswer) {
  SiteRule rule;
  rule.title = {".head"};
  rule.byline = {".who"};
  rule.date = {".when"};
  rule.body = {"#story"};
  rule.strip = {".box"};
  auto const article = clean_by(page("<div class=head>The true headline</div><div class=who>Ada "
                                     "Quay</div><div class=when>1 March 2026</div><div id=story>" +
                                     paragraphs(5) +
                                     "<div class=box><p>Half of the people who read this paragraph will find "
                                     "that it stands in a box.</p></div>" +
                                     "</div><div id=rest><p>What stands outside of the story is no part of "
                                     "it, however long the paragraph may be.</p></div>"),
                                rule);
  EXPECT_EQ(article.title, "The true headline");
  EXPECT_EQ(article.byline, "Ada Quay");
  EXPECT_EQ(article.date_published, parse_rfc3339("2026-03-01T00:00:00Z"));
  EXPECT_NE(article.content_text.find("Paragraph 4"), std::string::npos);
  EXPECT_EQ(article.content_text.find("in a box"), std::string::npos);
  EXPECT_EQ(article.content_text.find("no part of it"), std::string::npos);
}

TEST(SiteRule, OneThatItsSiteOutgrewDoesNoHarm) {
  auto const html =
      page("<h1>Sluice opens</h1><article>" + paragraphs(6) + "</article><div class=tiny>x</div>");
  auto const general = clean(html);
  SiteRule rule;
  rule.title = {".gone"};
  rule.byline = {".gone"};
  rule.date = {".gone"};
  rule.body = {".tiny"};
  rule.strip = {"article"};
  auto const article = clean_by(html, rule);
  EXPECT_EQ(article.title, general.title);
  EXPECT_EQ(article.content_text, general.content_text);
}

TEST(CleanPage, TheHeadlineIsTheTitleAndNotAParagraph) {
  auto const article = clean(page("<article><h1>Sluice opens</h1>" + paragraphs(3) + "</article>"));
  EXPECT_EQ(article.title, "Sluice opens");
  EXPECT_TRUE(article.content_text.starts_with("Paragraph 0")) << article.content_text;
  EXPECT_EQ(article.content_html.find("Sluice opens"), std::string::npos);
  EXPECT_TRUE(article.removed.empty());
}

TEST(CleanPage, BinaryDataIsAnErrorAndNoArticle) {
  std::string bytes;
  std::uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i) bytes += char((state = state * 1664525u + 1013904223u) >> 24);
  auto const article = clean_page(bytes, {"https://post.example/photo", "text/html"});
  ASSERT_FALSE(article);
  EXPECT_EQ(article.error().code, ErrorCode::malformed);
  EXPECT_NE(article.error().message.find("binary"), std::string::npos);
}

TEST(CleanPage, APageWithoutTextIsAnError) {
  auto const article = clean_page("<html><script>render()</script></html>", {});
  ASSERT_FALSE(article);
  EXPECT_EQ(article.error().code, ErrorCode::malformed);
}

TEST(CleanPage, APageThatScriptsBuildIsWhatItSaysItIs) {
  auto const article = clean(
      "<html><head><title>Sluice opens</title><meta name=description content='The gate opens & ships pass.'>"
      "</head><body><script>render()</script></body></html>");
  EXPECT_EQ(article.content_text, "The gate opens & ships pass.");
  EXPECT_EQ(article.content_html, "<p>The gate opens &amp; ships pass.</p>");
  EXPECT_EQ(article.extractor, "description");
  EXPECT_EQ(article.completeness, Completeness::teaser);
  EXPECT_EQ(article.title, "Sluice opens");
}

TEST(CleanPage, FiguresTablesAndListsKeepTheirShape) {
  auto const article = clean(page(
      "<article>" + paragraphs(3) +
      "<figure><img src=/gate.jpg alt='The gate'><figcaption>The gate on Monday, before the flood came in "
      "over the quay.</figcaption></figure>" +
      paragraphs(2, 3) +
      "<ul><li>The first ship passes at noon and pays nothing.</li><li>The ferry follows it an hour "
      "later.</li></ul><table><tr><th>Ship</th><th>Hour</th></tr><tr><td>Aurora</td><td>12</td></tr></"
      "table>" +
      paragraphs(2, 5) + "</article>"));
  auto const& html = article.content_html;
  for (std::string const part : {"<figure><img src=\"https://post.example/gate.jpg\" alt=\"The gate\">"
                                 "<figcaption>The gate on Monday",
                                 "<ul><li>The first ship", "<th>Ship", "<td>Aurora"})
    EXPECT_NE(html.find(part), std::string::npos) << part << "\n" << html;
  auto const& text = article.content_text;
  EXPECT_NE(text.find("- The first ship passes at noon and pays nothing.\n- The ferry"), std::string::npos)
      << text;
  EXPECT_NE(text.find("Aurora"), std::string::npos);
  EXPECT_EQ(text.find('<'), std::string::npos);
}

std::string json_sentences(int count, int from = 0) {
  std::string out;
  for (int i = from; i < from + count; ++i)
    out += "Sentence " + std::to_string(i) + " tells what the harbour master said about the sluice. ";
  return out;
}

TEST(CleanPage, ABodyThatOnlyScriptsHoldIsFound) {
  auto const declared =
      clean(page("<div id=root></div>", R"(<script type="application/ld+json">{"@type":"NewsArticle",)"
                                        R"("headline":"Sluice opens","articleBody":")" +
                                            json_sentences(20) + R"("}</script>)"));
  EXPECT_NE(declared.content_text.find("Sentence 19 tells"), std::string::npos) << declared.extractor;
  std::string state = R"(<script id="__NEXT_DATA__" type="application/json">{"props":{"article":{"body":[)";
  for (int i = 0; i < 8; ++i)
    state += std::string(i == 0 ? "" : ",") + R"({"type":"p","text":")" + json_sentences(4, 4 * i) + R"("})";
  auto const built = clean(page("<div id=root></div>", state + "]}}}</script>"));
  EXPECT_NE(built.content_text.find("Sentence 31 tells"), std::string::npos) << built.extractor;
}

// What a meter lets a visitor read may be built by scripts; what a subscription locks is not fetched out of
// them.
TEST(CleanPage, AMeteredBodyThatScriptsHoldIsFoundAndALockedOneIsNot) {
  auto const body_of = [](std::string const& tier) {
    auto const article = clean_page(page("<div id=root><h1>Sluice opens</h1><p>The gate opens.</p></div>",
                                         "<meta name=article:content_tier content=" + tier +
                                             R"(><script type="application/json">{"content":[{"content":")" +
                                             json_sentences(20) + R"("}]}</script>)"),
                                    {"https://post.example/news/sluice", "text/html; charset=utf-8"});
    return article ? article->content_text : std::string();
  };
  EXPECT_NE(body_of("metered").find("Sentence 19 tells"), std::string::npos);
  EXPECT_EQ(body_of("locked").find("Sentence 19 tells"), std::string::npos);
}

TEST(CleanItem, ATextThatEndsAtAWallIsNoWholeText) {
  Item item;
  item.content_html = "<p>The council votes on the sluice tonight.</p><p>Subscribe to continue reading</p>";
  auto const article = clean_item(item);
  EXPECT_EQ(article.content_text, "The council votes on the sluice tonight.\n");
  EXPECT_EQ(article.paywall, Paywall::subscription);
  EXPECT_EQ(article.paywall_evidence, "the text ends at “Subscribe to continue reading”");
  EXPECT_TRUE(article.truncated);
  EXPECT_EQ(article.completeness, Completeness::teaser);
  item.content_html = "<p>The council votes on the sluice tonight.</p>";
  EXPECT_EQ(clean_item(item).completeness, Completeness::full);
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
