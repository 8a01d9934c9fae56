#pragma once
// Carries the numbers of all parts to the metrics: some as they happen, the others when somebody asks.
// Answers GET /metrics. Lives on the I/O thread; what needs the disk runs on the blocking pool.

#include "daemon/api/server.h"
#include "daemon/health/health_watch.h"
#include "daemon/metrics/registry.h"
#include "daemon/pipeline/pipeline.h"
#include "daemon/pipeline/recheck.h"
#include "daemon/pipeline/writer.h"
#include "daemon/schedule/scheduler.h"
#include "feeds/fetch/fetcher.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace newsfold::run {

// All of them outlive the observer.
struct ObservedParts {
  storage::Store const& store;
  pipeline::Writer const& writer;
  fetch::Fetcher const& fetcher;
  pipeline::Pipeline const& pipeline;
  schedule::Scheduler const& scheduler;
  pipeline::Rechecker const& rechecker;
  notify::ChangeFeed const& changes;
  health::HealthWatch const& health;
  Clock const& clock;
};

class Observer {
 public:
  Observer(boost::asio::any_io_executor blocking, ObservedParts parts);

  // As they happen.
  void noted(schedule::PollTrace const& trace);
  void committed(storage::CommitReport const& report);
  // Articles that were stored since midnight (UTC): reads the store once, for those of before the start.
  boost::asio::awaitable<void> count_today();
  std::uint64_t articles_today() const;

  void retained(storage::RetentionReport const& report);
  void loop_answered(std::chrono::steady_clock::duration delay);
  void all_answered() { answered_at_ = std::chrono::steady_clock::now(); }  // what the watchdog was told

  // The API is made after us.
  void set_api(std::function<api::ApiCounters()> counters) { api_ = std::move(counters); }
  // A part that this folder does not know (webhooks, a sink) sets its own metrics when somebody asks.
  using Contributor = std::function<void(metrics::Registry&)>;
  void add_contributor(Contributor contributor) { contributors_.push_back(std::move(contributor)); }

  // `openmetrics`: the client asked for that format.
  boost::asio::awaitable<std::string> text(bool openmetrics);
  metrics::Registry& registry() noexcept { return registry_; }

 private:
  struct FromDisk;
  static FromDisk read(storage::Store const& store, UtcMicros now);
  void put_polling();
  void put_articles();
  void put_store(FromDisk const& seen);
  void put_subscribers(FromDisk const& seen);
  void put_process();

  boost::asio::any_io_executor blocking_;
  ObservedParts parts_;
  metrics::Registry registry_;
  std::function<api::ApiCounters()> api_;
  std::vector<Contributor> contributors_;
  std::chrono::sys_days today_{};
  std::uint64_t articles_today_ = 0;
  std::chrono::steady_clock::time_point answered_at_ = std::chrono::steady_clock::now();
};

}  // namespace newsfold::run
