#pragma once
// A Feed as JSON Feed 1.1, with our extension object `_newsfold` for what that has no word for. The form
// of `newsfold parse`, of the API and of the events.

#include "feeds/model/feed.h"

#include <boost/json/object.hpp>

namespace newsfold {

// Empty fields are left out, but for `items`, `title` and, of a feed, `description` and `copyright`: a reader
// need not ask whether they are there. An item without any text has an empty content_html, as JSON Feed
// demands one of the two.
boost::json::object to_json(Feed const& feed);
boost::json::object to_json(Item const& item);
boost::json::object to_json(Author const& author);
boost::json::object to_json(Problem const& problem);

}  // namespace newsfold
