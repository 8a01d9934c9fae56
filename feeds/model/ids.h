#pragma once
// Names for things, as types: a FeedId is not a StoryId. All are plain numbers underneath, ordered,
// hashable, and cheap to pass.

#include <cstdint>
#include <functional>

namespace newsfold {

// A configured source: the hash of its configured name. Survives redirects and restarts.
enum class FeedId : std::uint64_t {};

// Given out by the store, 1, 2, 3 ... in the order of first durable storage; never reused. People see
// it in decimal (`newsfold show 42`).
enum class ArticleId : std::uint64_t {};

// The id of the article that came first in the story.
enum class StoryId : std::uint64_t {};

// A position in the change log. Dense from 1; 0 means "before everything".
enum class Sequence : std::uint64_t {};

template <class Id>
requires std::is_enum_v<Id>
constexpr std::uint64_t number(Id id) noexcept { return static_cast<std::uint64_t>(id); }

}  // namespace newsfold
