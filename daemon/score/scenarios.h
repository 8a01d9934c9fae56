#pragma once
// The scenarios: what each site of the origin answers over the days, and the rule that the requests to it are
// held against. The rules and where they come from: docs/score.md.

#include "daemon/score/grade.h"
#include "daemon/score/origin.h"

#include <chrono>
#include <string>
#include <vector>

namespace newsfold::score {

inline constexpr auto play_time = std::chrono::days(10);

// When a play on a turned clock begins; a Monday.
UtcMicros play_start();

class Scenarios {
 public:
  // Sets the sites up; the play begins at `start`. Every date that is served is reckoned from the origin's
  // clock: where that is the real one, `start` must be the real time. `origin` outlives this.
  static Result<Scenarios> set_up(Origin& origin, UtcMicros start = play_start());

  // The feeds to subscribe to, in a fixed order.
  std::vector<std::string> const& urls() const noexcept { return urls_; }

  // Every rule against what the origin saw.
  Report grade(Log const& log) const;

 private:
  std::vector<std::string> urls_;
  std::vector<std::string> no_site_;  // why a scenario could not be set up
};

}  // namespace newsfold::score
