#include "feeds/clean/html/html_document.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::clean {
namespace {

HtmlDocument parse(std::string const& html) {
  auto document = HtmlDocument::parse(html);
  EXPECT_TRUE(document);
  return std::move(*document);
}

NodeIndex only(HtmlDocument const& document, std::string_view css) {
  auto const found = document.select(css);
  EXPECT_TRUE(found);
  EXPECT_EQ(found->size(), 1u) << css;
  return found->empty() ? 0 : found->front();
}

TEST(HtmlDocument, ANodesDescendantsAreTheRangeBehindIt) {
  auto const document = parse("<body><div id=a><p>one</p><p>two</p></div><p>three</p></body>");
  auto const div = only(document, "#a");
  std::string text;
  for (NodeIndex i = div; i < document.end(div); ++i)
    if (document.is_text(i)) text += document.text(i);
  EXPECT_EQ(text, "onetwo");
  EXPECT_EQ(document.end(0), document.size());
}

TEST(HtmlDocument, BuildsTheTreeOfTheStandardFromUnclosedMarkup) {
  auto const document = parse("<ul><li>a<li>b</ul><p>c<p>d");
  EXPECT_EQ(document.select("li")->size(), 2u);
  EXPECT_EQ(document.select("body > p")->size(), 2u);
}

TEST(HtmlDocument, AttributesAreDecodedAndAbsentOnesEmpty) {
  auto const document = parse("<a href='?a=1&amp;b=2' Title=X>l</a>");
  auto const link = only(document, "a");
  EXPECT_EQ(document.attribute(link, "href"), "?a=1&b=2");
  EXPECT_EQ(document.attribute(link, "title"), "X");
  EXPECT_EQ(document.attribute(link, "rel"), "");
}

TEST(HtmlDocument, SelectsByClassAndDescendant) {
  auto const document = parse("<div class='x y'><h2><a href=/1>1</a></h2></div><a href=/2>2</a>");
  EXPECT_EQ(document.select("div.y h2 a")->size(), 1u);
  EXPECT_EQ(document.select("a")->size(), 2u);
}

TEST(HtmlDocument, WhatIsNoSelectorIsAnErrorThatNamesIt) {
  auto const document = parse("<p>x</p>");
  for (auto const* css : {"", "[", "p::("}) {
    auto const found = document.select(css);
    ASSERT_FALSE(found) << css;
    EXPECT_EQ(found.error().code, ErrorCode::invalid);
  }
}

TEST(HtmlDocument, HundredThousandOpenElementsKeepTheirTextAndLoseTheirDepth) {
  std::string html;
  for (int i = 0; i < 100'000; ++i) html += "<div>";
  html += "deep text";
  auto const document = parse(html);
  std::size_t deepest = 0;
  std::string text;
  for (NodeIndex i = 0; i < document.size(); ++i) {
    if (document.is_text(i)) text += document.text(i);
    std::size_t depth = 0;
    for (auto up = document.parent(i); up != no_node; up = document.parent(up)) ++depth;
    deepest = std::max(deepest, depth);
  }
  EXPECT_EQ(text, "deep text");
  EXPECT_LE(deepest, DocumentLimits{}.depth_max + 4);
}

TEST(HtmlDocument, APageBeyondTheBoundIsRefused) {
  DocumentLimits limits;
  limits.bytes_max = 10;
  auto const document = HtmlDocument::parse("<p>more than ten bytes</p>", limits);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code, ErrorCode::too_large);
}

// The library drops zeros itself, and with two gaps in a text half a character beside them.
TEST(HtmlDocument, ZerosAreNoCharacters) {
  std::string html("<p>..`0.$\xE2\x80\xA1\xC2\xA0<p>");
  for (char& c : html)
    if (c == '.') c = '\0';
  auto const document = parse(html);
  auto const text = only(document, "p:first-child") + 1;
  EXPECT_EQ(document.text(text), "`0$\xE2\x80\xA1\xC2\xA0");
}

TEST(HtmlDocument, AScriptKeepsItsText) {
  auto const document = parse("<head><script>a < b && c</script><script>#0</script></head>");
  auto const scripts = document.select("script");
  ASSERT_EQ(scripts->size(), 2u);
  EXPECT_EQ(document.text(scripts->front() + 1), "a < b && c");
  EXPECT_EQ(document.text(scripts->back() + 1), "#0");
}

TEST(HtmlDocument, ATreeThatIsUsedAgainKeepsNothingOfThePageBefore) {
  for (auto const* html : {"<!doctype html><p a=b>one<b>two", "<table><tr><td>x", "<p>y"}) {
    auto const before = parse("<p><i>open<table>");
    auto const first = parse(html);
    auto const second = parse(html);
    ASSERT_EQ(first.size(), second.size()) << html;
    for (NodeIndex node = 0; node < first.size(); ++node) {
      EXPECT_EQ(first.tag(node), second.tag(node)) << html;
      EXPECT_EQ(first.text(node), second.text(node)) << html;
    }
  }
}

TEST(HtmlDocument, NothingIsADocument) {
  auto const document = parse("");
  EXPECT_TRUE(document.select("p")->empty());
}

}  // namespace
}  // namespace newsfold::clean
