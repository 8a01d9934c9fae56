#pragma once
// Whether items came and went between two polls, and about how many: a feed shows only its newest, and what
// scrolled out of that window unseen is lost unless the feed has older pages (RFC 5005). Pure.

#include "daemon/schedule/poll_sink.h"
#include "daemon/schedule/poll_state.h"

#include <cstdint>
#include <optional>

namespace newsfold::schedule {

struct MissedItems {
  UtcMicros since{};           // when the feed was last seen whole
  std::uint32_t estimate = 0;  // at least 1
};

// `state` is what the last poll left. Nothing where the document shows an item that was known, or where its
// dates reach back to the last poll.
std::optional<MissedItems> missed_items(PollState const& state, DocumentReport const& report, UtcMicros now);

}  // namespace newsfold::schedule
