// Whatever goes in, an XML parser takes what the mender makes of it.
#include "feeds/parse/xml_mend.h"

#include <pugixml.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  // The mender is given text without NUL.
  std::string text(bytes);
  std::erase(text, '\0');
  auto const mended = newsfold::parse::mend_xml(text, 64);
  pugi::xml_document document;
  if (!document.load_buffer(mended.data(), mended.size(), pugi::parse_fragment, pugi::encoding_utf8))
    std::abort();
  return 0;
}
