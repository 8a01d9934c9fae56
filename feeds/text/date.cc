// Two readers. The first takes ISO 8601 in all its lengths, which must not be torn apart (in 2003-12-31 a
// minus is no zone). The second takes anything else as a bag of words: a month name, a time with colons,
// an offset, numbers; their order hardly matters, because what each can be is clear from itself.
#include "feeds/text/date.h"

#include "feeds/text/ascii.h"
#include "feeds/text/date_words.h"
#include "feeds/text/utf8.h"

#include <charconv>
#include <cmath>

namespace newsfold::text {

namespace {

using text::is_digit;

constexpr std::size_t date_bytes_max = 128;
constexpr int year_min = 1000;  // year 1 is what programs write that have no date
constexpr int year_max = 9999;

struct Fields {
  int year = -1;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t micros = 0;
  int offset_minutes = 0;
  bool has_offset = false;
  bool has_time = false;
};

std::optional<UtcMicros> to_time(Fields const& f) noexcept {
  using namespace std::chrono;
  if (f.year < year_min || f.year > year_max) return std::nullopt;
  year_month_day const date{year(f.year), month(unsigned(f.month)), day(unsigned(f.day))};
  if (f.month < 1 || f.day < 1 || !date.ok()) return std::nullopt;
  bool const midnight_after = f.hour == 24 && f.minute == 0 && f.second == 0;
  if (f.hour < 0 || (f.hour > 23 && !midnight_after) || f.minute > 59 || f.second > 60) return std::nullopt;
  constexpr int offset_minutes_max = 18 * 60;
  if (std::abs(f.offset_minutes) > offset_minutes_max) return std::nullopt;
  UtcMicros const t = sys_days(date) + hours(f.hour) + minutes(f.minute - f.offset_minutes) +
                      seconds(f.second) + microseconds(f.micros);
  // An offset may carry it out of the years that can be written down.
  auto const written = year_month_day(floor<days>(t)).year();
  if (int(written) < year_min || int(written) > year_max) return std::nullopt;
  return t;
}

// A number of `digits_min` to `digits_max` digits, taken off the front.
std::optional<int> take_number(std::string_view& s, std::size_t digits_min, std::size_t digits_max) noexcept {
  std::size_t n = 0;
  int value = 0;
  while (n < s.size() && n < digits_max && is_digit(s[n])) value = value * 10 + (s[n++] - '0');
  if (n < digits_min) return std::nullopt;
  s.remove_prefix(n);
  return value;
}

bool take(std::string_view& s, char c) noexcept {
  if (s.empty() || s.front() != c) return false;
  s.remove_prefix(1);
  return true;
}

std::size_t count_digits(std::string_view s) noexcept {
  std::size_t n = 0;
  while (n < s.size() && is_digit(s[n])) ++n;
  return n;
}

std::int64_t take_fraction(std::string_view& s) noexcept {
  std::int64_t micros = 0;
  std::int64_t unit = 100'000;
  while (!s.empty() && is_digit(s.front())) {
    micros += unit * (s.front() - '0');
    unit /= 10;
    s.remove_prefix(1);
  }
  return micros;
}

// "+01:00", "-0500", "+01", "+00:0"; the sign has been seen.
std::optional<int> take_offset(std::string_view& s) noexcept {
  bool const west = s.front() == '-';
  s.remove_prefix(1);
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  auto const digits = count_digits(s);
  int minutes = 0;
  if (digits == 4 || digits == 3) {
    auto const both = take_number(s, digits, digits).value();
    minutes = both / 100 * 60 + both % 100;
  } else if (digits == 1 || digits == 2) {
    minutes = take_number(s, 1, 2).value() * 60;
    if (take(s, ':')) minutes += take_number(s, 1, 2).value_or(0);
  } else {
    return std::nullopt;
  }
  return west ? -minutes : minutes;
}

// "19:20:30.45", "19:20", "192030", "19"; moves behind it.
bool take_time(std::string_view& s, Fields& f) noexcept {
  auto const digits = count_digits(s);
  if (digits == 6 || digits == 4) {
    f.hour = take_number(s, 2, 2).value();
    f.minute = take_number(s, 2, 2).value();
    if (digits == 6) f.second = take_number(s, 2, 2).value();
  } else {
    auto const hour = take_number(s, 1, 2);
    if (!hour) return false;
    f.hour = *hour;
    if (take(s, ':')) {
      f.minute = take_number(s, 1, 2).value_or(0);
      if (take(s, ':')) f.second = take_number(s, 1, 2).value_or(0);
    }
  }
  if (!s.empty() && (s.front() == '.' || s.front() == ',') && s.size() > 1 && is_digit(s[1])) {
    s.remove_prefix(1);
    f.micros = take_fraction(s);
  }
  return true;
}

// W3CDTF and ISO 8601: YYYY, YYYY-MM, YYYY-MM-DD, YYYYMMDD, YYYY-DDD, each with a time behind.
std::optional<Fields> read_iso(std::string_view s) noexcept {
  Fields f;
  auto const digits = count_digits(s);
  if (digits == 8) {
    f.year = take_number(s, 4, 4).value();
    f.month = take_number(s, 2, 2).value();
    f.day = take_number(s, 2, 2).value();
  } else if (digits == 4) {
    f.year = take_number(s, 4, 4).value();
    if (!s.empty() && s.front() == '-') {
      s.remove_prefix(1);
      if (count_digits(s) == 3) {
        auto const ordinal = take_number(s, 3, 3).value();
        using namespace std::chrono;
        year_month_day const date(sys_days(year(f.year) / January / 1) + days(ordinal - 1));
        if (ordinal < 1 || int(date.year()) != f.year) return std::nullopt;
        f.month = int(unsigned(date.month()));
        f.day = int(unsigned(date.day()));
      } else {
        auto const month = take_number(s, 1, 2);
        if (!month) return std::nullopt;
        f.month = *month;
        if (take(s, '-')) {
          auto const day = take_number(s, 1, 2);
          if (!day) return std::nullopt;
          f.day = *day;
        }
      }
    }
  } else {
    return std::nullopt;
  }
  if (s.empty()) return f;
  // "T", "t", " ", " T " part date and time; "_" does in some.
  if (!text::is_space(s.front()) && s.front() != 'T' && s.front() != 't' && s.front() != '_')
    return std::nullopt;
  while (!s.empty() &&
         (text::is_space(s.front()) || s.front() == 'T' || s.front() == 't' || s.front() == '_'))
    s.remove_prefix(1);
  if (s.empty()) return f;
  if (!take_time(s, f)) return std::nullopt;
  f.has_time = true;
  s = text::trim(s);
  if (s.empty()) return f;
  if (s.front() == '+' || s.front() == '-') {
    auto const offset = take_offset(s);
    if (!offset) return std::nullopt;
    f.offset_minutes = *offset;
    f.has_offset = true;
    return s.empty() ? std::optional(f) : std::nullopt;
  }
  auto const offset = zone_minutes(text::lower(s));
  if (!offset) return std::nullopt;
  f.offset_minutes = *offset;
  f.has_offset = true;
  return f;
}

bool is_letter(char32_t c) noexcept {
  return c >= 0x80 ? c != 0xA0 && c != 0x3000 && !(c >= 0x2000 && c <= 0x206F) : text::is_alpha(char(c));
}

class WordReader {
 public:
  explicit WordReader(std::string_view s) : s_(s) {}

