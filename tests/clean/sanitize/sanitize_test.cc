#include "feeds/clean/sanitize/sanitize.h"

#include "feeds/clean/sanitize/tags.h"

#include <gtest/gtest.h>

namespace newsfold::clean {
namespace {

TEST(Sanitize, LeavesTextWithoutMarkupAsItIs) {
  EXPECT_EQ(sanitize_html("a &amp; b > c"), "a &amp; b > c");
  EXPECT_FALSE(may_hold_markup("a &amp; b > c"));
}

TEST(Sanitize, KeepsWhatAReaderNeeds) {
  constexpr char const* html =
      "<h2>A</h2><p>b <b>c</b> <a href=\"https://x.example/?a=1&amp;b=2\">d</a><br>"
      "<img src=\"https://x.example/i.png\" alt=\"e\" width=\"9\"></p><ul><li>f</li></ul>";
  EXPECT_EQ(sanitize_html(html), html);
}

TEST(Sanitize, DropsWhatActs) {
  struct Row {
    char const* html;
    char const* safe;
  };
  for (auto const& [html, safe] : {
           Row{"a<script>alert('<b>')</script>b", "ab"},
           Row{"a<script>alert(1)", "a"},
           Row{"a<STYLE>x</sTyLe >b", "ab"},
           Row{"<p onclick=x style=y id=z class=w>a</p>", "<p>a</p>"},
           Row{"<a href='javascript:x'>a</a>", "<a>a</a>"},
           Row{"<a href=' java&#10;script&colon;x'>a</a>", "<a>a</a>"},
           Row{"<a href=\"&#106;avascript:x\">a</a>", "<a>a</a>"},
           Row{"<img src=x onerror=alert(1)//>", "<img src=\"x\">"},
           Row{"<img src=\"data:image/svg+xml,<svg onload=x>\">", "<img>"},
           Row{"<iframe src='https://evil.example/'>x</iframe>b", "b"},
           Row{"<object data=x><embed src=y><param name=z>t</object>", "t"},
           Row{"<svg onload=x><circle/></svg>t", "t"},
           Row{"<form action=x><input value=y>t</form>", "t"},
           Row{"<template><p>a<template>b</template>c</template>d", "d"},
           Row{"<base href='//evil.example'><meta http-equiv=refresh><link rel=x>t", "t"},
           Row{"<!-- <p>a --><![if !IE]>b<?php c ?>", "b"},
           Row{"<p title='\"><script>'>a</p>", "<p title=\"&quot;&gt;&lt;script&gt;\">a</p>"},
           Row{"<scr<script>ipt>alert(1)</script>", "ipt>alert(1)"},
       })
    EXPECT_EQ(sanitize_html(html), safe) << html;
}

TEST(Sanitize, ClosesWhatIsOpenAndNothingElse) {
  EXPECT_EQ(sanitize_html("<div><p>a<p>b"), "<div><p>a</p><p>b</p></div>");
  EXPECT_EQ(sanitize_html("a</div></p></b>"), "a");
  EXPECT_EQ(sanitize_html("<b><i>a</b>b</i>"), "<b><i>a</i></b>b");
  EXPECT_EQ(sanitize_html("<ul><li>a<li>b</ul>"), "<ul><li>a</li><li>b</li></ul>");
  EXPECT_EQ(sanitize_html("a <b href='x"), "a ") << "a tag cut off by the end of the text";
  EXPECT_EQ(sanitize_html("if a <b"), "if a &lt;b") << "hardly a tag";
  EXPECT_EQ(sanitize_html("1 < 2 <3 </"), "1 &lt; 2 &lt;3 &lt;/");
}

TEST(Sanitize, ResolvesLinksAndPictures) {
  EXPECT_EQ(sanitize_html("<a href=/x?a&b>l</a><img src='i.png'>", "https://h.example/p/q"),
            "<a href=\"https://h.example/x?a&amp;b\">l</a><img src=\"https://h.example/p/i.png\">");
  EXPECT_EQ(sanitize_html("<img srcset='a.png 1x, javascript:x 2x, /b.png 3x'>", "https://h.example/"),
            "<img srcset=\"https://h.example/a.png 1x, https://h.example/b.png 3x\">");
  EXPECT_EQ(sanitize_html("<img data-src=/a.png>", "https://h.example/"),
            "<img src=\"https://h.example/a.png\">");
}

TEST(Sanitize, APictureInTheMarkupIsSmallAndNoPlaceholder) {
  EXPECT_EQ(sanitize_html("<img src=data:image/png;base64,AAAA>"),
            "<img src=\"data:image/png;base64,AAAA\">");
  EXPECT_EQ(sanitize_html("<img src=data:image/png;base64," + std::string(300'000, 'A') + ">"), "<img>");
  EXPECT_EQ(sanitize_html("<img src=data:image/gif;base64,AAAA data-src=/real.jpg>", "https://h.example/"),
            "<img src=\"https://h.example/real.jpg\">");
}

TEST(Sanitize, DropsTrackingPixelsAndKeepsPlayers) {
  EXPECT_EQ(sanitize_html("a<img src=x width=1 height='1'>b"), "ab");
  EXPECT_EQ(sanitize_html("<iframe width=5 src='https://www.youtube.com/embed/x'>no frames</iframe>"),
            "<iframe width=\"5\" src=\"https://www.youtube.com/embed/x\"></iframe>");
  EXPECT_FALSE(is_embed_host("notyoutube.com"));
}

TEST(Sanitize, ReadsXhtmlByItsOwnRules) {
  std::string out;
  append_sanitized(out, "<x:p/><h:b>a</h:b><![CDATA[<i>]]>", {.base_url = {}, .dialect = Dialect::xml});
  EXPECT_EQ(out, "<p></p><b>a</b>&lt;i&gt;");
  out.clear();
  append_sanitized(out, "a<br></br>b<br/>c", {.base_url = {}, .dialect = Dialect::xml});
  EXPECT_EQ(out, "a<br>b<br>c");
  EXPECT_EQ(sanitize_html("a</br>b"), "a<br>b");
}

TEST(Sanitize, ACdataMarkThatNothingClosesHidesNothing) {
  EXPECT_EQ(sanitize_html("a<![CDATA[ <b>b</b> c"), "ab c");
  EXPECT_EQ(sanitize_html("a <![CDATA[ b"), "a &lt;![CDATA[ b");
  EXPECT_EQ(sanitize_html("a<![CDATA[b]]>c"), "ac");
}

TEST(Sanitize, ATextOfShortLinksGrowsByAFewTimesItsSizeOnly) {
  std::string html;
  for (int i = 0; i < 10'000; ++i) html += "<a href=y>z</a>";
  auto const safe = sanitize_html(html, "https://h.example/" + std::string(400, 'x') + "/");
  EXPECT_LT(safe.size(), 12 * html.size());
  EXPECT_NE(safe.find("x/y\">z</a><a>z</a>"), std::string::npos) << "further links lose their address";
}

TEST(Sanitize, StaysLinearAndShallowOnDeepNesting) {
  std::string html;
  for (int i = 0; i < 100'000; ++i) html += "<div>";
  html += "x";
  for (int i = 0; i < 100'000; ++i) html += "</div></span>";
  auto const safe = sanitize_html(html);
  EXPECT_LT(safe.size(), 4000u);
  EXPECT_TRUE(safe.find('x') != std::string::npos);
}

// A second run finds nothing to change: what comes out is what the lists allow.
TEST(Sanitize, ItsOutputIsAFixedPoint) {
  for (char const* html :
       {"<p>a<div title=\"x'y\">b<img src='a b.png' alt='<>'>", "<a href=//h/x>y</a>", "<b/>a"}) {
    auto const once = sanitize_html(html, "https://h.example/");
    EXPECT_EQ(sanitize_html(once, "https://h.example/"), once);
  }
}

TEST(HtmlToText, PartsBlocksAndDecodes) {
  EXPECT_EQ(html_to_text(
                "<h1>A&amp;B</h1><p>one\n two</p><p>three<br>four</p><ul><li>x<li>y</ul><script>z</script>"),
            "A&B\n\none two\n\nthree\nfour\n\nx\ny");
}

TEST(HtmlToLine, KeepsWhatOnlyLooksLikeMarkup) {
  EXPECT_EQ(html_to_line("a <b>c</b><br/>d &lt;e&gt;"), "a c d <e>");
  EXPECT_EQ(html_to_line("C:\\temp \\1 \\g<0> I <3 List<int> & co"),
            "C:\\temp \\1 \\g<0> I <3 List<int> & co");
}

}  // namespace
}  // namespace newsfold::clean
