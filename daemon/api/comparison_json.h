#pragma once
// How `newsfold why` and `newsfold dedup --why` print what two articles have in common.

#include "feeds/dedup/fold.h"

#include <boost/json/object.hpp>

namespace newsfold {

boost::json::object to_json(dedup::Comparison const& comparison);

}  // namespace newsfold
