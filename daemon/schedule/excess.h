#pragma once
// How much of the differences between counts and what was expected of them is more than chance: Pearson's
// chi-squared against its mean and deviation, the latter larger where cells hold little. Pure.

#include <cmath>

namespace newsfold::schedule {

class Excess {
 public:
  // `expected` is above 0.
  void add(double count, double expected) {
    chi_squared_ += (count - expected) * (count - expected) / expected;
    sparseness_ += 1 / expected;
  }

  // By how many deviations it exceeds what chance makes; below 0 where chance makes more.
  double deviations(double degrees_of_freedom) const {
    return (chi_squared_ - degrees_of_freedom) / deviation(degrees_of_freedom);
  }

  // The part of the differences that counts as real: 0 none, 1 all.
  double share(double degrees_of_freedom) const {
    double const by_chance = degrees_of_freedom + sure_deviations * deviation(degrees_of_freedom);
    return chi_squared_ > by_chance ? 1 - by_chance / chi_squared_ : 0;
  }

 private:
  static constexpr double sure_deviations = 2;

  double deviation(double degrees_of_freedom) const {
    return std::sqrt(2 * degrees_of_freedom + sparseness_);
  }

  double chi_squared_ = 0;
  double sparseness_ = 0;
};

}  // namespace newsfold::schedule
