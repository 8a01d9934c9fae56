#include "daemon/api/http.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace newsfold::api {
namespace {

constexpr std::size_t parameters_max = 256;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus : std::uint8_t { is_plus, is_space };

Result<std::string> decode(std::string_view text, Plus plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::is_space) {
      out += ' ';
    } else if (text[i] == '%') {
      if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
        return Error{ErrorCode::invalid, "the address holds a % that is no escape"};
      out += char(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string_view Request::parameter(std::string_view name) const noexcept {
  for (auto const& [key, value] : query)
    if (key == name) return value;
  return {};
}

std::string_view Request::variable(std::string_view name) const noexcept {
  for (auto const& [key, value] : variables)
    if (key == name) return value;
  return {};
}

std::vector<std::string> Request::parameters(std::string_view name) const {
  std::vector<std::string> out;
  for (auto const& [key, value] : query) {
    if (key != name) continue;
    for (std::size_t at = 0; at <= value.size();) {
      auto const end = std::min(value.find(',', at), value.size());
      if (end > at) out.push_back(value.substr(at, end - at));
      at = end + 1;
    }
  }
  return out;
}

Result<Request> parse_target(std::string_view target) {
  Request request;
  auto const question = target.find('?');
  auto path = target.substr(0, question);
  for (std::size_t at = 0; at < path.size();) {
    auto const end = std::min(path.find('/', at), path.size());
    if (end > at) {
      auto segment = decode(path.substr(at, end - at), Plus::is_plus);
      if (!segment) return segment.error();
      request.path.push_back(std::move(*segment));
    }
    at = end + 1;
  }
  if (question == std::string_view::npos) return request;
  auto const rest = target.substr(question + 1);
  for (std::size_t at = 0; at < rest.size();) {
    auto const end = std::min(rest.find('&', at), rest.size());
    auto const pair = rest.substr(at, end - at);
    at = end + 1;
    if (pair.empty()) continue;
    if (request.query.size() == parameters_max)
      return Error{ErrorCode::invalid, "more than " + std::to_string(parameters_max) + " parameters"};
    auto const equals = pair.find('=');
    auto name = decode(pair.substr(0, equals), Plus::is_space);
    auto value = decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1),
                        Plus::is_space);
    if (!name) return name.error();
    if (!value) return value.error();
    request.query.emplace_back(std::move(*name), std::move(*value));
  }
  return request;
}

unsigned http_status(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::not_found: return 404;
    case ErrorCode::invalid:
    case ErrorCode::malformed:
    case ErrorCode::not_a_feed: return 400;
    case ErrorCode::refused: return 403;
    case ErrorCode::conflict: return 409;
    case ErrorCode::expired:
    case ErrorCode::gone: return 410;
    case ErrorCode::too_large: return 413;
    case ErrorCode::unreachable:
    case ErrorCode::no_space:
    case ErrorCode::cancelled: return 503;
    case ErrorCode::unreadable:
    case ErrorCode::corrupt: return 500;
  }
  return 500;
}

std::string error_json(Error const& error) {
  boost::json::object const out{
      {"error", boost::json::object{{"code", to_string(error.code)}, {"message", error.message}}}};
  return boost::json::serialize(out) + "\n";
}

Reply error_reply(Error const& error) {
  Reply reply;
  reply.status = http_status(error.code);
  reply.body = error_json(error);
  return reply;
}

}  // namespace newsfold::api
