#pragma once
// Polls every feed when it is due, and never sooner than its publisher wants: takes due feeds off the
// queue, waits at the host's gate, fetches, hands the document to the sink, decides when to come back,
// and has all of it kept in one step.
//
// When and how often is decided by pure code beside this file: poll_policy.h, rate_model.h, host_gate.h.
// Not thread-safe: everything runs on the executor given. Runs on the clock given: tests turn it by hand.

#include "daemon/runtime/clock.h"
#include "daemon/schedule/feed_spec.h"
#include "daemon/schedule/host_gate.h"
#include "daemon/schedule/poll_policy.h"
#include "daemon/schedule/poll_sink.h"
#include "daemon/schedule/websub.h"
#include "feeds/fetch/client.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::schedule {

struct SchedulerOptions {
  PollingOptions polling;                    // pace, floors, ladders
  HostOptions hosts;                         // per-host spacing and cool-down
  std::size_t polls_max = 256;               // under way at once, from request to commit
  std::chrono::seconds overdue_spread{600};  // the longest that polls which came due in our absence wait
  // Of so many feeds those that come due within one round begin together, at its end: caches are warm for all
  // but the first, and one write to the disk serves them all. Fewer feeds are asked each at its own time.
  std::chrono::milliseconds round{4000};
  std::size_t round_feeds_min = 256;
  std::string robots_agent = "newsfold";  // our name in robots.txt
  std::uint64_t seed = 0;                 // of the jitter
};

// One feed as /v1/feeds and `newsfold feeds` show it.
struct FeedStatus {
  FeedId id{};
  std::string name;
  std::string url;  // polled: configured or adopted
  PollState state;
  std::chrono::seconds interval{};  // the present one
  bool interval_is_fixed = false;   // by the configuration, not the model's choice
  enum class Activity : std::uint8_t { waiting, queued, polling } activity = Activity::waiting;
};

struct SchedulerCounters {
  std::uint64_t polls = 0;
  std::uint64_t not_modified = 0;
  std::uint64_t full = 0;
  std::uint64_t failed = 0;
  std::uint64_t throttled = 0;  // 429 or 503
  std::uint64_t robots_denied = 0;
  std::uint64_t pushes = 0;          // WebSub deliveries that were read
  std::uint64_t pushes_dropped = 0;  // whose signature was wrong
  std::size_t in_flight = 0;
  std::size_t queued = 0;  // due, waiting at a host's gate
};

enum class Pause : std::uint8_t { no, yes };

// One line per poll, for the log and the metrics.
struct PollTrace {
  FeedSpec const* feed = nullptr;
  unsigned status = 0;  // 0: no answer
  std::string error;    // in words
  std::uint32_t new_items = 0;
  std::uint64_t wire_bytes = 0;
  std::chrono::microseconds time{};
  UtcMicros next_due{};
  PollState const* state = nullptr;  // after the poll; for the call only
  bool pushed = false;               // a WebSub hub brought it: no poll
  std::string unmet_wish;            // why `fresh` cannot be met; said once, when it is found out
  std::string unmet_budget;          // the same of the budget of all feeds
};

class Scheduler {
 public:
  // `clock`, `client` and `sink` outlive the scheduler.
  Scheduler(boost::asio::any_io_executor executor, SleepingClock& clock, fetch::Client& client,
            PollSink& sink, SchedulerOptions options);
  ~Scheduler();

  // Where the state of a feed is looked up when it is added: what commit() kept, "" for none.
  using LoadState = std::function<std::string(FeedSpec const&)>;

  // The feeds from now on. Feeds that stay keep their due times, or get sooner ones where their interval
  // became shorter; a changed URL starts that feed anew; removed ones finish the poll in hand. Call before
  // run() and again at every reload.
  struct Difference {
    std::vector<std::string> added, removed, changed;  // names
  };
  Difference set_feeds(std::vector<FeedSpec> feeds, LoadState const& load);

  // Pace and patience from the next poll on; the set_feeds() that follows brings forward the due times of
  // feeds that are to be asked more often, none before its publisher wants.
  void set_polling(PollingOptions polling);

  // Called after each poll, on the executor. Must not block.
  void on_poll(std::function<void(PollTrace const&)> listener);

  // Polls until cancelled, or until stop() has drained what was under way.
  boost::asio::awaitable<void> run();

  // No new polls; returns when those under way are committed.
  boost::asio::awaitable<void> stop();

  // Asks sooner than planned, still conditionally and at the host's gate. Fails with `not_found`, or with
  // `refused` and the reason, with a time where there is one: politeness (soonest_by_hand), a pause, a hold,
  // or that it is being asked already.
  Result<void> poll_now(FeedId feed);

  // The operator's pause of one feed: no poll begins until it is lifted, also across restarts. Durable when
  // it returns. Fails with `not_found`, or as the sink's commit does.
  boost::asio::awaitable<Result<void>> set_paused(FeedId feed, Pause pause);

  // While held no poll begins; those under way end. For a disk that is nearly full.
  void hold(bool held);

  // WebSub, for the HTTP API. The answer to a hub's question (GET): what to send back with 200; `not_found`
  // where we did not ask. A delivery (POST) is read in the background; a success is answered 202 also where
  // the signature was wrong. Fails with `gone` (410) for a subscription that is not ours, with `unreachable`
  // (503) where too many are being read.
  bool awaits_push(std::string const& callback_id) const;
  boost::asio::awaitable<Result<std::string>> verify_push(PushQuery query);
  Result<void> deliver_push(PushDelivery delivery);

  // A client for article pages: waits at the same gates and obeys robots.txt (`refused`). Lives as long as
  // the scheduler. The second is for what PollSink::digest() asks for: its host's next polls wait for that,
  // or a host of many feeds would come to hold the places of all others.
  fetch::Client& page_client() noexcept;
  fetch::Client& digest_client() noexcept;

  std::size_t feeds() const noexcept;
  std::vector<FeedId> feed_ids() const;  // in no order; of many feeds much less work than status()
  std::vector<FeedStatus> status() const;
  SchedulerCounters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsfold::schedule
