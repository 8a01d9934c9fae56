#include "daemon/run/stored_states.h"

#include "daemon/schedule/poll_policy.h"
#include "daemon/schedule/poll_state.h"

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace newsfold::run {

namespace {

// What is kept of feeds that no name stands for any more, by their addresses.
std::unordered_map<std::string, std::string> nameless(storage::Store const& store,
                                                      std::set<FeedId> const& named) {
  std::unordered_map<std::string, std::string> out;
  std::unordered_map<std::string, UtcMicros> asked;  // of several names of one address the last counts
  auto const rows = store.view().feeds();
  if (!rows) return out;
  for (auto const& row : *rows) {
    if (named.contains(row.id)) continue;
    auto const state = schedule::decode_poll_state(row.state);
    if (!state) continue;
    for (auto const& url : {state->configured_url, state->poll_url()}) {
      auto const [last, is_first] = asked.try_emplace(url, state->last_request);
      if (!is_first && last->second >= state->last_request) continue;
      last->second = state->last_request;
      out[url] = row.state;
    }
  }
  return out;
}

}  // namespace

schedule::Scheduler::LoadState stored_states(storage::Store const& store,
                                             std::vector<schedule::FeedSpec> const& feeds,
                                             LookUpList const& lists) {
  std::set<FeedId> lost, named;
  for (auto const& feed : feeds) {
    named.insert(feed.id);
    if (feed.kind == schedule::SourceKind::opml && !lists(feed.id)) lost.insert(feed.id);
  }
  std::optional<std::unordered_map<std::string, std::string>> by_url;  // read where somebody wants it
  return [&store, lost = std::move(lost), named = std::move(named),
          by_url = std::move(by_url)](schedule::FeedSpec const& feed) mutable {
    auto const row = store.view().feed(feed.id);
    if (row) return lost.contains(feed.id) ? schedule::without_document(row->state) : row->state;
    if (!by_url) by_url = nameless(store, named);
    auto const former = by_url->find(feed.url);
    return former == by_url->end() ? std::string() : schedule::under_new_name(former->second);
  };
}

}  // namespace newsfold::run
