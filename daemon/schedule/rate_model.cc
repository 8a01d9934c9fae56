#include "daemon/schedule/rate_model.h"

#include "daemon/schedule/day_shape.h"
#include "daemon/schedule/excess.h"

#include <algorithm>
#include <cmath>

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

constexpr std::size_t days_of_week = hours_of_week / hours_of_day;
constexpr double hour_of_week_min = 0.02;  // as day_shape.h: never dead

double days_between(UtcMicros from, UtcMicros to) {
  return std::chrono::duration<double, std::ratio<86400>>(to - from).count();
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
  double const per_day_mean = weight * per_day(from);
  double const price = 1 / (2 * k * k);  // of a poll, in days that items wait
  auto const hours = profile();
  double waited = 0;   // by all items that are expected since `from`
  double waiting = 0;  // how many those are
  auto t = from;
  while (t < bounds.not_after) {
    auto const hour_end = std::chrono::floor<std::chrono::hours>(t) + 1h;
    double const rate = per_day_mean * hours[hour_of_week(t)];
    double const left = days_between(t, hour_end);
    double const more = waiting * left + rate * left * left / 2;
    if (waited + more >= price) {
      // waited + waiting x + rate x^2 / 2 = price
      double const x = (std::sqrt(waiting * waiting + 2 * rate * (price - waited)) - waiting) / rate;
      t += std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::duration<double, std::ratio<86400>>(x));
      break;
    }
    waited += more;
    waiting += rate * left;
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
