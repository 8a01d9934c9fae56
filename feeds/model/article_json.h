#pragma once
// The JSON form of an Article that `newsfold clean` prints (see docs/commands.md): what is not known is left
// out, dates are RFC 3339 in UTC.

#include "feeds/model/article.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <vector>

namespace newsfold {

boost::json::object article_json(Article const& article);
boost::json::array removed_json(std::vector<Removed> const& removed);
boost::json::array repairs_json(std::vector<Repair> const& repairs);

}  // namespace newsfold