  std::optional<Fields> read() {
    while (at_ < s_.size()) {
      char const c = s_[at_];
      if (is_digit(c)) {
        if (!number()) return std::nullopt;
      } else if ((c == '+' || c == '-') && has_time_ && at_ + 1 < s_.size() && (is_digit(s_[at_ + 1]))) {
        auto rest = s_.substr(at_);
        auto const offset = take_offset(rest);
        if (offset) f_.offset_minutes = *offset, has_zone_ = true;
        at_ = s_.size() - rest.size();
        skip_digits();
      } else {
        word();
      }
    }
    return finish();
  }

 private:
  void skip_digits() {
    while (at_ < s_.size() && is_digit(s_[at_])) ++at_;
  }

  // Everything that starts with a digit: a time, a numeric date, a year, a day. False: not a date at all.
  bool number() {
    auto const digits = count_digits(s_.substr(at_));
    auto const next = at_ + digits < s_.size() ? s_[at_ + digits] : ' ';
    auto const behind = at_ + digits + 1 < s_.size() ? s_[at_ + digits + 1] : ' ';
    if (!has_time_ && digits <= 2 && (next == ':' || ((next == 'h' || next == 'H') && is_digit(behind)))) {
      std::string part(s_.substr(at_));
      if (next != ':') part[digits] = ':';
      std::string_view rest = part;
      if (!take_time(rest, f_)) return false;
      has_time_ = true;
      at_ = s_.size() - rest.size();
      return true;
    }
    if (!has_numeric_date_ && digits <= 4 && is_digit(behind) && (next == '.' || next == '/' || next == '-'))
      if (numeric_date(next)) return true;
    auto rest = s_.substr(at_);
    constexpr std::size_t year_digits = 4;
    if (digits > year_digits) return false;
    int const value = take_number(rest, 1, year_digits).value();
    at_ += digits;
    // 2004년 05월 28일, 2004年5月28日
    std::size_t mark_at = at_;
    char32_t const mark = at_ < s_.size() ? text::next_char(s_, mark_at) : U' ';
    if (mark == U'\uB144' || mark == U'\u5E74') return set(f_.year, value);
    if (mark == U'\uC6D4' || mark == U'\u6708') return month_seen_ = true, set(f_.month, value);
    if (mark == U'\uC77C' || mark == U'\u65E5') return day_seen_ = true, set(f_.day, value);
    if (digits >= 3) {
      f_.year = value;
    } else if (!day_seen_) {
      f_.day = value;
      day_seen_ = true;
    } else if (f_.year < 0) {
      f_.year = value + (value < 70 ? 2000 : 1900);  // RFC 2822 4.3, with a later turn
    }
    return true;
  }

