#pragma once
// How the daemon is: which feeds are in trouble or raise an alarm, whether the disk has room, and all that is
// not as it should be, by name. Learns of each poll as it ends, so that asking costs nothing.
//
// Lives on the I/O thread; what needs the disk runs on `blocking`.

#include "daemon/health/alarms.h"
#include "daemon/health/disk_watch.h"
#include "daemon/runtime/clock.h"
#include "daemon/schedule/scheduler.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace newsfold::health {

// Something that is not as it should be. The names are few and stable: alert rules and people look for them.
struct Condition {
  std::string_view name;  // "disk_low", "disk_full", "store_stopped", "corrupt_rows", "most_feeds_failing"
  std::string message;    // for a person: what it means, what to do
};

// What is known of one feed beside the scheduler's record.
struct FeedHealth {
  enum class State : std::uint8_t { fine, failing, gone, paused } state = State::fine;
  std::string silent;  // the alarm in words; empty: none
  std::string shrunk;
  std::string suggestion;          // TOML that may help where it shrank
  std::uint64_t polls = 0;         // since the start ...
  std::uint64_t wire_bytes = 0;    // ... and their bytes
  std::uint64_t articles = 0;      // that it brought first, as the store has it ...
  std::uint64_t copies = 0;        // ... and those of them that were copies
  std::uint64_t stored_bytes = 0;  // of those that are kept, all versions, before compression
};

struct FeedCounts {
  std::size_t total = 0, failing = 0, gone = 0, paused = 0, silent = 0, shrunk = 0;
};

struct HealthOptions {
  AlarmOptions alarms;
  std::string store_path;
  std::uint64_t disk_free_min = 0;  // bytes
  std::chrono::seconds every{5};    // between two looks at the disk
};

class HealthWatch {
 public:
  // All references outlive the watch. `hold` is told when ingest must pause and when it may go on.
  HealthWatch(boost::asio::any_io_executor blocking, SleepingClock& clock, storage::Store const& store,
              HealthOptions options, std::function<void(bool low)> hold);

  // The feeds from now on: at the start and at a reload.
  void set_feeds(std::vector<schedule::FeedStatus> const& feeds);
  void set_options(HealthOptions options);

  // Where the configuration is known that the texts of a feed are made by; asked when they shrink.
  using RulesOf = std::function<FeedRules(FeedId feed, std::string const& host)>;
  void on_rules(RulesOf rules_of) { rules_of_ = std::move(rules_of); }

  // After each poll.
  void noted(schedule::PollTrace const& trace);
  void paused(FeedId feed, bool is_paused);
  // After retention took articles of the feed.
  void retained(FeedId feed);

  // A first look at the disk, at once: before the first poll. Blocks for a moment.
  void begin();

  // Looks at the disk and at feeds with news until cancelled.
  boost::asio::awaitable<void> run();

  FeedHealth const* feed(FeedId id) const;
  FeedCounts const& counts() const noexcept { return counts_; }
  DiskWatch const& disk() const noexcept { return disk_; }

  // `writer_paused`: the writer's words, empty where it writes.
  std::vector<Condition> conditions(std::string const& writer_paused) const;

 private:
  struct Feed {
    FeedHealth health;
    std::string name;
  };
  struct Seen {
    std::uint64_t brought = 0, copies = 0, bytes = 0;
    bool articles_read = false;
    std::optional<Shrinking> shrinking;
    Readings readings;
  };

  void change(FeedHealth& feed, std::function<void(FeedHealth&)> const& how);
  void look_soon(FeedId feed);
  void look_for_silence(schedule::PollState const& state, Feed& feed);
  void judge_disk(std::optional<std::uint64_t> free_bytes);
  boost::asio::awaitable<void> look_at_disk();
  boost::asio::awaitable<void> look_at_articles();
  static Seen read(storage::View const& view, FeedId feed, AlarmOptions const& alarms);
  void judge_shrinking(FeedId id, Feed& feed, Seen const& seen);

  boost::asio::any_io_executor blocking_;
  SleepingClock& clock_;
  storage::Store const& store_;
  HealthOptions options_;
  std::function<void(bool)> hold_;
  RulesOf rules_of_;
  DiskWatch disk_;
  std::unordered_map<FeedId, Feed> feeds_;
  FeedCounts counts_;
  std::deque<FeedId> with_news_;  // whose articles are to be looked at
  std::unordered_set<FeedId> waiting_;
  bool writes_stopped_ = false;
};

}  // namespace newsfold::health
