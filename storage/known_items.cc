#include "storage/state.h"

#include <algorithm>

namespace newsfold::storage {

std::vector<dedup::KnownItem> known_items(
    FeedId feed, dedup::IdentityKey key,
    std::function<proto::IdentityRecord const*(IdentityRowKey const&)> const& identity,
    std::function<proto::SightingRecord const*(SightingKey const&)> const& sighting) {
  std::vector<dedup::KnownItem> found;
  auto const* const record = identity(IdentityRowKey::of(feed, key));
  if (!record) return found;
  auto const count = std::min(record->articles_size(), record->feeds_size());
  for (int i = count; i-- > 0 && found.size() < dedup::KnownItems::found_max;) {
    SightingKey const seen{FeedId{record->feeds(i)}, ArticleId{record->articles(i)}};
    // None where retention removed the article: the key leads nowhere then.
    auto const* const row = sighting(seen);
    if (row) found.push_back({seen.article, seen.feed, read(seen, *row).traits});
  }
  return found;
}

}  // namespace newsfold::storage
