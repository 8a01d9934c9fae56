#include "daemon/config/units.h"

#include <array>
#include <charconv>
#include <cmath>

namespace newsfold::config {
namespace {

struct DurationUnit {
  std::string_view name;
  std::int64_t millis;
};
// Largest first, for printing. Weeks are read, never printed.
constexpr std::array<DurationUnit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

std::optional<std::int64_t> duration_unit(std::string_view name) noexcept {
  if (name == "w") return 7 * 86'400'000LL;
  for (auto const& unit : duration_units) {
    if (unit.name == name) return unit.millis;
  }
  return std::nullopt;
}

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array<SizeUnit, 9> size_units{{{"TiB", 1ULL << 40},
                                              {"GiB", 1ULL << 30},
                                              {"MiB", 1ULL << 20},
                                              {"KiB", 1ULL << 10},
                                              {"TB", 1'000'000'000'000},
                                              {"GB", 1'000'000'000},
                                              {"MB", 1'000'000},
                                              {"KB", 1'000},
                                              {"B", 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Takes a decimal number from the front of `text`.
std::optional<double> take_number(std::string_view& text) noexcept {
  double number = 0;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  auto const [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::string_view take_word(std::string_view& text) noexcept {
  std::size_t length = 0;
  while (length < text.size() && !is_digit(text[length]) && text[length] != ' ') ++length;
  auto const word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) noexcept {
  text = trim(text);
  if (text == "0") return Duration::zero();
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    auto const number = take_number(text);
    auto const unit = duration_unit(take_word(text));
    if (!number || !unit) return std::nullopt;
    total += *number * static_cast<double>(*unit);
    text = trim(text);
  }
  if (total > static_cast<double>(duration_max.count())) return std::nullopt;
  return Duration(std::llround(total));
}

std::string format_duration(Duration span) {
  if (span == Duration::zero()) return "0";
  std::string out = span.count() < 0 ? "-" : "";
  auto rest = span.count() < 0 ? -span.count() : span.count();
  for (auto const& unit : duration_units) {
    if (rest < unit.millis) continue;
    out += std::to_string(rest / unit.millis);
    out += unit.name;
    rest %= unit.millis;
  }
  return out;
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  text = trim(text);
  auto const number = take_number(text);
  if (!number) return std::nullopt;
  text = trim(text);
  double factor = 0;
  if (text.empty()) factor = 1;
  for (auto const& unit : size_units) {
    if (unit.name == text) factor = static_cast<double>(unit.bytes);
  }
  double const bytes = *number * factor;
  if (factor == 0 || bytes > 9e18) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::string format_size(std::uint64_t bytes) {
  if (bytes == 0) return "0";
  for (auto const& unit : size_units) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0) {
      return std::to_string(bytes / unit.bytes) + std::string(unit.name);
    }
  }
  return std::to_string(bytes) + "B";
}

std::optional<Rate> parse_rate(std::string_view text) noexcept {
  text = trim(text);
  if (text == "0") return Rate{};
  Rate rate;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate.count);
  if (error != std::errc{} || rate.count > 1'000'000'000) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.size() != 2 || text.front() != '/') return std::nullopt;
  auto const unit = duration_unit(text.substr(1));
  if (!unit || text[1] == 'w') return std::nullopt;
  rate.per = Duration(*unit);
  return rate;
}

std::string format_rate(Rate rate) {
  if (!rate.limited()) return "0";
  for (auto const& unit : duration_units) {
    if (unit.millis == rate.per.count()) return std::to_string(rate.count) + "/" + std::string(unit.name);
  }
  return std::to_string(rate.count) + "/" + format_duration(rate.per);
}

std::optional<RecheckStep> parse_recheck_step(std::string_view text) noexcept {
  auto const sign = text.find('<');
  if (sign == std::string_view::npos) return std::nullopt;
  auto const every = parse_duration(text.substr(0, sign));
  auto const younger = parse_duration(text.substr(sign + 1));
  if (!every || !younger || *every <= Duration::zero() || *younger <= Duration::zero()) return std::nullopt;
  return RecheckStep{*every, *younger};
}

std::string format_recheck_step(RecheckStep step) {
  return format_duration(step.every) + " < " + format_duration(step.younger_than);
}

}  // namespace newsfold::config
