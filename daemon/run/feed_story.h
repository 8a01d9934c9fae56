#pragma once
// What there is to tell about a feed, in sentences: how it is, when it is asked next and why then. Pure.

#include "daemon/health/health_watch.h"
#include "daemon/schedule/scheduler.h"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace newsfold::run {

// "the publisher asked for rest until ...", "it brings about 12 items a day".
std::string reason_of_next_poll(schedule::FeedStatus const& feed, UtcMicros now);

// What `newsfold why FEED` prints. `health` may be null.
std::vector<std::string> feed_story(schedule::FeedStatus const& feed, health::FeedHealth const* health,
                                    UtcMicros now);

// {"name", "url", "why": [sentences]}: what GET /v1/feeds/NAME answers.
boost::json::object feed_story_json(schedule::FeedStatus const& feed, health::FeedHealth const* health,
                                    UtcMicros now);

}  // namespace newsfold::run
