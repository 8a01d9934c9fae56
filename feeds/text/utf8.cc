#include "feeds/text/utf8.h"

#include <cstdint>
#include <cstring>

namespace newsfold::text {

namespace {

// Length of the well-formed sequence at `p`, or minus the length of the maximal ill-formed part
// (Unicode 15, table 3-7).
int sequence_length(unsigned char const* p, std::size_t left) noexcept {
  unsigned char const lead = p[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return -1;
  int const length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (int i = 1; i < length; ++i) {
    if (std::size_t(i) >= left || p[i] < low || p[i] > high) return -i;
    low = 0x80;
    high = 0xBF;
  }
  return length;
}

constexpr std::uint64_t each_byte(std::uint64_t b) noexcept { return 0x0101010101010101ULL * b; }

}  // namespace

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += char(c);
  } else if (c < 0x800) {
    out += char(0xC0 | (c >> 6));
    out += char(0x80 | (c & 0x3F));
  } else if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
    append_utf8(out, replacement_character);
  } else if (c < 0x10000) {
    out += char(0xE0 | (c >> 12));
    out += char(0x80 | ((c >> 6) & 0x3F));
    out += char(0x80 | (c & 0x3F));
  } else {
    out += char(0xF0 | (c >> 18));
    out += char(0x80 | ((c >> 12) & 0x3F));
    out += char(0x80 | ((c >> 6) & 0x3F));
    out += char(0x80 | (c & 0x3F));
  }
}

Utf8Survey survey_utf8(std::string_view bytes) noexcept {
  Utf8Survey seen;
  auto const* const begin = reinterpret_cast<unsigned char const*>(bytes.data());
  auto const* const end = begin + bytes.size();
  auto const* p = begin;
  while (p < end) {
    // Eight bytes a step while they are ASCII; bytes below 0x20 are looked at one by one.
    while (end - p >= 8) {
      std::uint64_t word;
      std::memcpy(&word, p, 8);
      std::uint64_t const low = (word - each_byte(0x20)) & ~word;
      if (((word | low) & each_byte(0x80)) == 0) {
        p += 8;
        continue;
      }
      if (word & each_byte(0x80)) break;
      for (int i = 0; i < 8; ++i) {
        unsigned char const c = p[i];
        if (c < 0x20 && c != '\n' && c != '\t' && c != '\r') seen.has_controls = true;
      }
      p += 8;
    }
    if (p >= end) break;
    if (*p < 0x80) {
      if (*p < 0x20 && *p != '\n' && *p != '\t' && *p != '\r') seen.has_controls = true;
      ++p;
      continue;
    }
    int const length = sequence_length(p, std::size_t(end - p));
    if (length > 0) {
      ++seen.sequences;
      if (*p == 0xC2 && p[1] < 0xA0) seen.has_controls = true;
      if (length > 2) ++seen.long_sequences;
      p += length;
    } else {
      if (seen.bad_sequences++ == 0) seen.first_bad = std::size_t(p - begin);
      p -= length;
    }
  }
  return seen;
}

bool is_valid_utf8(std::string_view bytes) noexcept { return survey_utf8(bytes).valid(); }

std::string mend_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 16);
  auto const* const data = reinterpret_cast<unsigned char const*>(bytes.data());
  std::size_t copied = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    int const length = sequence_length(data + i, bytes.size() - i);
    if (length > 0) {
      i += std::size_t(length);
      continue;
    }
    out.append(bytes, copied, i - copied);
    append_utf8(out, replacement_character);
    i += std::size_t(-length);
    copied = i;
  }
  out.append(bytes, copied);
  return out;
}

char32_t next_char(std::string_view text, std::size_t& at) noexcept {
  auto const* const p = reinterpret_cast<unsigned char const*>(text.data()) + at;
  int const length = sequence_length(p, text.size() - at);
  if (length <= 0) {
    at += std::size_t(-length);
    return replacement_character;
  }
  at += std::size_t(length);
  switch (length) {
    case 1: return p[0];
    case 2: return char32_t(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    case 3: return char32_t(p[0] & 0x0F) << 12 | char32_t(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    default:
      return char32_t(p[0] & 0x07) << 18 | char32_t(p[1] & 0x3F) << 12 | char32_t(p[2] & 0x3F) << 6 |
             (p[3] & 0x3F);
  }
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  std::size_t n = bytes_max;
  while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) --n;
  return text.substr(0, n);
}

}  // namespace newsfold::text
