#pragma once
// ASCII classification and small string helpers that do not ask the locale. All of them take UTF-8 as
// opaque bytes above 0x7F.

#include <algorithm>
#include <string>
#include <string_view>

namespace newsfold::text {

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alnum(char c) noexcept { return is_digit(c) || is_alpha(c); }
constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c; }

constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}
constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view start) noexcept {
  return text.size() >= start.size() && equals_ignoring_case(text.substr(0, start.size()), start);
}
constexpr std::size_t find_ignoring_case(std::string_view text, std::string_view what,
                                         std::size_t from = 0) noexcept {
  for (std::size_t i = from; i + what.size() <= text.size(); ++i)
    if (equals_ignoring_case(text.substr(i, what.size()), what)) return i;
  return std::string_view::npos;
}

constexpr std::string_view trim(std::string_view s) noexcept {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

// Whether `word` is one of `words`, which white space parts.
constexpr bool has_word_ignoring_case(std::string_view words, std::string_view word) noexcept {
  for (words = trim(words); !words.empty(); words = trim(words)) {
    std::size_t end = 0;
    while (end < words.size() && !is_space(words[end])) ++end;
    if (equals_ignoring_case(words.substr(0, end), word)) return true;
    words.remove_prefix(end);
  }
  return false;
}

// A set of bytes as a table: find_first_of of the standard library asks memchr for every byte.
class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view members) {
    for (char const c : members) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool has(char c) const noexcept { return has_[static_cast<unsigned char>(c)]; }
  constexpr bool is_in(std::string_view text) const noexcept {
    for (char const c : text)
      if (has(c)) return true;
    return false;
  }

 private:
  bool has_[256] = {};
};

inline std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

// Runs of ASCII white space become one blank; none at either end.
inline std::string collapse_space(std::string_view s) {
  std::string out(s.size(), '\0');
  std::size_t length = 0;
  for (char const c : s) {
    if (!is_space(c))
      out[length++] = c;
    else if (length > 0 && out[length - 1] != ' ')
      out[length++] = ' ';
  }
  if (length > 0 && out[length - 1] == ' ') --length;
  out.resize(length);
  return out;
}

}  // namespace newsfold::text
