#pragma once
// The rules of a WebSub subscriber (https://www.w3.org/TR/websub/): which hub, what is sent to it, whose word
// a delivery is, what a push means for polling. Pure but for random_token(). The scheduler does the talking
// (scheduler_push.cc).
//
// A push is a hint that saves polls, never the only way: a backup poll at least once a day, counted from the
// last full poll, shows whether the hub tells everything; after three times that it did not, polls go on as
// if there were none.

#include "daemon/schedule/poll_sink.h"
#include "daemon/schedule/poll_state.h"
#include "feeds/model/error.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::schedule {

struct PushOptions {
  std::string callback_url;  // public, of our /websub; empty: no WebSub
  std::chrono::seconds lease_wanted{10 * 86'400};
  std::chrono::seconds lease_max{14 * 86'400};  // a longer one is taken for this
  std::chrono::seconds lease_min{600};          // a shorter one is not worth the renewals
  std::chrono::seconds ask_again{86'400};       // after a hub refused or did not answer
  std::chrono::seconds backup_max{86'400};      // between two polls while pushes come
  std::chrono::seconds late{15 * 60};           // a backup poll that finds older news counts a miss
  std::uint32_t misses_max = 3;
  std::size_t deliveries_max = 64;  // read at once; beyond, the hub is asked to come back
};

struct HubOffer {
  std::string hub;    // absolute
  std::string topic;  // rel=self, else the URL that was polled
};

// Each of the two from the Link lines of the answer, relative to its URL, else from the document (W3C WebSub
// 4: headers first). Only http(s).
std::optional<HubOffer> offered_hub(std::vector<std::string> const& link_lines,
                                    DocumentReport const* document, std::string const& final_url);

// The body of a (un)subscription request, application/x-www-form-urlencoded.
enum class PushMode : std::uint8_t { subscribe, unsubscribe };
std::string subscription_form(PushMode mode, PushState const& push, PushOptions const& options);
std::string callback_of(PushState const& push, PushOptions const& options);

// Tells one callback URL from another; never 0.
std::uint64_t callback_key(PushOptions const& options);

// Whether X-Hub-Signature ("sha256=...", also sha1, sha384, sha512) is the HMAC of `body`. Takes as long for
// a wrong one as for the right one.
bool signature_fits(std::string_view signature, std::string_view secret, std::string_view body);

// 128 random bits as hex, from the system's generator.
std::string random_token();

// Whether polls may rely on pushes at `now`.
bool push_holds(PushState const* push, UtcMicros now);

// The hub confirmed the subscription, or its renewal. One that was caught missing news is trusted again only
// when it has pushed something since.
void confirm_push(PushState& push, std::chrono::seconds lease, UtcMicros now);

// Whether that was so lately that the hub may be asking once more because it did not hear the answer.
bool confirmed_lately(PushState const& push, UtcMicros now);

// What a backup poll that brought `report` says of the hub; updates misses and phase. `since`: the poll
// before.
void judge_push(PushState& push, DocumentReport const& report, PushOptions const& options, UtcMicros since,
                UtcMicros now);

// What a delivery tells the callback of a hub: GET /websub/ID?hub.mode=...
struct PushQuery {
  std::string callback_id;
  std::string mode;  // "subscribe", "unsubscribe", "denied"
  std::string topic;
  std::string challenge;
  std::string reason;
  std::optional<std::int64_t> lease_seconds;
};

// POST /websub/ID.
struct PushDelivery {
  std::string callback_id;
  std::string signature;  // X-Hub-Signature
  std::string content_type;
  std::string body;
};

}  // namespace newsfold::schedule
