#pragma once
// Every number that the daemon tells at /metrics, declared once: the registry, docs/metrics.md, and the tests
// that hold dashboard and alert rules against it, all walk this table.
//
// A metric has no label, or one whose values are listed here: the number of series is fixed when we are
// built, whatever publishers and subscribers do.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::metrics {

enum class Metric : std::uint8_t {
  build_info,
  // polling
  polls,
  poll_seconds,
  poll_bytes,
  polls_in_flight,
  polls_queued,
  robots_denied,
  feeds,
  feeds_silent,
  feeds_shrunk,
  // fetching
  fetch_requests,
  fetch_connections,
  fetch_tls_resumed,
  fetch_bytes,
  fetch_refused,
  fetch_in_flight,
  // articles
  documents,
  items,
  pages,
  articles,
  matches,
  comparisons,
  refolded,
  rechecks_waiting,
  // writing
  writer_waiting,
  commits,
  commit_seconds,
  commit_sync_seconds,
  commit_bytes,
  commit_articles,
  ingest_paused,
  retention_removed,
  // the store
  store_articles,
  store_versions,
  store_stories,
  store_copies,
  store_sequence,
  store_sequence_oldest,
  store_disk_bytes,
  store_disk_free_bytes,
  store_wal_bytes,
  store_memtable_bytes,
  store_table_readers_bytes,
  store_cache_bytes,
  store_cache_reads,
  store_filter_useful,
  store_written_bytes,
  store_pending_compaction_bytes,
  store_compactions_running,
  store_files_level0,
  store_stalled_seconds,
  store_writes_stopped,
  store_corrupt_rows,
  // subscribers
  http_requests,
  http_errors,
  http_connections,
  http_connections_refused,
  subscribers,
  subscribers_stuck,
  subscribers_fell_behind,
  events_sent,
  subscriptions,
  subscription_lag_events,
  subscription_lag_seconds,
  ring_bytes,
  // the process
  loop_delay_seconds,
  watchdog_age_seconds,
  process_cpu_seconds,
  process_resident_bytes,
  process_open_fds,
  process_max_fds,
  process_threads,
  process_start_seconds,
};

enum class Kind : std::uint8_t { counter, gauge, histogram };

struct Info {
  Metric metric{};
  std::string_view name;  // as Prometheus's text format has it: counters end in _total
  Kind kind{};
  std::string_view help;
  std::string_view label;                // its name; empty: none
  std::vector<std::string_view> values;  // of the label; of build_info: the version that runs
  std::span<double const> buckets;       // of a histogram: upper bounds
};

// In the order of Metric.
std::span<Info const> catalogue();

// docs/metrics.md.
std::string reference_markdown();

}  // namespace newsfold::metrics
