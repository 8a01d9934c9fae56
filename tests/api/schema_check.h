#pragma once
// The part of JSON Schema 2020-12 that docs/ uses, for holding real answers against it: $ref, type, const,
// enum, required, properties, additionalProperties, items, oneOf, anyOf, allOf, pattern, format date-time,
// minimum, maximum, minLength. A keyword that it does not know is a failure, not a pass.

#include <boost/json/value.hpp>

#include <map>
#include <string>
#include <string_view>

namespace newsfold::api {

class SchemaCheck {
 public:
  // By name of the file, as $ref names it.
  explicit SchemaCheck(std::map<std::string, boost::json::value> documents)
      : documents_(std::move(documents)) {}

  // Where `value` breaks the schema at `pointer` ("/$defs/bookmark"; "": the whole) of `document`, in words;
  // empty: it does not.
  std::string check(boost::json::value const& value, std::string const& document,
                    std::string_view pointer) const;
  // The same against a schema that stands within `document`.
  std::string check_at(boost::json::value const& value, std::string const& document,
                       boost::json::value const& schema) const {
    return against(value, {&schema, document}, "");
  }

 private:
  struct Place {
    boost::json::value const* schema;
    std::string document;
  };
  Place resolve(std::string_view reference, std::string const& document) const;
  std::string against(boost::json::value const& value, Place const& place, std::string const& path) const;

  std::map<std::string, boost::json::value> documents_;
};

}  // namespace newsfold::api
