#include "feeds/fetch/header_lines.h"

#include <algorithm>
#include <array>

namespace newsfold::fetch {

namespace {

std::string_view trim(std::string_view text) {
  auto const blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool equal_name(std::string_view name, std::string_view lower_case) {
  return std::ranges::equal(name, lower_case, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
}

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
  auto const name = trim(line.substr(0, colon));
  auto const value = trim(line.substr(colon + 1));
  for (auto const& [wanted, member] : kept)
    if (equal_name(name, wanted)) {
      headers.*member = std::string(value);
      return;
    }
  if (equal_name(name, "cache-control")) {
    if (!headers.cache_control.empty()) headers.cache_control += ", ";
    headers.cache_control += value;
  } else if (equal_name(name, "link")) {
    if (headers.links.size() < link_lines_max) headers.links.emplace_back(value);
  } else if (equal_name(name, "location")) {
    location = std::string(value);
  }
}

}  // namespace newsfold::fetch
