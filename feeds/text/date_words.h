#pragma once
// The words of dates: months of many languages, zones, halves of the day.

#include <optional>
#include <string>
#include <string_view>

namespace newsfold::text {

// Lower case for the alphabets of the month table, which is enough to look a word up.
char32_t lower_letter(char32_t c) noexcept;
std::string lower_letters(std::string_view word);

// 1..12; 0 for a word that is no month. `word` is in lower case, without a full stop at its end.
int month_of(std::string_view word) noexcept;

// Minutes east of Greenwich. `word` is in lower case.
std::optional<int> zone_minutes(std::string_view word) noexcept;

enum class DayHalf : unsigned char { none, before_noon, after_noon };
DayHalf day_half(std::string_view word) noexcept;

}  // namespace newsfold::text
