#include "daemon/run/stored_states.h"

#include "daemon/run/left_feeds.h"
#include "daemon/schedule/feed_arrival.h"

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace newsfold::run {

schedule::Scheduler::LoadState stored_states(storage::Store const& store,
                                             std::vector<schedule::FeedSpec> const& feeds,
                                             LookUpList const& lists) {
  std::set<FeedId> named;
  for (auto const& feed : feeds) named.insert(feed.id);
  std::optional<std::unordered_map<std::string, std::string>> by_url;  // read where somebody wants it
  return [&store, lists, named = std::move(named),
          by_url = std::move(by_url)](schedule::FeedSpec const& feed) mutable {
    auto const row = store.view().feed(feed.id);
    if (row && !row->state.empty()) {
      bool const lost = feed.kind == schedule::SourceKind::opml && !lists(feed.id);
      return lost ? schedule::without_document(row->state) : row->state;
    }
    if (!by_url) by_url = left_by_url(store.view(), named);
    auto const former = by_url->find(feed.url);
    return former == by_url->end() ? std::string() : schedule::under_new_name(former->second);
  };
}

}  // namespace newsfold::run
