#include "feeds/text/date_find.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::text {
namespace {

struct Row {
  char const* text;
  char const* expected;
};

constexpr Row rows[] = {
    {"Published on Tuesday, 3 March 2026 at 10.15", "2026-03-03T10:15:00Z"},
    {"Mar 3rd, 2026 | 5 min read", "2026-03-03T00:00:00Z"},
    {"March 3, 2026 10:15 pm EST", "2026-03-04T03:15:00Z"},
    {"3. März 2026, 10:15 Uhr", "2026-03-03T10:15:00Z"},
    {"Le 3 mars 2026 à 10h15", "2026-03-03T10:15:00Z"},
    {"3 de marzo de 2026", "2026-03-03T00:00:00Z"},
    {"3 de março de 2026", "2026-03-03T00:00:00Z"},
    {"3 marzo 2026", "2026-03-03T00:00:00Z"},
    {"3 maart 2026", "2026-03-03T00:00:00Z"},
    {"3 marca 2026", "2026-03-03T00:00:00Z"},
    {"3 марта 2026, 10:15", "2026-03-03T10:15:00Z"},
    {"3 березня 2026", "2026-03-03T00:00:00Z"},
    {"3 Mart 2026", "2026-03-03T00:00:00Z"},
    {"3 مارس 2026", "2026-03-03T00:00:00Z"},
    {"٣ مارس ٢٠٢٦", "2026-03-03T00:00:00Z"},
    {"3 במרץ 2026", "2026-03-03T00:00:00Z"},
    {"3 मार्च 2026", "2026-03-03T00:00:00Z"},
    {"2026年3月3日 10:15", "2026-03-03T10:15:00Z"},
    {"2026년 3월 3일", "2026-03-03T00:00:00Z"},
    {"2026-03-03 10:15", "2026-03-03T10:15:00Z"},
    {"03.04.2026", "2026-04-03T00:00:00Z"},
    {"25/12/2026", "2026-12-25T00:00:00Z"},
    {"4.\u20092.\u20092026", "2026-02-04T00:00:00Z"},
    {"31 February 2026", ""},
    {"version 1.2.2026-beta 12", "2026-02-01T00:00:00Z"},
    {"Since 2026, 3 ships a day", ""},
    {"May we meet 12 people", ""},
    {"", ""},
};

std::string shown(std::string_view text, NumericOrder order = NumericOrder::day_first) {
  auto const found = find_date(text, order);
  return found ? format_rfc3339(found->time) : "";
}

TEST(FindDate, InTheWordsOfManyLanguages) {
  for (auto const& row : rows) EXPECT_EQ(shown(row.text), row.expected) << row.text;
}

TEST(FindDate, SlashesFollowTheReadersHabit) {
  EXPECT_EQ(shown("03/04/2026", NumericOrder::month_first), "2026-03-04T00:00:00Z");
  EXPECT_EQ(shown("03/04/2026", NumericOrder::day_first), "2026-04-03T00:00:00Z");
  EXPECT_EQ(numeric_order_of("en-US"), NumericOrder::month_first);
  EXPECT_EQ(numeric_order_of("en-GB"), NumericOrder::day_first);
}

TEST(FindDate, TellsWhereItStands) {
  std::string_view const text = "By Ada Quay, March 3, 2026 | Harbour";
  auto const found = find_date(text);
  ASSERT_TRUE(found);
  EXPECT_EQ(text.substr(found->begin, found->end - found->begin), "March 3, 2026");
  EXPECT_FALSE(find_date(text, NumericOrder::month_first, found->end));
}

TEST(DateInUrl, OnlyADayCounts) {
  auto const day = [](std::string_view url) {
    auto const found = date_in_url(url);
    return found ? format_rfc3339(*found).substr(0, 10) : "";
  };
  EXPECT_EQ(day("https://p.example/2026/03/05/sluice"), "2026-03-05");
  EXPECT_EQ(day("https://p.example/2026/mar/05/sluice"), "2026-03-05");
  EXPECT_EQ(day("https://p.example/news/sluice-2026-03-05.html"), "2026-03-05");
  EXPECT_EQ(day("https://p.example/a/20260305/1"), "2026-03-05");
  EXPECT_EQ(day("https://p.example/A2026030514320005196"), "2026-03-05");
  EXPECT_EQ(day("https://p.example/2026/03/sluice"), "");
  EXPECT_EQ(day("https://p.example/id/202613059"), "");
  EXPECT_EQ(day("https://web.archive.org/web/20200101000000/http://p.example/2026/03/05/x"), "2026-03-05");
  EXPECT_EQ(day(""), "");
}

}  // namespace
}  // namespace newsfold::text
