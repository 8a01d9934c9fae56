#pragma once
// The feeds that are JSON: JSON Feed 1.0 and 1.1, and RSS written as JSON objects.

#include "feeds/model/error.h"
#include "feeds/model/feed.h"
#include "feeds/parse/parse.h"
#include "feeds/parse/position.h"

#include <string_view>

namespace newsfold::parse {

// The part is UTF-8 and starts with '{' (or '[') behind white space. Fails with `not_a_feed` where it is
// JSON of another kind, with `malformed` and the place where it is not JSON. A text that is cut off or turns
// out to be no JSON gives the items that stand complete before that place, where there are any. `failure`
// then has the place.
Result<Feed> parse_json_feed(Excerpt const& part, Hints const& hints, Limits const& limits, Bodies bodies,
                             Problem& failure);

}  // namespace newsfold::parse
