#pragma once
// Services and software whose feeds stand at addresses that follow from the address of the page.

#include "feeds/parse/discover.h"

#include <string_view>
#include <vector>

namespace newsfold::parse {

// Feeds that a known service (YouTube, GitHub, Reddit, ...) has for the page at `url`. Sure, not guessed.
std::vector<FeedLink> service_feeds(std::string_view url);

// Addresses where publishing software (`generator` as the page's <meta> says, in any case) keeps its feed.
std::vector<FeedLink> platform_feeds(std::string_view url, std::string_view generator);

// Paths where feeds stand on many sites: worth asking when nothing else is known.
std::vector<FeedLink> guessed_feeds(std::string_view url);

}  // namespace newsfold::parse
