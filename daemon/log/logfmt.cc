#include "daemon/log/logfmt.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace newsfold::log {
namespace {

template <class... Args>
std::string print(char const* format, Args... args) {
  std::array<char, 64> buffer{};
  int const length = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

// The C1 controls (U+0080..U+009F) steer a terminal as surely as ESC does.
bool is_c1(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]) == 0xc2 && at + 1 < text.size() &&
         static_cast<unsigned char>(text[at + 1]) >= 0x80 && static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (c == ' ' || c == '"' || c == '=' || c == '\\' || is_control(static_cast<unsigned char>(c)))
      return true;
    if (is_c1(text, i)) return true;
  }
  return false;
}

// Cuts at a character's first byte, so that the line stays valid UTF-8.
std::string_view cut(std::string_view text) {
  if (text.size() <= value_bytes_max) return text;
  std::size_t end = value_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

void append_text(std::string& line, std::string_view whole) {
  auto const text = cut(whole);
  bool const was_cut = text.size() < whole.size();
  bool const quoted = was_cut || needs_quotes(text);
  if (quoted) line += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (is_control(static_cast<unsigned char>(c))) {
      line += print("\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else if (is_c1(text, i)) {
      line += print("\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(text[++i])));
    } else {
      line += c;
    }
  }
  if (was_cut) line += "…";
  if (quoted) line += '"';
}

struct Append {
  std::string& line;
  void operator()(std::string_view text) const { append_text(line, text); }
  void operator()(bool truth) const { line += truth ? "true" : "false"; }
  void operator()(std::int64_t number) const { line += std::to_string(number); }
  void operator()(std::uint64_t number) const { line += std::to_string(number); }
  void operator()(double number) const { line += print("%.6g", number); }
  void operator()(std::chrono::microseconds span) const { line += format_span(span); }
  void operator()(UtcMicros time) const { line += format_rfc3339(time); }
};

}  // namespace

std::string format_span(std::chrono::microseconds span) {
  struct Unit {
    std::int64_t micros;
    std::int64_t below;  // use this unit for spans shorter than this
    char const* name;
  };
  static constexpr std::array<Unit, 5> units{{{1, 1'000, "us"},
                                              {1'000, 1'000'000, "ms"},
                                              {1'000'000, 120'000'000, "s"},
                                              {60'000'000, 7'200'000'000, "m"},
                                              {3'600'000'000, INT64_MAX, "h"}}};
  auto const micros = span.count();
  std::int64_t const size = micros < 0 ? (micros == INT64_MIN ? INT64_MAX : -micros) : micros;
  for (auto const& unit : units) {
    if (size >= unit.below) continue;
    if (size % unit.micros == 0) return std::to_string(micros / unit.micros) + unit.name;
    return print("%.1f%s", static_cast<double>(micros) / static_cast<double>(unit.micros), unit.name);
  }
  return print("%.1f%s", static_cast<double>(micros) / 3.6e9, "h");
}

std::string format_line(std::string_view event, Fields fields, std::uint64_t suppressed) {
  std::string line(event);
  for (auto const& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    std::visit(Append{line}, field.value);
  }
  if (suppressed > 0) {
    line += " suppressed=";
    line += std::to_string(suppressed);
  }
  return line;
}

}  // namespace newsfold::log
