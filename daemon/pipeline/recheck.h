#pragma once
// Looks at article pages again, often while they are young and rarely later, because publishers edit
// without saying so: an edit becomes a version, a page that is gone twice in a row a withdrawal.
//
// Only articles whose text came from their page, or may yet come from it; what a feed carries whole is
// checked by its polls. A page is asked whether it changed since it was read or looked at last, also after a
// restart: the row of the version or of the feed's sighting says with what. What is due is kept in memory (40
// bytes an article) and made anew at a start, later rather than sooner. Everything runs on the I/O executor.

#include "daemon/pipeline/edit_rates.h"
#include "daemon/pipeline/pipeline.h"
#include "daemon/runtime/clock.h"
#include "daemon/runtime/task_group.h"
#include "feeds/fetch/client.h"
#include "feeds/model/ids.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace newsfold::pipeline {

// "Every 15 minutes while it is younger than 3 hours". At hosts that do not edit up to four times that, but
// for the first step: most edits come in the first hours.
struct RecheckStep {
  std::chrono::milliseconds every{};
  std::chrono::milliseconds younger_than{};
};

struct RecheckOptions {
  std::vector<RecheckStep> ladder;  // by rising age; empty: no rechecks
  std::uint32_t missing_max = 2;    // answers 404 or 410 in a row that make a withdrawal
  std::size_t in_flight_max = 16;
  std::size_t articles_max = 1'000'000;  // watched at once; while it is so many, no other is
};

class Rechecker {
 public:
  // All references outlive the rechecker. `blocking` runs reads of the store.
  Rechecker(boost::asio::any_io_executor const& io, boost::asio::any_io_executor blocking,
            SleepingClock& clock, storage::Store& store, Pipeline& pipeline, Writer& writer,
            fetch::Client& pages, RecheckOptions options);

  // A new article was stored just now.
  void watch(ArticleId article, FeedId feed);

  // Until cancelled. First reads the store for the articles that are young enough.
  boost::asio::awaitable<void> run();

  std::size_t watched() const noexcept { return due_.size(); }
  std::size_t checking() const noexcept { return in_flight_; }

 private:
  struct Watched {
    UtcMicros due{};
    UtcMicros stored_at{};
    ArticleId article{};
    FeedId feed{};
    std::uint32_t missing = 0;
    bool operator>(Watched const& other) const noexcept { return due > other.due; }
  };

  // `rarely`: by how much the steps after the first are stretched.
  void schedule(Watched watched, double stretch = 1, double rarely = 1);
  boost::asio::awaitable<void> load();
  boost::asio::awaitable<void> check(Watched watched);
  boost::asio::awaitable<void> withdraw(Watched watched, unsigned status);

  boost::asio::any_io_executor blocking_;
  SleepingClock& clock_;
  storage::Store& store_;
  Pipeline& pipeline_;
  Writer& writer_;
  fetch::Client& pages_;
  RecheckOptions options_;
  std::priority_queue<Watched, std::vector<Watched>, std::greater<>> due_;
  std::size_t in_flight_ = 0;
  boost::asio::steady_timer changed_;  // never expires; cancelled when due_ or in_flight_ changed
  EditRates edits_;
  TaskGroup checks_;
};

}  // namespace newsfold::pipeline
