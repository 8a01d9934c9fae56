#include "daemon/config/option_types.h"

#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>

namespace newsfold::config {
namespace {

constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t list_items_max = 1'000;

std::string print_number(double value) {
  std::array<char, 32> buffer{};
  int const length = std::snprintf(buffer.data(), buffer.size(), "%.10g", value);
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

bool has_control(std::string_view text) {
  for (char const c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

Complaint check_url(std::string const& text, TextRule rule) {
  auto const parsed = boost::urls::parse_uri(text);
  bool const is_http = parsed && (parsed->scheme_id() == boost::urls::scheme::http ||
                                  parsed->scheme_id() == boost::urls::scheme::https);
  if (parsed && rule == TextRule::http_url && !is_http)
    return "only http and https are fetched, not " + toml_string(text);
  bool const is_ascii =
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!is_ascii)
    return toml_string(text) +
           " holds letters that a URL may not: escape those of its path (%C3%BC), name "
           "its host in ASCII (xn--...)";
  if (!parsed || parsed->host().empty()) {
    return toml_string(text) +
           " is not an absolute URL (no scheme and host, or characters that must be escaped)";
  }
  if (parsed->has_userinfo()) return "a password does not belong here; name a file that holds it";
  return std::nullopt;
}

std::string absolute(std::string const& path, std::string const& base) {
  if (path.empty() || path.starts_with(credential_prefix)) return path;  // found in checks.cc
  return (std::filesystem::path(base) / path).lexically_normal().string();
}

}  // namespace

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(c));
      out += escaped.data();
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string wrong_type(std::string_view wanted, Value const& value) {
  return "wants " + std::string(wanted) + ", not " + std::string(describe_type(value));
}

Complaint BoolCodec::read(Value const& value, bool& out, std::string const&) const {
  auto const* truth = std::get_if<bool>(&value.data);
  if (truth == nullptr) return wrong_type("true or false", value);
  out = *truth;
  return std::nullopt;
}

std::string NumberCodec::bounds() const { return print_number(low) + " .. " + print_number(high); }
std::string NumberCodec::print(double value) const { return print_number(value); }

Complaint NumberCodec::read(Value const& value, double& out, std::string const&) const {
  double number = 0;
  if (auto const* integer = std::get_if<std::int64_t>(&value.data)) {
    number = static_cast<double>(*integer);
  } else if (auto const* real = std::get_if<double>(&value.data)) {
    number = *real;
  } else {
    return wrong_type("a number", value);
  }
  if (!(number >= low && number <= high))
    return print_number(number) + " is out of bounds (" + bounds() + ")";
  out = number;
  return std::nullopt;
}

Complaint DurationCodec::read(Value const& value, Duration& out, std::string const&) const {
  auto const* integer = std::get_if<std::int64_t>(&value.data);
  auto const* text = std::get_if<std::string>(&value.data);
  if (integer != nullptr && *integer != 0) {
    return "wants a unit: \"" + std::to_string(*integer) + "s\", \"" + std::to_string(*integer) + "m\" ...";
  }
  if (integer == nullptr && text == nullptr) return wrong_type("a duration such as \"15m\"", value);
  auto const span = parse_duration(text == nullptr ? "0" : std::string_view(*text));
  if (!span) return toml_string(*text) + " is no duration; write \"90s\", \"15m\", \"1h30m\", \"30d\"";
  if (*span < *parse_duration(low) || *span > *parse_duration(high)) {
    return format_duration(*span) + " is out of bounds (" + bounds() + ")";
  }
  out = *span;
  return std::nullopt;
}

Complaint SizeCodec::read(Value const& value, std::uint64_t& out, std::string const&) const {
  std::optional<std::uint64_t> size;
  if (auto const* integer = std::get_if<std::int64_t>(&value.data)) {
    if (*integer >= 0) size = static_cast<std::uint64_t>(*integer);
  } else if (auto const* text = std::get_if<std::string>(&value.data)) {
    size = parse_size(*text);
  } else {
    return wrong_type("a size such as \"64MiB\"", value);
  }
  if (!size) {
    auto const* const text = std::get_if<std::string>(&value.data);
    return (text ? "\"" + *text + "\"" : std::to_string(std::get<std::int64_t>(value.data))) +
           " is no size; write \"512KiB\", \"64MiB\", \"10GB\"";
  }
  if (*size < *parse_size(low) || *size > *parse_size(high)) {
    return format_size(*size) + " is out of bounds (" + bounds() + ")";
  }
  out = *size;
  return std::nullopt;
}

Complaint RateCodec::read(Value const& value, Rate& out, std::string const&) const {
  auto const* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) return wrong_type("a rate such as \"2000/h\"", value);
  auto const rate = parse_rate(*text);
  if (!rate)
    return toml_string(*text) + " is no rate; write \"2000/h\", \"5/s\", \"40000/d\", or \"0\" for no limit";
  out = *rate;
  return std::nullopt;
}

std::string RecheckCodec::print(Type const& value) const {
  std::string out;
  for (auto const& step : value) out += (out.empty() ? "" : ", ") + toml_string(format_recheck_step(step));
  return "[" + out + "]";
}

Complaint RecheckCodec::read(Value const& value, Type& out, std::string const&) const {
  auto const* items = std::get_if<Array>(&value.data);
  if (items == nullptr) return wrong_type("a list such as [\"15m < 3h\"]", value);
  if (items->size() > list_items_max) return "has more than " + std::to_string(list_items_max) + " entries";
  for (auto const& item : *items) {
    auto const* text = std::get_if<std::string>(&item.data);
    auto const step = text == nullptr ? std::nullopt : parse_recheck_step(*text);
    if (!step) return "wants entries such as \"15m < 3h\": every 15 minutes while younger than 3 hours";
    if (!out.empty() && step->younger_than <= out.back().younger_than)
      return "wants ages that grow from entry to entry";
    out.push_back(*step);
  }
  return std::nullopt;
}

std::string ModeCodec::print(std::uint32_t value) const {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "\"%04o\"", value);
  return buffer.data();
}

