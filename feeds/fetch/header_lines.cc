#include "feeds/fetch/header_lines.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <array>

namespace newsfold::fetch {

namespace {

struct Kept {
  std::string_view name;
  std::string ResponseHeaders::*member;
};
constexpr std::array kept = {
    Kept{"etag", &ResponseHeaders::etag},
    Kept{"last-modified", &ResponseHeaders::last_modified},
    Kept{"expires", &ResponseHeaders::expires},
    Kept{"age", &ResponseHeaders::age},
    Kept{"date", &ResponseHeaders::date},
    Kept{"retry-after", &ResponseHeaders::retry_after},
    Kept{"x-ratelimit-reset", &ResponseHeaders::rate_limit_reset},
    Kept{"ratelimit-reset", &ResponseHeaders::rate_limit_reset},
    Kept{"content-type", &ResponseHeaders::content_type},
    Kept{"content-language", &ResponseHeaders::content_language},
    Kept{"server", &ResponseHeaders::server},
};

}  // namespace

void HeaderLines::add(std::string_view line) {
  if (line.starts_with("HTTP/")) {
    *this = {};
    return;
  }
  auto const colon = line.find(':');
  if (colon == std::string_view::npos) return;
  auto const name = text::trim(line.substr(0, colon));
  auto const value = text::trim(line.substr(colon + 1));
  for (auto const& [wanted, member] : kept)
    if (text::equals_ignoring_case(name, wanted)) {
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
