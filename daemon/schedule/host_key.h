#pragma once
// Who answers for a URL: the registrable domain ("news.bbc.co.uk" -> "bbc.co.uk"), because that is what
// shares a rate limit and an operator to complain. The private part of the public suffix list counts, so
// each user.github.io stands alone. An address stands for itself.

#include <string>
#include <string_view>

namespace newsfold::schedule {

// Lower case, without port, user and brackets; empty where there is no host.
std::string host_of(std::string_view url);

std::string host_key(std::string_view url);

// "http://host:port" of a URL: what a robots.txt speaks for.
std::string origin_of(std::string_view url);

}  // namespace newsfold::schedule
