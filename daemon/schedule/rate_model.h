#pragma once
// How often, and at which hours of the week, a feed publishes: learnt from what polls brought.
//
// Rate: Gamma-Poisson with forgetting. Arrivals and the time they were watched for decay with a half-life
// of 7 days; a prior of 0.5 items a day, worth one day of watching, speaks where little is known.
// Profile: the 168 hours of the week, from the items' own dates where they carry credible ones, else
// spread over the gap between two polls. A daily cycle (day_shape.h), times the day of the week, times what
// single hours of the week have beyond both; each of the three believed so far as it is more than chance.
//
// Pure and small (about 200 bytes): one per feed.

#include "feeds/model/time.h"

#include <array>
#include <chrono>
#include <cstdint>

namespace newsfold::schedule {

inline constexpr std::size_t hours_of_week = 168;

// The hour of the week, 0 = Thursday 00:00 UTC (when the epoch began): only differences matter.
std::size_t hour_of_week(UtcMicros t) noexcept;

class RateModel {
 public:
  // Between two polls `from` and `to`, `new_items` arrived. Where the whole window was new, more may have
  // come and gone: `at_least`.
  enum class Count : std::uint8_t { exact, at_least };
  void observe(UtcMicros from, UtcMicros to, std::uint32_t new_items, Count count);

  // One arrival at a known time, for the profile.
  void note_arrival(UtcMicros published);
  // `items` arrivals at unknown times between two polls: spread evenly.
  void note_arrivals(UtcMicros from, UtcMicros to, std::uint32_t items);

  // What the first document shows: `items` dated over `span`. Half as good as watching.
  void seed(std::uint32_t items, std::chrono::microseconds span, UtcMicros now);

  // Items a day, averaged over the week.
  double per_day(UtcMicros now) const noexcept;

  // The same as it was when the silence began that has lasted since: what should have come meanwhile.
  double per_day_before(UtcMicros silent_since, UtcMicros now) const noexcept;

  // Relative rate of each hour; 1 on average. Flat until something was learnt.
  using Profile = std::array<double, hours_of_week>;
  Profile profile() const noexcept;

  // The mean over the week of sqrt(profile): what the budget solver multiplies with.
  double mean_root_profile() const noexcept;

  // When the items expected since `from` have waited for so long, all together and times `weight`, as a poll
  // costs: 1 / (2 k^2) item days. At a constant rate that is k sqrt(weight x rate) polls a day. Hours with
  // much news draw the next poll near, dead hours let it slide; a poll comes after a burst and not in front
  // of it.
  struct Bounds {
    UtcMicros not_before{};
    UtcMicros not_after{};
  };
  UtcMicros next_poll(UtcMicros from, double k, double weight, Bounds const& bounds) const;

  // On disk (poll_state.proto).
  struct Snapshot {
    double arrivals = 0;
    double days = 0;
    UtcMicros at{};
    UtcMicros hours_at{};
    std::array<std::uint8_t, hours_of_week> hours{};
  };
  Snapshot snapshot() const noexcept { return {arrivals_, days_, at_, hours_at_, hours_}; }
  static RateModel from(Snapshot const& snapshot) noexcept;

 private:
  void decay_to(UtcMicros now) noexcept;
  void add_to_hour(std::size_t hour, unsigned quarters, UtcMicros now) noexcept;

  double arrivals_ = 0;  // decayed to at_
  double days_ = 0;      // watched, decayed to at_
  UtcMicros at_{};
  UtcMicros hours_at_{};  // hours_ were last decayed
  // In quarters of an item. Only their ratios count: all are halved before one would overflow.
  std::array<std::uint8_t, hours_of_week> hours_{};
};

}  // namespace newsfold::schedule
