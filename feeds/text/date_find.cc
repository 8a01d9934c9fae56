// The text is cut into numbers, words and what stands between them; a date is one of a few shapes of those.
#include "feeds/text/date_find.h"

#include "feeds/text/ascii.h"
#include "feeds/text/date_words.h"
#include "feeds/text/utf8.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace newsfold::text {

namespace {

constexpr std::size_t bytes_max = 2000;
constexpr int plausible_year_min = 1990;
constexpr int plausible_year_max = 2099;

struct Token {
  enum class Kind : unsigned char { number, month, word } kind{};
  int value = 0;           // of a number; 1..12 of a month
  std::size_t digits = 0;  // of a number
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view word;  // as written
};

// 年 月 日 and 년 월 일 part numbers and belong to no word.
bool is_east_asian_mark(char32_t c) noexcept {
  return c == 0x5E74 || c == 0x6708 || c == 0x65E5 || c == 0xB144 || c == 0xC6D4 || c == 0xC77C;
}

// The value of a digit of any script that is met in dates; -1 for what is none.
int digit_of(char32_t c) noexcept {
  for (char32_t const zero : {U'0', U'\u0660', U'\u06F0', U'\u0966', U'\u09E6', U'\uFF10'})
    if (c >= zero && c <= zero + 9) return int(c - zero);
  return -1;
}

bool may_hold_digit(std::string_view text) noexcept {
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    // The lead bytes of the digits above.
    if (is_digit(c) || byte == 0xD9 || byte == 0xDB || byte == 0xE0 || byte == 0xEF) return true;
  }
  return false;
}

bool is_word_letter(char32_t c) noexcept {
  if (digit_of(c) >= 0) return false;
  return c >= 0x80
             ? c != 0xA0 && c != 0x3000 && !(c >= 0x2000 && c <= 0x206F) && !(c >= 0xFF00 && c <= 0xFF20)
             : is_alpha(char(c));
}

std::vector<Token> tokens_of(std::string_view text, std::size_t from) {
  std::vector<Token> out;
  for (auto at = from; at < text.size();) {
    auto const begin = at;
    auto c = next_char(text, at);
    if (int digit = digit_of(c); digit >= 0) {
      Token token{Token::Kind::number, 0, 0, begin, at, {}};
      for (; digit >= 0; digit = at < text.size() ? digit_of(text::next_char(text, at)) : -1) {
        if (token.digits < 6) token.value = token.value * 10 + digit;
        ++token.digits;
        token.end = at;
      }
      at = token.end;
      out.push_back(token);
    } else if (is_word_letter(c) && !is_east_asian_mark(c)) {
      auto end = at;
      for (auto next = at; next < text.size(); end = next) {
        c = next_char(text, next);
        if (!is_word_letter(c) || is_east_asian_mark(c)) break;
      }
      at = end;
      Token token{Token::Kind::word, 0, 0, begin, end, text.substr(begin, end - begin)};
      if (int const month = month_of(lower_letters(token.word)); month != 0) {
        token.kind = Token::Kind::month;
        token.value = month;
      }
      out.push_back(token);
    }
  }
  return out;
}

struct Day {
  int year = 0;
  int month = 0;
  int day = 0;
};

class Finder {
 public:
  Finder(std::string_view text, NumericOrder order, std::size_t from)
      : text_(text), order_(order), tokens_(tokens_of(text, from)) {}

