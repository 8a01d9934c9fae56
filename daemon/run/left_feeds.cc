#include "daemon/run/left_feeds.h"

#include "daemon/schedule/poll_state.h"
#include "feeds/model/time.h"

namespace newsfold::run {

std::unordered_map<std::string, std::string> left_by_url(storage::View const& view,
                                                         std::set<FeedId> const& configured) {
  std::unordered_map<std::string, std::string> out;
  std::unordered_map<std::string, UtcMicros> asked;  // of several names of one address the last counts
  auto const rows = view.feeds();
  if (!rows) return out;
  for (auto const& row : *rows) {
    if (configured.contains(row.id)) continue;
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

}  // namespace newsfold::run
