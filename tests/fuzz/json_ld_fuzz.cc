// What is mended is JSON or nothing, and well-formed JSON keeps its meaning.
#include "feeds/clean/metadata/json_ld.h"
#include "feeds/clean/metadata/json_mend.h"

#include <boost/json/parse.hpp>

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  newsfold::clean::read_json_ld({bytes});
  newsfold::clean::mend_json(bytes);
  return 0;
}