Complaint ModeCodec::read(Value const& value, std::uint32_t& out, std::string const&) const {
  auto const* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) return wrong_type("a mode in quotes such as \"0660\"", value);
  std::uint32_t mode = 0;
  bool good = text->size() == 4 && text->front() == '0';
  for (char const c : *text) {
    good = good && c >= '0' && c <= '7';
    mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
  }
  if (!good || mode < 0600) return toml_string(*text) + " is no mode; write \"0660\"";
  out = mode;
  return std::nullopt;
}

std::string TextCodec::name() const {
  switch (rule) {
    case TextRule::any:
    case TextRule::name: return "string";
    case TextRule::path: return "path";
    case TextRule::http_url:
    case TextRule::url: return "URL";
  }
  return "";
}

Complaint TextCodec::read(Value const& value, std::string& out, std::string const& base) const {
  auto const* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) return wrong_type("a string", value);
  if (has_control(*text)) return "holds a control character";
  switch (rule) {
    case TextRule::any: break;
    case TextRule::name:
      if (text->empty() || text->size() > name_bytes_max)
        return "wants 1 to " + std::to_string(name_bytes_max) + " bytes";
      break;
    case TextRule::path: out = absolute(*text, base); return std::nullopt;
    case TextRule::http_url:
    case TextRule::url:
      if (text->empty()) break;
      if (auto complaint = check_url(*text, rule)) return complaint;
      break;
  }
  out = *text;
  return std::nullopt;
}

std::string TextListCodec::print(Type const& value) const {
  std::string out;
  for (auto const& text : value) out += (out.empty() ? "" : ", ") + toml_string(text);
  return "[" + out + "]";
}

Complaint TextListCodec::read(Value const& value, Type& out, std::string const&) const {
  auto const* items = std::get_if<Array>(&value.data);
  if (items == nullptr) return wrong_type("a list of strings", value);
  if (items->size() > list_items_max) return "has more than " + std::to_string(list_items_max) + " entries";
  for (auto const& item : *items) {
    auto const* text = std::get_if<std::string>(&item.data);
    if (text == nullptr) return wrong_type("a list of strings", item) + " in it";
    if (has_control(*text)) return "holds a control character";
    out.push_back(*text);
  }
  return std::nullopt;
}

}  // namespace newsfold::config
