#include "daemon/run/feed_status.h"

#include "daemon/run/feed_story.h"

#include <utility>

namespace newsfold::run {
namespace {

std::optional<UtcMicros> unless_never(UtcMicros t) {
  if (t == UtcMicros{}) return std::nullopt;
  return t;
}

api::FeedState state_of(schedule::FeedStatus const& feed) {
  if (feed.state.paused_at != UtcMicros{}) return api::FeedState::paused;
  if (feed.state.gone_announced) return api::FeedState::gone;
  if (feed.state.failures > 0) return api::FeedState::failing;
  if (feed.activity == schedule::FeedStatus::Activity::polling) return api::FeedState::polling;
  return api::FeedState::waiting;
}

}  // namespace

api::FeedStatus status_of(schedule::FeedStatus const& feed, health::FeedHealth const* health, UtcMicros now) {
  api::FeedStatus row;
  row.id = feed.id;
  row.name = feed.name;
  row.url = feed.url;
  row.state = state_of(feed);
  row.last_poll = unless_never(feed.state.last_request);
  row.last_success = unless_never(feed.state.last_answer);
  row.next_poll = unless_never(feed.state.next_due);
  row.failing_since = unless_never(feed.state.failing_since);
  row.http_status = feed.state.last_status;
  row.error = feed.state.last_error;
  row.failures = feed.state.failures;
  row.interval_seconds = std::uint64_t(feed.interval.count());
  row.items_per_day = feed.state.rate.per_day(now);
  row.next_poll_reason = reason_of_next_poll(feed, now);
  if (!health) return row;
  row.articles = health->articles;
  row.copies = health->copies;
  row.polls = health->polls;
  row.wire_bytes = health->wire_bytes;
  row.stored_bytes = health->stored_bytes;
  if (!health->silent.empty()) row.alarms.push_back(health->silent);
  if (!health->shrunk.empty()) row.alarms.push_back(health->shrunk);
  return row;
}

std::vector<api::FeedStatus> SchedulerStatus::feed_status() const {
  std::vector<api::FeedStatus> out;
  auto const now = clock_.now();
  for (auto const& feed : scheduler_.status()) out.push_back(status_of(feed, health_.feed(feed.id), now));
  return out;
}

Result<void> SchedulerStatus::poll_now(std::string_view name) {
  for (auto const& feed : scheduler_.status())
    if (feed.name == name) return scheduler_.poll_now(feed.id);
  return Error{ErrorCode::not_found, "no feed is configured by the name " + std::string(name)};
}

}  // namespace newsfold::run
