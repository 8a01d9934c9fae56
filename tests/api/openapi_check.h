#pragma once
// docs/openapi.json and docs/event.schema.json, for holding real answers against them.

#include "tests/api/schema_check.h"
#include "tests/api/wire_client.h"

#include <boost/json/value.hpp>

#include <set>
#include <string>

namespace newsfold::api {

struct Question {
  char const* method;
  char const* path;    // as the document names it
  char const* target;  // as it is asked
  int status;
  char const* body = "";
};

class OpenApiCheck {
 public:
  OpenApiCheck();

  std::set<std::string> operations() const;  // "GET /v1/articles/{id}"
  // The same of the daemon's own account, GET /v1.
  static std::set<std::string> operations_of(boost::json::value const& index);

  // Asks, and says what of the answer is not as the document has it; empty: all is well.
  std::string ask(WireClient client, Question const& question) const;
  std::string event(std::string const& text) const;

 private:
  std::string body(std::string const& type, std::string const& text, boost::json::value const& media) const;

  boost::json::value openapi_;
  SchemaCheck schemas_;
};

// The name under which operations() has it.
inline std::string operation(Question const& one) { return std::string(one.method) + " " + one.path; }

}  // namespace newsfold::api
