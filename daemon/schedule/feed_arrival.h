#pragma once
// What is stored of a feed, where something else than a poll's outcome bears on it: a start, a reload that
// changes what the operator wants of it, a hub that is let go of, an operator's hand. Pure, like
// poll_policy.h.

#include "daemon/schedule/feed_spec.h"
#include "daemon/schedule/poll_policy.h"
#include "daemon/schedule/poll_state.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace newsfold::schedule {

// Whether the operator has its documents read another way than the last one was, or lets them be larger where
// that one was too large. read_anew: then forgets what would keep that one from being sent and read again.
bool reads_otherwise(PollState const& state, FeedSpec const& feed);
void read_anew(PollState& state, FeedSpec const& feed);

// The encoded record of a feed whose document was lost after it was read: it is asked for anew, and at once
// where all was well; what else was known, an error and how long to stay away, holds. "" where it does not
// decode.
std::string without_document(std::string const& record);

// The encoded record for a feed that was asked for under another name: it begins anew, but no sooner than its
// publisher was promised. "" where it does not decode.
std::string under_new_name(std::string const& record);

// When the configuration wants the feed asked, where that is before `placed`: by its pace at the price `k`,
// where one is given; and soon where its documents are to be read another way, for which `state` is made
// ready.
std::optional<UtcMicros> sooner_due(PollState& state, FeedSpec const& feed, PollingOptions const& options,
                                    UtcMicros placed, std::optional<double> k);

// Without the hub that it relied on a feed is due as soon as its publisher allows.
void let_go_of_push(PollState& state, FeedSpec const& feed, PollingOptions const& options, UtcMicros now);

// What a stored record means for a feed that comes: with the daemon, or with a reload.
enum class Arrival : std::uint8_t { start, reload };
PollState state_at_start(FeedSpec const& feed, std::string_view record, PollingOptions const& options,
                         UtcMicros now, Arrival arrival);

// How soon an operator may have a feed asked out of its turn, and for whose sake no sooner. An error counts
// with its first step only: who mends something wants to see it work.
struct HandWait {
  UtcMicros until{};
  std::string why;
};
HandWait soonest_by_hand(PollState const& state, FeedSpec const& feed, PollingOptions const& options);

}  // namespace newsfold::schedule
