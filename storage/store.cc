#include "storage/store.h"

#include "storage/keys.h"
#include "storage/record_codec.h"
#include "storage/state.h"

#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <cstdlib>
#include <stop_token>
#include <utility>

namespace newsfold::storage {
namespace {

Result<void> put(StoreState& state, Family family, std::string_view key, std::string const& row) {
  rocksdb::WriteBatch batch;
  batch.Put(state.database->handle(family), slice(key), row);
  return state.database->write(batch, state.options.sync);
}

Result<void> remove(StoreState& state, Family family, std::string_view key) {
  rocksdb::WriteBatch batch;
  batch.Delete(state.database->handle(family), slice(key));
  return state.database->write(batch, state.options.sync);
}

std::uint64_t property(StoreState const& state, std::string const& name) {
  std::uint64_t sum = 0;
  state.database->db().GetAggregatedIntProperty(name, &sum);
  return sum;
}

}  // namespace

Error const& StoreState::noted(Error const& error) const {
  if (error.code == ErrorCode::corrupt) corrupt_rows.fetch_add(1, std::memory_order_relaxed);
  return error;
}

// Articles are numbered in the order in which they were stored, so that time is found by halving. Numbers
// may be missing where retention took some.
ArticleId StoreState::first_article_since(UtcMicros t) const {
  std::uint64_t low = 1;
  std::uint64_t high = head.last_article() + 1;
  auto const rows = database->iterate(Family::articles, nullptr);
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const key = ArticleKey{ArticleId{middle}}.encode();
    rows->Seek(slice(storage::view_of(key)));
    if (!rows->Valid()) {
      high = middle;
      continue;
    }
    auto const at = ArticleKey::decode(storage::view_of(rows->key()));
    auto const record = parse_record<proto::ArticleRecord>(storage::view_of(rows->value()), "articles");
    if (!at || !record || number(at->article) >= high || from_micros(record->stored_at()) >= t) {
      high = middle;
    } else {
      low = number(at->article) + 1;
    }
  }
  return ArticleId{low};
}

void StoreState::move_window(UtcMicros now) {
  window_checked = now;
  auto const oldest = number(first_article_since(now - options.fold.window));
  if (oldest > cutoff->article.load(std::memory_order_relaxed))
    cutoff->article.store(oldest, std::memory_order_relaxed);
}

void StoreState::publish_head(proto::HeadRecord const& durable) {
  head = durable;
  oldest_sequence.store(durable.oldest_sequence(), std::memory_order_release);
  last_sequence.store(durable.last_sequence(), std::memory_order_release);
}

std::string after_prefix(std::string_view prefix) {
  std::string after(prefix);
  while (!after.empty() && static_cast<unsigned char>(after.back()) == 0xFF) after.pop_back();
  if (!after.empty()) after.back() = static_cast<char>(after.back() + 1);
  return after;
}

Store::Store(std::unique_ptr<StoreState> state) noexcept : state_(std::move(state)) {}

Store::~Store() {
  state_->database->flush();  // so that the next start need not read the log
}

View Store::view() const {
  auto view = std::make_unique<ViewState>(*state_, state_->database->db().GetSnapshot());
  // The head lies in every commit: as of this snapshot it says exactly what is in it. One that cannot be
  // read leaves the view empty, and the questions fail by themselves.
  if (auto head = read_head(*state_->database, view->snapshot)) view->head = std::move(*head);
  // A commit is seen a moment before its writer comes to publish it; who goes on from this view in the log
  // must not be told that its last event is yet to come.
  auto published = state_->last_sequence.load(std::memory_order_acquire);
  while (published < view->head.last_sequence() &&
         !state_->last_sequence.compare_exchange_weak(published, view->head.last_sequence(),
                                                      std::memory_order_acq_rel)) {
  }
  return View(std::move(view));
}

Epoch Store::epoch() const noexcept { return state_->epoch; }
Sequence Store::last_sequence() const noexcept {
  return Sequence{state_->last_sequence.load(std::memory_order_acquire)};
}
FoldSettings const& Store::fold_settings() const noexcept { return state_->options.fold; }

Sequence Store::oldest_sequence() const noexcept {
  return Sequence{state_->oldest_sequence.load(std::memory_order_acquire)};
}

void Store::on_commit(Listener listener) { state_->listener = std::move(listener); }

Result<void> Store::put_feed_state(FeedId feed, std::string_view name, std::string_view feed_state) {
  auto const key = FeedKey{feed}.encode();
  auto record = read_record<proto::FeedRecord>(*state_, Family::feeds, view_of(key), nullptr, "feed");
  if (!record && record.error().code != ErrorCode::not_found && record.error().code != ErrorCode::corrupt)
    return record.error();
  auto row = record ? std::move(*record) : proto::FeedRecord{};
  row.set_name(std::string(name));
  row.set_state(std::string(feed_state));
  return put(*state_, Family::feeds, view_of(key), row.SerializeAsString());
}

