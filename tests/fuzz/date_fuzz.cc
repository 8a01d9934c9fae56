// Any text is a date that can be written down, or none.
#include "feeds/text/date.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  if (auto const date = newsfold::text::parse_date(bytes)) {
    auto const written = newsfold::format_rfc3339(*date);
    if (newsfold::parse_rfc3339(written) != date) std::abort();
  }
  newsfold::text::parse_duration(bytes);
  return 0;
}
