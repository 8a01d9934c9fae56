#include "feeds/text/entities.h"

#include "feeds/text/ascii.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace newsfold::text {

namespace {

struct NamedEntity {
  std::string_view name;
  std::string_view utf8;
};

constexpr NamedEntity named_entities[] = {
#include "feeds/text/entity_names.inc"
};
constexpr std::size_t name_bytes_max = 32;     // "CounterClockwiseContourIntegral;"
constexpr std::size_t old_name_bytes_max = 6;  // "Aacute", the longest that goes without a semicolon

// What 0x80..0x9F mean in windows-1252; 0: not assigned.
constexpr std::array<char16_t, 32> windows_1252 = {
    0x20AC, 0x0000, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x0000, 0x017D, 0x0000, 0x0000, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x0000, 0x017E, 0x0178};

std::string_view find_name(std::string_view name) noexcept {
  auto const* const found =
      std::lower_bound(std::begin(named_entities), std::end(named_entities), name,
                       [](NamedEntity const& e, std::string_view n) { return e.name < n; });
  return found != std::end(named_entities) && found->name == name ? found->utf8 : std::string_view{};
}

char32_t character_of(std::uint32_t number) noexcept {
  if (number >= 0x80 && number <= 0x9F) return windows_1252[number - 0x80];
  bool const control = number < 0x20 && number != '\t' && number != '\n' && number != '\r';
  if (control || number == 0x7F || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF)) return 0;
  if ((number & 0xFFFE) == 0xFFFE) return 0;
  return number;
}

Entity match_number(std::string_view text) noexcept {
  bool const hex = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
  std::size_t at = hex ? 3 : 2;
  std::size_t const first = at;
  std::uint32_t number = 0;
  for (; at < text.size(); ++at) {
    char const c = to_lower(text[at]);
    std::uint32_t digit = 0;
    if (is_digit(c))
      digit = std::uint32_t(c - '0');
    else if (hex && c >= 'a' && c <= 'f')
      digit = std::uint32_t(c - 'a') + 10;
    else
      break;
    if (number <= 0x10FFFF) number = number * (hex ? 16 : 10) + digit;  // no overflow: stops growing above
  }
  if (at == first) return {};
  auto const character = character_of(number);
  if (at < text.size() && text[at] == ';') return {at + 1, {}, character};
  // Without a semicolon only what is a character: "&#0" in a text is text.
  return character != 0 ? Entity{at, {}, character} : Entity{};
}

}  // namespace

Entity match_entity(std::string_view text, EntityContext context) noexcept {
  if (text.size() < 3) return {};
  if (text[1] == '#') {
    auto const number = match_number(text);
    bool const closed = number.consumed > 0 && text[number.consumed - 1] == ';';
    return closed || context != EntityContext::xml ? number : Entity{};
  }
  if (!is_alpha(text[1])) return {};
  // The five of XML are nine in ten of all references.
  if (text.starts_with("&lt;")) return {4, "<", 0};
  if (text.starts_with("&gt;")) return {4, ">", 0};
  if (text.starts_with("&amp;")) return {5, "&", 0};
  if (text.starts_with("&quot;")) return {6, "\"", 0};
  if (text.starts_with("&apos;")) return {6, "'", 0};
  if (text.starts_with("&nbsp;")) return {6, "\xC2\xA0", 0};

  std::size_t end = 1;
  while (end < text.size() && end <= name_bytes_max && is_alnum(text[end])) ++end;
  if (end < text.size() && text[end] == ';') {
    auto const utf8 = find_name(text.substr(1, end));
    if (!utf8.empty()) return {end + 1, utf8, 0};
  }
  if (context == EntityContext::xml) return {};
  for (std::size_t size = std::min(end - 1, old_name_bytes_max); size >= 2; --size) {
    auto const utf8 = find_name(text.substr(1, size));
    if (utf8.empty()) continue;
    if (context == EntityContext::attribute && size + 1 < text.size() &&
        (text[size + 1] == '=' || is_alnum(text[size + 1])))
      return {};
    return {size + 1, utf8, 0};
  }
  return {};
}

// Escaped HTML holds a reference every twenty bytes, so this writes through a pointer: a reference is at
// least as long as what it stands for, but for two names that are a sixth shorter.
void append_decoded(std::string& out, std::string_view text, EntityContext context) {
  auto at = text.find('&');
  if (at == std::string_view::npos) {
    out.append(text);
    return;
  }
  auto const before = out.size();
  out.resize(before + text.size() + text.size() / 5 + 4);
  char* to = out.data() + before;
  auto const write = [&to](std::string_view part) {
    std::memcpy(to, part.data(), part.size());
    to += part.size();
  };
  std::size_t copied = 0;
  std::string character;
  for (; at != std::string_view::npos; at = text.find('&', at)) {
    auto const rest = text.substr(at);
    char simple = 0;
    std::size_t consumed = 0;
    if (rest.starts_with("&lt;"))
      simple = '<', consumed = 4;
    else if (rest.starts_with("&gt;"))
      simple = '>', consumed = 4;
    else if (rest.starts_with("&amp;"))
      simple = '&', consumed = 5;
    else if (rest.starts_with("&quot;"))
      simple = '"', consumed = 6;
    if (simple) {
      write(text.substr(copied, at - copied));
      *to++ = simple;
      at += consumed;
      copied = at;
      continue;
    }
    auto const entity = match_entity(rest, context);
    if (entity.consumed == 0) {
      ++at;
      continue;
    }
    write(text.substr(copied, at - copied));
    if (!entity.utf8.empty()) {
      write(entity.utf8);
    } else if (entity.code_point != 0) {
      character.clear();
      append_utf8(character, entity.code_point);
      write(character);
    }
    at += entity.consumed;
    copied = at;
  }
  write(text.substr(copied));
  out.resize(std::size_t(to - out.data()));
}

std::string decode_entities(std::string_view text, EntityContext context) {
  std::string out;
  out.reserve(text.size());
  append_decoded(out, text, context);
  return out;
}

void append_escaped(std::string& out, std::string_view text, EntityContext context) {
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string_view escape;
    switch (text[at]) {
      case '&': escape = "&amp;"; break;
      case '<': escape = "&lt;"; break;
      case '>': escape = "&gt;"; break;
      case '"':
        if (context == EntityContext::attribute) escape = "&quot;";
        break;
      default: break;
    }
    if (escape.empty()) continue;
    out.append(text, copied, at - copied);
    out.append(escape);
    copied = at + 1;
  }
  out.append(text, copied);
}

}  // namespace newsfold::text
