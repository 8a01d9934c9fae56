#include "daemon/api/route_table.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

namespace newsfold::api {
namespace {

bool is_variable(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

std::vector<std::string> segments_of(std::string_view pattern) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < pattern.size();) {
    auto const end = std::min(pattern.find('/', at), pattern.size());
    if (end > at) out.emplace_back(pattern.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get: return "GET, HEAD";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: return "";
  }
  return "";
}

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::open: return "open";
    case Scope::read: return "read";
    case Scope::admin: return "admin";
  }
  return "";
}

bool matches(std::vector<std::string> const& pattern, std::vector<std::string> const& path) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i)
    if (!is_variable(pattern[i]) && pattern[i] != path[i]) return false;
  return true;
}

}  // namespace

void RouteTable::add(Route route) {
  auto segments = segments_of(route.pattern);
  assert(route.handler);
  // Two routes for one request would be told apart by the order of their adding.
  assert(std::none_of(entries_.begin(), entries_.end(), [&](Entry const& other) {
    return other.route.method == route.method && other.segments == segments;
  }));
  entries_.push_back({std::move(route), std::move(segments)});
}

RouteTable::Found RouteTable::find(Request& request) const {
  auto const method = request.method == Method::head ? Method::get : request.method;
  Found found;
  Entry const* best = nullptr;
  for (auto const& entry : entries_) {
    if (!matches(entry.segments, request.path)) continue;
    if (entry.route.method != method) {
      found.allow += (found.allow.empty() ? "" : ", ") + std::string(name_of(entry.route.method));
      continue;
    }
    // "/v1/webhooks/keys" before "/v1/webhooks/{name}".
    auto const variables = [](Entry const& one) {
      return std::count_if(one.segments.begin(), one.segments.end(), is_variable);
    };
    if (best == nullptr || variables(entry) < variables(*best)) best = &entry;
  }
  if (best == nullptr) return found;
  request.variables.clear();
  for (std::size_t i = 0; i < best->segments.size(); ++i) {
    std::string_view const segment = best->segments[i];
    if (is_variable(segment))
      request.variables.emplace_back(segment.substr(1, segment.size() - 2), request.path[i]);
  }
  found.route = &best->route;
  return found;
}

Reply RouteTable::not_found() const {
  std::set<std::string> roots;
  for (auto const& entry : entries_) {
    std::string root;
    for (std::size_t i = 0; i < entry.segments.size() && i < 2; ++i)
      if (!is_variable(entry.segments[i])) root += "/" + entry.segments[i];
    roots.insert(std::move(root));
  }
  std::string all;
  for (auto const& root : roots) all += (all.empty() ? "" : ", ") + root;
  return error_reply({ErrorCode::not_found, "there is no such address; there are " + all});
}

Reply RouteTable::index() const {
  std::vector<Route const*> sorted;
  for (auto const& entry : entries_) sorted.push_back(&entry.route);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](Route const* a, Route const* b) { return a->pattern < b->pattern; });
  boost::json::array routes;
  for (auto const* route : sorted)
    routes.push_back(
        boost::json::object{{"method", route->method == Method::get ? "GET" : name_of(route->method)},
                            {"path", route->pattern},
                            {"scope", name_of(route->scope)}});
  Reply reply;
  reply.body = boost::json::serialize(boost::json::object{{"routes", std::move(routes)}}) + "\n";
  return reply;
}

Reply method_not_allowed(std::string_view allow) {
  auto reply = error_reply({ErrorCode::invalid, "this address takes " + std::string(allow)});
  reply.status = 405;
  reply.headers.emplace_back("Allow", allow);
  return reply;
}

}  // namespace newsfold::api
