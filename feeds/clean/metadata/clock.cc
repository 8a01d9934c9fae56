#include "feeds/clean/metadata/clock.h"

#include "feeds/clean/metadata/phrase_table.h"
#include "feeds/text/ascii.h"

#include <charconv>
#include <string>
#include <unordered_map>

namespace newsfold::clean {
namespace {

using namespace std::chrono;

constexpr char clocks_bytes[] =
#include "feeds/clean/metadata/data/clocks.inc"
    ;

struct Clock {
  int minutes = 0;
  std::string_view summer;
};

struct Clocks {
  std::unordered_map<std::string_view, Clock> by_domain, by_language;
};

std::string_view take_word(std::string_view& line) {
  auto const end = std::min(line.find(' '), line.size());
  auto const word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

Clocks const& clocks() {
  static auto const made = [] {
    Clocks out;
    each_row({clocks_bytes, sizeof clocks_bytes - 1}, [&](std::string_view kind, std::string_view row) {
      auto const name = take_word(row);
      auto const minutes = take_word(row);
      Clock clock;
      std::from_chars(minutes.data(), minutes.data() + minutes.size(), clock.minutes);
      clock.summer = row;
      (kind == "tld" ? out.by_domain : out.by_language).emplace(name, clock);
    });
    return out;
  }();
  return made;
}

// Changes fall into the night: whole days are near enough for what is asked.
bool is_summer(std::string_view rule, sys_days day) {
  auto const year = year_month_day(day).year();
  auto const between = [&](year_month_weekday begin, year_month_weekday end) {
    return day >= sys_days(begin) && day < sys_days(end);
  };
  if (rule == "eu")
    return day >= sys_days(year / March / Sunday[last]) && day < sys_days(year / October / Sunday[last]);
  if (rule == "us") return between(year / March / Sunday[2], year / November / Sunday[1]);
  if (rule == "au") return !between(year / April / Sunday[1], year / October / Sunday[1]);
  if (rule == "nz")
    return day < sys_days(year / April / Sunday[1]) || day >= sys_days(year / September / Sunday[last]);
  return false;
}

}  // namespace

std::optional<int> clock_offset(std::string_view host, std::string_view language, UtcMicros local) {
  auto const find = [](auto const& table, std::string_view name) {
    auto const at = table.find(name);
    return at == table.end() ? nullptr : &at->second;
  };
  auto const domain = text::lower(host.substr(host.rfind('.') + 1));
  auto const* clock = find(clocks().by_domain, domain);
  auto tag = text::lower(language.substr(0, 35));
  if (clock == nullptr) clock = find(clocks().by_language, tag);
  if (clock == nullptr) clock = find(clocks().by_language, std::string_view(tag).substr(0, tag.find('-')));
  if (clock == nullptr) return std::nullopt;
  return clock->minutes + (is_summer(clock->summer, floor<days>(local)) ? 60 : 0);
}

}  // namespace newsfold::clean
