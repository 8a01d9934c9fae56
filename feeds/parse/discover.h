#pragma once
// From a web page to its feeds: what it declares (<link rel="alternate">), links that look like feeds,
// addresses that known services and publishing software give their feeds. No I/O: whether a guess is
// there is for the caller to find out. Callable from any thread.

#include <string>
#include <string_view>
#include <vector>

namespace newsfold::parse {

struct FeedLink {
  std::string url;    // absolute where the page's address is known
  std::string type;   // "rss", "atom", "json", "sitemap" or "" where nothing says so
  std::string title;  // as the page calls it
  std::string via;    // "self", "link", "service", "anchor", "platform", "guess"
};

constexpr std::size_t feed_links_max = 64;

// Best first, each address once, at most feed_links_max. `bytes` may be anything: a feed names itself.
std::vector<FeedLink> discover_feeds(std::string_view bytes, std::string_view url,
                                     std::string_view content_type = {});

}  // namespace newsfold::parse
