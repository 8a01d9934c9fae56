#pragma once
// What stands behind the classes of store.h. Known to the files of this folder only.

#include "feeds/dedup/census.h"
#include "storage/database.h"
#include "storage/fold_index.h"
#include "storage/keys.h"
#include "storage/posting_list.h"
#include "storage/proto/newsfold.pb.h"
#include "storage/record_codec.h"
#include "storage/store.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::storage {

// Where the next slice of retention goes on; all of it begins anew with the process.
struct RetentionState {
  ArticleId age_at{};                // the walk that looks for old articles
  ArticleId size_at{};               // the one that takes the oldest
  std::uint64_t over_size = 0;       // articles that it has to take yet
  std::uint64_t expected_bytes = 0;  // of the store, when what went is off the disk ...
  ArticleId expected_at{};           // ... as of this newest article ...
  UtcMicros judged_at{};             // ... and since then
  SightingKey feed_at{};             // within the feed that has too much
  SightingKey gone_at{};             // the walk over rows that only remember
};

struct StoreState {
  explicit StoreState(StoreOptions const& from);

  StoreOptions options;
  std::shared_ptr<WindowCutoff> cutoff;
  std::unique_ptr<Database> database;
  Epoch epoch{};
  dedup::ShingleCensus census;  // noted by the writer, read by all

  // The writer's.
  RecentArticles recent;
  proto::HeadRecord head;  // as durable
  Store::Listener listener;
  std::size_t batch_bytes_expected = 0;  // as the group before: spares growing step by step
  UtcMicros window_checked{};            // when the cutoff was last moved
  RetentionState retention;

  // Published after each commit.
  std::atomic<std::uint64_t> last_sequence{0};
  std::atomic<std::uint64_t> oldest_sequence{1};

  // Metrics.
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> commit_bytes{0};
  std::atomic<std::uint64_t> refolded{0};
  mutable std::atomic<std::uint64_t> corrupt_rows{0};

  // Counts a corrupt row; gives the error back.
  Error const& noted(Error const& error) const;
  // The first article stored at or after `t`; the next one to come where there is none.
  ArticleId first_article_since(UtcMicros t) const;
  void move_window(UtcMicros now);
  void publish_head(proto::HeadRecord const& durable);
};

struct ViewState {
  ViewState(StoreState const& from, rocksdb::Snapshot const* taken) : store(from), snapshot(taken) {}
  ~ViewState() { store.database->db().ReleaseSnapshot(snapshot); }
  ViewState(ViewState const&) = delete;
  ViewState& operator=(ViewState const&) = delete;

  StoreState const& store;
  rocksdb::Snapshot const* snapshot;
  proto::HeadRecord head;
};

// Reads a row of protobuf as of a snapshot (nullptr: now). `not_found`, `corrupt`.
template <class Record>
Result<Record> read_record(StoreState const& store, Family family, std::string_view key,
                           rocksdb::Snapshot const* snapshot, std::string_view what) {
  auto row = store.database->get(family, key, snapshot);
  if (!row) return store.noted(row.error());
  if (!*row) return Error{ErrorCode::not_found, "there is no " + std::string(what)};
  auto record = parse_record<Record>(**row, family_names[static_cast<std::size_t>(family)]);
  if (!record) return store.noted(record.error());
  return record;
}

Result<proto::HeadRecord> read_head(Database const& database, rocksdb::Snapshot const* snapshot);

// One upper bound for scans of all keys that begin with `prefix`; empty: to the end.
std::string after_prefix(std::string_view prefix);

// dedup::KnownItems::find in terms of rows: identities by key, sightings by feed and article.
std::vector<dedup::KnownItem> known_items(
    FeedId feed, dedup::IdentityKey key,
    std::function<proto::IdentityRecord const*(IdentityRowKey const&)> const& identity,
    std::function<proto::SightingRecord const*(SightingKey const&)> const& sighting);

}  // namespace newsfold::storage
