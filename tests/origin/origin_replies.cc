// What handlers say often: conditional answers, redirects, compressed bodies.
#include "tests/origin/gzip.h"
#include "tests/origin/origin_server.h"

#include <algorithm>

namespace newsfold::origin {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view find_header(HeaderList const& headers, std::string_view name) {
  auto const it = std::ranges::find_if(headers, [&](auto const& h) { return same_name(h.first, name); });
  return it == headers.end() ? std::string_view{} : std::string_view(it->second);
}

}  // namespace

std::string_view OriginRequest::header(std::string_view name) const { return find_header(headers, name); }

bool OriginRequest::has_header(std::string_view name) const {
  return std::ranges::any_of(headers, [&](auto const& h) { return same_name(h.first, name); });
}

OriginResponse answer_conditionally(OriginRequest const& request, OriginResponse response) {
  auto const etag = find_header(response.headers, "ETag");
  auto const modified = find_header(response.headers, "Last-Modified");
  bool unchanged = false;
  // RFC 9110 13.2.2: If-Modified-Since counts only where no If-None-Match came. Like most servers we
  // compare the date for equality of its text.
  if (request.has_header("If-None-Match"))
    unchanged = !etag.empty() && request.header("If-None-Match") == etag;
  else
    unchanged = !modified.empty() && request.header("If-Modified-Since") == modified;
  if (unchanged) {
    response.status = 304;
    response.body.clear();
    response.delivery = Delivery::whole;
  }
  return response;
}

OriginResponse redirect_to(std::string location, unsigned status) {
  OriginResponse response;
  response.status = status;
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

OriginResponse gzipped(OriginResponse response) {
  response.body = gzip(response.body);
  response.headers.emplace_back("Content-Encoding", "gzip");
  return response;
}

}  // namespace newsfold::origin
