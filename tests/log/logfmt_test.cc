#include "daemon/log/logfmt.h"

#include "feeds/model/ids.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::log {
namespace {

using namespace std::chrono_literals;

TEST(Logfmt, WritesTheEventAndThenItsFields) {
  EXPECT_EQ(format_line("poll", {{"feed", "ars"}, {"status", 304}, {"took", 12ms}, {"new", false}}),
            "poll feed=ars status=304 took=12ms new=false");
}

TEST(Logfmt, WritesIdsTimesAndErrorCodesAsPeopleKnowThem) {
  EXPECT_EQ(
      format_line("x", {{"article", ArticleId{42}}, {"at", UtcMicros{0us}}, {"error", ErrorCode::too_large}}),
      "x article=42 at=1970-01-01T00:00:00Z error=too_large");
}

TEST(Logfmt, QuotesWhatWouldReadAsTwoValues) {
  EXPECT_EQ(format_line("x", {{"title", "a b"}}), "x title=\"a b\"");
  EXPECT_EQ(format_line("x", {{"title", "a=b"}}), "x title=\"a=b\"");
  EXPECT_EQ(format_line("x", {{"title", ""}}), "x title=\"\"");
  EXPECT_EQ(format_line("x", {{"title", R"(say "hi" \o/)"}}), R"(x title="say \"hi\" \\o/")");
}

TEST(Logfmt, AHostileValueCannotForgeALineNorSteerATerminal) {
  EXPECT_EQ(format_line("x", {{"title", "a\n<3>error"}}), "x title=\"a\\n<3>error\"");
  EXPECT_EQ(format_line("x", {{"title", "\x1b[2J"}}), "x title=\"\\x1b[2J\"");
  EXPECT_EQ(format_line("x", {{"title",
                               "\xc2\x9b"
                               "31m"}}),
            "x title=\"\\u009b31m\"");
  EXPECT_EQ(format_line("x", {{"title", "Größe"}}), "x title=Größe");
}

TEST(Logfmt, NeverWritesASecret) {
  EXPECT_EQ(format_line("x", {{"token", Secret("hunter2")}}), "x token=***");
}

TEST(Logfmt, CutsALongValueBetweenCharacters) {
  std::string long_text(value_bytes_max - 1, 'a');
  long_text += "éé";  // the first é would straddle the cut
  auto const line = format_line("x", {{"t", long_text}});
  EXPECT_EQ(line, "x t=\"" + std::string(value_bytes_max - 1, 'a') + "…\"");
}

TEST(Logfmt, SaysHowManyLinesAreMissing) { EXPECT_EQ(format_line("x", {{"a", 1}}, 7), "x a=1 suppressed=7"); }

TEST(Logfmt, WritesSpansInTheUnitThatReadsBest) {
  EXPECT_EQ(format_span(0us), "0us");
  EXPECT_EQ(format_span(850us), "850us");
  EXPECT_EQ(format_span(1500us), "1.5ms");
  EXPECT_EQ(format_span(12ms), "12ms");
  EXPECT_EQ(format_span(3500ms), "3.5s");
  EXPECT_EQ(format_span(90s), "90s");
  EXPECT_EQ(format_span(15min), "15m");
  EXPECT_EQ(format_span(36h), "36h");
  EXPECT_EQ(format_span(-12ms), "-12ms");
}

}  // namespace
}  // namespace newsfold::log
