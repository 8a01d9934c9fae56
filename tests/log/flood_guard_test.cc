#include "daemon/log/flood_guard.h"

#include <gtest/gtest.h>

#include <string>

namespace newsfold::log {
namespace {

using namespace std::chrono_literals;

FloodGuard::Time at(std::chrono::milliseconds since_start) { return FloodGuard::Time{} + 1h + since_start; }

TEST(FloodGuard, LetsTheFirstLinesOfAWindowPassAndCountsTheRest) {
  FloodGuard guard(2, 10s);
  EXPECT_EQ(guard.admit("poll", at(0ms)), 0u);
  EXPECT_EQ(guard.admit("poll", at(1ms)), 0u);
  EXPECT_EQ(guard.admit("poll", at(2ms)), std::nullopt);
  EXPECT_EQ(guard.admit("poll", at(9'999ms)), std::nullopt);
  EXPECT_EQ(guard.admit("poll", at(10'000ms)), 2u);
  EXPECT_EQ(guard.admit("poll", at(10'001ms)), 0u);
}

TEST(FloodGuard, CountsEachEventForItself) {
  FloodGuard guard(1, 10s);
  EXPECT_EQ(guard.admit("poll", at(0ms)), 0u);
  EXPECT_EQ(guard.admit("poll", at(1ms)), std::nullopt);
  EXPECT_EQ(guard.admit("commit", at(1ms)), 0u);
}

TEST(FloodGuard, StaysBoundedWhenEventNamesAreNot) {
  FloodGuard guard(1, 10s);
  for (std::size_t i = 0; i < FloodGuard::events_max; ++i) {
    EXPECT_TRUE(guard.admit("event" + std::to_string(i), at(0ms)));
  }
  EXPECT_EQ(guard.admit("one more", at(0ms)), 0u);
  EXPECT_EQ(guard.admit("and another", at(0ms)), std::nullopt);  // shares the count of the newcomers
}

}  // namespace
}  // namespace newsfold::log
