// Two readings of the counts. Most feeds follow their readers' day, one or two slow waves; those are fitted
// by likelihood, which makes more of few items than moments do, since in quiet hours each says more: after 20
// days of a wave, learning costs 1.4 % of the delay instead of 2.2 %. What such waves cannot be (bursts on
// the hour, office hours with sharp ends) is a Fourier sum whose waves are each shrunk towards nothing so far
// as they may be noise. Chi-squared says which of the two.
#include "daemon/schedule/day_shape.h"

#include "daemon/schedule/excess.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace newsfold::schedule {

namespace {

// What a feed's day looks like before it has told: news have a daily cycle, mostly one smooth wave of about
// 0.7 of the mean, its overtones weaker by the cube of their number. For the sum of all waves that is worth
// three observations.
constexpr double prior_wave_power = 0.5;
constexpr double prior_observations = 3;
constexpr double hour_of_day_min = 0.1;
// The slow waves are believed alone up to half a deviation more than chance leaves beyond them, and not at
// all from one deviation further on. Later, bursts are learnt later; earlier, waves are taken for bursts.
constexpr double doubt_from = 0.5;

double prior_power(std::size_t harmonic) {
  auto const n = static_cast<double>(harmonic);
  return prior_wave_power / (n * n * n);
}

// cos(2 pi hours / 24), of any number of hours.
double cosine(std::size_t hours) {
  static DayShape const table = [] {
    DayShape out{};
    for (std::size_t i = 0; i < hours_of_day; ++i)
      out[i] = std::cos(2 * std::numbers::pi * static_cast<double>(i) / hours_of_day);
    return out;
  }();
  return table[hours % hours_of_day];
}

double cosine(std::size_t harmonic, std::size_t hour) { return cosine(harmonic * hour); }
// A quarter of a day behind the cosine.
double sine(std::size_t harmonic, std::size_t hour) { return cosine(harmonic * hour + hours_of_day * 3 / 4); }

void scale_to_mean_one(DayShape& shape) {
  double sum = 0;
  for (double const value : shape) sum += value;
  for (double& value : shape) value *= hours_of_day / sum;
}

// Every wave that 24 hours can show, for as much as is likely to be more than noise (James and Stein). A
// window over neighbouring hours would have to be wide for feeds of few items and narrow for those that
// publish on the hour; this is both, without a parameter.
DayShape sum_of_shrunk_waves(DayShape const& items, double total) {
  DayShape shape;
  shape.fill(1);
  double const noise = 4 / total;  // power that a wave has by chance
  for (std::size_t harmonic = 1; harmonic <= hours_of_day / 2; ++harmonic) {
    bool const alternating = harmonic == hours_of_day / 2;  // has no sine, and half the weight
    double a = 0, b = 0;
    for (std::size_t hour = 0; hour < hours_of_day; ++hour) {
      a += items[hour] * cosine(harmonic, hour);
      b += items[hour] * sine(harmonic, hour);
    }
    a *= (alternating ? 1 : 2) / total;
    b *= (alternating ? 0 : 2) / total;
    double const power =
        (prior_observations * (prior_power(harmonic) + noise) + a * a + b * b) / (prior_observations + 1);
    double const trust = std::max(0.0, 1 - noise / power);
    for (std::size_t hour = 0; hour < hours_of_day; ++hour)
      shape[hour] += trust * (a * cosine(harmonic, hour) + b * sine(harmonic, hour));
  }
  for (double& value : shape) value = std::max(value, hour_of_day_min);
  scale_to_mean_one(shape);
  return shape;
}

constexpr std::size_t slow_waves = 2;
constexpr std::size_t slow_terms = 2 * slow_waves;  // cosine and sine of each

double slow_term(std::size_t term, std::size_t hour) {
  std::size_t const harmonic = term / 2 + 1;
  return term % 2 == 0 ? cosine(harmonic, hour) : sine(harmonic, hour);
}

// Symmetric and positive definite by the prior: elimination needs no pivots.
std::array<double, slow_terms> solve(std::array<std::array<double, slow_terms + 1>, slow_terms> rows) {
  for (std::size_t p = 0; p < slow_terms; ++p)
    for (std::size_t q = p + 1; q < slow_terms; ++q) {
      double const factor = rows[q][p] / rows[p][p];
      for (std::size_t r = p; r <= slow_terms; ++r) rows[q][r] -= factor * rows[p][r];
    }
  std::array<double, slow_terms> x{};
  for (std::size_t p = slow_terms; p-- > 0;) {
    x[p] = rows[p][slow_terms];
    for (std::size_t q = p + 1; q < slow_terms; ++q) x[p] -= rows[p][q] * x[q];
    x[p] /= rows[p][p];
  }
  return x;
}

// The likeliest two waves under Poisson counts and the prior (Fisher scoring: least squares, each hour
// weighed by what the last round expects there).
DayShape likeliest_slow_waves(DayShape const& items, double total) {
  constexpr int rounds = 4;
  double const mean = total / hours_of_day;
  DayShape shape;
  shape.fill(1);
  for (int round = 0; round < rounds; ++round) {
    std::array<std::array<double, slow_terms + 1>, slow_terms> rows{};
    for (std::size_t p = 0; p < slow_terms; ++p) rows[p][p] = 2 / prior_power(p / 2 + 1);
    for (std::size_t hour = 0; hour < hours_of_day; ++hour) {
      double const weight = mean / shape[hour];
      for (std::size_t p = 0; p < slow_terms; ++p) {
        double const weighted = weight * slow_term(p, hour);
        for (std::size_t q = 0; q < slow_terms; ++q) rows[p][q] += weighted * slow_term(q, hour);
        rows[p][slow_terms] += weighted * (items[hour] / mean - 1);
      }
    }
    auto const waves = solve(rows);
    for (std::size_t hour = 0; hour < hours_of_day; ++hour) {
      shape[hour] = 1;
      for (std::size_t p = 0; p < slow_terms; ++p) shape[hour] += waves[p] * slow_term(p, hour);
      shape[hour] = std::max(shape[hour], hour_of_day_min);
    }
  }
  scale_to_mean_one(shape);
  return shape;
}

}  // namespace

DayShape day_shape(DayShape const& items, double total) {
  auto shape = likeliest_slow_waves(items, total);
  Excess left;
  for (std::size_t hour = 0; hour < hours_of_day; ++hour)
    left.add(items[hour], shape[hour] * total / hours_of_day);
  double const doubt = std::clamp(left.deviations(hours_of_day - 1 - slow_terms) - doubt_from, 0.0, 1.0);
  if (doubt == 0) return shape;
  auto const all_waves = sum_of_shrunk_waves(items, total);
  for (std::size_t hour = 0; hour < hours_of_day; ++hour)
    shape[hour] += doubt * (all_waves[hour] - shape[hour]);
  return shape;
}

}  // namespace newsfold::schedule
