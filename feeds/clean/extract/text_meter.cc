#include "feeds/clean/extract/text_meter.h"

#include <array>

namespace newsfold::clean {
namespace {

constexpr std::uint32_t hash_seed = 2166136261u;
constexpr std::uint32_t hash_prime = 16777619u;

enum class Byte : std::uint8_t { space, lower, upper, digit, stop, comma, quote, mark, multi };

constexpr std::array<Byte, 256> byte_kinds = [] {
  std::array<Byte, 256> out{};
  for (int c = 0; c < 256; ++c) {
    auto& kind = out[std::size_t(c)];
    if (c <= 0x20 || c == 0x7F)
      kind = Byte::space;
    else if (c >= 'a' && c <= 'z')
      kind = Byte::lower;
    else if (c >= 'A' && c <= 'Z')
      kind = Byte::upper;
    else if (c >= '0' && c <= '9')
      kind = Byte::digit;
    else if (c == '.' || c == '!' || c == '?')
      kind = Byte::stop;
    else if (c == ',' || c == ';')
      kind = Byte::comma;
    else if (c == '"' || c == ')')
      kind = Byte::quote;
    else if (c >= 0x80)
      kind = Byte::multi;
    else
      kind = Byte::mark;
  }
  return out;
}();

enum class Wide : std::uint8_t { letter, ideograph, space, stop, comma, quote, mark };

// What a character of two and more bytes is. Coarse: whole blocks of Unicode.
Wide kind_of(char32_t c) {
  if (c < 0x2000) {
    if (c == 0xA0) return Wide::space;
    if (c == 0xAB) return Wide::mark;
    if (c == 0xBB) return Wide::quote;
    if (c < 0xC0 && c != 0xAA && c != 0xB5 && c != 0xBA) return Wide::mark;
    if (c == 0x060C || c == 0x061B) return Wide::comma;
    if (c == 0x061F || c == 0x06D4 || c == 0x0964) return Wide::stop;
    return Wide::letter;
  }
  if (c < 0x2070) {
    if (c <= 0x200F || c == 0x202F || c == 0x2028 || c == 0x2029) return Wide::space;
    if (c == 0x201D || c == 0x2019 || c == 0x201C) return Wide::quote;
    return c == 0x2026 ? Wide::stop : Wide::mark;
  }
  if (c < 0x2C00) return c >= 0x20A0 && c < 0x20D0 ? Wide::letter : Wide::mark;
  if (c == 0x3000) return Wide::space;
  if (c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0xFF0E) return Wide::stop;
  if (c == 0x3001 || c == 0xFF0C || c == 0xFF1B) return Wide::comma;
  if (c == 0x300D || c == 0x300F || c == 0xFF09) return Wide::quote;
  if (c < 0x3040 || (c >= 0xFF00 && c < 0xFF10) || (c >= 0xFF1A && c < 0xFF21)) return Wide::mark;
  if (c < 0xA000 || (c >= 0xF900 && c < 0xFB00) || (c >= 0x20000 && c < 0x30000)) return Wide::ideograph;
  if (c == 0xFEFF) return Wide::space;
  return c >= 0x1F000 && c < 0x20000 ? Wide::mark : Wide::letter;
}

// The character at `at`, which lies above ASCII; the page is UTF-8, but nothing is read beyond its end.
char32_t wide_at(std::string_view text, std::size_t at, std::size_t& length) {
  auto const byte = [&](std::size_t i) {
    return i < text.size() ? char32_t(static_cast<unsigned char>(text[i])) : char32_t(0);
  };
  auto const lead = byte(at);
  if (lead < 0xE0) {
    length = 2;
    return (lead & 0x1F) << 6 | (byte(at + 1) & 0x3F);
  }
  if (lead < 0xF0) {
    length = 3;
    return (lead & 0x0F) << 12 | (byte(at + 1) & 0x3F) << 6 | (byte(at + 2) & 0x3F);
  }
  length = 4;
  return (lead & 0x07) << 18 | (byte(at + 1) & 0x3F) << 12 | (byte(at + 2) & 0x3F) << 6 |
         (byte(at + 3) & 0x3F);
}

}  // namespace

void TextMeter::begin_word(TextKind kind) {
  in_word_ = true;
  hash_ = hash_seed;
  ++counts_.words;
  if (kind == TextKind::link) ++counts_.link_words;
  if (kind == TextKind::strong) ++counts_.strong_words;
}

void TextMeter::add(std::string_view text, TextKind kind) {
  for (std::size_t at = 0; at < text.size();) {
    auto const c = static_cast<unsigned char>(text[at]);
    auto const byte = byte_kinds[c];
    switch (byte) {
      case Byte::space: end_word(); break;
      case Byte::lower:
      case Byte::upper:
      case Byte::digit:
        if (!in_word_) {
          begin_word(kind);
          counts_.capital_words += byte == Byte::upper;
          if (!seen_) {
            counts_.starts_capital = byte == Byte::upper;
            counts_.starts_digit = byte == Byte::digit;
            seen_ = true;
          }
        }
        counts_.digits += byte == Byte::digit;
        ++counts_.letters;
        hash_ = (hash_ ^ (byte == Byte::upper ? c + 32u : c)) * hash_prime;
        counts_.last = 'a';
        break;
      case Byte::stop:
        end_word();
        ++counts_.stops;
        counts_.last = '.';
        break;
      case Byte::comma:
        end_word();
        ++counts_.commas;
        counts_.last = ',';
        break;
      case Byte::quote:
      case Byte::mark:
        // An apostrophe parts a word for the counting, as it does for those who compare texts.
        end_word();
        ++counts_.marks;
        if (!seen_) counts_.starts_mark = seen_ = true;
        counts_.last = byte == Byte::quote ? '"' : char(c);
        break;
      case Byte::multi: {
        std::size_t length = 1;
        auto const wide = wide_at(text, at, length);
        switch (kind_of(wide)) {
          case Wide::letter:
            if (!in_word_) begin_word(kind);
            seen_ = true;
            counts_.letters += std::uint32_t(length);
            for (std::size_t i = 0; i < length && at + i < text.size(); ++i)
              hash_ = (hash_ ^ static_cast<unsigned char>(text[at + i])) * hash_prime;
            counts_.last = 'a';
            break;
          case Wide::ideograph:
            end_word();
            begin_word(kind);
            ++counts_.wide_words;
            ++counts_.letters;
            hash_ = (hash_ ^ std::uint32_t(wide)) * hash_prime;
            end_word();
            seen_ = true;
            counts_.last = 'a';
            break;
          case Wide::space: end_word(); break;
          case Wide::stop:
            end_word();
            ++counts_.stops;
            counts_.last = '.';
            break;
          case Wide::comma:
            end_word();
            ++counts_.commas;
            counts_.last = ',';
            break;
          case Wide::quote:
          case Wide::mark:
            end_word();
            ++counts_.marks;
            if (!seen_) counts_.starts_mark = seen_ = true;
            counts_.last = kind_of(wide) == Wide::quote ? '"' : '-';
            break;
        }
        at += length;
        continue;
      }
    }
    ++at;
  }
}

std::vector<std::uint32_t> word_hashes(std::string_view text) {
  std::vector<std::uint32_t> out;
  TextMeter meter(out);
  meter.begin();
  meter.add(text, TextKind::plain);
  meter.finish();
  return out;
}

}  // namespace newsfold::clean
