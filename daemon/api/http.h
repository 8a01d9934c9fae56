#pragma once
// A request as the routes see it and what they answer: no sockets, no Beast.

#include "feeds/model/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace newsfold::api {

enum class Method : std::uint8_t { get, head, post, put, del, options, other };

struct Request {
  Method method = Method::get;
  std::vector<std::string> path;                               // segments, decoded: {"v1", "articles", "42"}
  std::vector<std::pair<std::string, std::string>> query;      // decoded, in order
  std::vector<std::pair<std::string, std::string>> variables;  // of the route's pattern: {name} -> segment
  std::string accept;
  std::string last_event_id;
  std::string if_none_match;
  std::string content_type;
  std::string hub_signature;  // X-Hub-Signature: who sends a WebSub push
  std::string base_url;       // how the client may reach us: "http://127.0.0.1:8480"
  std::string body;
  bool admin = false;  // may change things

  // The first value of that name, or "".
  std::string_view parameter(std::string_view name) const noexcept;
  std::vector<std::string> parameters(std::string_view name) const;  // all; comma-separated ones apart
  // The segment that stands where the route's pattern has {name}.
  std::string_view variable(std::string_view name) const noexcept;
};

struct Reply {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};  // beside those of every answer
};

// Splits and decodes "/v1/changes?since=now". Fails with `invalid`.
Result<Request> parse_target(std::string_view target);

Reply error_reply(Error const& error);
unsigned http_status(ErrorCode code) noexcept;
std::string error_json(Error const& error);

}  // namespace newsfold::api
