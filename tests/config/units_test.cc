#include "daemon/config/units.h"

#include <gtest/gtest.h>

namespace newsfold::config {
namespace {

using namespace std::chrono_literals;

TEST(Units, ReadsDurationsAsPeopleWriteThem) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("15m"), 15min);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("1h 30m"), 90min);
  EXPECT_EQ(parse_duration("1.5h"), 90min);
  EXPECT_EQ(parse_duration("30d"), 720h);
  EXPECT_EQ(parse_duration("2w"), 336h);
  EXPECT_EQ(parse_duration("0"), 0ms);
}

TEST(Units, RefusesWhatIsNoDuration) {
  for (auto const* text : {"", "15", "m", "15 minutes", "-5m", "1e9h", "999999999999d", "15m!", "nan"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Units, ReadsSizesInPowersOfTwoAndTen) {
  EXPECT_EQ(parse_size("64MiB"), 64u << 20);
  EXPECT_EQ(parse_size("64 MiB"), 64u << 20);
  EXPECT_EQ(parse_size("10MB"), 10'000'000u);
  EXPECT_EQ(parse_size("1.5KiB"), 1536u);
  EXPECT_EQ(parse_size("4096"), 4096u);
  EXPECT_EQ(parse_size("0"), 0u);
  for (auto const* text : {"", "MiB", "64mib", "64M", "-1B", "99999999TiB"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(Units, ReadsRates) {
  EXPECT_EQ(parse_rate("2000/h"), (Rate{2000, 1h}));
  EXPECT_EQ(parse_rate("5/s"), (Rate{5, 1s}));
  EXPECT_DOUBLE_EQ(parse_rate("24/d")->per_day(), 24.0);
  EXPECT_FALSE(parse_rate("0")->limited());
  for (auto const* text : {"", "2000", "/h", "2000/w", "2000/hour", "-1/h", "2000h"}) {
    EXPECT_EQ(parse_rate(text), std::nullopt) << text;
  }
}

TEST(Units, ReadsARungOfTheRecheckLadder) {
  EXPECT_EQ(parse_recheck_step("15m < 3h"), (RecheckStep{15min, 3h}));
  for (auto const* text : {"", "15m", "15m <", "< 3h", "0 < 3h"})
    EXPECT_EQ(parse_recheck_step(text), std::nullopt);
}

TEST(Units, ReadsBackWhatItPrints) {
  for (Duration const span :
       {Duration{1}, Duration{999}, Duration{90'000}, Duration{5'400'000}, Duration{2'592'000'000}}) {
    EXPECT_EQ(parse_duration(format_duration(span)), span) << format_duration(span);
  }
  for (std::uint64_t const size : {1ULL, 1000ULL, 1536ULL, 64ULL << 20, 3'000'000'000ULL}) {
    EXPECT_EQ(parse_size(format_size(size)), size) << format_size(size);
  }
  EXPECT_EQ(format_rate({2000, 1h}), "2000/h");
  EXPECT_EQ(format_recheck_step({15min, 3h}), "15m < 3h");
}

}  // namespace
}  // namespace newsfold::config
