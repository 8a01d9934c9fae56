#include "daemon/run/observer.h"

#include "daemon/metrics/process.h"
#include "daemon/runtime/run_on.h"
#include "daemon/version.h"

#include <algorithm>
#include <utility>

namespace newsfold::run {

namespace asio = boost::asio;
using metrics::Metric;

namespace {

constexpr std::size_t today_pages_max = 200;  // of a thousand articles

double in_seconds(std::chrono::steady_clock::duration span) {
  return std::chrono::duration<double>(span).count();
}
double in_seconds(std::chrono::microseconds span) { return std::chrono::duration<double>(span).count(); }

// By status and what came of it; the catalogue lists the same words.
std::string_view class_of(schedule::PollTrace const& trace) {
  if (trace.error.starts_with("not stored")) return "not_stored";
  if (trace.status == 304) return "not_modified";
  if (trace.status == 0) return "no_answer";
  if (trace.status == 429 || trace.status == 503) return "throttled";
  if (trace.status >= 500) return "server_error";
  if (trace.status >= 400) return "client_error";
  if (!trace.error.empty()) return "unreadable";
  return trace.new_items > 0 ? "news" : "unchanged";
}

}  // namespace

struct Observer::FromDisk {
  storage::Metrics store;
  storage::Counts counts;
  std::size_t subscriptions = 0;
  std::uint64_t lag_events = 0;
  double lag_seconds = 0;
};

Observer::Observer(asio::any_io_executor blocking, ObservedParts parts)
    : blocking_(std::move(blocking)), parts_(parts), registry_(version) {}

void Observer::noted(schedule::PollTrace const& trace) {
  registry_.add(Metric::polls, 1, class_of(trace));
  registry_.add(Metric::poll_bytes, double(trace.wire_bytes));
  if (trace.status != 0) registry_.observe(Metric::poll_seconds, in_seconds(trace.time));
}

void Observer::committed(storage::CommitReport const& report) {
  std::size_t items = 0;
  for (auto const& outcomes : report.outcomes) items += outcomes.size();
  registry_.observe(Metric::commit_seconds, in_seconds(report.time));
  registry_.observe(Metric::commit_sync_seconds, in_seconds(report.sync_time));
  registry_.observe(Metric::commit_bytes, double(report.bytes));
  registry_.observe(Metric::commit_articles, double(items));
  auto const day = std::chrono::floor<std::chrono::days>(parts_.clock.now());
  if (day != today_) articles_today_ = 0;
  today_ = day;
  for (auto const& outcomes : report.outcomes)
    for (auto const& outcome : outcomes)
      articles_today_ +=
          outcome.outcome == storage::Outcome::created || outcome.outcome == storage::Outcome::copied ? 1 : 0;
}

asio::awaitable<void> Observer::count_today() {
  auto const midnight = std::chrono::floor<std::chrono::days>(parts_.clock.now());
  auto job = [&store = parts_.store, midnight] {
    auto const view = store.view();
    std::uint64_t count = 0;
    storage::ArticlePage page;
    page.limit = storage::page_rows_max;
    for (std::size_t pages = 0; pages < today_pages_max; ++pages) {
      auto const heads = view.articles(page);
      if (!heads) return count;
      for (auto const& head : *heads) {
        if (head.stored_at < midnight) return count;
        ++count;
        page.after = head.id;
      }
      if (heads->size() < page.limit) return count;
    }
    return count;
  };
  auto const before = co_await run_on(blocking_, std::move(job));
  if (today_ == midnight)
    articles_today_ = std::max(articles_today_, before);
  else if (today_ < midnight) {
    today_ = midnight;
    articles_today_ = before;
  }
}

std::uint64_t Observer::articles_today() const {
  return today_ == std::chrono::floor<std::chrono::days>(parts_.clock.now()) ? articles_today_ : 0;
}

void Observer::retained(storage::RetentionReport const& report) {
  registry_.add(Metric::retention_removed, double(report.articles_removed), "articles");
  registry_.add(Metric::retention_removed, double(report.changes_removed), "changes");
}

void Observer::loop_answered(std::chrono::steady_clock::duration delay) {
  registry_.observe(Metric::loop_delay_seconds, in_seconds(delay));
}

void Observer::put_polling() {
  auto const polls = parts_.scheduler.counters();
  registry_.set(Metric::polls_in_flight, double(polls.in_flight));
  registry_.set(Metric::polls_queued, double(polls.queued));
  registry_.set(Metric::robots_denied, double(polls.robots_denied));
  auto const& feeds = parts_.health.counts();
  auto const troubled = feeds.failing + feeds.gone + feeds.paused;
  auto const polling = std::min(polls.in_flight, feeds.total - std::min(feeds.total, troubled));
  registry_.set(Metric::feeds, double(feeds.failing), "failing");
  registry_.set(Metric::feeds, double(feeds.gone), "gone");
  registry_.set(Metric::feeds, double(feeds.paused), "paused");
  registry_.set(Metric::feeds, double(polling), "polling");
  registry_.set(Metric::feeds, double(feeds.total - std::min(feeds.total, troubled + polling)), "waiting");
  registry_.set(Metric::feeds_silent, double(feeds.silent));
  registry_.set(Metric::feeds_shrunk, double(feeds.shrunk));

  auto const fetch = parts_.fetcher.counters();
  registry_.set(Metric::fetch_requests, double(fetch.requests));
  registry_.set(Metric::fetch_connections, double(fetch.connections));
  registry_.set(Metric::fetch_tls_resumed, double(fetch.tls_resumed));
  registry_.set(Metric::fetch_bytes, double(fetch.wire_bytes));
  registry_.set(Metric::fetch_refused, double(fetch.refused));
  registry_.set(Metric::fetch_in_flight, double(fetch.in_flight));
}

void Observer::put_articles() {
  auto const& counters = parts_.pipeline.counters();
  registry_.set(Metric::documents, double(counters.documents));
  registry_.set(Metric::items, double(counters.items));
  registry_.set(Metric::pages, double(counters.pages - counters.pages_failed), "fetched");
  registry_.set(Metric::pages, double(counters.pages_failed), "failed");
  registry_.set(Metric::articles, double(counters.created), "created");
  registry_.set(Metric::articles, double(counters.copied), "copied");
  registry_.set(Metric::articles, double(counters.updated), "updated");
  registry_.set(Metric::articles, double(counters.set_aside), "set_aside");
  registry_.set(Metric::comparisons, double(counters.comparisons));
  registry_.set(Metric::matches, double(counters.matched_new), "new");
  registry_.set(Metric::matches, double(counters.matched_url), "url");
  registry_.set(Metric::matches, double(counters.matched_exact), "exact");
  registry_.set(Metric::matches, double(counters.matched_near), "near");
  registry_.set(Metric::rechecks_waiting, double(parts_.rechecker.watched()));
  auto const& writer = parts_.writer.status();
  registry_.set(Metric::writer_waiting, double(writer.waiting));
  registry_.set(Metric::ingest_paused, parts_.health.disk().low() ? 1 : 0, "disk_low");
  registry_.set(Metric::ingest_paused, writer.paused.empty() ? 0 : 1, "disk_full");
}

void Observer::put_store(FromDisk const& seen) {
  auto const& store = seen.store;
  registry_.set(Metric::commits, double(store.commits));
  registry_.set(Metric::refolded, double(store.refolded));
  registry_.set(Metric::store_articles, double(seen.counts.articles));
  registry_.set(Metric::store_versions, double(seen.counts.versions));
  registry_.set(Metric::store_stories, double(seen.counts.stories));
  registry_.set(Metric::store_copies, double(seen.counts.copies));
  registry_.set(Metric::store_sequence, double(number(seen.counts.last)));
  registry_.set(Metric::store_sequence_oldest, double(number(seen.counts.oldest)));
  registry_.set(Metric::store_disk_bytes, double(store.disk_bytes));
  registry_.set(Metric::store_disk_free_bytes, double(parts_.health.disk().free_bytes()));
  registry_.set(Metric::store_wal_bytes, double(store.wal_bytes));
  registry_.set(Metric::store_memtable_bytes, double(store.memtable_bytes));
  registry_.set(Metric::store_table_readers_bytes, double(store.table_readers_bytes));
  registry_.set(Metric::store_cache_bytes, double(store.block_cache_bytes));
  registry_.set(Metric::store_cache_reads, double(store.cache_hits), "hit");
  registry_.set(Metric::store_cache_reads, double(store.cache_misses), "miss");
  registry_.set(Metric::store_filter_useful, double(store.filter_useful));
  registry_.set(Metric::store_written_bytes, double(store.bytes_written));
  registry_.set(Metric::store_pending_compaction_bytes, double(store.pending_compaction_bytes));
  registry_.set(Metric::store_compactions_running, double(store.compactions_running));
  registry_.set(Metric::store_files_level0, double(store.files_level0));
  registry_.set(Metric::store_stalled_seconds, in_seconds(store.stalled));
  registry_.set(Metric::store_writes_stopped, store.writes_stopped ? 1 : 0);
  registry_.set(Metric::store_corrupt_rows, double(store.corrupt_rows));
}

void Observer::put_subscribers(FromDisk const& seen) {
  registry_.set(Metric::subscriptions, double(seen.subscriptions));
  registry_.set(Metric::subscription_lag_events, double(seen.lag_events));
  registry_.set(Metric::subscription_lag_seconds, seen.lag_seconds);
  registry_.set(Metric::ring_bytes, double(parts_.changes.bytes()));
  if (!api_) return;
  auto const api = api_();
  registry_.set(Metric::http_requests, double(api.requests));
  registry_.set(Metric::http_errors, double(api.errors));
  registry_.set(Metric::http_connections, double(api.connections_open));
  registry_.set(Metric::http_connections_refused, double(api.connections_refused));
  registry_.set(Metric::subscribers, double(api.subscribers));
  registry_.set(Metric::subscribers_stuck, double(api.stuck_dropped));
  registry_.set(Metric::subscribers_fell_behind, double(api.fell_behind));
  registry_.set(Metric::events_sent, double(api.events_sent));
}

void Observer::put_process() {
  auto const process = metrics::read_process();
  registry_.set(Metric::process_cpu_seconds, process.cpu_seconds);
  registry_.set(Metric::process_resident_bytes, double(process.resident_bytes));
  registry_.set(Metric::process_open_fds, double(process.open_fds));
  registry_.set(Metric::process_max_fds, double(process.max_fds));
  registry_.set(Metric::process_threads, double(process.threads));
  registry_.set(Metric::process_start_seconds, process.start_seconds);
  registry_.set(Metric::watchdog_age_seconds, in_seconds(std::chrono::steady_clock::now() - answered_at_));
}

Observer::FromDisk Observer::read(storage::Store const& store, UtcMicros now) {
  FromDisk seen;
  seen.store = store.metrics();
  auto const view = store.view();
  if (auto const counts = view.counts()) seen.counts = *counts;
  auto const subscriptions = view.subscriptions();
  if (!subscriptions) return seen;
  seen.subscriptions = subscriptions->size();
  for (auto const& one : *subscriptions) {
    if (one.epoch != store.epoch() || one.acknowledged >= seen.counts.last) continue;
    seen.lag_events = std::max(seen.lag_events, number(seen.counts.last) - number(one.acknowledged));
    seen.lag_seconds = std::max(seen.lag_seconds, std::chrono::duration<double>(now - one.moved_at).count());
  }
  return seen;
}

asio::awaitable<std::string> Observer::text(bool openmetrics) {
  auto job = [&store = parts_.store, now = parts_.clock.now()] { return read(store, now); };
  auto const seen = co_await run_on(blocking_, std::move(job));
  put_polling();
  put_articles();
  put_store(seen);
  put_subscribers(seen);
  put_process();
  for (auto const& contributor : contributors_) contributor(registry_);
  co_return openmetrics ? registry_.openmetrics_text() : registry_.prometheus_text();
}

}  // namespace newsfold::run
