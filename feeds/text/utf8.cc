#include "feeds/text/utf8.h"

#include <bit>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

constexpr bool is_control(unsigned char c) noexcept {
  return c < 0x20 && c != '\n' && c != '\t' && c != '\r';
}

constexpr std::size_t block_bytes = 16;
struct BlockSurvey {
  unsigned high = 0;     // bit i: byte i is above ASCII
  unsigned control = 0;  // bit i: byte i is a control
};

#if defined(__SSE2__)
inline BlockSurvey survey_block(unsigned char const* p) noexcept {
  auto const block = _mm_loadu_si128(reinterpret_cast<__m128i const*>(p));
  // Signed compare: bytes above ASCII are negative, so they are taken out again.
  auto const low = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
  auto const kept = _mm_or_si128(
      _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\r'))),
      _mm_cmpeq_epi8(block, _mm_set1_epi8('\t')));
  unsigned const high = unsigned(_mm_movemask_epi8(block));
  return {high, unsigned(_mm_movemask_epi8(_mm_andnot_si128(kept, low))) & ~high};
}
#else
inline BlockSurvey survey_block(unsigned char const* p) noexcept {
  BlockSurvey seen;
  for (unsigned i = 0; i < block_bytes; ++i) {
    seen.high |= unsigned(p[i] >> 7) << i;
    seen.control |= unsigned(is_control(p[i])) << i;
  }
  return seen;
}
#endif

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
    if (std::size_t(end - p) >= block_bytes) {
      auto const block = survey_block(p);
      seen.has_controls |= block.control != 0;
      if (block.high == 0) {
        p += block_bytes;
        continue;
      }
      p += std::countr_zero(block.high);
    }
    // The characters above ASCII that follow one another, or one ASCII character.
    do {
      unsigned char const lead = *p;
      if (lead < 0x80) {
        seen.has_controls |= is_control(lead);
        ++p;
        break;
      }
      int const length = sequence_length(p, std::size_t(end - p));
      if (length > 0) {
        ++seen.sequences;
        if (lead == 0xC2 && p[1] < 0xA0) seen.has_controls = true;
        if (length > 2) ++seen.long_sequences;
        p += length;
      } else {
        if (seen.bad_sequences++ == 0) seen.first_bad = std::size_t(p - begin);
        p -= length;
      }
    } while (p < end);
  }
  return seen;
}

std::string_view first_characters(std::string_view utf8, std::size_t count) noexcept {
  std::size_t bytes = 0;
  for (std::size_t characters = 0; bytes < utf8.size(); ++bytes)
    if (!is_continuation(utf8[bytes]) && characters++ == count) break;
  return utf8.substr(0, bytes);
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

std::size_t char_begin(std::string_view text, std::size_t end) noexcept {
  auto begin = end - 1;
  while (begin > 0 && is_continuation(text[begin])) --begin;
  return begin;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  std::size_t n = bytes_max;
  while (n > 0 && is_continuation(text[n])) --n;
  return text.substr(0, n);
}

}  // namespace newsfold::text
