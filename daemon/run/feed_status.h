#pragma once
// The scheduler as the API sees it.

#include "daemon/api/status.h"
#include "daemon/runtime/clock.h"
#include "daemon/schedule/scheduler.h"

namespace newsfold::run {

class SchedulerStatus final : public api::FeedStatusSource {
 public:
  explicit SchedulerStatus(schedule::Scheduler& scheduler) : scheduler_(scheduler) {}

  std::vector<api::FeedStatus> feed_status() const override;
  Result<void> poll_now(std::string_view name) override;

 private:
  schedule::Scheduler& scheduler_;
};

}  // namespace newsfold::run
