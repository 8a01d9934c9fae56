#include "feeds/clean/html/reduce.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::clean {
namespace {

std::string reduced(std::string_view html, DocumentLimits const& limits = {}) {
  return reduce_html(html, limits).html;
}

TEST(ReduceHtml, AnOrdinaryPageComesBackAsItIs) {
  std::string_view const html =
      "<!doctype html><html lang=en><head><title>T</title></head><body class='x'><p>one <b>two</b><br>"
      "<ul><li>a<li>b</ul><table><tr><td>c</table></body></html>";
  EXPECT_EQ(reduced(html), html);
}

TEST(ReduceHtml, StylesCommentsAndDrawingsGo) {
  EXPECT_EQ(reduced("a<style>p > b {}</style>b<!-- <p> -->c<svg viewBox='0 0 1 1'><path d='M0'/></svg>d"),
            "a<style></style>bc<svg viewBox='0 0 1 1'></svg>d");
  EXPECT_EQ(reduced("<select name=x><option>1<option>2</select>"), "<select name=x></select>");
}

TEST(ReduceHtml, ADrawingThatHoldsRunningTextStays) {
  for (auto const* html :
       {"<svg><foreignObject><p>text</p></foreignObject></svg>", "<svg><g>never closed<p>x"})
    EXPECT_EQ(reduced(html), html);
}

TEST(ReduceHtml, TheTextOfAScriptIsKeptBesideThePage) {
  auto const out = reduce_html("<script>1</script><script src=x> </script><script>a</b</script>c", {});
  EXPECT_EQ(out.html, "<script>#0</script><script src=x></script><script>#1</script>c");
  ASSERT_EQ(out.scripts.size(), 2u);
  EXPECT_EQ(out.scripts[1], "a</b");
}

TEST(ReduceHtml, AScriptWrittenByACommentedScriptEndsNothing) {
  auto const out = reduce_html("<script><!-- <script>x</script> --></script>y", {});
  EXPECT_EQ(out.html, "<script>#0</script>y");
}

TEST(ReduceHtml, ACommentEndsWhereBrowsersEndIt) {
  EXPECT_EQ(reduced("a<!-->b<!--->c<!-- x --!>d<!-- y > -->e<?php > ?>f</ x>g"), "abcde ?>fg");
  EXPECT_EQ(reduced("a<!-- never closed <p>b</p>"), "a");
}

TEST(ReduceHtml, WhatRemainsBesideADroppedTagMakesNoMarkup) {
  EXPECT_EQ(reduced("<<!-- -->div> 1 < 2 <!' x"), "&lt;div> 1 &lt; 2 &lt;!' x");
  EXPECT_EQ(reduced("<svg><title><div></title><p>"), "<svg><title>&lt;div></title><p>");
}

TEST(ReduceHtml, ADeepElementGoesWithItsEndTag) {
  DocumentLimits limits;
  limits.depth_max = 2;
  EXPECT_EQ(reduced("<div><div><div>x</div>y</div>z</div>", limits), "<div><div>xy</div>z</div>");
}

TEST(ReduceHtml, UnmatchedEndTagsMakeNoRoomForDepth) {
  DocumentLimits limits;
  limits.depth_max = 2;
  EXPECT_EQ(reduced("<div></x><div></x><div></x><div>", limits), "<div><div>");
  // A cell closes nothing outside of its table.
  EXPECT_EQ(reduced("<div><table></div><div>x", limits), "<div><table>x");
}

TEST(ReduceHtml, TagsThatATreeBuilderPassesOverGo) {
  EXPECT_EQ(reduced("a</i>b</div>c<td>d<tr>e"), "abcde");
  EXPECT_EQ(reduced("<select><option>a<div>b</select>c"), "<select><option>ab</select>c");
  // These make an element.
  EXPECT_EQ(reduced("a</p>b</br>c"), "a</p>b</br>c");
}

TEST(ReduceHtml, TextsBetweenCellsStayApart) {
  EXPECT_EQ(reduced("<table>a<tr>b<td>c</table>"), "<table><span>a</span><tr><span>b</span><td>c</table>");
}

TEST(ReduceHtml, BlanksBetweenBlocksGo) {
  EXPECT_EQ(reduced("<div> <p>a <b>b</b> <i>c</i> </p>\n<p> d</p></div>"),
            "<div><p>a <b>b</b> <i>c</i></p><p> d</p></div>");
  EXPECT_EQ(reduced("<pre><p> </p> </pre>"), "<pre><p> </p> </pre>");
}

TEST(ReduceHtml, ElementsBehindTheBoundOfAttributesHaveNone) {
  DocumentLimits limits;
  limits.attributes_max = 2;
  EXPECT_EQ(reduced("<p a=1 b=2>x<p c=3>y<img src=z />", limits), "<p a=1 b=2>x<p>y<img>");
}

TEST(ReduceHtml, TagsBehindTheBoundLeaveTheirText) {
  DocumentLimits limits;
  limits.elements_max = 2;
  EXPECT_EQ(reduced("<p>a<p>b<p>c</p><script>s</script><style>t</style>d", limits), "<p>a<p>bcd");
}

TEST(ReduceHtml, FormattingThatIsOpenedAgainAndAgainIsEnded) {
  DocumentLimits limits;
  limits.made_max = 2;
  // <b> and <i> are opened again in the second paragraph; from then on there is neither.
  EXPECT_EQ(reduced("<p><b><i>x<p>y<p>z<b>w</b>", limits), "<p><b><i>x<p>y</i></b><p>zw");
}

TEST(ReduceHtml, FurtherAttributesOfAnElementGo) {
  std::string tag = "<p";
  for (int i = 0; i < 100; ++i) tag += " a" + std::to_string(i) + "='>'";
  auto const out = reduced(tag + ">x");
  EXPECT_TRUE(out.ends_with(" a47='>'>x")) << out;
}

}  // namespace
}  // namespace newsfold::clean
