#include "feeds/clean/repair/debris.h"

#include "feeds/text/ascii.h"

#include <algorithm>

namespace newsfold::clean {

std::size_t count_all(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

std::size_t replace_all(std::string& text, std::string_view from, std::string_view to) {
  if (from.empty()) return 0;
  std::string out;
  std::size_t count = 0;
  std::size_t copied = 0;
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, copied)) {
    out.append(text, copied, at - copied);
    out += to;
    copied = at + from.size();
    ++count;
  }
  if (count == 0) return 0;
  out.append(text, copied, std::string::npos);
  text = std::move(out);
  return count;
}

std::size_t erase_controls(std::string& text) {
  return std::erase_if(text, [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7F;
  });
}

std::string_view reference_at(std::string_view text, std::size_t at) {
  constexpr std::size_t reference_bytes_max = 12;
  auto const length = text.substr(at, reference_bytes_max + 1).find(';');
  if (length == std::string_view::npos || length < 3) return {};
  auto const end = at + length;
  auto const name = text.substr(at + 1, end - at - 1);
  bool const good =
      std::all_of(name.begin(), name.end(), [](char c) { return text::is_alnum(c) || c == '#'; });
  return good ? text.substr(at, end + 1 - at) : std::string_view();
}

}  // namespace newsfold::clean
