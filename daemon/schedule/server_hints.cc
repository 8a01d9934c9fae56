#include "daemon/schedule/server_hints.h"

#include "feeds/text/ascii.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace newsfold::schedule {

using std::chrono::seconds;

namespace {

constexpr std::array months = {"jan", "feb", "mar", "apr", "may", "jun",
                               "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array days = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

constexpr std::int64_t number_max = std::numeric_limits<std::uint32_t>::max();

// The whole of `text` as a number without sign, number_max where it is larger; nothing where it is none.
std::optional<std::int64_t> number(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '"')) text.remove_suffix(1);
  std::uint32_t value = 0;
  auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if (failure == std::errc::result_out_of_range) return number_max;
  if (failure != std::errc{}) return std::nullopt;
  return value;
}

struct ClockTime {
  int hour = 0, minute = 0, second = 0;
};

std::optional<ClockTime> clock_time(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  auto const hour = number(text.substr(0, 2)), minute = number(text.substr(3, 2)),
             second = number(text.substr(6, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return ClockTime{static_cast<int>(*hour), static_cast<int>(*minute), static_cast<int>(*second)};
}

// RFC 9110 5.6.7: a two-digit year that seems more than 50 years ahead is in the past.
int full_year(int year, UtcMicros now) {
  if (year >= 100) return year;
  auto const today = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now));
  int const this_year = static_cast<int>(today.year());
  int const guess = this_year - this_year % 100 + year;
  return guess > this_year + 50 ? guess - 100 : guess;
}

// A date is one by the clock of who says it: `their_now`.
std::optional<seconds> retry_after_line(std::string_view line, UtcMicros their_now) {
  if (auto const s = number(line)) return seconds(*s);
  if (auto const date = parse_http_date(line, their_now))
    return std::max(seconds{0}, std::chrono::ceil<seconds>(*date - their_now));
  return std::nullopt;
}

// What the clock of who answered says; one that is a day off says nothing.
UtcMicros clock_of(fetch::ResponseHeaders const& headers, UtcMicros now) {
  auto const date = parse_http_date(headers.date, now);
  return date && *date - now <= std::chrono::days(1) && now - *date <= std::chrono::days(1) ? *date : now;
}

}  // namespace

std::optional<UtcMicros> parse_http_date(std::string_view text, UtcMicros now) {
  std::optional<int> day, month, year;
  std::optional<ClockTime> time;
  std::size_t at = 0;
  auto const separates = [](char c) { return c == ' ' || c == ',' || c == '-'; };
  while (at < text.size()) {
    while (at < text.size() && separates(text[at])) ++at;
    auto const begin = at;
    while (at < text.size() && !separates(text[at])) ++at;
    auto const word = text.substr(begin, at - begin);
    if (word.empty()) break;
    if (auto const t = clock_time(word)) {
      time = t;
    } else if (auto const n = number(word)) {
      // asctime writes the year last, the others after the month; a day always comes before a year.
      if (!day)
        day = static_cast<int>(*n);
      else if (!year)
        year = static_cast<int>(*n);
    } else {
      for (std::size_t i = 0; i < months.size(); ++i)
        if (word.size() >= 3 && text::starts_with_ignoring_case(word, months[i]))
          month = static_cast<int>(i) + 1;
    }
  }
  if (!day || !month || !year || !time) return std::nullopt;
  std::chrono::year_month_day const date{std::chrono::year(full_year(*year, now)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(time->hour) + std::chrono::minutes(time->minute) +
         seconds(time->second);
}

bool says_freshness(fetch::ResponseHeaders const& headers) noexcept {
  return !headers.cache_control.empty() || !headers.expires.empty() || !headers.retry_after.empty();
}

seconds freshness(fetch::ResponseHeaders const& headers, UtcMicros now, seconds hint_max) {
  seconds best{0};
  auto const consider = [&](seconds hint) {
    if (hint <= hint_max) best = std::max(best, hint);
  };
  bool no_cache = false;
  std::string_view rest = headers.cache_control;
  while (!rest.empty()) {
    auto const comma = rest.find(',');
    auto directive = rest.substr(0, comma);
    rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
    while (!directive.empty() && directive.front() == ' ') directive.remove_prefix(1);
    while (!directive.empty() && directive.back() == ' ') directive.remove_suffix(1);
    // With "=" it is about some header lines only.
    if (text::equals_ignoring_case(directive, "no-cache") ||
        text::equals_ignoring_case(directive, "no-store"))
      no_cache = true;
    if (!text::starts_with_ignoring_case(directive, "max-age=")) continue;
    if (auto const age_max = number(directive.substr(8)))
      consider(seconds(*age_max) - seconds(number(headers.age).value_or(0)));
  }
  if (auto const expires = parse_http_date(headers.expires, now)) {
    auto const sent = parse_http_date(headers.date, now).value_or(now);
    consider(std::chrono::floor<seconds>(*expires - sent));
  }
  if (no_cache) best = seconds{0};
  if (auto const wait = retry_after_line(headers.retry_after, clock_of(headers, now))) consider(*wait);
  return best;
}

std::optional<seconds> retry_after(fetch::ResponseHeaders const& headers, UtcMicros now) {
  auto const their_now = clock_of(headers, now);
  if (auto const wait = retry_after_line(headers.retry_after, their_now)) return wait;
  // Larger than a Unix time can be for another eighty years: some count milliseconds.
  if (auto const s = number(headers.rate_limit_reset); s && *s < number_max) {
    constexpr std::int64_t surely_a_date = 1'000'000'000;  // 31 years as a delay, 2001 as a Unix time
    if (*s < surely_a_date) return seconds(*s);
    return std::max(seconds{0}, std::chrono::ceil<seconds>(UtcMicros{seconds(*s)} - their_now));
  }
  return std::nullopt;
}

seconds document_interval(DocumentReport const& report, seconds hint_max) {
  seconds interval{0};
  auto const consider = [&](seconds hint) {
    if (hint <= hint_max) interval = std::max(interval, hint);
  };
  if (report.ttl_minutes && *report.ttl_minutes > 0)
    consider(std::chrono::minutes(std::min<std::int64_t>(*report.ttl_minutes, 1'000'000)));
  struct Period {
    std::string_view name;
    seconds length;
  };
  constexpr std::array periods = {
      Period{"hourly", std::chrono::hours(1)},  Period{"daily", std::chrono::days(1)},
      Period{"weekly", std::chrono::days(7)},   Period{"monthly", std::chrono::days(30)},
      Period{"yearly", std::chrono::days(365)},
  };
  for (auto const& period : periods)
    if (text::starts_with_ignoring_case(report.update_period, period.name)) {
      auto const times = std::clamp<std::int64_t>(report.update_frequency.value_or(1), 1, 1440);
      consider(period.length / times);
    }
  return interval;
}

std::uint32_t skip_hour_bits(DocumentReport const& report) {
  std::uint32_t bits = 0;
  for (int const hour : report.skip_hours)
    if (hour >= 0 && hour <= 24) bits |= 1u << (hour % 24);
  return bits;
}

std::uint8_t skip_day_bits(DocumentReport const& report) {
  std::uint8_t bits = 0;
  for (auto const& name : report.skip_days)
    for (std::size_t day = 0; day < days.size(); ++day)
      if (text::starts_with_ignoring_case(name, days[day]))
        bits = static_cast<std::uint8_t>(bits | (1u << day));
  return bits;
}

}  // namespace newsfold::schedule