  std::optional<FoundDate> find() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      std::size_t used = 0;
      by_numbers_ = false;
      auto const day = read_day(i, used);
      if (!day) continue;
      using namespace std::chrono;
      year_month_day const date{year(day->year), month(unsigned(day->month)),
                                std::chrono::day(unsigned(day->day))};
      if (!date.ok()) continue;
      FoundDate found;
      found.time = sys_days(date);
      found.by_numbers = by_numbers_;
      found.begin = tokens_[i].begin;
      found.end = tokens_[i + used - 1].end;
      add_time(i, i + used, found);
      return found;
    }
    return std::nullopt;
  }

 private:
  Token const* token(std::size_t i) const { return i < tokens_.size() ? &tokens_[i] : nullptr; }

  // What stands between a token and the one after it, without blanks.
  std::string between(std::size_t i) const {
    if (i + 1 >= tokens_.size()) return {};
    auto const part = text_.substr(tokens_[i].end, tokens_[i + 1].begin - tokens_[i].end);
    if (part.size() > 12) return "far";
    std::string out;
    for (std::size_t at = 0; at < part.size();) {
      auto const c = next_char(part, at);
      bool const blank = (c < 0x80 && is_space(char(c))) || c == 0xA0 || (c >= 0x2000 && c <= 0x200F) ||
                         c == 0x202F || c == 0x3000;
      if (!blank) append_utf8(out, c);
    }
    return out;
  }

  bool blank_between(std::size_t i) const {
    return i + 1 < tokens_.size() && is_space(text_[tokens_[i].end]);
  }

  static std::optional<int> year_of(Token const* token) {
    if (token == nullptr || token->kind != Token::Kind::number) return std::nullopt;
    if (token->digits == 4 && token->value >= plausible_year_min && token->value <= plausible_year_max)
      return token->value;
    return std::nullopt;
  }
  static bool is_day(Token const* token) {
    return token != nullptr && token->kind == Token::Kind::number && token->digits <= 2 &&
           token->value >= 1 && token->value <= 31;
  }
  static bool is_month(Token const* token) { return token != nullptr && token->kind == Token::Kind::month; }

  // "st", "nd", "rd", "th", "de", "del", "of", "." between day and month or month and year.
  static bool is_filler(Token const* token) {
    static constexpr std::array<std::string_view, 16> fillers{
        "st", "nd", "rd", "th", "de", "del", "of", "do", "da", "er", "the", "den", "ngày", "г", "р", "ב"};
    if (token == nullptr || token->kind != Token::Kind::word) return false;
    auto const word = lower(token->word);
    return std::find(fillers.begin(), fillers.end(), word) != fillers.end();
  }

  std::optional<Day> read_day(std::size_t i, std::size_t& used) {
    auto const* first = token(i);
    if (first->kind == Token::Kind::number) {
      if (auto const day = year_first(i, used)) return day;
      if (auto const day = numeric(i, used)) return day;
      return day_month_year(i, used);
    }
    if (first->kind == Token::Kind::month) return month_day_year(i, used);
    return std::nullopt;
  }

  // 2026-03-03, 2026/3/3, 2026.03.03, 2026年3月3日, 2026. 3. 3., 2026 March 3, and 20260303
  std::optional<Day> year_first(std::size_t i, std::size_t& used) const {
    auto const year = year_of(token(i));
    if (!year) return std::nullopt;
    auto const* month = token(i + 1);
    auto const* day = token(i + 2);
    if (!month || !is_day(day)) return std::nullopt;
    auto const one = between(i);
    auto const two = between(i + 1);
    used = 3;
    if (is_month(month) && (one.empty() || one == "-" || one == "."))
      return Day{*year, month->value, day->value};
    if (month->kind != Token::Kind::number || month->digits > 2) return std::nullopt;
    auto const same = one == two && (one == "-" || one == "/" || one == "." || one == "–" || one == "‑");
    auto const marked = (one == "年" && two == "月") || (one == "년" && two == "월");
    if (!same && !marked) return std::nullopt;
    return Day{*year, month->value, day->value};
  }

  // 03.04.2026, 03/04/2026, 3-4-2026, 03.04.26
  std::optional<Day> numeric(std::size_t i, std::size_t& used) {
    auto const* a = token(i);
    auto const* b = token(i + 1);
    auto const* c = token(i + 2);
    if (!is_day(a) || !is_day(b) || c == nullptr || c->kind != Token::Kind::number) return std::nullopt;
    auto const one = between(i);
    if (one != between(i + 1) || (one != "." && one != "/" && one != "-")) return std::nullopt;
    auto year = year_of(c);
    bool const short_year = c->digits == 2 && one != "-" && !blank_between(i) && !blank_between(i + 1);
    if (!year && short_year && c->value <= 60) year = 2000 + c->value;
    if (!year) return std::nullopt;
    used = 3;
    by_numbers_ = true;
    bool month_first = one == "/" && order_ == NumericOrder::month_first;
    if (b->value > 12) month_first = true;
    if (a->value > 12) month_first = false;
    return month_first ? Day{*year, a->value, b->value} : Day{*year, b->value, a->value};
  }

  // 3 March 2026, 3. März 2026, 3rd of March, 2026, 3 de marzo de 2026, 03-Mar-2026
  std::optional<Day> day_month_year(std::size_t i, std::size_t& used) const {
    if (!is_day(token(i))) return std::nullopt;
    auto at = i + 1;
    while (at < i + 3 && is_filler(token(at))) ++at;
    if (!is_month(token(at)) || between(at - 1).size() > 2) return std::nullopt;
    auto const month = token(at)->value;
    ++at;
    while (at < i + 6 && is_filler(token(at))) ++at;
    auto const year = year_or_short(at);
    if (!year || between(at - 1).size() > 3) return std::nullopt;
    used = at - i + 1;
    return Day{*year, month, token(i)->value};
  }

  // March 3, 2026, Mar 3rd 2026, Mart 3, 2026
  std::optional<Day> month_day_year(std::size_t i, std::size_t& used) const {
    if (!is_day(token(i + 1)) || between(i).size() > 1) return std::nullopt;
    auto at = i + 2;
    while (at < i + 4 && is_filler(token(at))) ++at;
    auto const year = year_or_short(at);
    auto const mark = between(at - 1);
    if (!year || (mark != "," && mark != ".," && !mark.empty() && mark != "," && mark != "-" && mark != "." &&
                  mark != "/"))
      return std::nullopt;
    used = at - i + 1;
    return Day{*year, token(i)->value, token(i + 1)->value};
  }

  // 2026, or '26
  std::optional<int> year_or_short(std::size_t at) const {
    auto const* year = token(at);
    if (auto const full = year_of(year)) return full;
    if (year == nullptr || year->kind != Token::Kind::number || year->digits != 2) return std::nullopt;
    auto const mark = between(at - 1);
    bool const marked = mark == "'" || mark == "’" || mark == ",'" || mark == "-";
    return marked ? std::optional(2000 + year->value) : std::nullopt;
  }

  // "10:15", "10.15 Uhr", "10h15", "10:15 pm EST", behind the day or just before it.
  void add_time(std::size_t first, std::size_t next, FoundDate& found) {
    for (auto i = next; i < tokens_.size() && i < next + 5; ++i) {
      if (tokens_[i].begin > found.end + 24) break;
      if (tokens_[i].kind == Token::Kind::month) return;
      if (tokens_[i].kind == Token::Kind::number && read_time(i, found)) return;
    }
    if (first >= 2 && tokens_[first].begin - tokens_[first - 1].end < 6 && between(first - 2) == ":")
      read_time(first - 2, found);
  }

  bool read_time(std::size_t i, FoundDate& found) {
    auto const* hour = token(i);
    auto const* minute = token(i + 1);
    if (hour->digits > 2 || hour->value > 23 || minute == nullptr) return false;
    int minutes = 0;
    auto last = i;
    if (minute->kind == Token::Kind::number && minute->digits == 2 && minute->value < 60 &&
        (between(i) == ":" || between(i) == "." || between(i) == "：")) {
      minutes = minute->value;
      last = i + 1;
    } else if (minute->kind == Token::Kind::word && lower(minute->word) == "h" && token(i + 2) != nullptr &&
               token(i + 2)->kind == Token::Kind::number && token(i + 2)->digits == 2 &&
               token(i + 2)->value < 60) {
      minutes = token(i + 2)->value;
      last = i + 2;
    } else {
      return false;
    }
    int hours = hour->value;
    // ":30" of a time to the second
    if (token(last + 1) && token(last + 1)->kind == Token::Kind::number && token(last + 1)->digits == 2 &&
        between(last) == ":")
      ++last;
    for (auto at = last + 1; at < tokens_.size() && at <= last + 3; ++at) {
      auto const& word = tokens_[at];
      if (word.kind == Token::Kind::number) break;
      auto const lower_word = lower_letters(word.word);
      auto const half = day_half(lower_word == "p"   ? "pm"
                                 : lower_word == "a" ? "am"
                                                     : std::string_view(lower_word));
      if (half == DayHalf::after_noon && hours < 12) hours += 12;
      if (half == DayHalf::before_noon && hours == 12) hours = 0;
      bool const upper =
          word.word.size() >= 2 && word.word.size() <= 4 &&
          std::all_of(word.word.begin(), word.word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
      if (half != DayHalf::none || !upper) continue;
      if (auto const zone = lower_word == "et" ? std::optional(-300) : zone_minutes(lower_word)) {
        found.time -= std::chrono::minutes(*zone);
        found.offset_minutes = *zone;
        break;
      }
    }
    found.time += std::chrono::hours(hours) + std::chrono::minutes(minutes);
    found.has_time = true;
    found.end = std::max(found.end, tokens_[last].end);
    return true;
  }

  std::string_view text_;
  NumericOrder order_;
  std::vector<Token> tokens_;
  bool by_numbers_ = false;
};

}  // namespace

