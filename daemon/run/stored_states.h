#pragma once
// What the store holds of earlier polls, as feeds that come look for it: for a start, a reload, and for
// `newsfold plan`, which is to say what these do.

#include "daemon/run/wiring.h"
#include "daemon/schedule/feed_spec.h"
#include "daemon/schedule/scheduler.h"
#include "storage/store.h"

#include <vector>

namespace newsfold::run {

// The record of a feed among `feeds`. One that was known under another name has its pace from there, and
// begins anew otherwise; a list without a copy (`lists` knows none) is asked for anew, as a 304 would not
// bring it back. Reads `store` and asks `lists` when it is called: what they refer to outlives it.
schedule::Scheduler::LoadState stored_states(storage::Store const& store,
                                             std::vector<schedule::FeedSpec> const& feeds,
                                             LookUpList const& lists);

}  // namespace newsfold::run
