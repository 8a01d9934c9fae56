// Link lines of any shape name a hub and a topic that are web addresses and stand in the lines, as they are
// or relative to the feed, or none.
#include "daemon/schedule/websub.h"
#include "feeds/text/url.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<char const*>(data), size);
  std::vector<std::string> lines;  // one a line, as the fetcher hands them on
  for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  lines.emplace_back(rest);

  constexpr std::string_view polled = "https://h.example/feed";
  auto const offer = newsfold::schedule::offered_hub(lines, nullptr, std::string(polled));
  if (!offer) return 0;
  auto const is_said = [&](std::string const& url) {
    for (auto const& line : lines)
      for (auto open = line.find('<'); open != line.npos; open = line.find('<', open + 1)) {
        auto const target = std::string_view(line).substr(open + 1, line.find('>', open) - open - 1);
        if (newsfold::text::resolve_url(target, polled) == url) return true;
      }
    return false;
  };
  auto const is_web = [](std::string_view url) {
    return url.starts_with("https://") || url.starts_with("http://");
  };
  if (!is_web(offer->hub) || !is_said(offer->hub)) std::abort();
  if (offer->topic != polled && (!is_web(offer->topic) || !is_said(offer->topic))) std::abort();
  return 0;
}
