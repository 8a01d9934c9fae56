#include "feeds/text/date.h"

#include <gtest/gtest.h>

namespace newsfold::text {
namespace {

struct Row {
  char const* text;
  char const* expected;  // "" for none
};

std::string shown(char const* text) {
  auto const date = parse_date(text);
  return date ? format_rfc3339(*date) : "";
}

constexpr Row rows[] = {
    // RFC 822 and its habits
    {"Thu, 02 Jan 2020 03:04:05 GMT", "2020-01-02T03:04:05Z"},
    {"Mon, 02 Jan 2020 03:04:05 GMT", "2020-01-02T03:04:05Z"},  // it was a Thursday
    {"2 Jan 20 03:04 +0100", "2020-01-02T02:04:00Z"},
    {"2 Jan 98 03:04:05 UT", "1998-01-02T03:04:05Z"},
    {"Thu,02 Jan 2020 03:04:05 EST", "2020-01-02T08:04:05Z"},
    {"Thursday, 2 January 2020 03:04:05 PDT", "2020-01-02T10:04:05Z"},
    {"Thu, 02 Jan 2020 03:04:05 +02:00", "2020-01-02T01:04:05Z"},
    {"Thu, 02 Jan 2020 8:19 pm CEST", "2020-01-02T18:19:00Z"},
    {"Thu, 02 Jan 2020 12:00:00 AM", "2020-01-02T00:00:00Z"},
    {"Thu, 2 Jan 2020 24:00:00 GMT", "2020-01-03T00:00:00Z"},
    {"Thu, 02 Jan 2020", "2020-01-02T00:00:00Z"},
    {"Sept. 2, 2020", "2020-09-02T00:00:00Z"},
    {"Thu Jan  2 03:04:05 2020", "2020-01-02T03:04:05Z"},
    {"Thu Jan 2 03:04:05 UTC 2020", "2020-01-02T03:04:05Z"},
    // RFC 3339, ISO 8601 and their gaps
    {"2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"},
    {"2020-01-02T03:04:05.678+05:30", "2020-01-01T21:34:05.678Z"},
    {"2020-01-02 03:04:05 +0000", "2020-01-02T03:04:05Z"},
    {"2020-01-02T03:04", "2020-01-02T03:04:00Z"},
    {"2020-01-02", "2020-01-02T00:00:00Z"},
    {"2020-01", "2020-01-01T00:00:00Z"},
    {"2020", "2020-01-01T00:00:00Z"},
    {"20200102T030405Z", "2020-01-02T03:04:05Z"},
    {"2020-032", "2020-02-01T00:00:00Z"},
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
    // numbers
    {"22.11.2022 12:16:00", "2022-11-22T12:16:00Z"},
    {"11/22/2022", "2022-11-22T00:00:00Z"},
    {"22/11/2022", "2022-11-22T00:00:00Z"},
    {"2022/11/22 01:02", "2022-11-22T01:02:00Z"},
    {"1518478934", "2018-02-12T23:42:14Z"},
    {"1518478934000", "2018-02-12T23:42:14Z"},
    // languages
    {"mer, 16 nov 2022 00:38:15 +0100", "2022-11-15T23:38:15Z"},
    {"mar., 31 d\u00E9c. 2002 14:20:20 +0100", "2002-12-31T13:20:20Z"},
    {"mar 31 dic 2002", "2002-12-31T00:00:00Z"},
    {"mar 31, 2002", "2002-03-31T00:00:00Z"},
    {"Do, 12 M\u00E4rz 2020 10:00:00 MEZ", "2020-03-12T09:00:00Z"},
    {"jeudi 13 ao\u00FBt 2020 12h30", "2020-08-13T12:30:00Z"},
    {"7 de diciembre de 2021", "2021-12-07T00:00:00Z"},
    {"3 maggio 2021", "2021-05-03T00:00:00Z"},
    {"5 de mar\u00E7o de 2021", "2021-03-05T00:00:00Z"},
    {"5 maart 2021 10:11", "2021-03-05T10:11:00Z"},
    {"5 pa\u017Adziernika 2021", "2021-10-05T00:00:00Z"},
    {"5. \u010Dervna 2021", "2021-06-05T00:00:00Z"},
    {"5 Ocak 2021", "2021-01-05T00:00:00Z"},
    {"\u0412\u0442, 5 \u042F\u043D\u0432 2021 10:00:00 +0300", "2021-01-05T07:00:00Z"},
    {"5 \u0441\u0456\u0447\u043D\u044F 2021", "2021-01-05T00:00:00Z"},
    {"\u039A\u03C5\u03C1, 11 \u0399\u03BF\u03CD\u03BB 2004 12:00:00 EST", "2004-07-11T17:00:00Z"},
    {"5 tammikuuta 2021", "2021-01-05T00:00:00Z"},
    {"2004\uB144 05\uC6D4 28\uC77C  01:31:15", "2004-05-28T01:31:15Z"},
    {"2004\u5E745\u670828\u65E5", "2004-05-28T00:00:00Z"},
    // none
    {"", ""},
    {"not a date", ""},
    {"0", ""},
    {"Thu, 32 Jan 2020 03:04:05 GMT", ""},
    {"Sun, 30 Feb 2020 03:04:05 GMT", ""},
    {"2020-13-45T00:00:00Z", ""},
    {"2020-01-02T25:00:00Z", ""},
    {"Thu, 02 Jan 99999 03:04:05 GMT", ""},
    {"0001-01-01T00:00:00Z", ""},
    {"2020-01-02T03:04:05+99:00", ""},
    {"This pubDate is not parsable.", ""},
};

TEST(Date, ReadsWhatPublishersWrite) {
  for (auto const& row : rows) EXPECT_EQ(shown(row.text), row.expected) << row.text;
}

TEST(Duration, ReadsClocksNumbersAndIso8601) {
  EXPECT_EQ(parse_duration("1:02:03"), 3723);
  EXPECT_EQ(parse_duration("62:03"), 3723);
  EXPECT_EQ(parse_duration("3723"), 3723);
  EXPECT_EQ(parse_duration("12.5"), 12.5);
  EXPECT_EQ(parse_duration("PT1H2M3S"), 3723);
  EXPECT_EQ(parse_duration("1h 2min"), 3720);
  EXPECT_FALSE(parse_duration("long"));
  EXPECT_FALSE(parse_duration(""));
}

}  // namespace
}  // namespace newsfold::text
