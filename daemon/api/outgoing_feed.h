#pragma once
// The folded stream as a feed that any reader can subscribe to: JSON Feed 1.1 and Atom (RFC 4287) of the
// newest articles, one voice a story, with the filters of the change log. An article stands there as it is
// now.
//
// Blocks: for the blocking pool.

#include "daemon/api/http.h"
#include "storage/store.h"

#include <cstddef>
#include <cstdint>

namespace newsfold::api {

enum class FeedDialect : std::uint8_t { json, atom };

inline constexpr std::size_t feed_items_default = 50;
inline constexpr std::size_t feed_items_max = 200;

// limit=, after= (an article's id) and the filters; `type` asks what happened to an article last. 304 where
// nothing has happened since the answer whose ETag the client has.
Result<Reply> answer_feed(storage::Store const& store, Request const& request, FeedDialect dialect);

}  // namespace newsfold::api
