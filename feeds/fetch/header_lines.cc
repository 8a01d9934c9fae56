#include "feeds/fetch/header_lines.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <array>

namespace newsfold::fetch {

namespace {

struct Kept {
  std::string_view name;
  std::string ResponseHeaders::*member;
  bool goes_back = false;  // in our next request
};
constexpr std::array kept = {
    Kept{"etag", &ResponseHeaders::etag, true},
    Kept{"last-modified", &ResponseHeaders::last_modified, true},
    Kept{"expires", &ResponseHeaders::expires},
    Kept{"age", &ResponseHeaders::age},
    Kept{"date", &ResponseHeaders::date},
    Kept{"retry-after", &ResponseHeaders::retry_after},
    Kept{"x-ratelimit-reset", &ResponseHeaders::rate_limit_reset},
    Kept{"ratelimit-reset", &ResponseHeaders::rate_limit_reset},
    Kept{"content-type", &ResponseHeaders::content_type},
};

}  // namespace

bool is_header_safe(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

void HeaderLines::add(std::string_view line) {
  if (line.starts_with("HTTP/")) {
    *this = {};
    return;
  }
  auto const colon = line.find(':');
  if (colon == std::string_view::npos) return;
  auto const name = text::trim(line.substr(0, colon));
  auto const value = text::trim(line.substr(colon + 1));
  for (auto const& [wanted, member, goes_back] : kept)
    if (text::equals_ignoring_case(name, wanted)) {
      if (goes_back && !is_header_safe(value)) return;  // libcurl 7.88 lets a bare CR through
      headers.*member = std::string(value);
      return;
    }
  if (text::equals_ignoring_case(name, "cache-control")) {
    if (!headers.cache_control.empty()) headers.cache_control += ", ";
    headers.cache_control += value;
  } else if (text::equals_ignoring_case(name, "link")) {
    if (headers.links.size() < link_lines_max) headers.links.emplace_back(value);
  } else if (text::equals_ignoring_case(name, "location")) {
    location = std::string(value);
  }
}

}  // namespace newsfold::fetch
