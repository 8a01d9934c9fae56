#pragma once
// The one that writes: collects what polls hand over into groups and commits each group in one step on the
// writer's thread. While a commit runs, the next group gathers, so the number of syncs does not grow with
// the number of polls.
//
// A full disk pauses it: the group is kept, tried again every few seconds, and nothing is lost; callers
// wait, and with them the polls. Once it is to finish it tries once more and gives up: callers hear
// `no_space`, and their feeds stay due. Lives on the I/O executor; only the commit itself runs on the other.

#include "daemon/runtime/channel.h"
#include "daemon/runtime/clock.h"
#include "feeds/model/error.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::pipeline {

struct WriterOptions {
  std::size_t group_items_max = 128;    // in one commit
  std::size_t waiting_max = 256;        // changes handed over and not committed; beyond, commit() waits
  std::chrono::seconds retry_after{5};  // while the disk is full
};

struct WriterStatus {
  std::uint64_t groups = 0;
  std::uint64_t items = 0;
  std::size_t waiting = 0;
  std::string paused;  // why nothing is written now, in words; empty: all well
};

class Writer {
 public:
  // Called on the I/O executor after a commit is durable, in the order of the commits. Must not block.
  using Announce = std::function<void(storage::CommitReport const&)>;

  // `store` and `clock` outlive the writer.
  Writer(boost::asio::any_io_executor io, boost::asio::any_io_executor writer_thread, storage::Store& store,
         SleepingClock& clock, WriterOptions options, Announce announce);

  // Durable when it returns. The outcomes are those of the change's items, in their order.
  boost::asio::awaitable<Result<std::vector<storage::ItemOutcome>>> commit(storage::FeedChange change);

  // Store::split() on the writer's thread; announced like a commit, in its place among them.
  boost::asio::awaitable<Result<storage::CommitReport>> split(ArticleId article, std::string reason);

  // Commits groups until finish() was called and everything handed over before it is durable, or does not
  // fit on the disk.
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> finish();

  // Where other changes to the store belong (subscriptions, retention): use run_on(thread(), ...).
  boost::asio::any_io_executor thread() const { return writer_thread_; }

  // By the clock that dates what is committed.
  UtcMicros now() const { return clock_.now(); }

  WriterStatus const& status() const noexcept { return status_; }

 private:
  struct Ticket {
    explicit Ticket(boost::asio::any_io_executor const& executor)
        : done(executor, boost::asio::steady_timer::time_point::max()) {}
    storage::FeedChange change;
    std::optional<Result<std::vector<storage::ItemOutcome>>> result;
    boost::asio::steady_timer done;  // cancelled when `result` is there
  };
  using TicketPtr = std::shared_ptr<Ticket>;

  boost::asio::awaitable<std::optional<TicketPtr>> next();
  std::vector<TicketPtr> gather(TicketPtr first);
  boost::asio::awaitable<Result<storage::CommitReport>> commit_group(std::vector<TicketPtr> const& group);

  boost::asio::any_io_executor io_;
  boost::asio::any_io_executor writer_thread_;
  storage::Store& store_;
  SleepingClock& clock_;
  WriterOptions options_;
  Announce announce_;
  Channel<TicketPtr> queue_;
  TicketPtr held_;  // from the queue, and too large for the group before it
  WriterStatus status_;
  bool finishing_ = false;
};

}  // namespace newsfold::pipeline
