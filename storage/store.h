#pragma once
// Everything that Newsfold keeps, in one RocksDB: articles with all their versions, stories, feeds,
// subscriptions and the change log. It offers questions (View) and changes (commit and friends); rows,
// slices and column families stay inside.
//
// What is promised: a commit is all or nothing; its events have the next numbers of a dense sequence,
// are visible only once they are durable, and are never taken back or numbered again, whatever dies
// when. With SyncMode::os "durable" means that it survives the death of this process, with
// SyncMode::group also that of the machine.
//
// Threads: views and readers may be used from any thread, one thread a View at a time; they block on the
// disk, so never on the I/O thread. Functions marked "writer" are for one caller at a time: the daemon
// gives them a thread of their own.

#include "feeds/dedup/fold.h"
#include "feeds/dedup/identity.h"
#include "feeds/model/error.h"
#include "storage/change_row.h"
#include "storage/records.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::storage {

struct StoreState;  // RocksDB and what stands around it; inside
struct ViewState;
struct ReaderState;

enum class SyncMode : std::uint8_t { group, os };
enum class OpenMode : std::uint8_t {
  read_write,  // creates the store where there is none
  read_only,   // beside no writer: commands while the daemon is stopped; every change fails with `refused`
};

enum class FoldScope : std::uint8_t { all, feed, tag };  // among which articles copies are looked for

struct FoldSettings {
  dedup::FoldOptions options;
  std::chrono::hours window{24 * 30};               // an article older than this finds no more copies
  FoldScope scope = FoldScope::all;                 // tag: articles that share one
  std::size_t census_cells = std::size_t{1} << 20;  // dedup::ShingleCensus; 8 bytes each
};

struct StoreOptions {
  SyncMode sync = SyncMode::group;
  OpenMode mode = OpenMode::read_write;
  std::size_t block_cache_bytes = std::size_t{64} << 20;
  std::size_t write_buffer_bytes = std::size_t{64} << 20;  // over all kinds of rows
  int background_jobs = 2;
  FoldSettings fold;
  // Becomes the epoch of a store that is made or restored now: random, from the daemon. 0: refused as
  // `invalid` where one is needed.
  Epoch fresh_epoch{};
  // What RocksDB finds worth a warning, a line each, on any thread. It writes no log of its own.
  std::function<void(std::string_view line)> on_engine_warning;
};

inline constexpr std::uint32_t schema_version = 1;
inline constexpr std::size_t commit_items_max = 4096;  // of one group
inline constexpr std::size_t commit_bytes_max = std::size_t{256}
                                                << 20;  // of one group's rows; `too_large` beyond
inline constexpr std::size_t page_rows_max = 1000;      // of one list
inline constexpr std::size_t subscription_name_bytes_max = 200;

enum class Order : std::uint8_t { newest_first, oldest_first };

// Part of a list. Pages are joined by `after`: the last id of the page before.
struct ArticlePage {
  std::optional<FeedId> feed;  // that showed it, first or not; empty: all
  Order order = Order::newest_first;
  std::optional<ArticleId> after;
  std::size_t limit = 100;  // at most page_rows_max
};

// The store at one moment: what is committed later is not in it. Keeps old rows alive while it lives:
// for seconds, not for hours. Cheap to make (about a microsecond). Must not outlive its Store.
class View final : public dedup::KnownItems {
 public:
  View(View&&) noexcept;
  View& operator=(View&&) noexcept;
  ~View() override;

  Epoch epoch() const noexcept;
  // The last change that is in this view: read the log from the next number on to go on from here
  // without gap or overlap.
  Sequence sequence() const noexcept;
  ArticleId newest_article() const noexcept;  // 0: there is none

  // For dedup::identify: which articles are known under a key.
  std::vector<dedup::KnownItem> find(FeedId feed, dedup::IdentityKey key) const override;
  // For dedup::decide: what an article with these tags, brought by this feed, may be a copy of. Borrows the
  // view.
  std::unique_ptr<dedup::CandidateSource> candidates(FeedId feed, std::span<std::string const> tags) const;
  // For comparing two articles by hand; `not_found` where the article is out of the window.
  Result<dedup::Sketch> sketch(ArticleId id) const;
  // How this feed last showed this article; `not_found` where it never did.
  Result<Sighting> sighting(FeedId feed, ArticleId article) const;

