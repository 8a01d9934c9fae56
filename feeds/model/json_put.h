#pragma once
// Members of a JSON object that are left out where there is nothing to say.

#include "feeds/model/time.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace newsfold {

inline void put(boost::json::object& out, std::string_view key, std::string const& text) {
  if (!text.empty()) out[key] = text;
}
inline void put(boost::json::object& out, std::string_view key, std::optional<UtcMicros> const& time) {
  if (time) out[key] = format_rfc3339(*time);
}

}  // namespace newsfold