Result<void> Store::forget_feeds(std::span<FeedState const> feeds) {
  if (!state_->head.bytes_counted()) return {};  // it is not known yet whose articles are kept
  rocksdb::WriteBatch batch;
  for (auto const& feed : feeds) {
    auto const key = FeedKey{feed.feed}.encode();
    auto row = read_record<proto::FeedRecord>(*state_, Family::feeds, view_of(key), nullptr, "feed");
    if (!row && (row.error().code == ErrorCode::not_found || row.error().code == ErrorCode::corrupt))
      continue;
    if (!row) return row.error();
    if (row->state() != feed.state) continue;
    auto* const handle = state_->database->handle(Family::feeds);
    if (row->bytes() == 0) {
      batch.Delete(handle, slice(view_of(key)));
    } else if (!row->state().empty()) {
      row->clear_state();
      batch.Put(handle, slice(view_of(key)), row->SerializeAsString());
    }
  }
  if (batch.Count() == 0) return {};
  return state_->database->write(batch, state_->options.sync);
}

Result<void> Store::put_blocks(std::string_view host, std::string_view blocks) {
  return put(*state_, Family::blocks, host, std::string(blocks));
}

Result<void> Store::put_subscription(Subscription const& subscription) {
  if (subscription.name.empty() || subscription.name.size() > subscription_name_bytes_max)
    return Error{ErrorCode::invalid, "the name of a subscription has 1 to " +
                                         std::to_string(subscription_name_bytes_max) + " bytes"};
  proto::SubscriptionRecord record;
  write(subscription, record);
  return put(*state_, Family::cursors, subscription.name, record.SerializeAsString());
}

Result<void> Store::remove_subscription(std::string_view name) {
  return remove(*state_, Family::cursors, name);
}

Result<void> Store::resume() { return state_->database->resume(); }

Result<void> Store::compact(std::stop_token stop) {
  if (auto possible = state_->database->may_flush(); !possible) return possible;
  std::atomic<bool> stopped{false};
  std::stop_callback const stopping(std::move(stop), [&stopped] { stopped.store(true); });
  rocksdb::CompactRangeOptions options;
  options.canceled = &stopped;
  for (std::size_t i = 0; i < families; ++i) {
    auto const status = state_->database->db().CompactRange(
        options, state_->database->handle(static_cast<Family>(i)), nullptr, nullptr);
    if (stopped.load())
      return Error{ErrorCode::cancelled, "the compaction was stopped; what it had done stays done"};
    if (!status.ok()) return error_of(status, "compact " + family_names[i]);
  }
  return {};
}

Metrics Store::metrics() const {
  auto const& state = *state_;
  auto const& statistics = state.database->statistics();
  Metrics metrics;
  metrics.commits = state.commits.load(std::memory_order_relaxed);
  metrics.commit_bytes = state.commit_bytes.load(std::memory_order_relaxed);
  metrics.refolded = state.refolded.load(std::memory_order_relaxed);
  metrics.corrupt_rows = corrupt_rows();
  metrics.disk_bytes = property(state, rocksdb::DB::Properties::kLiveSstFilesSize);
  metrics.memtable_bytes = property(state, rocksdb::DB::Properties::kCurSizeAllMemTables);
  metrics.pending_compaction_bytes =
      property(state, rocksdb::DB::Properties::kEstimatePendingCompactionBytes);
  metrics.table_readers_bytes = property(state, rocksdb::DB::Properties::kEstimateTableReadersMem);
  metrics.compactions_running = property(state, rocksdb::DB::Properties::kNumRunningCompactions);
  for (std::size_t i = 0; i < families; ++i) {
    std::string files;
    if (state.database->db().GetProperty(state.database->handle(static_cast<Family>(i)),
                                         rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0", &files))
      metrics.files_level0 += std::strtoull(files.c_str(), nullptr, 10);
  }
  metrics.wal_syncs = statistics.getTickerCount(rocksdb::WAL_FILE_SYNCED);
  metrics.cache_hits = statistics.getTickerCount(rocksdb::BLOCK_CACHE_HIT);
  metrics.cache_misses = statistics.getTickerCount(rocksdb::BLOCK_CACHE_MISS);
  metrics.filter_useful = statistics.getTickerCount(rocksdb::BLOOM_FILTER_USEFUL);
  metrics.stalled = std::chrono::microseconds(statistics.getTickerCount(rocksdb::STALL_MICROS));
  std::uint64_t one = 0;
  // The cache is shared: any family tells of all of it.
  state.database->db().GetIntProperty(state.database->handle(Family::meta),
                                      rocksdb::DB::Properties::kBlockCacheUsage, &one);
  metrics.block_cache_bytes = one;
  rocksdb::VectorLogPtr logs;
  if (state.database->db().GetSortedWalFiles(logs).ok())
    for (auto const& log : logs) metrics.wal_bytes += log->SizeFileBytes();
  metrics.bytes_written = statistics.getTickerCount(rocksdb::WAL_FILE_BYTES) +
                          statistics.getTickerCount(rocksdb::FLUSH_WRITE_BYTES) +
                          statistics.getTickerCount(rocksdb::COMPACT_WRITE_BYTES);
  metrics.writes_stopped = writes_stopped();
  return metrics;
}

bool Store::writes_stopped() const {
  std::uint64_t stopped = 0;
  state_->database->db().GetIntProperty(state_->database->handle(Family::meta),
                                        rocksdb::DB::Properties::kIsWriteStopped, &stopped);
  return stopped != 0;
}

std::uint64_t Store::corrupt_rows() const noexcept {
  return state_->corrupt_rows.load(std::memory_order_relaxed);
}

}  // namespace newsfold::storage
