#pragma once
// What the scheduler would do with a configuration, before anything runs: when each feed is polled and how
// often, what each host would see of us, how late news would be known, and which wishes cannot be met.
// By the same floors, budget and model as the scheduler. Pure.

#include "daemon/schedule/scheduler.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::schedule {

struct PlannedFeed {
  std::string name;
  std::string url;
  std::string host;
  bool polled_before = false;  // else rate and validators are not known: the prior speaks
  bool fails = false;          // its pace is that of its error
  bool pushed = false;         // a hub tells its news: polls only look whether it tells all
  double items_per_day = 0;
  std::chrono::seconds interval{};        // on average
  double polls_per_day = 0;               // jitter counted; 0: the feed is paused
  std::chrono::seconds expected_delay{};  // of an item, from publication to poll; 0 where it is pushed
  std::optional<UtcMicros> next_poll;     // nothing: at the start
};

struct PlannedHost {
  std::string host;
  std::size_t feeds = 0;
  double requests_per_day = 0;  // polls, robots.txt once a day, sitemaps of an index
  std::chrono::milliseconds spacing{};
};

struct UnmetWish {
  std::string what;  // "feed \"x\"", "host x", "budget"
  std::string why;   // for a person, with what would be possible
};

struct Plan {
  std::vector<PlannedFeed> feeds;  // as configured
  std::vector<PlannedHost> hosts;  // the busiest first
  std::vector<UnmetWish> unmet;
  double requests_per_day = 0;
  double budget_per_day = 0;
  std::chrono::seconds expected_delay{};  // averaged over all items
};

Plan make_plan(std::vector<FeedSpec> const& feeds, Scheduler::LoadState const& load,
               SchedulerOptions const& options, UtcMicros now);

}  // namespace newsfold::schedule
