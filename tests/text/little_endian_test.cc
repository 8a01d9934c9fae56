#include "feeds/text/little_endian.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace newsfold::text {
namespace {

TEST(LittleEndian, PutsTheLowestByteFirstAndReadsItBack) {
  std::string bytes;
  append_little_endian(bytes, std::uint8_t{0xFF});
  append_little_endian(bytes, std::uint16_t{0x1234});
  append_little_endian(bytes, std::uint32_t{0x89ABCDEF});
  append_little_endian(bytes, std::int64_t{-2});
  EXPECT_EQ(bytes, std::string("\xFF\x34\x12\xEF\xCD\xAB\x89\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
  EXPECT_EQ(little_endian_at<std::uint8_t>(bytes, 0), 0xFF);
  EXPECT_EQ(little_endian_at<std::uint16_t>(bytes, 1), 0x1234);
  EXPECT_EQ(little_endian_at<std::uint32_t>(bytes, 3), 0x89ABCDEF);
  EXPECT_EQ(little_endian_at<std::int64_t>(bytes, 7), -2);
  put_little_endian(bytes, 1, std::uint16_t{0x00FF});
  EXPECT_EQ(bytes.substr(0, 4), std::string("\xFF\xFF\x00\xEF", 4));
}

}  // namespace
}  // namespace newsfold::text
