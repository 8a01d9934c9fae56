// A next page is a web address with a number of its own, or there is none.
#include "feeds/clean/extract/page_series.h"
#include "feeds/text/date_find.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const next = newsfold::clean::next_page(bytes, "text/html; charset=utf-8", "https://h.example/a");
  if (!next.empty() && newsfold::clean::series_address(next).number < 2) std::abort();
  newsfold::clean::series_address(bytes);
  newsfold::text::find_date(bytes);
  newsfold::text::date_in_url(bytes);
  return 0;
}
