#include "feeds/model/time.h"

#include <gtest/gtest.h>

namespace newsfold {
namespace {

using namespace std::chrono_literals;

TEST(Time, PrintsWhatItReads) {
  for (auto const* text : {"1970-01-01T00:00:00Z", "2026-02-28T23:59:59.5Z", "1969-12-31T23:59:59.999999Z"}) {
    auto const t = parse_rfc3339(text);
    ASSERT_TRUE(t) << text;
    EXPECT_EQ(format_rfc3339(*t), text);
  }
}

TEST(Time, OffsetsAreTakenOff) {
  EXPECT_EQ(parse_rfc3339("2026-01-01T02:30:00+02:30"), parse_rfc3339("2026-01-01T00:00:00Z"));
  EXPECT_EQ(parse_rfc3339("2025-12-31T19:00:00-05:00"), parse_rfc3339("2026-01-01T00:00:00Z"));
}

TEST(Time, WhatIsNoRfc3339IsNothing) {
  for (auto const* text : {"", "2026", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
                           "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00.Z", "2026-13-01T00:00:00Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

}  // namespace
}  // namespace newsfold
