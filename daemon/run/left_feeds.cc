#include "daemon/run/left_feeds.h"

#include "daemon/schedule/poll_state.h"

#include <optional>
#include <utility>

namespace newsfold::run {

namespace {

// Of a row that does not say when its feed was asked for, the newest article's time counts.
std::optional<UtcMicros> last_used(storage::FeedRow const& row) {
  auto const state = schedule::decode_poll_state(row.state);
  if (!row.state.empty() && state && state->last_request > UtcMicros{}) return state->last_request;
  return row.last_article_at;
}

}  // namespace

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

std::vector<storage::FeedState> left_feeds(storage::View const& view, std::set<FeedId> const& configured,
                                           UtcMicros now) {
  std::vector<storage::FeedState> out;
  auto rows = view.feeds();
  if (!rows) return out;
  for (auto& row : *rows) {
    if (configured.contains(row.id)) continue;
    auto const used = last_used(row);
    if (used && now - *used > left_feeds_kept) out.push_back({row.id, std::move(row.state)});
  }
  return out;
}

}  // namespace newsfold::run
