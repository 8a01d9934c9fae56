#include "feeds/clean/sanitize/html_blocks.h"

#include <gtest/gtest.h>

namespace newsfold::clean {
namespace {

TEST(HtmlBlocks, TheInnermostBlockOfThatTextGoes) {
  auto const is_pitch = [](std::string_view text) { return text == "Join & win"; };
  EXPECT_EQ(drop_html_blocks("<div><p>One.</p><p><b>Join</b> &amp; win</p><p>Two.</p></div>", is_pitch),
            "<div><p>One.</p><p>Two.</p></div>");
  EXPECT_EQ(drop_html_blocks("<ul><li>Join &amp; win</li></ul>", is_pitch), "<ul></ul>");
}

TEST(HtmlBlocks, WhatNestsOrIsCutOffStays) {
  auto const all = [](std::string_view) { return true; };
  EXPECT_EQ(drop_html_blocks("<p>never closed", all), "<p>never closed");
  EXPECT_EQ(drop_html_blocks("no markup", all), "no markup");
  EXPECT_EQ(drop_html_blocks("<div>a<p>b</p>c</div>", all), "<div>ac</div>");
}

}  // namespace
}  // namespace newsfold::clean
