#pragma once
// The scheduler and the writer as the API sees them, with what the health watch knows of each feed.

#include "daemon/api/status.h"
#include "daemon/api/story_editor.h"
#include "daemon/health/health_watch.h"
#include "daemon/pipeline/writer.h"
#include "daemon/runtime/clock.h"
#include "daemon/schedule/scheduler.h"

namespace newsfold::run {

// One feed as the API tells of it. `health` may be null.
api::FeedStatus status_of(schedule::FeedStatus const& feed, health::FeedHealth const* health, UtcMicros now);

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

class WriterStories final : public api::StoryEditor {
 public:
  explicit WriterStories(pipeline::Writer& writer) : writer_(writer) {}

  boost::asio::awaitable<Result<storage::CommitReport>> split(ArticleId article,
                                                              std::string reason) override {
    return writer_.split(article, std::move(reason));
  }

 private:
  pipeline::Writer& writer_;
};

}  // namespace newsfold::run
