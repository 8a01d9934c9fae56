#include "feeds/model/event.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold {
namespace {

TEST(EventType, IsReadBackFromItsNameAndItsNumber) {
  for (int on_disk = 0; on_disk < 256; ++on_disk) {
    auto const type = event_type_of(static_cast<std::uint8_t>(on_disk));
    if (!type) continue;
    EXPECT_EQ(parse_event_type(to_string(*type)), type);
    EXPECT_EQ(static_cast<int>(*type), on_disk);
  }
  EXPECT_EQ(parse_event_type("article.deleted"), std::nullopt);
  EXPECT_EQ(event_type_of(0), std::nullopt);
}

TEST(EventType, TellsArticlesFromFeeds) {
  EXPECT_TRUE(is_article_event(EventType::article_withdrawn));
  EXPECT_FALSE(is_article_event(EventType::feed_failing));
}

// The numbers on people's disks and the names in their scripts.
TEST(EventType, KeepsItsNumbersAndNames) {
  EXPECT_EQ(event_type_of(1), EventType::article_created);
  EXPECT_EQ(event_type_of(4), EventType::article_merged);
  EXPECT_EQ(event_type_of(16), EventType::feed_failing);
  EXPECT_EQ(event_type_of(20), EventType::feed_gap);
  EXPECT_EQ(to_string(EventType::article_copied), "article.copied");
  EXPECT_EQ(edit_class_of(6), EditClass::paywall_up);
  EXPECT_EQ(edit_class_of(8), std::nullopt);
}

TEST(Sequence, SortsAsTextAsItDoesAsANumber) {
  EXPECT_EQ(format_sequence(Sequence{42}), "00000000000000000042");
  EXPECT_LT(format_sequence(Sequence{99}), format_sequence(Sequence{100}));
  EXPECT_EQ(format_sequence(Sequence{UINT64_MAX}), "18446744073709551615");
}

TEST(Sequence, IsReadWithAndWithoutZerosAndNothingElseIs) {
  EXPECT_EQ(parse_sequence("00000000000000000042"), Sequence{42});
  EXPECT_EQ(parse_sequence("42"), Sequence{42});
  EXPECT_EQ(parse_sequence("18446744073709551615"), Sequence{UINT64_MAX});
  for (auto const* bad : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616", "000000000000000000042"})
    EXPECT_EQ(parse_sequence(bad), std::nullopt) << bad;
}

TEST(Epoch, IsSixteenHexadecimalDigits) {
  EXPECT_EQ(format_epoch(Epoch{0xbeef}), "000000000000beef");
  EXPECT_EQ(parse_epoch("000000000000beef"), Epoch{0xbeef});
  for (auto const* bad : {"", "beef", "000000000000BEEF", "0x0000000000beef", "000000000000beeg"})
    EXPECT_EQ(parse_epoch(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace newsfold
