#include "daemon/pipeline/writer.h"

#include "daemon/log/log.h"
#include "daemon/runtime/run_on.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace newsfold::pipeline {

namespace asio = boost::asio;

Writer::Writer(asio::any_io_executor io, asio::any_io_executor writer_thread, storage::Store& store,
               SleepingClock& clock, WriterOptions options, Announce announce)
    : io_(io),
      writer_thread_(std::move(writer_thread)),
      store_(store),
      clock_(clock),
      options_(options),
      announce_(std::move(announce)),
      queue_(std::move(io), options.waiting_max) {}

asio::awaitable<Result<std::vector<storage::ItemOutcome>>> Writer::commit(storage::FeedChange change) {
  auto const ticket = std::make_shared<Ticket>(io_);
  ticket->change = std::move(change);
  ++status_.waiting;
  co_await queue_.send(ticket);
  boost::system::error_code woken;
  if (!ticket->result) co_await ticket->done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  // Woken without a result: our caller is being cancelled; what was handed over is still committed.
  if (!ticket->result) co_return Error{ErrorCode::cancelled, "the daemon is stopping"};
  co_return std::move(*ticket->result);
}

std::vector<Writer::TicketPtr> Writer::gather(TicketPtr first) {
  std::size_t items = first->change.items.size();
  std::vector<TicketPtr> group{std::move(first)};
  while (items < options_.group_items_max) {
    auto next = queue_.receive_now();
    if (!next) break;
    items += (*next)->change.items.size();
    if (items > storage::commit_items_max) {
      held_ = std::move(*next);  // the store would refuse all of them
      break;
    }
    group.push_back(std::move(*next));
  }
  return group;
}

asio::awaitable<Result<storage::CommitReport>> Writer::commit_group(std::vector<TicketPtr> const& group) {
  std::vector<storage::FeedChange> changes;
  changes.reserve(group.size());
  for (auto const& ticket : group) changes.push_back(std::move(ticket->change));
  for (;;) {
    auto job = [&store = store_, &changes, now = clock_.now()] { return store.commit(changes, now); };
    auto report = co_await run_on(writer_thread_, std::move(job));
    if (report || report.error().code != ErrorCode::no_space) {
      if (!status_.paused.empty()) {
        log::info("ingest_resumed");
        status_.paused.clear();
      }
      co_return report;
    }
    if (status_.paused.empty())
      log::error("ingest_paused", {{"reason", report.error().message}, {"retry", options_.retry_after}});
    status_.paused = report.error().message;
    if (finishing_) co_return report;
    co_await clock_.sleep_until(clock_.now() + options_.retry_after);
    auto resume = [&store = store_] { return store.resume(); };
    (void)co_await run_on(writer_thread_, std::move(resume));  // the next commit says whether it worked
  }
}

// What runs on the writer's thread comes back here in the order in which it ran there: a commit before this
// one is announced before it, a commit after it later.
asio::awaitable<Result<storage::CommitReport>> Writer::split(ArticleId article, std::string reason) {
  auto job = [&store = store_, article, reason = std::move(reason), now = clock_.now()] {
    return store.split(article, reason, now);
  };
  auto report = co_await run_on(writer_thread_, std::move(job));
  if (report) announce_(*report);
  co_return report;
}

asio::awaitable<std::optional<Writer::TicketPtr>> Writer::next() {
  if (held_) co_return std::exchange(held_, nullptr);
  co_return co_await queue_.receive();
}

asio::awaitable<void> Writer::run() {
  while (auto first = co_await next()) {
    auto const group = gather(std::move(*first));
    auto report = co_await commit_group(group);
    status_.waiting -= group.size();
    if (report) {
      ++status_.groups;
      // Announced before the callers go on: whoever waits for its own change finds it announced.
      announce_(*report);
    } else {
      log::error("commit_failed", {{"code", report.error().code}, {"reason", report.error().message}});
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (report) {
        status_.items += report->outcomes[i].size();
        group[i]->result.emplace(std::move(report->outcomes[i]));
      } else {
        group[i]->result.emplace(report.error());
      }
      group[i]->done.cancel();
    }
  }
}

asio::awaitable<void> Writer::finish() {
  finishing_ = true;
  co_await queue_.finish();
}

}  // namespace newsfold::pipeline
