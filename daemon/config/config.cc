#include "daemon/config/config.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace newsfold::config {

// On disk since schema 1: rows of a feed are found by it.
FeedId feed_id(Source const& source) noexcept {
  auto const& text = source.identity.empty() ? source.name : source.identity;
  return FeedId{XXH3_64bits(text.data(), text.size())};
}

}  // namespace newsfold::config
