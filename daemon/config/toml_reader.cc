#include "daemon/config/toml_reader.h"

#include <toml++/toml.h>

#include <algorithm>

namespace newsfold::config {
namespace {

Place place_of(toml::source_region const& region, std::string const& file) {
  return {file, region.begin.line, region.begin.column};
}

Value convert(toml::node const& node, std::string const& file);

// toml++ bounds the nesting of what it parses (TOML_MAX_NESTED_VALUES), hence that of this recursion.
Table convert_table(toml::table const& table, std::string const& file) {
  Table out;
  for (auto const& [key, node] : table) {
    auto value = convert(node, file);
    value.key_place = place_of(key.source(), file);
    out.push_back({std::string(key.str()), std::move(value)});
  }
  std::stable_sort(out.begin(), out.end(), [](auto const& a, auto const& b) {
    auto const &x = a.value.key_place, &y = b.value.key_place;
    return std::pair(x.line, x.column) < std::pair(y.line, y.column);
  });
  return out;
}

Value convert(toml::node const& node, std::string const& file) {
  Value value;
  value.place = place_of(node.source(), file);
  value.key_place = value.place;
  if (auto const* table = node.as_table()) {
    value.data = convert_table(*table, file);
  } else if (auto const* array = node.as_array()) {
    Array items;
    for (auto const& item : *array) items.push_back(convert(item, file));
    value.data = std::move(items);
  } else if (auto const* text = node.as_string()) {
    value.data = text->get();
  } else if (auto const* integer = node.as_integer()) {
    value.data = integer->get();
  } else if (auto const* number = node.as_floating_point()) {
    value.data = number->get();
  } else if (auto const* truth = node.as_boolean()) {
    value.data = truth->get();
  } else {
    value.data = Unsupported{"a date or time"};
  }
  return value;
}

}  // namespace

std::string_view describe_type(Value const& value) noexcept {
  struct Describe {
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(std::int64_t) const { return "an integer"; }
    std::string_view operator()(double) const { return "a number"; }
    std::string_view operator()(std::string const&) const { return "a string"; }
    std::string_view operator()(Array const&) const { return "an array"; }
    std::string_view operator()(Table const&) const { return "a table"; }
    std::string_view operator()(Unsupported const& other) const { return other.type_name; }
  };
  return std::visit(Describe{}, value.data);
}

Problem problem_at(Place const& place, std::string message) {
  return {place.file, place.line, place.column, std::move(message)};
}

std::variant<Table, Problem> read_toml(std::string_view text, std::string const& file) {
  if (text.size() > config_bytes_max) {
    return Problem{file, 0, 0, "longer than " + std::to_string(config_bytes_max >> 20) + " MiB"};
  }
  try {  // Debian compiles toml++ with exceptions: this is the one place that meets them
    return convert_table(toml::parse(text), file);
  } catch (toml::parse_error const& error) {
    return problem_at(place_of(error.source(), file), "not TOML: " + std::string(error.description()));
  }
}

}  // namespace newsfold::config