  // All of these fail with `not_found` where there is none, with `corrupt` where the row does not decode.
  Result<ArticleHead> article(ArticleId id) const;
  Result<ArticleVersion> version(ArticleId id, std::uint32_t number) const;  // number 0: the newest
  Result<std::vector<VersionHead>> versions(ArticleId id) const;             // oldest first
  Result<Story> story(StoryId id) const;                                     // follows no merge
  Result<FeedRow> feed(FeedId id) const;
  Result<std::string> blocks(std::string_view host) const;
  Result<Subscription> subscription(std::string_view name) const;

  // Rows that do not decode are left out and counted in Store::metrics().
  Result<std::vector<ArticleHead>> articles(ArticlePage const& page) const;
  Result<std::vector<FeedRow>> feeds() const;
  Result<std::vector<Subscription>> subscriptions() const;
  Result<Counts> counts() const;

 private:
  friend class Store;
  explicit View(std::unique_ptr<ViewState> state) noexcept;
  std::unique_ptr<ViewState> state_;
};

// A run over the change log, oldest first, up to the newest number that was durable when it was made.
class ChangeReader {
 public:
  ChangeReader(ChangeReader&&) noexcept;
  ChangeReader& operator=(ChangeReader&&) noexcept;
  ~ChangeReader();

  // The next event, or nullptr at the end; it lives until the next call. A row that does not decode, or that
  // the disk lost, is an error (`corrupt`, once) and named by lost(): the call after it goes on behind it, so
  // that a caller can tell its subscriber instead of leaving a silent gap. After every other error (of the
  // disk, or `expired`) the reader stays where it is.
  Result<ChangeView const*> next();
  // The number that the last next() passed over; empty where it gave an event or failed otherwise.
  std::optional<Sequence> lost() const noexcept;
  // The row that next() gave, for keeping.
  std::string_view row() const noexcept;

 private:
  friend class Store;
  explicit ChangeReader(std::unique_ptr<ReaderState> state) noexcept;
  std::unique_ptr<ReaderState> state_;
};

// What is kept. What no field bounds is kept for ever.
struct Retention {
  std::optional<std::chrono::seconds> changes_age_max;
  std::optional<std::uint64_t> changes_count_max;                     // events
  std::optional<std::uint64_t> changes_bytes_max;                     // as stored, about
  std::optional<std::chrono::seconds> articles_age_max;               // since their newest version
  std::optional<std::uint64_t> store_bytes_max;                       // the oldest articles go first
  std::vector<std::pair<FeedId, std::chrono::seconds>> feed_age_max;  // instead of articles_age_max
  // FeedRow::bytes; the oldest articles that the feed brought first go first, its newest one stays.
  std::vector<std::pair<FeedId, std::uint64_t>> feed_bytes_max;
};

struct RetentionReport {
  Sequence oldest{};  // the log now begins here
  std::uint64_t changes_removed = 0;
  std::uint64_t articles_removed = 0;
  std::vector<FeedId> feeds;  // that brought those
  bool more = false;          // a slice was done, and there is more to do
};

// What became of a store whose files do not read back everywhere.
struct SalvageReport {
  std::uint64_t rows = 0;             // in the new store
  std::uint64_t holes = 0;            // places that do not read back
  std::vector<std::string> findings;  // one a hole, for a person
  std::filesystem::path aside;        // where the damaged store stands now
};

enum class Repair : std::uint8_t { report_only, mend };
struct VerifyReport {
  std::uint64_t rows = 0;
  std::uint64_t corrupt = 0;     // do not decode
  std::uint64_t unreadable = 0;  // kinds of rows that the disk does not give back whole: salvage() helps
  std::uint64_t dangling = 0;    // an index that points to nothing, or a row that its index lacks
  std::uint64_t mended = 0;
  std::vector<std::string> findings;  // for a person; at most verify_findings_max
};
inline constexpr std::size_t verify_findings_max = 1000;

struct Metrics {
  std::uint64_t commits = 0;
  std::uint64_t commit_bytes = 0;
  std::uint64_t refolded = 0;
  std::uint64_t corrupt_rows = 0;  // met since the store was opened
  std::uint64_t disk_bytes = 0;    // live SST files
  std::uint64_t wal_bytes = 0;
  std::uint64_t wal_syncs = 0;  // times that the log of writes was synced to the disk
  std::uint64_t memtable_bytes = 0;
  std::uint64_t block_cache_bytes = 0;
  std::uint64_t pending_compaction_bytes = 0;
  std::uint64_t table_readers_bytes = 0;  // memory of indexes and filters
  std::uint64_t files_level0 = 0;         // over all kinds of rows
  std::uint64_t compactions_running = 0;
  std::uint64_t bytes_written =
      0;  // by flushes, compactions and the log: against commit_bytes, the write amplification
  std::uint64_t cache_hits = 0;
  std::uint64_t cache_misses = 0;
  std::uint64_t filter_useful = 0;       // reads that a Bloom filter spared
  std::chrono::microseconds stalled{0};  // writes waited for compactions
  bool writes_stopped = false;           // RocksDB refuses writes: disk full or failing
};

