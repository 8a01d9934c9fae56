// Any text is a JSON Feed or an error.
#include "feeds/model/feed_json.h"
#include "feeds/parse/json.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  newsfold::parse::Limits const limits;
  newsfold::Problem failure;
  auto const feed =
      newsfold::parse::parse_json_feed(newsfold::parse::Excerpt(bytes), {"https://h.example/", {}}, limits,
                                       newsfold::parse::Bodies::sanitize, failure);
  if (feed) newsfold::to_json(*feed);
  return 0;
}
