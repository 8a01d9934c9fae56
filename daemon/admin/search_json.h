#pragma once
// A search's result as `GET /v1/search` and `newsfold search --json` give it.

#include "daemon/admin/search.h"

#include <boost/json/object.hpp>

namespace newsfold::admin {

// {"hits": [{"id", "title", "url", "feed", "stored_at", "excerpt"}], "read", "articles", "back_to",
// "next_before"}: `articles` is how many there are in all; no next_before: everything was looked at.
Result<boost::json::object> search_json(storage::View const& view, SearchQuery const& query);

}  // namespace newsfold::admin
