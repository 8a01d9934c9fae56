// A data table: one row a metric.

#include "daemon/metrics/catalogue.h"

#include <array>

namespace newsfold::metrics {
namespace {

// Seconds: from a kept connection's 304 to fetch.timeout's default.
constexpr std::array network_seconds{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0};
// From memory to a disk in trouble.
constexpr std::array disk_seconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                  0.1,    0.25,  0.5,    1.0,   2.5,  10.0};
constexpr std::array sizes{1e3, 4e3, 16e3, 64e3, 256e3, 1e6, 4e6, 16e6, 64e6, 256e6};
constexpr std::array counts{1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0};

Info counter(Metric metric, std::string_view name, std::string_view help, std::string_view label = {},
             std::vector<std::string_view> values = {}) {
  return {metric, name, Kind::counter, help, label, std::move(values), {}};
}

Info gauge(Metric metric, std::string_view name, std::string_view help, std::string_view label = {},
           std::vector<std::string_view> values = {}) {
  return {metric, name, Kind::gauge, help, label, std::move(values), {}};
}

Info histogram(Metric metric, std::string_view name, std::string_view help, std::span<double const> buckets) {
  return {metric, name, Kind::histogram, help, {}, {}, buckets};
}

std::vector<Info> make_catalogue() {
  using enum Metric;
  return {
      gauge(build_info, "newsfold_build_info", "Always 1; says which version runs", "version"),

      counter(
          polls, "newsfold_polls_total",
          "Polls by what came of them: news (new items), unchanged (a document without any), not_modified "
          "(304), throttled (429, 503), client_error and server_error (other 4xx, 5xx), no_answer, "
          "unreadable (an answer that is no feed), not_stored (the store refused)",
          "outcome",
          {"news", "unchanged", "not_modified", "throttled", "client_error", "server_error", "no_answer",
           "unreadable", "not_stored"}),
      histogram(poll_seconds, "newsfold_poll_duration_seconds",
                "From the request of a poll to the end of its answer", network_seconds),
      counter(poll_bytes, "newsfold_poll_bytes_total", "Bytes of feed documents on the wire"),
      gauge(polls_in_flight, "newsfold_polls_in_flight", "Polls between their request and their commit"),
      gauge(polls_queued, "newsfold_polls_queued", "Feeds that are due and wait for their host's turn"),
      counter(robots_denied, "newsfold_robots_denied_total", "Polls that robots.txt did not allow"),
      gauge(feeds, "newsfold_feeds", "Feeds by their state", "state",
            {"waiting", "polling", "failing", "gone", "paused"}),
      gauge(feeds_silent, "newsfold_feeds_silent",
            "Feeds that answer well and have brought nothing for several times their usual gap"),
      gauge(feeds_shrunk, "newsfold_feeds_shrunk",
            "Feeds whose newest articles are far shorter than theirs used to be: a new layout, or a wall"),

      counter(fetch_requests, "newsfold_fetch_requests_total",
              "Requests sent, every redirect's hop is one: feeds, pages and robots.txt"),
      counter(fetch_connections, "newsfold_fetch_connections_total", "Connections opened to publishers"),
      counter(fetch_tls_resumed, "newsfold_fetch_tls_resumed_total", "TLS handshakes that resumed a session"),
      counter(fetch_bytes, "newsfold_fetch_bytes_total", "Bytes received from publishers, as on the wire"),
      counter(fetch_refused, "newsfold_fetch_refused_total",
              "Connects to private addresses that the address guard stopped"),
      gauge(fetch_in_flight, "newsfold_fetch_in_flight", "Transfers under way"),

      counter(documents, "newsfold_documents_total", "Feed documents read"),
      counter(items, "newsfold_items_total", "Items of feeds that were new or changed"),
      counter(pages, "newsfold_pages_total", "Article pages asked for", "outcome", {"fetched", "failed"}),
      counter(
          articles, "newsfold_articles_total",
          "Articles by what became of them; set_aside are those that a broken row or an unusable item kept "
          "out",
          "outcome", {"created", "copied", "updated", "set_aside"}),
      counter(matches, "newsfold_dedup_matches_total", "New articles by how a copy of them was recognised",
              "match", {"new", "url", "exact", "near"}),
      counter(comparisons, "newsfold_dedup_comparisons_total",
              "Pairs of articles that were compared in full, after the index had named the candidate"),
      counter(refolded, "newsfold_dedup_refolded_total",
              "Articles whose story the writer decided again, because one that matters came in between"),
      gauge(rechecks_waiting, "newsfold_rechecks_waiting", "Articles whose page will be looked at again"),

      gauge(writer_waiting, "newsfold_writer_waiting", "Polls' results that wait for their commit"),
      counter(commits, "newsfold_commits_total", "Groups committed"),
      histogram(commit_seconds, "newsfold_commit_duration_seconds",
                "From a group's begin on the writer's thread to its durability", disk_seconds),
      histogram(commit_sync_seconds, "newsfold_commit_sync_seconds",
                "Of it, writing the log and waiting for the disk", disk_seconds),
      histogram(commit_bytes, "newsfold_commit_size_bytes", "Rows of one group", sizes),
      histogram(commit_articles, "newsfold_commit_articles", "Items in one group", counts),
      gauge(ingest_paused, "newsfold_ingest_paused",
            "1 while nothing is polled or written: disk_low (less than storage.disk_free_min is free), "
            "disk_full "
            "(a commit met a full disk)",
            "reason", {"disk_low", "disk_full"}),
      counter(retention_removed, "newsfold_retention_removed_total", "What retention took away", "what",
              {"articles", "changes"}),

      gauge(store_articles, "newsfold_store_articles", "Articles kept"),
      gauge(store_versions, "newsfold_store_versions", "Versions of articles kept"),
      gauge(store_stories, "newsfold_store_stories", "Stories kept"),
      gauge(store_copies, "newsfold_store_copies", "Articles that joined another's story"),
      gauge(store_sequence, "newsfold_store_sequence", "The newest number of the change log"),
      gauge(store_sequence_oldest, "newsfold_store_sequence_oldest", "The oldest number that is retained"),
      gauge(store_disk_bytes, "newsfold_store_disk_bytes", "Live table files"),
      gauge(store_disk_free_bytes, "newsfold_store_disk_free_bytes", "Free space where the store lies"),
      gauge(store_wal_bytes, "newsfold_store_wal_bytes", "Write-ahead log"),
      gauge(store_memtable_bytes, "newsfold_store_memtable_bytes", "Rows that are in no table file yet"),
      gauge(store_table_readers_bytes, "newsfold_store_table_readers_bytes",
            "Memory of the tables' indexes and filters"),
      gauge(store_cache_bytes, "newsfold_store_cache_bytes", "Block cache in use"),
      counter(store_cache_reads, "newsfold_store_cache_reads_total", "Blocks asked of the cache", "result",
              {"hit", "miss"}),
      counter(store_filter_useful, "newsfold_store_filter_useful_total",
              "Reads that a Bloom filter spared the disk"),
      counter(store_written_bytes, "newsfold_store_written_bytes_total",
              "Bytes written: log, flushes and compactions"),
      gauge(store_pending_compaction_bytes, "newsfold_store_pending_compaction_bytes",
            "What compactions still have to rewrite"),
      gauge(store_compactions_running, "newsfold_store_compactions_running", "Compactions under way"),
      gauge(store_files_level0, "newsfold_store_files_level0", "Tables in level 0, over all kinds of rows"),
      counter(store_stalled_seconds, "newsfold_store_stalled_seconds_total",
              "Time that writes waited for compactions"),
      gauge(store_writes_stopped, "newsfold_store_writes_stopped", "1 where RocksDB takes no writes"),
      counter(store_corrupt_rows, "newsfold_store_corrupt_rows_total",
              "Rows met that do not decode; see newsfold verify"),

      counter(http_requests, "newsfold_http_requests_total", "Requests to our API"),
      counter(http_errors, "newsfold_http_errors_total", "Of them, answered with 4xx or 5xx"),
      gauge(http_connections, "newsfold_http_connections", "Connections to our API that are open"),
      counter(http_connections_refused, "newsfold_http_connections_refused_total",
              "Connections beyond http.connections_max"),
      gauge(subscribers, "newsfold_subscribers", "Streams open"),
      counter(subscribers_stuck, "newsfold_subscribers_stuck_total",
              "Subscribers dropped because they took no byte for long"),
      counter(subscribers_fell_behind, "newsfold_subscribers_fell_behind_total",
              "Times that a subscriber had to go on from the disk"),
      counter(events_sent, "newsfold_events_sent_total", "Events sent to subscribers"),
      gauge(subscriptions, "newsfold_subscriptions", "Named subscriptions"),
      gauge(subscription_lag_events, "newsfold_subscription_lag_events",
            "How far the named subscription that is furthest behind is behind"),
      gauge(subscription_lag_seconds, "newsfold_subscription_lag_seconds",
            "How long the named subscription that has stood still longest while there was news has stood "
            "still"),
      gauge(ring_bytes, "newsfold_ring_bytes", "The newest events, kept in memory"),

      histogram(loop_delay_seconds, "newsfold_loop_delay_seconds",
                "How long a ready task waits for the I/O loop", disk_seconds),
      gauge(watchdog_age_seconds, "newsfold_watchdog_age_seconds",
            "Since loop, writer and store last answered all"),
      counter(process_cpu_seconds, "process_cpu_seconds_total", "CPU time"),
      gauge(process_resident_bytes, "process_resident_memory_bytes", "Resident memory"),
      gauge(process_open_fds, "process_open_fds", "Open descriptors"),
      gauge(process_max_fds, "process_max_fds", "Descriptors allowed"),
      gauge(process_threads, "process_threads", "Threads"),
      gauge(process_start_seconds, "process_start_time_seconds", "When it started, in seconds since 1970"),
  };
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::counter: return "counter";
    case Kind::gauge: return "gauge";
    case Kind::histogram: return "histogram";
  }
  return "gauge";
}

}  // namespace

std::span<Info const> catalogue() {
  static std::vector<Info> const table = make_catalogue();
  return table;
}

std::string reference_markdown() {
  std::string out =
      "# Metrics\n\n"
      "What `GET /metrics` answers: OpenMetrics where the client asks for it (Prometheus does), else "
      "Prometheus's text\nformat. A label's values are fixed; no label holds a name of a feed, a host or a "
      "subscriber. This page is what\n`newsfold config metrics` prints, made from the table that the daemon "
      "uses (daemon/metrics/catalogue.cc).\n\n"
      "| metric | kind | label | |\n|---|---|---|---|\n";
  for (auto const& info : catalogue()) {
    std::string label;
    if (!info.label.empty()) {
      label = "`" + std::string(info.label) + "`";
      for (std::size_t i = 0; i < info.values.size(); ++i)
        label += (i == 0 ? ": " : ", ") + std::string(info.values[i]);
    }
    out += "| `" + std::string(info.name) + "` | " + std::string(name_of(info.kind)) + " | " + label + " | " +
           std::string(info.help) + " |\n";
  }
  return out;
}

}  // namespace newsfold::metrics
