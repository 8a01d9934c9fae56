// Any bytes are a feed or an error, and what comes out is UTF-8.
#include "feeds/parse/parse.h"
#include "feeds/parse/tombstones.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  for (auto const& gone : newsfold::parse::find_tombstones(bytes, {"https://h.example/feed", {}}))
    if (!newsfold::text::is_valid_utf8(gone.id) || !newsfold::text::is_valid_utf8(gone.comment)) std::abort();
  if (newsfold::parse::document_head(bytes, 4096).size() > 4096) std::abort();
  auto const feed = newsfold::parse::parse_feed(bytes, {"https://h.example/feed", {}});
  if (!feed) return 0;
  for (auto const& item : feed->items)
    if (!newsfold::text::is_valid_utf8(item.content_html) || !newsfold::text::is_valid_utf8(item.title))
      std::abort();
  return 0;
}
