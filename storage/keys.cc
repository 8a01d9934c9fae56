#include "storage/keys.h"

#include <string>
#include <type_traits>

namespace newsfold::storage {
namespace {

template <class Number>
void put(char* to, Number value) noexcept {
  static_assert(std::is_unsigned_v<Number>);
  for (std::size_t i = sizeof(Number); i-- > 0;) {
    to[i] = static_cast<char>(value & 0xFF);
    if constexpr (sizeof(Number) > 1) value = static_cast<Number>(value >> 8);
  }
}

template <class Number>
Number get(char const* from) noexcept {
  static_assert(std::is_unsigned_v<Number>);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) value = value << 8 | static_cast<unsigned char>(from[i]);
  return static_cast<Number>(value);
}

Error wrong_size(std::string_view what, std::string_view row) {
  return {ErrorCode::corrupt,
          "a key of " + std::string(what) + " has " + std::to_string(row.size()) + " bytes"};
}

template <class Id>
KeyBytes<8> encode_id(Id id) noexcept {
  KeyBytes<8> bytes;
  put(bytes.data(), number(id));
  return bytes;
}

template <class First, class Second>
KeyBytes<16> encode_pair(First first, Second second) noexcept {
  KeyBytes<16> bytes;
  put(bytes.data(), number(first));
  put(bytes.data() + 8, number(second));
  return bytes;
}

}  // namespace

KeyBytes<8> ArticleKey::encode() const noexcept { return encode_id(article); }
Result<ArticleKey> ArticleKey::decode(std::string_view row) {
  if (row.size() != size_bytes) return wrong_size("articles", row);
  return ArticleKey{ArticleId{get<std::uint64_t>(row.data())}};
}

KeyBytes<12> VersionKey::encode() const noexcept {
  KeyBytes<12> bytes;
  put(bytes.data(), newsfold::number(article));
  put(bytes.data() + 8, number);
  return bytes;
}
Result<VersionKey> VersionKey::decode(std::string_view row) {
  if (row.size() != size_bytes) return wrong_size("versions", row);
  return VersionKey{ArticleId{get<std::uint64_t>(row.data())}, get<std::uint32_t>(row.data() + 8)};
}

KeyBytes<16> CopyKey::encode() const noexcept { return encode_pair(story, article); }
Result<CopyKey> CopyKey::decode(std::string_view row) {
  if (row.size() != size_bytes) return wrong_size("stories", row);
  return CopyKey{StoryId{get<std::uint64_t>(row.data())}, ArticleId{get<std::uint64_t>(row.data() + 8)}};
}

KeyBytes<8> ChangeKey::encode() const noexcept { return encode_id(sequence); }
Result<ChangeKey> ChangeKey::decode(std::string_view row) {
  if (row.size() != size_bytes) return wrong_size("changes", row);
  return ChangeKey{Sequence{get<std::uint64_t>(row.data())}};
}

IdentityRowKey IdentityRowKey::of(FeedId feed, dedup::IdentityKey key) noexcept {
  return {key.kind, key.kind == dedup::KeyKind::url ? FeedId{} : feed, key.hash};
}
KeyBytes<17> IdentityRowKey::encode() const noexcept {
  KeyBytes<17> bytes;
  put(bytes.data(), static_cast<std::uint8_t>(kind));
  put(bytes.data() + 1, number(feed));
  put(bytes.data() + 9, hash);
  return bytes;
}
Result<IdentityRowKey> IdentityRowKey::decode(std::string_view row) {
  if (row.size() != size_bytes) return wrong_size("identities", row);
  auto const kind = get<std::uint8_t>(row.data());
  if (kind < static_cast<std::uint8_t>(dedup::KeyKind::guid) ||
      kind > static_cast<std::uint8_t>(dedup::KeyKind::text))
    return Error{ErrorCode::corrupt, "a key of identities is of the unknown kind " + std::to_string(kind)};
  return IdentityRowKey{static_cast<dedup::KeyKind>(kind), FeedId{get<std::uint64_t>(row.data() + 1)},
                        get<std::uint64_t>(row.data() + 9)};
}

KeyBytes<16> SightingKey::encode() const noexcept { return encode_pair(feed, article); }
Result<SightingKey> SightingKey::decode(std::string_view row) {
  if (row.size() != size_bytes) return wrong_size("sightings", row);
  return SightingKey{FeedId{get<std::uint64_t>(row.data())}, ArticleId{get<std::uint64_t>(row.data() + 8)}};
}

KeyBytes<8> FingerprintKey::encode() const noexcept {
  KeyBytes<8> bytes;
  put(bytes.data(), fingerprint);
  return bytes;
}
Result<FingerprintKey> FingerprintKey::decode(std::string_view row) {
  if (row.size() != size_bytes) return wrong_size("fingerprints", row);
  return FingerprintKey{get<std::uint64_t>(row.data())};
}

KeyBytes<8> FeedKey::encode() const noexcept { return encode_id(feed); }
Result<FeedKey> FeedKey::decode(std::string_view row) {
  if (row.size() != size_bytes) return wrong_size("feeds", row);
  return FeedKey{FeedId{get<std::uint64_t>(row.data())}};
}

}  // namespace newsfold::storage