std::optional<FoundDate> find_date(std::string_view text, NumericOrder order, std::size_t from) {
  text = utf8_prefix(text, bytes_max);
  // Every shape holds a digit: most lines have none and are done here.
  if (from >= text.size() || !may_hold_digit(text.substr(from))) return std::nullopt;
  return Finder(text, order, from).find();
}

NumericOrder numeric_order_of(std::string_view language) noexcept {
  auto const tag = language.substr(0, 5);
  bool const american = equals_ignoring_case(tag, "en") || equals_ignoring_case(tag, "en-us") ||
                        equals_ignoring_case(tag, "en_us") || tag.empty();
  return american ? NumericOrder::month_first : NumericOrder::day_first;
}

std::optional<UtcMicros> date_in_url(std::string_view url) {
  // An archive's address holds the day of the capture, and behind it the page's own address.
  for (std::string_view const scheme : {"http://", "https://"})
    if (auto const inner = url.rfind(scheme); inner != std::string_view::npos && inner > 0)
      url.remove_prefix(inner);
  if (auto const capture = url.find("/web/");
      capture != std::string_view::npos && url.find("archive.org") < capture)
    if (auto const own = url.find('/', capture + 5); own != std::string_view::npos) url.remove_prefix(own);
  auto const host_end = url.find('/', url.find("://") == std::string_view::npos ? 0 : url.find("://") + 3);
  if (host_end == std::string_view::npos) return std::nullopt;
  auto const path = url.substr(host_end, bytes_max);
  using namespace std::chrono;
  auto const number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
      if (i >= path.size() || !is_digit(path[i])) return -1;
      value = value * 10 + (path[i] - '0');
    }
    return value;
  };
  auto const made = [](int y, int m, int d) -> std::optional<UtcMicros> {
    if (y < plausible_year_min || y > plausible_year_max || m < 1 || d < 1) return std::nullopt;
    year_month_day const date{year(y), month(unsigned(m)), day(unsigned(d))};
    if (!date.ok()) return std::nullopt;
    return UtcMicros(sys_days(date));
  };
  constexpr std::array<std::string_view, 12> names{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
  for (std::size_t at = 1; at + 8 <= path.size(); ++at) {
    if (is_digit(path[at - 1]) || !is_digit(path[at])) continue;
    int const y = number(at, 4);
    if (y < 0) continue;
    char const mark = path[at + 4];
    if (is_digit(mark)) {
      // 20260303: eight digits and no more, or it is a number of something else.
      int const m = number(at + 4, 2);
      int const d = number(at + 6, 2);
      bool longer = at + 8 < path.size() && is_digit(path[at + 8]);
      // 20260303141500...: a time of day behind the day makes a number of an article that tells its date.
      if (longer && at + 12 <= path.size())
        longer = number(at + 8, 2) < 0 || number(at + 8, 2) > 23 || number(at + 10, 2) < 0 ||
                 number(at + 10, 2) > 59;
      if (m > 0 && d > 0 && !longer)
        if (auto const date = made(y, m, d)) return date;
      continue;
    }
    if (mark != '/' && mark != '-' && mark != '_' && mark != '.') continue;
    auto next = at + 5;
    int m = -1;
    auto const name =
        std::find(names.begin(), names.end(), lower(path.substr(std::min(next, path.size()), 3)));
    if (name != names.end() && next + 3 < path.size() && path[next + 3] == mark) {
      m = int(name - names.begin()) + 1;
      next += 4;
    } else {
      auto const digits = next + 1 < path.size() && is_digit(path[next + 1]) ? 2U : 1U;
      m = number(next, digits);
      if (m < 0 || next + digits >= path.size() || path[next + digits] != mark) continue;
      next += digits + 1;
    }
    auto const digits = next + 1 < path.size() && is_digit(path[next + 1]) ? 2U : 1U;
    int const d = number(next, digits);
    if (d < 0 || (next + digits < path.size() && is_digit(path[next + digits]))) continue;
    if (auto const date = made(y, m, d)) return date;
  }
  return std::nullopt;
}

}  // namespace newsfold::text
