#include "daemon/schedule/rate_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace newsfold::schedule {

using namespace std::chrono_literals;

namespace {

constexpr double half_life_days = 7;
constexpr double prior_items_per_day = 0.5;
constexpr double prior_days = 1;
// An undated window that is new as a whole hides how many more there were. Half as many again, each
// time, closes in on the truth from below within a few polls.
constexpr double hidden_factor = 1.5;
constexpr double seed_trust = 0.5;
constexpr double seed_days_max = 14;
constexpr auto hours_half_life = std::chrono::days(28);
constexpr auto hours_decay_step = std::chrono::days(7);
constexpr unsigned quarters_per_item = 4;

constexpr std::size_t hours_of_day = 24;
constexpr std::size_t days_of_week = hours_of_week / hours_of_day;
// What a feed's day looks like before it has told: news have a daily cycle, mostly one smooth wave of about
// 0.7 of the mean, its overtones weaker by the cube of their number. Worth three observations.
constexpr double prior_wave_power = 0.5;
constexpr double prior_observations = 3;
// An hour is never taken for dead: a poll that is never made cannot show that it was wrong.
constexpr double hour_of_day_min = 0.1;
constexpr double hour_of_week_min = 0.02;
// Differences count as real so far as they exceed what chance alone makes of them in this many deviations.
constexpr double sure_deviations = 2;

double days_between(UtcMicros from, UtcMicros to) {
  return std::chrono::duration<double, std::ratio<86400>>(to - from).count();
}

using DayShape = std::array<double, hours_of_day>;

// cos(2 pi i / 24).
DayShape const& wave() {
  static DayShape const table = [] {
    DayShape out{};
    for (std::size_t i = 0; i < hours_of_day; ++i)
      out[i] = std::cos(2 * std::numbers::pi * static_cast<double>(i) / hours_of_day);
    return out;
  }();
  return table;
}

// How much of the differences between counts and what was expected of them is more than chance: 0 none, 1
// all. Pearson's chi-squared against its mean and deviation, the latter larger where cells hold little.
class Excess {
 public:
  void add(double count, double expected) {
    chi_squared_ += (count - expected) * (count - expected) / expected;
    sparseness_ += 1 / expected;
  }
  double share(double degrees_of_freedom) const {
    double const by_chance =
        degrees_of_freedom + sure_deviations * std::sqrt(2 * degrees_of_freedom + sparseness_);
    return chi_squared_ > by_chance ? 1 - by_chance / chi_squared_ : 0;
  }

 private:
  double chi_squared_ = 0;
  double sparseness_ = 0;
};

// The daily cycle as a sum of waves (Fourier), each taken for as much as is likely to be more than noise
// (James and Stein). A window over neighbouring hours must be wide for feeds of few items and narrow for
// those that publish on the hour; this is both, without a parameter.
DayShape day_shape(DayShape const& items, double total) {
  DayShape shape;
  shape.fill(1);
  double const noise = 4 / total;  // power that a wave has by chance
  auto const& cosine = wave();
  auto const at = [&](std::size_t harmonic, std::size_t hour) { return harmonic * hour % hours_of_day; };
  constexpr std::size_t quarter = hours_of_day * 3 / 4;  // sin(x) = cos(x + 3/4 of a turn)
  for (std::size_t harmonic = 1; harmonic <= hours_of_day / 2; ++harmonic) {
    bool const alternating = harmonic == hours_of_day / 2;  // has no sine, and half the weight
    double a = 0, b = 0;
    for (std::size_t hour = 0; hour < hours_of_day; ++hour) {
      a += items[hour] * cosine[at(harmonic, hour)];
      b += items[hour] * cosine[(at(harmonic, hour) + quarter) % hours_of_day];
    }
    a *= (alternating ? 1 : 2) / total;
    b *= (alternating ? 0 : 2) / total;
    double const prior = prior_wave_power / static_cast<double>(harmonic * harmonic * harmonic);
    double const power = (prior_observations * (prior + noise) + a * a + b * b) / (prior_observations + 1);
    double const trust = std::max(0.0, 1 - noise / power);
    for (std::size_t hour = 0; hour < hours_of_day; ++hour)
      shape[hour] += trust * (a * cosine[at(harmonic, hour)] +
                              b * cosine[(at(harmonic, hour) + quarter) % hours_of_day]);
  }
  double sum = 0;
  for (double& value : shape) sum += value = std::max(value, hour_of_day_min);
  for (double& value : shape) value *= hours_of_day / sum;
  return shape;
}

}  // namespace

std::size_t hour_of_week(UtcMicros t) noexcept {
  auto const hours = std::chrono::floor<std::chrono::hours>(t).time_since_epoch().count();
  auto const folded = hours % static_cast<std::int64_t>(hours_of_week);
  return static_cast<std::size_t>(folded < 0 ? folded + static_cast<std::int64_t>(hours_of_week) : folded);
}

void RateModel::decay_to(UtcMicros now) noexcept {
  if (at_ != UtcMicros{} && now > at_) {
    double const factor = std::exp2(-days_between(at_, now) / half_life_days);
    arrivals_ *= factor;
    days_ *= factor;
  }
  at_ = std::max(at_, now);
}

void RateModel::observe(UtcMicros from, UtcMicros to, std::uint32_t new_items, Count count) {
  if (to <= from) return;
  decay_to(to);
  // The watched time decays while it passes; so do, on average, the arrivals in it.
  double const days = days_between(from, to);
  double const decayed = half_life_days / std::log(2.0) * (1 - std::exp2(-days / half_life_days));
  double const items = new_items * (count == Count::at_least ? hidden_factor : 1.0);
  days_ += decayed;
  arrivals_ += items * decayed / days;
}

