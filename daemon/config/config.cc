#include "daemon/config/config.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace newsfold::config {

// On disk since schema 1: rows of a feed are found by it.
FeedId feed_id(Source const& source) noexcept {
  return FeedId{XXH3_64bits(source.name.data(), source.name.size())};
}

}  // namespace newsfold::config
