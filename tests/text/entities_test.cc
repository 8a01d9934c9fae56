#include "feeds/text/entities.h"

#include <gtest/gtest.h>

namespace newsfold::text {
namespace {

TEST(Entities, ReadsNamesAndNumbers) {
  EXPECT_EQ(decode_entities("&lt;b&gt; &eacute;&#233;&#xE9;&#XE9; &CounterClockwiseContourIntegral;"),
            "<b> \u00E9\u00E9\u00E9\u00E9 \u2233");
  EXPECT_EQ(decode_entities("&nGt;"), "\u226B\u20D2");
}

TEST(Entities, ReadsC1NumbersAsWindows1252) {
  EXPECT_EQ(decode_entities("&#147;x&#x94;&#129;"), "\u201Cx\u201D");
}

TEST(Entities, DropsNumbersThatAreNoCharacter) {
  EXPECT_EQ(decode_entities("a&#0;&#xD800;&#x110000;&#99999999999999999999;&#8;&#xFFFF;b"), "ab");
}

TEST(Entities, LeavesWhatIsNoReference) {
  for (std::string_view text :
       {"AT&T", "a & b", "a && b", "a &; b", "&foobar;", "x&", "&#;", "&#x;", "&#xzz;"})
    EXPECT_EQ(decode_entities(text), text);
}

TEST(Entities, DecodesOnceOnly) { EXPECT_EQ(decode_entities("&amp;lt;"), "&lt;"); }

TEST(Entities, ReadsOldNamesWithoutSemicolonButNotInQueries) {
  EXPECT_EQ(decode_entities("&copy 2026 &eacutex"), "\u00A9 2026 \u00E9x");
  EXPECT_EQ(decode_entities("?a=1&copy=2&reg5", EntityContext::attribute), "?a=1&copy=2&reg5");
  EXPECT_EQ(decode_entities("?a=1&copy", EntityContext::attribute), "?a=1\u00A9");
}

TEST(Entities, EscapesWhatMarkupWouldRead) {
  std::string out;
  append_escaped(out, "<a \"b\"> & c");
  EXPECT_EQ(out, "&lt;a \"b\"&gt; &amp; c");
  out.clear();
  append_escaped(out, "\"", EntityContext::attribute);
  EXPECT_EQ(out, "&quot;");
}

}  // namespace
}  // namespace newsfold::text