  static bool set(int& field, int value) {
    field = value;
    return true;
  }

  // 22.11.2022, 2022/11/22, 11/22/2022: the year is where four digits are; dots are European, slashes
  // American unless the numbers say otherwise.
  bool numeric_date(char mark) {
    auto rest = s_.substr(at_);
    auto const first_digits = count_digits(rest);
    auto const a = take_number(rest, 1, 4);
    if (!a || !take(rest, mark)) return false;
    auto const b = take_number(rest, 1, 2);
    if (!b || !take(rest, mark)) return false;
    auto const c_digits = count_digits(rest);
    auto const c = take_number(rest, 1, 4);
    if (!c) return false;
    if (first_digits == 4) {
      f_.year = *a;
      f_.month = *b;
      f_.day = *c;
    } else {
      f_.year = c_digits >= 3 ? *c : *c + (*c < 70 ? 2000 : 1900);
      bool const month_first = mark == '/' ? *a <= 12 : *b > 12;
      f_.month = month_first ? *a : *b;
      f_.day = month_first ? *b : *a;
    }
    month_seen_ = day_seen_ = has_numeric_date_ = true;
    at_ = s_.size() - rest.size();
    return true;
  }

  void word() {
    std::string word;
    while (at_ < s_.size()) {
      auto next = at_;
      char32_t const c = text::next_char(s_, next);
      bool const inner_stop = c == '.' && !word.empty() && next < s_.size() && text::is_alpha(s_[next]);
      if (!is_letter(c) && !inner_stop) break;
      text::append_utf8(word, lower_letter(c));
      at_ = next;
    }
    if (word.empty()) {
      std::size_t next = at_;
      text::next_char(s_, next);
      at_ = next;
      return;
    }
    // Behind a time the short words are zones; months are many, and looked through last.
    if (has_time_ && !has_zone_) {
      if (auto const zone = zone_minutes(word)) {
        f_.offset_minutes = *zone;
        has_zone_ = true;
        return;
      }
    }
    if (auto const half = day_half(word); half != DayHalf::none) {
      half_ = half;
    } else if (!month_seen_ || was_tuesday_) {
      if (int const month = month_of(word); month != 0) {
        f_.month = month;
        // "mar." is Tuesday in French, Spanish, Italian and Romanian, where a month follows.
        was_tuesday_ = !month_seen_ && !day_seen_ && word == "mar";
        month_seen_ = true;
      }
    }
  }

