#include "feeds/parse/tombstones.h"

#include <gtest/gtest.h>

namespace newsfold::parse {
namespace {

std::string const open_feed =
    R"(<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">)";

TEST(Tombstones, AreReadWithTheirTimeAndComment) {
  auto const found = find_tombstones(
      open_feed +
          R"(<title>T</title><at:deleted-entry ref="tag:paper.example,2026:1" when="2026-11-03T10:00:00Z">)"
          R"(<at:by><name>Jo</name></at:by><at:comment>Published by mistake</at:comment></at:deleted-entry>)"
          R"(<entry><id>x</id></entry><at:deleted-entry ref="y"/></feed>)",
      {});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, "tag:paper.example,2026:1");
  EXPECT_EQ(format_rfc3339(found[0].when.value()), "2026-11-03T10:00:00Z");
  EXPECT_EQ(found[0].comment, "Published by mistake");
  EXPECT_EQ(found[1], (Tombstone{"y", {}, {}}));
}

TEST(Tombstones, AreReadFromBrokenFeedsAndFromRss) {
  EXPECT_EQ(find_tombstones(open_feed + "<at:deleted-entry ref='a'><b></feed>", {}).size(), 1u);
  EXPECT_EQ(find_tombstones("<rss><channel><at:deleted-entry ref='a'/></channel></rss>", {}).size(), 1u);
}

TEST(Tombstones, OfOtherDocumentsThereAreNone) {
  EXPECT_TRUE(find_tombstones("", {}).empty());
  EXPECT_TRUE(find_tombstones("deleted-entry", {}).empty());
  EXPECT_TRUE(find_tombstones(open_feed + "<entry><title>deleted-entry</title></entry></feed>", {}).empty());
  EXPECT_TRUE(
      find_tombstones(open_feed + "<at:deleted-entry when='2026-11-03T10:00:00Z'/></feed>", {}).empty());
}

TEST(Tombstones, AreAsManyAsTheLimitAllows) {
  Limits limits;
  limits.items_max = 3;
  auto document = open_feed;
  for (int i = 0; i < 10; ++i) document += "<at:deleted-entry ref='" + std::to_string(i) + "'/>";
  EXPECT_EQ(find_tombstones(document + "</feed>", {}, limits).size(), 3u);
}

}  // namespace
}  // namespace newsfold::parse