void RateModel::seed(std::uint32_t items, std::chrono::microseconds span, UtcMicros now) {
  if (span <= 0us || items == 0) return;
  decay_to(now);
  double const days = std::max(days_between(UtcMicros{}, UtcMicros{span}), 1.0 / 24);
  double const trusted = seed_trust * std::min(days, seed_days_max);
  days_ += trusted;
  arrivals_ += items * trusted / days;
}

double RateModel::per_day(UtcMicros now) const noexcept {
  RateModel moved = *this;
  moved.decay_to(now);
  return (moved.arrivals_ + prior_items_per_day * prior_days) / (moved.days_ + prior_days);
}

double RateModel::per_day_before(UtcMicros silent_since, UtcMicros now) const noexcept {
  RateModel moved = *this;
  moved.decay_to(now);
  double const factor = std::exp2(-std::max(0.0, days_between(silent_since, now)) / half_life_days);
  double const silent_days = half_life_days / std::log(2.0) * (1 - factor);
  return (moved.arrivals_ + prior_items_per_day * prior_days * factor) /
         (std::max(0.0, moved.days_ - silent_days) + prior_days * factor);
}

void RateModel::add_to_hour(std::size_t hour, unsigned quarters, UtcMicros now) noexcept {
  if (hours_at_ == UtcMicros{}) hours_at_ = now;
  // In steps of a week: a byte that lost a thousandth each hour would be rounded back each hour.
  if (now - hours_at_ >= hours_decay_step) {
    double const factor =
        std::exp2(-days_between(hours_at_, now) / days_between({}, UtcMicros{hours_half_life}));
    for (auto& value : hours_) value = static_cast<std::uint8_t>(std::lround(value * factor));
    hours_at_ = now;
  }
  if (hours_[hour] + quarters > 255)
    for (auto& value : hours_) value = static_cast<std::uint8_t>(value / 2);
  hours_[hour] = static_cast<std::uint8_t>(std::min(hours_[hour] + quarters, 255u));
}

void RateModel::note_arrival(UtcMicros published) {
  add_to_hour(hour_of_week(published), quarters_per_item, std::max(published, hours_at_));
}

void RateModel::note_arrivals(UtcMicros from, UtcMicros to, std::uint32_t items) {
  auto const hours = std::chrono::ceil<std::chrono::hours>(to - from).count();
  // A gap of a day and more says nothing about the hour.
  if (items == 0 || hours <= 0 || hours >= 24) return;
  unsigned const quarters = items * quarters_per_item / static_cast<unsigned>(hours);
  if (quarters == 0) return;
  for (auto t = from; t < to; t += 1h) add_to_hour(hour_of_week(t), std::min(quarters, 255u), to);
}

RateModel::Profile RateModel::profile() const noexcept {
  Profile items{};
  DayShape by_hour{};
  std::array<double, days_of_week> by_day{};
  double total = 0;
  for (std::size_t hour = 0; hour < hours_of_week; ++hour) {
    items[hour] = static_cast<double>(hours_[hour]) / quarters_per_item;
    by_hour[hour % hours_of_day] += items[hour];
    by_day[hour / hours_of_day] += items[hour];
    total += items[hour];
  }
  Profile out;
  out.fill(1);
  if (total <= 0) return out;

  auto const shape = day_shape(by_hour, total);
  double const day_mean = total / days_of_week;
  Excess week;
  for (double const count : by_day) week.add(count, day_mean);
  double const of_day = week.share(days_of_week - 1);
  Excess cells;  // what hours of the week have beyond their hour of the day and their day
  for (std::size_t hour = 0; hour < hours_of_week; ++hour) {
    double const day = 1 + of_day * (by_day[hour / hours_of_day] / day_mean - 1);
    out[hour] = std::max(shape[hour % hours_of_day] * day, hour_of_week_min);
    cells.add(items[hour], out[hour] * total / hours_of_week);
  }
  double const of_cell = cells.share(hours_of_week - hours_of_day - days_of_week + 1);
  double sum = 0;
  for (std::size_t hour = 0; hour < hours_of_week; ++hour) {
    double const near = (items[(hour + hours_of_week - 1) % hours_of_week] + 2 * items[hour] +
                         items[(hour + 1) % hours_of_week]) /
                        4;
    out[hour] += of_cell * (near * hours_of_week / total - out[hour]);
    sum += out[hour] = std::max(out[hour], hour_of_week_min);
  }
  for (double& value : out) value *= hours_of_week / sum;
  return out;
}

double RateModel::mean_root_profile() const noexcept {
  double sum = 0;
  for (double const value : profile()) sum += std::sqrt(value);
  return sum / hours_of_week;
}

UtcMicros RateModel::next_poll(UtcMicros from, double k, double weight, Bounds const& bounds) const {
  double const polls_per_day = k * std::sqrt(weight * per_day(from));
  auto const hours = profile();
  double needed = 1;
  auto t = from;
  while (t < bounds.not_after) {
    auto const hour_end = std::chrono::floor<std::chrono::hours>(t) + 1h;
    double const density = polls_per_day * std::sqrt(hours[hour_of_week(t)]);
    double const area = density * days_between(t, hour_end);
    if (area >= needed) {
      t += std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::duration<double, std::ratio<86400>>(needed / density));
      break;
    }
    needed -= area;
    t = hour_end;
  }
  return std::clamp(t, bounds.not_before, std::max(bounds.not_before, bounds.not_after));
}

RateModel RateModel::from(Snapshot const& snapshot) noexcept {
  RateModel model;
  model.arrivals_ = snapshot.arrivals;
  model.days_ = snapshot.days;
  model.at_ = snapshot.at;
  model.hours_at_ = snapshot.hours_at;
  model.hours_ = snapshot.hours;
  return model;
}

}  // namespace newsfold::schedule
