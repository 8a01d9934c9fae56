#include "storage/keys.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::storage {
namespace {

template <class Key>
std::string bytes_of(Key const& key) {
  auto const bytes = key.encode();
  return std::string(view_of(bytes));
}

std::string hex(std::string const& bytes) {
  std::string text;
  for (unsigned char const c : bytes) {
    text += "0123456789abcdef"[c >> 4];
    text += "0123456789abcdef"[c & 15];
  }
  return text;
}

template <class Key>
void expect_round_trip(Key const& key) {
  auto const back = Key::decode(bytes_of(key));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, key);
}

TEST(Keys, DecodeWhatTheyEncoded) {
  for (std::uint64_t const n : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{255}, std::uint64_t{256},
                                std::uint64_t{0x0102030405060708}, UINT64_MAX}) {
    expect_round_trip(ArticleKey{ArticleId{n}});
    expect_round_trip(VersionKey{ArticleId{n}, 7});
    expect_round_trip(VersionKey{ArticleId{7}, static_cast<std::uint32_t>(n)});
    expect_round_trip(CopyKey{StoryId{n}, ArticleId{n ^ 1}});
    expect_round_trip(ChangeKey{Sequence{n}});
    expect_round_trip(IdentityRowKey{dedup::KeyKind::title, FeedId{n}, n ^ 5});
    expect_round_trip(SightingKey{FeedId{n}, ArticleId{n ^ 1}});
    expect_round_trip(FingerprintKey{n});
    expect_round_trip(FeedKey{FeedId{n}});
  }
}

TEST(Keys, SortAsTheirNumbersDo) {
  EXPECT_LT(bytes_of(ChangeKey{Sequence{255}}), bytes_of(ChangeKey{Sequence{256}}));
  EXPECT_LT(bytes_of(VersionKey{ArticleId{1}, 300}), bytes_of(VersionKey{ArticleId{2}, 1}));
  EXPECT_LT(bytes_of(SightingKey{FeedId{1}, ArticleId{UINT64_MAX}}),
            bytes_of(SightingKey{FeedId{2}, ArticleId{1}}));
  EXPECT_LT(bytes_of(CopyKey{StoryId{9}, ArticleId{0}}), bytes_of(CopyKey{StoryId{9}, ArticleId{9}}));
}

// The bytes on people's disks. Where this fails, write a migration, not a new golden.
TEST(Keys, KeepTheLayoutOfSchema1) {
  EXPECT_EQ(hex(bytes_of(ArticleKey{ArticleId{0x0102}})), "0000000000000102");
  EXPECT_EQ(hex(bytes_of(VersionKey{ArticleId{1}, 0x0203})), "000000000000000100000203");
  EXPECT_EQ(hex(bytes_of(CopyKey{StoryId{1}, ArticleId{2}})), "00000000000000010000000000000002");
  EXPECT_EQ(hex(bytes_of(ChangeKey{Sequence{0x2a}})), "000000000000002a");
  EXPECT_EQ(hex(bytes_of(IdentityRowKey{dedup::KeyKind::url, FeedId{3}, 4})),
            "0200000000000000030000000000000004");
  EXPECT_EQ(hex(bytes_of(SightingKey{FeedId{1}, ArticleId{2}})), "00000000000000010000000000000002");
  EXPECT_EQ(hex(bytes_of(FingerprintKey{0xff00})), "000000000000ff00");
  EXPECT_EQ(hex(bytes_of(FeedKey{FeedId{0xab}})), "00000000000000ab");
}

TEST(Keys, OfAUrlHoldForAllFeedsOthersForOne) {
  dedup::IdentityKey const url{dedup::KeyKind::url, 9};
  dedup::IdentityKey const guid{dedup::KeyKind::guid, 9};
  EXPECT_EQ(IdentityRowKey::of(FeedId{1}, url), IdentityRowKey::of(FeedId{2}, url));
  EXPECT_NE(IdentityRowKey::of(FeedId{1}, guid), IdentityRowKey::of(FeedId{2}, guid));
}

TEST(Keys, OfAnotherSizeOrKindAreCorrupt) {
  EXPECT_EQ(ArticleKey::decode("1234567").error().code, ErrorCode::corrupt);
  EXPECT_EQ(VersionKey::decode("12345678").error().code, ErrorCode::corrupt);
  EXPECT_EQ(CopyKey::decode("").error().code, ErrorCode::corrupt);
  EXPECT_EQ(IdentityRowKey::decode(std::string(17, '\x09')).error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace newsfold::storage
