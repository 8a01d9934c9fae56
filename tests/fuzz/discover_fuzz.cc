// Any bytes name a bounded number of feeds, each once.
#include "feeds/parse/discover.h"

#include <set>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const links = newsfold::parse::discover_feeds(bytes, "https://h.example/page");
  std::set<std::string> seen;
  for (auto const& link : links)
    if (!seen.insert(link.url).second) std::abort();
  if (links.size() > newsfold::parse::feed_links_max) std::abort();
  return 0;
}
