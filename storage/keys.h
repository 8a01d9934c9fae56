#pragma once
// The keys of all rows, one type each. Numbers are big-endian, so that bytewise order is numeric order and
// what belongs together lies together. On disk since schema 1: another layout is another column family and
// a migration.

#include "feeds/dedup/identity.h"
#include "feeds/model/error.h"
#include "feeds/model/event.h"
#include "feeds/model/ids.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace newsfold::storage {

template <std::size_t size>
using KeyBytes = std::array<char, size>;

template <std::size_t size>
std::string_view view_of(KeyBytes<size> const& bytes) noexcept {
  return {bytes.data(), size};
}

// Column families "articles" and "sketches".
//
//   bytes  field    encoding          why
//   0..7   article  u64, big-endian   given out in order: rows are appended, compactions only move files
struct ArticleKey {
  static constexpr std::size_t size_bytes = 8;
  ArticleId article{};

  KeyBytes<size_bytes> encode() const noexcept;
  static Result<ArticleKey> decode(std::string_view row);
  auto operator<=>(ArticleKey const&) const = default;
};

// Column family "versions".
//
//   0..7   article  u64, big-endian   an article's versions are neighbours
//   8..11  number   u32, big-endian   1, 2, ... oldest first
struct VersionKey {
  static constexpr std::size_t size_bytes = 12;
  ArticleId article{};
  std::uint32_t number = 0;

  KeyBytes<size_bytes> encode() const noexcept;
  static Result<VersionKey> decode(std::string_view row);
  auto operator<=>(VersionKey const&) const = default;
};

// Column family "stories".
//
//   0..7   story    u64, big-endian   a story's copies are neighbours
//   8..15  article  u64, big-endian   by arrival; 0: what is to say of the story itself
struct CopyKey {
  static constexpr std::size_t size_bytes = 16;
  StoryId story{};
  ArticleId article{};

  KeyBytes<size_bytes> encode() const noexcept;
  static Result<CopyKey> decode(std::string_view row);
  auto operator<=>(CopyKey const&) const = default;
};

// Column family "changes".
//
//   0..7   sequence  u64, big-endian  the log in its order
struct ChangeKey {
  static constexpr std::size_t size_bytes = 8;
  Sequence sequence{};

  KeyBytes<size_bytes> encode() const noexcept;
  static Result<ChangeKey> decode(std::string_view row);
  auto operator<=>(ChangeKey const&) const = default;
};

// Column family "identities".
//
//   0      kind  u8, dedup::KeyKind   four key spaces that never meet
//   1..8   feed  u64, big-endian      the feed within which the key holds; 0: all
//   9..16  hash  u64, big-endian
struct IdentityRowKey {
  static constexpr std::size_t size_bytes = 17;
  dedup::KeyKind kind{};
  FeedId feed{};
  std::uint64_t hash = 0;

  // Leaves the feed out where the key holds for all.
  static IdentityRowKey of(FeedId feed, dedup::IdentityKey key) noexcept;
  KeyBytes<size_bytes> encode() const noexcept;
  static Result<IdentityRowKey> decode(std::string_view row);
  auto operator<=>(IdentityRowKey const&) const = default;
};

// Column family "sightings".
//
//   0..7   feed     u64, big-endian   what a feed shows is one scan ...
//   8..15  article  u64, big-endian   ... backwards: newest first
struct SightingKey {
  static constexpr std::size_t size_bytes = 16;
  FeedId feed{};
  ArticleId article{};

  KeyBytes<size_bytes> encode() const noexcept;
  static Result<SightingKey> decode(std::string_view row);
  auto operator<=>(SightingKey const&) const = default;
};

// Column family "fingerprints".
//
//   0..7   fingerprint  u64, big-endian  looked up whole
struct FingerprintKey {
  static constexpr std::size_t size_bytes = 8;
  std::uint64_t fingerprint = 0;

  KeyBytes<size_bytes> encode() const noexcept;
  static Result<FingerprintKey> decode(std::string_view row);
  auto operator<=>(FingerprintKey const&) const = default;
};

// Column family "feeds".
//
//   0..7   feed  u64, big-endian
struct FeedKey {
  static constexpr std::size_t size_bytes = 8;
  FeedId feed{};

  KeyBytes<size_bytes> encode() const noexcept;
  static Result<FeedKey> decode(std::string_view row);
  auto operator<=>(FeedKey const&) const = default;
};

// Column family "meta": these names. "blocks" has host names as keys, "cursors" the names of subscriptions.
inline constexpr std::string_view meta_schema = "schema";
inline constexpr std::string_view meta_epoch = "epoch";
inline constexpr std::string_view meta_head = "head";

}  // namespace newsfold::storage