  std::optional<Fields> finish() {
    if (f_.year < 0 || !month_seen_) return std::nullopt;
    // "02:02:33 PM" is 14:02; "14:02:33 PM" says it twice.
    if (half_ == DayHalf::after_noon && f_.hour < 12) f_.hour += 12;
    if (half_ == DayHalf::before_noon && f_.hour == 12) f_.hour = 0;
    f_.has_time = has_time_;
    f_.has_offset = has_zone_;
    return f_;
  }

  std::string_view s_;
  std::size_t at_ = 0;
  Fields f_;
  bool month_seen_ = false;
  bool was_tuesday_ = false;  // the month may be a weekday
  bool day_seen_ = false;
  bool has_time_ = false;
  bool has_zone_ = false;
  bool has_numeric_date_ = false;
  DayHalf half_ = DayHalf::none;
};

// Seconds or milliseconds since 1970, between 1990 and 2100.
std::optional<UtcMicros> read_unix_time(std::string_view s) noexcept {
  constexpr std::int64_t seconds_min = 631'152'000;
  constexpr std::int64_t seconds_max = 4'102'444'800;
  std::int64_t value = 0;
  auto const [end, status] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (status != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  if (value >= seconds_min && value < seconds_max) return UtcMicros(std::chrono::seconds(value));
  if (value >= seconds_min * 1000 && value < seconds_max * 1000)
    return UtcMicros(std::chrono::milliseconds(value));
  return std::nullopt;
}

std::optional<Stamp> to_stamp(Fields const& fields) noexcept {
  auto const time = to_time(fields);
  if (!time) return std::nullopt;
  return Stamp{*time, fields.has_offset ? std::optional(fields.offset_minutes) : std::nullopt,
               fields.has_time};
}

}  // namespace

std::optional<Stamp> parse_stamp(std::string_view text) noexcept {
  text = text::trim(text);
  if (text.empty() || text.size() > date_bytes_max) return std::nullopt;
  // "Thu, 02 Jan 2020": the weekday is not believed, so it is not looked up either.
  if (text.size() > 4 && text[3] == ',' && text::is_alpha(text[0])) text = text::trim(text.substr(4));
  if (text.empty()) return std::nullopt;
  if (is_digit(text.front())) {
    if (auto const fields = read_iso(text)) return to_stamp(*fields);
    if (auto const time = read_unix_time(text)) return Stamp{*time, 0, true};
  }
  if (auto const fields = WordReader(text).read()) return to_stamp(*fields);
  return std::nullopt;
}

std::optional<UtcMicros> parse_date(std::string_view text) noexcept {
  auto const stamp = parse_stamp(text);
  return stamp ? std::optional(stamp->time) : std::nullopt;
}

std::optional<double> parse_duration(std::string_view text) noexcept {
  text = text::trim(text);
  constexpr std::size_t duration_bytes_max = 32;
  if (text.empty() || text.size() > duration_bytes_max) return std::nullopt;
  double total = 0;
  double part = 0;
  double unit = 0;
  bool any = false;
  bool letters = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text::to_lower(text[i]);
    if (is_digit(c)) {
      if (unit > 0) {
        part += (c - '0') * unit;
        unit /= 10;
      } else {
        part = part * 10 + (c - '0');
      }
      any = true;
    } else if (c == '.' && unit == 0) {
      unit = 0.1;
    } else if (c == ':' && !letters) {
      total = (total + part) * 60;
      part = unit = 0;
    } else if (c == 'h' || c == 'm' || c == 's') {
      total += part * (c == 'h' ? 3600 : c == 'm' ? 60 : 1);
      part = unit = 0;
      letters = true;
      // "min", "sec", "hours": the first letter says it.
      while (i + 1 < text.size() && text::is_alpha(text[i + 1])) ++i;
    } else if (c != 'p' && c != 't' && c != ' ') {
      return std::nullopt;
    }
  }
  if (!any) return std::nullopt;
  return total + part;
}

}  // namespace newsfold::text
