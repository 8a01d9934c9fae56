#pragma once
// A TOML value as the table of options sees it: without toml++, and with the place it stands at.

#include "daemon/config/load.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace newsfold::config {

struct Place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Value;
struct Member;
using Array = std::vector<Value>;
using Table = std::vector<Member>;  // in the order of the file
struct Unsupported {
  std::string_view type_name;  // dates and times: TOML has them, we have no use for them
};

struct Value {
  std::variant<bool, std::int64_t, double, std::string, Array, Table, Unsupported> data;
  Place place;      // of the value
  Place key_place;  // of the key it stands under; equals `place` in an array
};

struct Member {
  std::string key;
  Value value;
};

// "a string", "a table": what stands there, for messages.
std::string_view describe_type(Value const& value) noexcept;

Problem problem_at(Place const& place, std::string message);

}  // namespace newsfold::config
