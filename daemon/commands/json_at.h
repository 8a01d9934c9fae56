#pragma once
// Members of the daemon's answers, read without trust: what is missing or of another type is empty.

#include <boost/json/object.hpp>

#include <cstdint>
#include <string_view>

namespace newsfold {

inline std::string_view string_at(boost::json::object const& object, std::string_view key) {
  auto const* const value = object.if_contains(key);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

inline std::uint64_t number_at(boost::json::object const& object, std::string_view key) {
  auto const* const value = object.if_contains(key);
  if (!value) return 0;
  boost::system::error_code not_a_number;
  auto const number = value->to_number<std::uint64_t>(not_a_number);
  return not_a_number ? 0 : number;
}

}  // namespace newsfold
