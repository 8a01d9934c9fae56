// What the sanitizer lets pass it lets pass again, unchanged, and nothing in it acts.
#include "feeds/clean/sanitize/sanitize.h"
#include "feeds/text/ascii.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const once = newsfold::clean::sanitize_html(bytes, "https://h.example/");
  auto const twice = newsfold::clean::sanitize_html(once, "https://h.example/");
  if (once != twice) std::abort();
  for (std::string_view bad : {"<script", "<style", "<object", "<base", "<meta", "<form"})
    if (newsfold::text::find_ignoring_case(once, bad) != std::string_view::npos) std::abort();
  newsfold::clean::html_to_text(bytes);
  newsfold::clean::html_to_line(bytes);
  return 0;
}
