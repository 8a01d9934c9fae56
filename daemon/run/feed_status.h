#pragma once
// The scheduler as the API sees it, with what the health watch knows of each feed.

#include "daemon/api/status.h"
#include "daemon/health/health_watch.h"
#include "daemon/runtime/clock.h"
#include "daemon/schedule/scheduler.h"

namespace newsfold::run {

class SchedulerStatus final : public api::FeedStatusSource {
 public:
  SchedulerStatus(schedule::Scheduler& scheduler, health::HealthWatch const& health, Clock const& clock)
      : scheduler_(scheduler), health_(health), clock_(clock) {}

  std::vector<api::FeedStatus> feed_status() const override;
  Result<void> poll_now(std::string_view name) override;

 private:
  schedule::Scheduler& scheduler_;
  health::HealthWatch const& health_;
  Clock const& clock_;
};

}  // namespace newsfold::run
