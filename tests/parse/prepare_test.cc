// What stands before the parser: the compressed layer, controls, what surrounds the root.
#include "feeds/parse/parse.h"
#include "feeds/parse/tombstones.h"
#include "tests/origin/gzip.h"

#include <gtest/gtest.h>

namespace newsfold::parse {
namespace {

using origin::gzip;

constexpr std::string_view head = "<rss version='2.0'><channel><item><title>a</title></item>";
constexpr std::string_view tail = "<item><title>b</title></item></channel></rss>";

TEST(Prepare, TakesOffACompressedLayerThatNobodyDeclared) {
  auto const feed = parse_feed(gzip(std::string(head) + std::string(tail)), {}).value();
  EXPECT_EQ(feed.items.size(), 2u);
  EXPECT_FALSE(feed.bozo) << feed.bozo_reason;
}

TEST(Prepare, ReadsAllMembersOfAGzipFileAndNothingBehindThem) {
  auto const members = gzip(head) + gzip("") + gzip(tail);
  for (auto const* behind : {"", "\1\2\3"}) {
    auto const feed = parse_feed(members + behind, {}).value();
    EXPECT_EQ(feed.items.size(), 2u);
    EXPECT_FALSE(feed.bozo) << feed.bozo_reason;
  }
}

TEST(Prepare, SaysWhereACompressedBodyIsCutOff) {
  auto const whole = gzip(std::string(head) + std::string(10'000, ' ') + std::string(tail));
  auto const feed = parse_feed(whole.substr(0, whole.size() - 12), {}).value();
  EXPECT_GE(feed.items.size(), 1u);
  EXPECT_TRUE(feed.bozo);
  EXPECT_NE(feed.bozo_reason.find("cut off"), std::string::npos) << feed.bozo_reason;
}

TEST(Prepare, TheBoundHoldsForWhatComesOutOfACompressedBody) {
  std::string large(head);
  large += "<at:deleted-entry ref='x'/>" + std::string(1'000'000, ' ') + std::string(tail);
  auto const packed = gzip(large);
  Limits limits;
  limits.bytes_max = 100'000;
  ASSERT_LT(packed.size(), limits.bytes_max);
  EXPECT_EQ(parse_feed(packed, {}, limits).error().code, ErrorCode::too_large);
  EXPECT_TRUE(find_tombstones(packed, {}, limits).empty());
  limits.bytes_max = 2'000'000;
  EXPECT_EQ(parse_feed(packed, {}, limits).value().items.size(), 2u);
}

// ---- What is wrong, as fields ---------------------------------------------------------------------

Problem only_problem(std::string_view bytes) {
  auto const feed = parse_feed(bytes, {}).value();
  EXPECT_TRUE(feed.bozo);
  EXPECT_EQ(feed.problems.size(), 1u) << feed.bozo_reason;
  return feed.problems.empty() ? Problem{} : feed.problems[0];
}

Problem failure_of(std::string_view bytes, Limits const& limits = {}) {
  Problem failure;
  EXPECT_FALSE(parse_feed(bytes, {}, limits, Bodies::sanitize, &failure));
  return failure;
}

TEST(Problems, PlacesCountFromTheStartOfTheDocument) {
  for (std::string const before : {"", "\n\n\n", "\xEF\xBB\xBF"}) {
    auto const document = before + "<rss>\n<channel>\n<item><title>a</titel></item></channel></rss>";
    auto const problem = only_problem(document);
    EXPECT_EQ(problem.code, "markup");
    EXPECT_EQ(document.substr(problem.offset.value(), 5), "titel") << *problem.offset;
    EXPECT_EQ(problem.line, before.starts_with('\n') ? 6u : 3u);
    EXPECT_EQ(problem.column, 17u);
    EXPECT_FALSE(problem.expected.empty());
    EXPECT_EQ(problem.done, "mended the markup");
  }
  std::string const json = "\n\n{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[]} xyz";
  EXPECT_EQ(only_problem(json).offset, json.find("xyz"));
  EXPECT_EQ(only_problem(json).code, "trailing_text");
}

TEST(Problems, PlacesBehindLeadingTextCountIt) {
  std::string const document =
      "<div>Warning: x\n\n<rss><channel><item><title>a</titel></item></channel></rss>";
  auto const feed = parse_feed(document, {}).value();
  ASSERT_EQ(feed.problems.size(), 2u);
  EXPECT_EQ(feed.problems[0].code, "leading_text");
  EXPECT_EQ(feed.problems[0].line, 1u);
  EXPECT_EQ(document.substr(feed.problems[1].offset.value(), 5), "titel");
  EXPECT_EQ(feed.problems[1].line, 3u);
}

TEST(Problems, EachRepairIsOne) {
  std::string const rest = "<channel><item><title>a</title></item></channel></rss>";
  auto const controls = only_problem("<rss>\n\x01" + rest);
  EXPECT_EQ(controls.code, "controls");
  EXPECT_EQ(controls.line, 2u);
  EXPECT_EQ(controls.done, "dropped them");
  auto const bytes = only_problem("<?xml version='1.0' encoding='utf-8'?><rss>\xFF" + rest);
  EXPECT_EQ(bytes.code, "encoding");
  EXPECT_EQ(bytes.offset, 43u);
  EXPECT_EQ(bytes.expected, "UTF-8");
  EXPECT_EQ(only_problem("<rss><x:y/>" + rest).code, "namespace");
  EXPECT_TRUE(parse_feed("<rss>" + rest, {}).value().problems.empty());
}

TEST(Problems, ItemsInFrontOfAnErrorInJsonAreKept) {
  std::string const begin = R"({"version":"https://jsonfeed.org/version/1.1","title":"T","items":[)";
  std::string const one = R"({"id":"1","title":"a","tags":["x"]})";
  struct Row {
    std::string text;
    std::string_view wrong;  // where the error is
  };
  for (auto const& [text, wrong] :
       {Row{begin + one + R"(,{"id":"2","tags":["y"],"title":oops}]})", "oops"},
        Row{begin + one + R"(,{"id":"2","tags":["y"]})" + ";]}", ";"},
        Row{begin + one + "], \"icon\" = 1}", "="},
        Row{R"({"rss":{"channel":{"title":"T","item":[{"guid":"1"},{'guid)", "'"}}) {
    auto const problem = only_problem(text);
    EXPECT_EQ(problem.code, "json");
    EXPECT_EQ(problem.offset, text.find(wrong)) << text;
    auto const feed = parse_feed(text, {}).value();
    EXPECT_EQ(feed.title, "T") << text;
    ASSERT_EQ(feed.items.size(), text.find(R"("y"]})") == text.npos ? 1u : 2u) << text;
    EXPECT_EQ(feed.items[0].id, "1");
  }
}

TEST(Problems, BrokenJsonWithoutAWholeItemIsNoFeed) {
  std::string const begin =
      R"({"version":"https://jsonfeed.org/version/1.1","title":"T","authors":[{"name":"J"}])";
  for (auto const& text : {begin + " oops", begin + R"(,"items":[{"id":"1","tags":["x"] oops)",
                           std::string(R"({"a":[{}] oops)"), std::string(R"({"a":{"b":1},)")}) {
    EXPECT_EQ(parse_feed(text, {}).error().code, ErrorCode::malformed) << text;
    EXPECT_EQ(failure_of(text).code, "json") << text;
  }
}

TEST(Problems, AFailureSaysWhatWasExpectedAndWhere) {
  auto const other = failure_of("\n <opml version='2.0'/>");
  EXPECT_EQ(other.line, 2u);
  EXPECT_EQ(other.column, 2u);
  EXPECT_NE(other.expected.find("rss"), std::string::npos);
  auto const json = failure_of("{\n\"a\": x}");
  EXPECT_EQ(json.code, "json");
  EXPECT_EQ(json.line, 2u);
  EXPECT_EQ(json.offset, 7u);
  Limits limits;
  limits.bytes_max = 5;
  EXPECT_EQ(failure_of("<rss/>", limits).expected, "at most 5 bytes");
}

TEST(Prepare, ControlsAndZeroBytesAreDroppedAndC1ControlsAreReadAsWindowsMeantThem) {
  using namespace std::string_literals;
  auto const feed = parse_feed("<rss><channel><item><ti\0tle>a\x0B\0b \xC2\x93"s +
                                   "c\xC2\x94</ti\0tle></item></channel></rss>"s,
                               {})
                        .value();
  ASSERT_EQ(feed.items.size(), 1u);
  EXPECT_EQ(feed.items[0].title, "ab \u201Cc\u201D");
  EXPECT_TRUE(feed.bozo);
}

TEST(Prepare, WhatStandsBehindTheRootIsDropped) {
  std::string const whole = std::string(head) + std::string(tail);
  for (std::string const junk : {"\n<!-- page generated in 3 ms -->", "\n<script src='x'></script>", " junk",
                                 "</rss></b>", "<p>Fatal error<br>", "\0\0\0"}) {
    auto const feed = parse_feed(whole + junk, {}).value();
    EXPECT_EQ(feed.items.size(), 2u) << junk;
  }
}

}  // namespace
}  // namespace newsfold::parse
