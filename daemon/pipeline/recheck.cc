#include "daemon/pipeline/recheck.h"

#include "daemon/log/log.h"
#include "daemon/pipeline/known_page.h"
#include "daemon/runtime/run_on.h"
#include "daemon/schedule/host_key.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace newsfold::pipeline {

namespace asio = boost::asio;

namespace {

// An answer that says nothing of the page (403, 429, 5xx, none at all) is asked for half as often.
constexpr double stretch_in_trouble = 2;

std::vector<storage::ArticleHead> heads_since(storage::Store const& store, UtcMicros since,
                                              std::size_t heads_max) {
  std::vector<storage::ArticleHead> heads;
  storage::ArticlePage page;
  page.limit = storage::page_rows_max;
  auto const view = store.view();
  while (heads.size() < heads_max) {
    auto rows = view.articles(page);
    if (!rows || rows->empty()) break;
    for (auto& row : *rows) {
      if (row.stored_at < since) return heads;
      if (!row.withdrawn_at) heads.push_back(std::move(row));
    }
    page.after = rows->back().id;
  }
  return heads;
}

}  // namespace

Rechecker::Rechecker(asio::any_io_executor const& io, asio::any_io_executor blocking, SleepingClock& clock,
                     storage::Store& store, Pipeline& pipeline, Writer& writer, fetch::Client& pages,
                     RecheckOptions options)
    : blocking_(std::move(blocking)),
      clock_(clock),
      store_(store),
      pipeline_(pipeline),
      writer_(writer),
      pages_(pages),
      options_(std::move(options)),
      changed_(io, asio::steady_timer::time_point::max()),
      checks_(io) {}

void Rechecker::watch(ArticleId article, FeedId feed) {
  auto const now = clock_.now();
  schedule({now, now, article, feed, 0});
}

// The next look: by the article's age, never sooner than the ladder's step from now.
void Rechecker::schedule(Watched watched, double stretch, double rarely) {
  if (due_.size() >= options_.articles_max) return;
  auto const now = clock_.now();
  // Stored by a clock that was ahead: young from now on, not until it is passed again.
  watched.stored_at = std::min(watched.stored_at, now);
  for (auto const& step : options_.ladder) {
    if (now - watched.stored_at >= step.younger_than) continue;
    auto const every = step.every * stretch * (&step == &options_.ladder.front() ? 1 : rarely);
    watched.due = now + std::chrono::floor<std::chrono::microseconds>(every);
    due_.push(watched);
    changed_.cancel();
    return;
  }
}

asio::awaitable<void> Rechecker::load() {
  if (options_.ladder.empty()) co_return;
  auto job = [&store = store_, since = clock_.now() - options_.ladder.back().younger_than,
              heads_max = options_.articles_max] { return heads_since(store, since, heads_max); };
  for (auto const& head : co_await run_on(blocking_, std::move(job)))
    schedule({{}, head.stored_at, head.id, head.feed, 0});
}

asio::awaitable<void> Rechecker::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await load();
  try {
    for (;;) {
      auto const free = in_flight_ < options_.in_flight_max;
      if (free && !due_.empty() && due_.top().due <= clock_.now()) {
        auto const next = due_.top();
        due_.pop();
        ++in_flight_;
        checks_.spawn(check(next));
        continue;
      }
      boost::system::error_code woken;
      auto changed = changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      if (free && !due_.empty()) {
        co_await (clock_.sleep_until(due_.top().due) || std::move(changed));
      } else {
        co_await std::move(changed);
      }
      if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) break;
    }
  } catch (boost::system::system_error const& e) {
    if (e.code() != asio::error::operation_aborted) throw;
  }
  co_await asio::this_coro::reset_cancellation_state();
  checks_.cancel();
  co_await checks_.join();
}

asio::awaitable<void> Rechecker::check(Watched watched) {
  // However the check ends, its place is free again.
  struct Leave {
    Rechecker& self;
    ~Leave() {
      --self.in_flight_;
      self.changed_.cancel();
    }
  } const leave{*this};

  auto const source = pipeline_.source(watched.feed);
  if (!source || !source->recheck || source->pages == PagePolicy::never) co_return;
  auto find = [&store = store_, feed = watched.feed, article = watched.article] {
    return known_page(store.view(), feed, article);
  };
  auto const page = co_await run_on(blocking_, std::move(find));
  if (page.url.empty()) {
    // A poll may yet read it from its page; from then on that is looked at here.
    if (page.may_come || source->pages == PagePolicy::always) schedule(watched);
    co_return;
  }

  fetch::Request request;
  request.url = page.url;
  request.accept = fetch::Accept::page;
  request.limits = source->page_limits;
  ask_whether_changed(request, page);
  auto answer = co_await pages_.fetch(std::move(request));
  auto const status = answer ? answer->status : 0U;
  // Where it is, which may be elsewhere than the feed's link says (a wrapper's).
  auto const host = schedule::host_key(answer ? answer->final_url : page.url);
  double trouble = 1;
  if (status == 404 || status == 410) {
    if (++watched.missing >= options_.missing_max) {
      co_await withdraw(watched, status);
      co_return;
    }
  } else if (status == 200 || (status == 304 && answer->conditional)) {
    watched.missing = 0;
    auto const edited =
        co_await pipeline_.recheck(*source, watched.article, page, pages_, std::move(*answer));
    if (edited)
      edits_.note(host, *edited);
    else
      log::info("recheck_failed", {{"article", watched.article}, {"reason", edited.error().message}});
  } else {
    trouble = stretch_in_trouble;
  }
  // Whether a page is gone is to be known soon.
  schedule(watched, trouble, watched.missing > 0 ? 1 : edits_.stretch(host));
}

asio::awaitable<void> Rechecker::withdraw(Watched watched, unsigned status) {
  auto const source = pipeline_.source(watched.feed);
  if (!source) co_return;
  storage::FeedChange change;
  change.feed = watched.feed;
  change.feed_name = source->name;
  change.withdrawals.push_back({watched.article, "the page answered " + std::to_string(status) + " " +
                                                     std::to_string(options_.missing_max) +
                                                     " times in a row"});
  auto const done = co_await writer_.commit(std::move(change));
  if (!done)
    log::warning("withdraw_failed", {{"article", watched.article}, {"reason", done.error().message}});
}

}  // namespace newsfold::pipeline
