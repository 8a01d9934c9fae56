#include "tests/api/schema_check.h"

#include "feeds/model/time.h"

#include <regex.h>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <stdexcept>

namespace newsfold::api {
namespace {

namespace json = boost::json;

bool has_type(json::value const& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  throw std::runtime_error("unknown type " + std::string(type));
}

bool matches(std::string const& text, std::string const& pattern) {
  regex_t compiled;
  if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
    throw std::runtime_error("bad pattern " + pattern);
  bool const matched = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return matched;
}

std::string shown(json::value const& value) {
  auto text = json::serialize(value);
  return text.size() > 120 ? text.substr(0, 120) + "..." : text;
}

}  // namespace

SchemaCheck::Place SchemaCheck::resolve(std::string_view reference, std::string const& document) const {
  auto const hash = reference.find('#');
  auto const file = hash == 0 ? document : std::string(reference.substr(0, hash));
  auto const found = documents_.find(file);
  if (found == documents_.end()) throw std::runtime_error("no document " + file);
  auto const pointer = hash == std::string_view::npos ? std::string_view() : reference.substr(hash + 1);
  return {&found->second.at_pointer(json::string_view(pointer.data(), pointer.size())), file};
}

std::string SchemaCheck::check(json::value const& value, std::string const& document,
                               std::string_view pointer) const {
  return against(value, resolve("#" + std::string(pointer), document), "");
}

std::string SchemaCheck::against(json::value const& value, Place const& place,
                                 std::string const& path) const {
  auto const& schema = place.schema->as_object();
  auto broken = [&](std::string const& why) {
    return (path.empty() ? "/" : path) + ": " + why + ": " + shown(value);
  };
  for (auto const& [name, rule] : schema) {
    std::string_view const keyword = name;
    if (keyword == "$ref") {
      auto why = against(value, resolve(std::string_view(rule.as_string()), place.document), path);
      if (!why.empty()) return why;
    } else if (keyword == "type") {
      if (!has_type(value, std::string_view(rule.as_string())))
        return broken("is no " + std::string(rule.as_string()));
    } else if (keyword == "const") {
      if (value != rule) return broken("is not " + shown(rule));
    } else if (keyword == "enum") {
      auto const& all = rule.as_array();
      if (std::find(all.begin(), all.end(), value) == all.end()) return broken("is none of " + shown(rule));
    } else if (keyword == "required") {
      for (auto const& member : rule.as_array())
        if (value.is_object() && !value.get_object().contains(member.as_string()))
          return broken("lacks " + std::string(member.as_string()));
    } else if (keyword == "properties") {
      if (!value.is_object()) continue;
      for (auto const& [member, its] : rule.as_object()) {
        auto const* const there = value.get_object().if_contains(member);
        if (there == nullptr) continue;
        auto why = against(*there, {&its, place.document}, path + "/" + std::string(member));
        if (!why.empty()) return why;
      }
    } else if (keyword == "additionalProperties") {
      if (!value.is_object() || rule != json::value(false)) continue;
      for (auto const& [member, ignored] : value.get_object())
        if (!schema.at("properties").as_object().contains(member))
          return broken("has a member too many, " + std::string(member));
    } else if (keyword == "items") {
      if (!value.is_array()) continue;
      for (std::size_t i = 0; i < value.get_array().size(); ++i) {
        auto why = against(value.get_array()[i], {&rule, place.document}, path + "/" + std::to_string(i));
        if (!why.empty()) return why;
      }
    } else if (keyword == "prefixItems") {
      if (!value.is_array()) continue;
      auto const& all = rule.as_array();
      for (std::size_t i = 0; i < std::min(all.size(), value.get_array().size()); ++i) {
        auto why = against(value.get_array()[i], {&all[i], place.document}, path + "/" + std::to_string(i));
        if (!why.empty()) return why;
      }
    } else if (keyword == "minItems") {
      if (value.is_array() && value.get_array().size() < rule.to_number<std::size_t>())
        return broken("has too few items");
    } else if (keyword == "maxItems") {
      if (value.is_array() && value.get_array().size() > rule.to_number<std::size_t>())
        return broken("has too many items");
    } else if (keyword == "allOf") {
      for (auto const& one : rule.as_array())
        if (auto why = against(value, {&one, place.document}, path); !why.empty()) return why;
    } else if (keyword == "oneOf" || keyword == "anyOf") {
      std::size_t fits = 0;
      std::string reasons;
      for (auto const& one : rule.as_array()) {
        auto const why = against(value, {&one, place.document}, path);
        fits += why.empty() ? 1 : 0;
        reasons += "\n  " + why;
      }
      if (fits == 0 || (keyword == "oneOf" && fits != 1))
        return broken("fits " + std::to_string(fits) + " of " + std::string(keyword)) + reasons;
    } else if (keyword == "pattern") {
      if (value.is_string() && !matches(std::string(value.get_string()), std::string(rule.as_string())))
        return broken("is not like " + std::string(rule.as_string()));
    } else if (keyword == "format") {
      if (rule.as_string() != "date-time") throw std::runtime_error("unknown format");
      if (value.is_string() && !parse_rfc3339(std::string_view(value.get_string())))
        return broken("is no time");
    } else if (keyword == "minimum") {
      if (value.is_number() && value.to_number<double>() < rule.to_number<double>())
        return broken("is too small");
    } else if (keyword == "maximum") {
      if (value.is_number() && value.to_number<double>() > rule.to_number<double>())
        return broken("is too large");
    } else if (keyword == "minLength") {
      if (value.is_string() && value.get_string().size() < rule.to_number<std::size_t>())
        return broken("is too short");
    } else if (keyword != "$schema" && keyword != "$id" && keyword != "$defs" && keyword != "title" &&
               keyword != "description" && keyword != "default") {
      throw std::runtime_error("the check does not know the keyword " + std::string(keyword));
    }
  }
  return {};
}

}  // namespace newsfold::api
