#pragma once
// What one poll's outcome means for the next: the rules of politeness and of timing, as a pure function
// from (state, outcome, now) to (state, when, notices). docs/polling.md explains them to operators.

#include "daemon/schedule/feed_spec.h"
#include "daemon/schedule/poll_sink.h"
#include "daemon/schedule/poll_state.h"
#include "daemon/schedule/websub.h"
#include "feeds/fetch/client.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::schedule {

// Defaults with their reasons in docs/polling.md.
struct PollingOptions {
  double budget_per_day = 48'000;                    // requests, all feeds together ("2000/h")
  double polls_per_feed_per_day = 24;                // on average: few feeds do not spend a large budget
  std::chrono::seconds floor{3600};                  // where the server gives no hint
  std::chrono::seconds floor_hinted{300};            // a hint lowers the floor to itself, not below this
  std::chrono::seconds floor_unconditional{86'400};  // where the server never answers 304
  std::chrono::seconds interval_min{60};             // of an operator's own interval
  std::chrono::seconds ceiling{86'400};
  std::chrono::seconds ceiling_dead{7 * 86'400};  // failing for more than 14 days, or gone
  std::chrono::seconds hint_max{7 * 86'400};      // longer hints are ignored, a longer Retry-After is cut
  double jitter = 0.1;                            // of the interval, later only
  std::chrono::seconds jitter_max{1800};
  std::chrono::seconds error_first{1800};        // x 2^n
  std::chrono::seconds error_max{86'400};        // of that, for the first 14 days
  std::chrono::seconds denied_retry{4 * 3600};   // 401, 403
  std::chrono::seconds throttled_min{900};       // 429, 503 without Retry-After
  std::chrono::seconds throttled_max{6 * 3600};  // 429 without Retry-After
  std::chrono::seconds failing_after{6 * 3600};  // patience before feed.failing
  std::uint32_t failing_polls_min = 3;
  std::chrono::seconds moved_after{7 * 86'400};  // and three sightings, before a redirect is adopted
  PushOptions push;
  bool adaptive = true;  // false: every feed at its floor, nothing is learnt from
};

// What a poll read beside the document that it asked for: older pages of the feed (RFC 5005), or the sitemaps
// of an index.
struct MoreDocuments {
  std::uint32_t documents = 0;
  std::uint32_t items = 0;  // of sitemaps: part of what the feed shows; older pages are not
  std::uint32_t new_items = 0;
  std::vector<DocumentReport::DatedItem> dated;
  bool reached_known = false;  // the older pages reach back to what was known: nothing is lost
  std::string error{};         // none of an index's sitemaps could be read: why the last one was not
};

// What came of a request.
struct PollOutcome {
  UtcMicros asked{};
  bool unconditional = false;  // no validators were in the request
  bool unasked = false;        // the host that holds the document rests: what it said before is the response
  UtcMicros now{};
  std::chrono::microseconds set_back{};  // of the clock that told both
  // The exchange, body already taken out; or why there was none.
  Result<fetch::Response> response = fetch::Response{};
  // Set where status was 200 and the body was another than the last: what was in it, or why it is no feed.
  std::optional<Result<DocumentReport>> document;
  std::uint64_t body_hash = 0;
  MoreDocuments more{};
  // What kept us from reading what came, none of the documents' fault: nothing of this poll is to be kept.
  std::optional<Error> unread{};
};

struct Decision {
  std::chrono::seconds interval{};  // without jitter and skipped hours; for people
  UtcMicros next_due{};             // also in the state
  std::vector<FeedNotice> notices;
  // The host wants rest until then, beside this feed.
  std::optional<UtcMicros> host_rest_until;
};

// Updates `state`. `k` is the price of a poll that the budget solver found (rate_model.h); `random` in
// [0, 1) is the jitter's.
Decision settle(PollState& state, FeedSpec const& feed, PollingOptions const& options,
                PollOutcome const& outcome, double k, double random);

// What of the operator's secrets for this feed (a user in its URL is one) may go to `url`: all of them where
// scheme, host and port are those of the configured URL, or its step from http to https; else none.
fetch::Credentials credentials_for(FeedSpec const& feed, std::string_view url);

// What is added to an interval by chance; `random` 1: the most that it can be.
std::chrono::seconds jitter_of(std::chrono::seconds interval, PollingOptions const& options, double random);

// The interval that comes to `gap` with its jitter, on average: so that a budget is spent and not saved, and
// a goal met.
std::chrono::seconds without_jitter(std::chrono::duration<double> gap, PollingOptions const& options);

// `t`, or the end of the hours that the publisher wants us to skip, where `t` falls into them.
UtcMicros after_skipped_hours(PollState const& state, FeedSpec const& feed, UtcMicros t);

// The request that the next poll makes: URL, validators (or none, where the frozen-validator guard says
// so), accept, credentials, limits.
fetch::Request request_for(PollState const& state, FeedSpec const& feed, UtcMicros now);

}  // namespace newsfold::schedule
