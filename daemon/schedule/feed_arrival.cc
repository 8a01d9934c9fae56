#include "daemon/schedule/feed_arrival.h"

#include "daemon/schedule/pace.h"
#include "daemon/schedule/rate_model.h"
#include "daemon/schedule/websub.h"

#include <algorithm>

namespace newsfold::schedule {

using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

// What would keep the document from being sent and read again.
void forget_document(PollState& state) {
  state.etag.clear();
  state.last_modified.clear();
  state.validators_url.clear();
  state.body_hash = 0;
  state.document_error.clear();
  state.outgrown = 0;
  state.followed.clear();
  state.follows = 0;
}

// When a feed that waits after a good answer would be due had these options held then; nothing where it
// waits for another reason (an error, a rest). No sooner than its publisher asked at that answer.
std::optional<UtcMicros> due_by(PollState const& state, FeedSpec const& feed, PollingOptions const& options,
                                double k) {
  if (state.last_answer == UtcMicros{} || !state.last_error.empty()) return std::nullopt;
  auto const asked = std::max(state.last_answer, state.last_request);
  auto const due = pace_of_success(state, feed, options, asked, k).due;
  return std::max({due, asked + hint_of(state, options), state.host_cooled_until});
}

}  // namespace

bool reads_otherwise(PollState const& state, FeedSpec const& feed) {
  return state.reading_key != feed.reading_key ||
         (state.outgrown != 0 && state.outgrown < feed.limits.body_bytes_max);
}

void read_anew(PollState& state, FeedSpec const& feed) {
  if (!reads_otherwise(state, feed)) return;
  state.reading_key = feed.reading_key;
  forget_document(state);
}

std::string without_document(std::string const& record) {
  auto state = decode_poll_state(record);
  if (!state) return {};
  forget_document(*state);
  if (state->last_error.empty()) state->next_due = {};
  return encode(*state);
}

std::string under_new_name(std::string const& record) {
  auto state = decode_poll_state(record);
  if (!state) return {};
  forget_document(*state);
  state->last_full = {};  // all that it shows is new to this name, and none of it was missed
  state->window_items = 0;
  state->failing_announced = state->gone_announced = false;  // of this name nothing was told yet
  state->paused_at = {};
  state->push.reset();
  return encode(*state);
}

std::optional<UtcMicros> sooner_due(PollState& state, FeedSpec const& feed, PollingOptions const& options,
                                    UtcMicros placed, std::optional<double> k) {
  auto due = k ? due_by(state, feed, options, *k) : std::nullopt;
  if (reads_otherwise(state, feed)) {
    // By the validators that are forgotten now.
    due = after_skipped_hours(state, feed, soonest_by_hand(state, feed, options).until);
    read_anew(state, feed);
  }
  if (!due) return std::nullopt;
  // What its jitter added is no longer pace.
  auto const latest = *due + jitter_of(std::chrono::floor<seconds>(*due - state.last_request), options, 1);
  return latest < placed ? due : std::nullopt;
}

void let_go_of_push(PollState& state, FeedSpec const& feed, PollingOptions const& options, UtcMicros now) {
  bool const relied = push_holds(state.push.get(), now);
  state.push.reset();
  if (!relied || !state.last_error.empty()) return;
  auto const asked = std::max(state.last_answer, state.last_request);
  auto const soonest = std::max(asked + floor_of(state, feed, options), state.host_cooled_until);
  state.next_due = std::min(state.next_due, after_skipped_hours(state, feed, soonest));
}

PollState state_at_start(FeedSpec const& feed, std::string_view record, PollingOptions const& options,
                         UtcMicros now, Arrival arrival) {
  auto state = state_at(feed.url, record);
  // The clock was ahead when it was asked last: the wait holds from now on, not from a day that is yet to
  // come.
  if (auto const ahead = state.last_request - now; ahead > 0s) shift(state, -ahead);
  // Where nobody could push to us, or only to where we were, polling must not wait for it.
  if (state.push && (options.push.callback_url.empty() || arrival == Arrival::reload ||
                     state.push->callback_key != callback_key(options.push)))
    let_go_of_push(state, feed, options, now);
  // Sooner where the configuration changed meanwhile; by the model nothing is: the budget is not solved yet.
  std::optional<double> k;
  if (feed.interval || feed.fresh) k = k_min;  // which has no say in these
  state.next_due = sooner_due(state, feed, options, state.next_due, k).value_or(state.next_due);
  return state;
}

HandWait soonest_by_hand(PollState const& state, FeedSpec const& feed, PollingOptions const& options) {
  if (state.last_request == UtcMicros{}) return {};
  auto const asked = state.last_request;
  HandWait wait{asked + std::min(floor_of(state, feed, options), options.floor_hinted),
                "it was asked just before"};
  auto const consider = [&](UtcMicros until, std::string_view why) {
    if (until > wait.until) wait = {until, std::string(why)};
  };
  if (state.failures > 0)
    consider(asked + options.error_first, "it failed: " + state.last_error);
  else if (!feed.interval)
    consider(asked + hint_of(state, options), "its publisher asks for so much time between two requests");
  consider(state.host_cooled_until, "its publisher wants rest");
  return wait;
}

}  // namespace newsfold::schedule
