// Bytes and a label become text that is UTF-8.
#include "feeds/text/charset.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  // The first line stands for the Content-Type.
  auto const line_end = std::min(bytes.find('\n'), bytes.size());
  auto const decoded = newsfold::text::decode(bytes.substr(line_end), bytes.substr(0, line_end));
  if (!newsfold::text::is_valid_utf8(decoded.text())) std::abort();
  return 0;
}
