#pragma once
// What is remembered of one feed between two polls and across restarts. Plain values; encoded as protobuf
// for the store, which keeps it unread beside the feed's rows. A time of UtcMicros{} means "never".

#include "daemon/schedule/rate_model.h"
#include "feeds/model/error.h"
#include "feeds/model/time.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::schedule {

// A WebSub subscription (absent for most feeds).
struct PushState {
  std::string hub;
  std::string topic;
  std::string secret;
  std::string callback_id;         // last segment of our callback URL: unguessable
  std::uint64_t callback_key = 0;  // which public URL stands before it
  enum class Phase : std::uint8_t {
    requested = 1,
    active = 2,
    refused = 3,
    distrusted = 4
  } phase = Phase::requested;
  UtcMicros requested_at{};
  UtcMicros active_since{};  // first verification
  UtcMicros lease_until{};
  UtcMicros renew_at{};
  UtcMicros last_push{};
  UtcMicros distrusted_at{};   // when polls stopped to rely on it
  std::uint32_t misses = 0;    // backup polls in a row that found what no push had brought
  std::uint32_t arrivals = 0;  // items that pushes brought since the last poll

  bool operator==(PushState const&) const = default;
};

// Sitemaps of an index that are polled with it; more are remembered, as they may be among these again.
inline constexpr std::size_t followed_max = 4;
inline constexpr std::size_t followed_known_max = 12;

// A document that is polled together with its feed: one of the sitemaps that an index lists.
struct FollowedDocument {
  std::string url;
  std::string etag;
  std::string last_modified;
  std::uint64_t body_hash = 0;      // 0: never read
  UtcMicros fresh_until{};          // by its own max-age, or by what went wrong with it
  std::string validators_url;       // that gave etag and last_modified; empty: `url`
  std::uint32_t items = 0;          // that it showed last
  std::uint32_t failures = 0;       // in a row
  std::uint32_t needless_full = 0;  // answers in full in a row that brought the same bytes
  bool broken = false;              // the bytes behind `body_hash` are no sitemap
  std::string trouble{};            // of the last failure, in words; empty: all well
  UtcMicros newest{};               // date in it, when it was read last
};

// A host other than the feed's own that asked for rest while the feed was polled: of its pages, of a sitemap,
// of a hub.
struct RestingHost {
  std::string host;
  UtcMicros until{};
  std::chrono::milliseconds spacing{0};  // that throttling taught for it, as of PollState::last_request
};

// What was published on one day: whether the hours that the publisher names as quiet are so.
struct DayOfArrivals {
  std::chrono::sys_days day{};
  std::uint32_t items = 0;
  std::uint32_t skipped = 0;  // of them, in skipHours or on skipDays
};

struct PollState {
  std::string configured_url;  // that this state belongs to; another one starts anew
  std::string adopted_url;     // where a permanent redirect leads; empty: configured_url

  // Validators, byte for byte, and the final URL that gave them.
  std::string etag;
  std::string last_modified;
  std::string validators_url;
  std::uint64_t body_hash = 0;    // of the last full answer; 0: none yet
  std::uint64_t reading_key = 0;  // FeedSpec's, by which that was read

  UtcMicros paused_at{};  // by the operator; it is not polled until it is resumed
  UtcMicros next_due{};
  UtcMicros last_request{};
  UtcMicros last_answer{};         // 200 with a feed in it, or 304
  UtcMicros last_full{};           // 200 with a feed in it
  UtcMicros last_unconditional{};  // a request without validators
  UtcMicros last_new{};            // a poll that brought new items

  unsigned last_status = 0;  // 0: no answer came
  std::string last_error;    // in words; empty: all well
  // Why the bytes behind `body_hash` are no feed; empty: they are one. Unchanged is not mended.
  std::string document_error;
  std::uint64_t outgrown = 0;  // the bound in bytes that they were too large for; 0: they were not
  std::uint32_t failures = 0;  // in a row; 429 is none
  UtcMicros failing_since{};
  bool failing_announced = false;
  std::uint32_t gone_count = 0;  // 410 seen, a day apart
  UtcMicros gone_since{};        // the first 410 of those, or 404 since it was well
  bool gone_announced = false;

  // A permanent redirect that is not adopted yet.
  std::string sighted_url;
  UtcMicros sighted_since{};
  std::uint32_t sightings = 0;

  // What the last document asked for; a 304 brings no document.
  std::chrono::seconds document_hint{0};  // ttl, sy:*; 0: nothing
  std::chrono::seconds header_hint{0};    // max-age, Expires of the last good answer; 0: nothing
  std::uint32_t skip_hours = 0;           // bit per GMT hour
  std::uint8_t skip_days = 0;             // bit per day, 0 = Sunday
  std::vector<DayOfArrivals> arrivals;    // of the last weeks, since those hours and days were named

  std::uint32_t not_modified = 0;  // 304s ever, up to a bound
  // Requests since the last 304 that were answered in full by the same bytes; and by other ones with nothing
  // new, of a server that never said 304: an answer with news takes one off.
  std::uint32_t needless_full = 0;
  std::uint32_t needless_changed = 0;
  std::uint32_t window_items = 0;             // in the last document
  UtcMicros newest_published{};               // by the items' own dates
  UtcMicros host_cooled_until{};              // what this feed's publisher asked of the whole host
  std::string cooled_host;                    // which that is; empty: the one of poll_url()
  std::chrono::milliseconds host_spacing{0};  // that throttling taught for it, as of last_request
  std::vector<RestingHost> resting;
  RateModel rate;
  std::unique_ptr<PushState> push;
  std::vector<FollowedDocument> followed;
  std::uint32_t follows = 0;  // so many of `followed` are the index's now

  // Whose rest and spacing these are, where `host` is the one of poll_url().
  std::string const& resting_host(std::string const& host) const noexcept {
    return cooled_host.empty() ? host : cooled_host;
  }
  std::string const& poll_url() const noexcept { return adopted_url.empty() ? configured_url : adopted_url; }
};

// The clock was set: all that is known by it moves with it.
void shift(PushState& push, std::chrono::microseconds by);
void shift(PollState& state, std::chrono::microseconds by);

std::string encode(PollState const& state);

// Fails with `corrupt`.
Result<PollState> decode_poll_state(std::string_view bytes);

// What a record says of a feed that is at `url` now: of another URL only that it was paused. A new state
// where it is empty or does not decode.
PollState state_at(std::string const& url, std::string_view record);

}  // namespace newsfold::schedule
