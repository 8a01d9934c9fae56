#pragma once
// Members of JSON that others wrote (answers, archives), read without trust: what is missing or of another
// type is empty.

#include <boost/json/array.hpp>
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

inline bool true_at(boost::json::object const& object, std::string_view key) {
  auto const* const value = object.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

inline boost::json::object const& object_at(boost::json::object const& object, std::string_view key) {
  static boost::json::object const none;
  auto const* const value = object.if_contains(key);
  return value && value->is_object() ? value->get_object() : none;
}

inline boost::json::array const& array_at(boost::json::object const& object, std::string_view key) {
  static boost::json::array const none;
  auto const* const value = object.if_contains(key);
  return value && value->is_array() ? value->get_array() : none;
}

}  // namespace newsfold