class Store {
 public:
  // Fails with `conflict` where another process has it open, with `invalid` where it was written by a
  // newer Newsfold (and says by which schema), with `unreadable`, `corrupt` or `no_space` for what the
  // disk does.
  static Result<std::unique_ptr<Store>> open(std::filesystem::path const& path, StoreOptions const& options);
  ~Store();  // flushes; no View or ChangeReader may be left
  Store(Store const&) = delete;
  Store& operator=(Store const&) = delete;

  View view() const;
  Epoch epoch() const noexcept;
  Sequence last_sequence() const noexcept;    // durable and visible; any thread, no disk
  Sequence oldest_sequence() const noexcept;  // retained
  FoldSettings const& fold_settings() const noexcept;

  // From the event after `after`. Fails with `expired` where that is no longer retained (the message
  // says which is the oldest), with `invalid` where it is beyond the last.
  Result<ChangeReader> changes(Sequence after) const;

  // ---- Changes; writer ------------------------------------------------------------------------

  // All of the group in one atomic, durable step, or none of it. On `no_space` nothing happened: keep
  // the group, call resume() when there is room, and hand it over again. `now` stamps rows and events.
  Result<CommitReport> commit(std::span<FeedChange const> group, UtcMicros now);

  // Called with each commit that made events, on the writer's thread, after they are durable and
  // visible. Set it before the first commit; it must not block and must not call the store.
  using Listener = std::function<void(CommitReport const&)>;
  void on_commit(Listener listener);

  Result<void> put_feed_state(FeedId feed, std::string_view name, std::string_view state);
  // Forgets each whose record is still this one: all of it, or where articles are kept that the feed brought,
  // what its next poll would need.
  Result<void> forget_feeds(std::span<FeedState const> feeds);
  Result<void> put_blocks(std::string_view host, std::string_view blocks);
  Result<void> put_subscription(Subscription const& subscription);
  Result<void> remove_subscription(std::string_view name);

  // Takes an article out of its story by hand: it leads one of its own from then on and is never folded
  // with the story it left again. Makes an article.copied event with reason "split".
  Result<CommitReport> split(ArticleId article, std::string_view reason, UtcMicros now);

  // Work in slices of some milliseconds: call it now and then, and soon again where there is more to do. What
  // a feed may still show is not forgotten with its article: it does not come again as news.
  Result<RetentionReport> retain(Retention const& retention, UtcMicros now);

  // ---- Care; any thread -----------------------------------------------------------------------

  // After `no_space` or a failed write: tries to accept writes again.
  Result<void> resume();
  // These three read or write all of the store: asked to stop, they end within moments, with `cancelled`.

  // Incremental, beside running commits. `keep` newest backups stay. Of one that is stopped nothing stays.
  Result<void> backup(std::filesystem::path const& directory, std::uint32_t keep = 3,
                      std::stop_token stop = {}) const;
  // Into an empty or absent directory; the store then begins a new epoch, with an empty log whose numbers lie
  // far beyond those of the backup.
  static Result<void> restore(std::filesystem::path const& backup, std::filesystem::path const& path,
                              Epoch fresh_epoch);
  // For a store whose files are damaged, beside nobody: what can be read is copied into a new one under its
  // name, with all numbers as they were; the damaged one stays beside it. Indexes may lack rows afterwards:
  // see verify(). Needs as much room again. Fails with `corrupt` where what cannot be done without is lost.
  static Result<SalvageReport> salvage(std::filesystem::path const& path, StoreOptions const& options);
  // Reads everything. With Repair::mend (writer) it rebuilds what an index lacks and removes what
  // points to nothing; rows that do not decode are moved aside, not deleted.
  Result<VerifyReport> verify(Repair repair, std::stop_token stop = {});
  Result<void> compact(std::stop_token stop = {});
  // All of it at once: files and tables are counted for it. The two after it cost next to nothing.
  Metrics metrics() const;
  bool writes_stopped() const;
  std::uint64_t corrupt_rows() const noexcept;

 private:
  explicit Store(std::unique_ptr<StoreState> state) noexcept;
  std::unique_ptr<StoreState> state_;
};

}  // namespace newsfold::storage
