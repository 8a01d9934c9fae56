#include "feeds/model/time.h"

#include <cassert>
#include <cstdio>

namespace newsfold {
namespace {

using namespace std::chrono;

// Reads exactly `width` digits at `at` and moves past them.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t width) noexcept {
  if (at + width > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    char const c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += width;
  return value;
}

bool take(std::string_view text, std::size_t& at, std::string_view any_of) noexcept {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

}  // namespace

std::string format_rfc3339(UtcMicros t) {
  auto const day = floor<days>(t);
  year_month_day const date{day};
  hh_mm_ss const clock{t - day};
  int const year = int(date.year());
  assert(year >= 0 && year <= 9999);
  char buffer[40];
  int n = std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d", year, unsigned(date.month()),
                        unsigned(date.day()), int(clock.hours().count()), int(clock.minutes().count()),
                        int(clock.seconds().count()));
  std::string out(buffer, std::size_t(n));
  if (auto const micros = clock.subseconds().count(); micros != 0) {
    n = std::snprintf(buffer, sizeof buffer, ".%06d", int(micros));
    std::string_view fraction(buffer, std::size_t(n));
    while (fraction.back() == '0') fraction.remove_suffix(1);
    out += fraction;
  }
  out += 'Z';
  return out;
}

std::string format_rfc3339(UtcMicros t, int offset_minutes) {
  constexpr int offset_minutes_max = 18 * 60;
  auto const shifted = t + minutes(offset_minutes);
  int const year = int(year_month_day(floor<days>(shifted)).year());
  if (offset_minutes == 0 || offset_minutes > offset_minutes_max || offset_minutes < -offset_minutes_max ||
      year < 0 || year > 9999)
    return format_rfc3339(t);
  auto out = format_rfc3339(shifted);
  out.pop_back();  // the Z
  int const size = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  char buffer[16];
  int const n = std::snprintf(buffer, sizeof buffer, "%c%02d:%02d", offset_minutes < 0 ? '-' : '+', size / 60,
                              size % 60);
  out.append(buffer, std::size_t(n));
  return out;
}

std::optional<UtcMicros> parse_rfc3339(std::string_view text) noexcept {
  std::size_t at = 0;
  auto const y = digits(text, at, 4);
  if (!y || !take(text, at, "-")) return std::nullopt;
  auto const mo = digits(text, at, 2);
  if (!mo || !take(text, at, "-")) return std::nullopt;
  auto const d = digits(text, at, 2);
  if (!d || !take(text, at, "Tt ")) return std::nullopt;
  auto const h = digits(text, at, 2);
  if (!h || !take(text, at, ":")) return std::nullopt;
  auto const mi = digits(text, at, 2);
  if (!mi || !take(text, at, ":")) return std::nullopt;
  auto const s = digits(text, at, 2);
  if (!s) return std::nullopt;
  year_month_day const date{year{*y}, month{unsigned(*mo)}, day{unsigned(*d)}};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;

  microseconds fraction{0};
  if (take(text, at, ".")) {
    std::int64_t scale = 100'000;
    auto const start = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      fraction += microseconds{(text[at] - '0') * scale};
      scale /= 10;
      ++at;
    }
    if (at == start) return std::nullopt;
  }

  minutes offset{0};
  if (!take(text, at, "Zz")) {
    if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
    int const sign = text[at++] == '+' ? 1 : -1;
    auto const oh = digits(text, at, 2);
    if (!oh || !take(text, at, ":")) return std::nullopt;
    auto const om = digits(text, at, 2);
    if (!om || *oh > 23 || *om > 59) return std::nullopt;
    offset = sign * (hours{*oh} + minutes{*om});
  }
  if (at != text.size()) return std::nullopt;
  return UtcMicros{sys_days{date}} + hours{*h} + minutes{*mi} + seconds{*s} + fraction - offset;
}

}  // namespace newsfold
