// What the store costs over what it is made of. Ours and the peers take turns, group by group or slice by
// slice, so that a busy neighbour slows both. Usage: bench_store [ARTICLES [DIRECTORY]]

#include "bench/store/corpus.h"
#include "bench/store/raw_store.h"
#include "bench/store/sqlite_store.h"
#include "feeds/dedup/fold.h"
#include "storage/keys.h"

#include <rocksdb/write_batch.h>

#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

namespace newsfold::bench {
namespace {

constexpr std::size_t group_items = 128;
constexpr std::size_t groups_under_way = 2;  // between the pool's look and the commit
constexpr std::size_t slice_items = 1280;
constexpr std::size_t synced_items = 12'800;
constexpr std::size_t lookups = 600'000;
constexpr std::size_t lookups_of_an_article = 15;

struct Spent {
  double wall = 0;
  double cpu = 0;  // of the calling thread
};

double seconds(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

void measure(Spent& spent, std::function<void()> const& work) {
  auto const wall = seconds(CLOCK_MONOTONIC);
  auto const cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
  work();
  spent.wall += seconds(CLOCK_MONOTONIC) - wall;
  spent.cpu += seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
}

void print(char const* what, double ours, double peer, char const* unit, double bar) {
  std::printf("%-44s %12.0f %12.0f %-10s %5.2fx  (bar %.2fx)\n", what, ours, peer, unit, ours / peer, bar);
}

storage::StoreOptions options(storage::SyncMode sync) {
  storage::StoreOptions made;
  made.sync = sync;
  made.fresh_epoch = Epoch{1};
  return made;
}

std::unique_ptr<storage::Store> open(std::filesystem::path const& path, storage::SyncMode sync) {
  auto opened = storage::Store::open(path, options(sync));
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    std::exit(1);
  }
  return std::move(*opened);
}

// What the pool hands over: made, and freed, where the pool does it in the daemon.
storage::FeedChange handed_over(storage::Store const& store, std::span<storage::IngestItem> items) {
  auto const newest = number(store.view().newest_article());
  auto const lag = std::min<std::uint64_t>(newest, groups_under_way * group_items);
  for (auto& item : items) item.seen = ArticleId{newest - lag};
  storage::FeedChange change;
  change.feed = FeedId{1};
  change.feed_name = "bench";
  change.items.assign(std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  return change;
}

void commit(storage::Store& store, storage::FeedChange const& change) {
  auto const report = store.commit(std::span(&change, 1), UtcMicros{std::chrono::seconds{1'793'000'000}});
  if (!report) {
    std::fprintf(stderr, "%s\n", report.error().message.c_str());
    std::exit(1);
  }
}

// Both stores grow together; `raw` gets what `store` got.
void ingest(std::size_t articles, storage::Store& store, RawStore& raw) {
  Corpus corpus(1);
  Spent ours;
  Spent theirs;
  Spent first;
  std::uint64_t id = 0;
  auto const tenth = std::max(slice_items, articles / 10 / slice_items * slice_items);
  Spent before_last;
  for (std::size_t done = 0; done < articles; done += slice_items) {
    if (done == tenth) first = ours;
    if (done == articles - tenth) before_last = ours;
    auto items = corpus.items(slice_items);
    std::vector<RawRows> rows;
    for (auto const& item : items) rows.emplace_back(item, ++id);
    for (std::size_t at = 0; at < slice_items; at += group_items) {
      measure(theirs, [&] { raw.commit(std::span(rows).subspan(at, group_items), storage::SyncMode::os); });
      auto const change = handed_over(store, std::span(items).subspan(at, group_items));
      measure(ours, [&] { commit(store, change); });
    }
  }
  auto const n = static_cast<double>(id);
  print("ingest, no sync, articles/s", n / ours.wall, n / theirs.wall, "art/s", 0.7);
  print("  per CPU second of the writer", n / ours.cpu, n / theirs.cpu, "art/cpu s", 0.7);
  auto const part = static_cast<double>(tenth);
  print("  the last tenth against the first (CPU)", part / (ours.cpu - before_last.cpu), part / first.cpu,
        "art/cpu s", 0.75);
}

void absent_lookups(storage::Store const& store, RawStore const& raw) {
  std::mt19937_64 random(7);
  std::vector<std::uint64_t> fingerprints(lookups_of_an_article);
  auto const view = store.view();
  auto const source = view.candidates(FeedId{1}, {});
  Spent ours;
  Spent theirs;
  std::size_t found = 0;
  for (std::size_t done = 0; done < lookups; done += lookups_of_an_article) {
    for (auto& fingerprint : fingerprints) fingerprint = random();
    measure(theirs, [&] { found += lookups_of_an_article - raw.absent(fingerprints); });
    measure(ours, [&] {
      for (auto const& list : source->postings(fingerprints)) found += list.size();
    });
  }
  if (found > 0) std::printf("  (%zu of them were there)\n", found);
  print("lookups of absent fingerprints/s", lookups / ours.wall, lookups / theirs.wall, "get/s", 0.6);
}

void catch_up(storage::Store const& store, std::filesystem::path const& path) {
  Spent ours;
  std::uint64_t bytes = 0;
  std::uint64_t events = 0;
  measure(ours, [&] {
    auto reader = store.changes(Sequence{0});
    std::string out;
    auto prev = Sequence{0};
    while (auto const* const view = reader->next().value()) {
      out += view->open_json;
      append_event_end(out, prev);
      out += '\n';
      prev = view->sequence;
      ++events;
      if (out.size() > 64 * 1024) {
        bytes += out.size();
        out.clear();
      }
    }
    bytes += out.size();
  });
  (void)path;
  std::printf("%-44s %12.0f %9.0f MB/s of NDJSON\n", "catch-up over the log, events/s",
              static_cast<double>(events) / ours.wall, static_cast<double>(bytes) / ours.wall / 1e6);
}

// The same rows, with nothing done to them; the store is closed, its files are read.
void iterate_raw(std::filesystem::path const& path, std::size_t articles) {
  auto store_options = options(storage::SyncMode::os);
  auto const database =
      storage::Database::open(path, store_options, std::make_shared<storage::WindowCutoff>()).value();
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  read.adaptive_readahead = true;
  for (int round = 0; round < 2; ++round) {
    Spent raw;
    std::uint64_t bytes = 0;
    measure(raw, [&] {
      std::unique_ptr<rocksdb::Iterator> const rows(
          database->db().NewIterator(read, database->handle(storage::Family::changes)));
      for (rows->SeekToFirst(); rows->Valid(); rows->Next()) bytes += rows->value().size();
    });
    std::printf("%-44s %12.0f %9.0f MB/s (bar for ours: 0.50x)\n",
                "  raw iteration of the same rows, events/s", static_cast<double>(articles) / raw.wall,
                static_cast<double>(bytes) / raw.wall / 1e6);
  }
}

void with_sync(std::filesystem::path const& directory) {
  Corpus corpus(2);
  auto const store = open(directory / "synced", storage::SyncMode::group);
  SqliteStore sqlite(directory / "peer.sqlite");
  Spent ours;
  Spent theirs;
  std::uint64_t id = 0;
  for (std::size_t done = 0; done < synced_items; done += slice_items) {
    auto items = corpus.items(slice_items);
    std::vector<RawRows> rows;
    for (auto const& item : items) rows.emplace_back(item, ++id);
    for (std::size_t at = 0; at < slice_items; at += group_items) {
      measure(theirs, [&] { sqlite.commit(std::span(rows).subspan(at, group_items)); });
      auto const change = handed_over(*store, std::span(items).subspan(at, group_items));
      measure(ours, [&] { commit(*store, change); });
    }
  }
  print("ingest with sync, against SQLite", static_cast<double>(id) / ours.wall,
        static_cast<double>(id) / theirs.wall, "art/s", 1.3);
}

int run(std::size_t articles, std::filesystem::path const& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  std::printf("%-44s %12s %12s\n", "", "ours", "peer");
  with_sync(directory);
  {
    auto const store = open(directory / "ours", storage::SyncMode::os);
    RawStore raw(directory / "raw", options(storage::SyncMode::os));
    ingest(articles, *store, raw);
    absent_lookups(*store, raw);
    auto const written = store->metrics();
    std::printf("%-44s %12.0f %12.0f bytes/article, %.2fx (bar 2.30x); %.0f on disk\n",
                "written, handed over",
                static_cast<double>(written.bytes_written) / static_cast<double>(articles),
                static_cast<double>(written.commit_bytes) / static_cast<double>(articles),
                static_cast<double>(written.bytes_written) / static_cast<double>(written.commit_bytes),
                static_cast<double>(written.disk_bytes) / static_cast<double>(articles));
    catch_up(*store, directory / "ours");
    catch_up(*store, directory / "ours");
  }
  iterate_raw(directory / "ours", articles);
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace newsfold::bench

int main(int argc, char** argv) {
  std::size_t const articles = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 300'000;
  auto const whole = (articles + newsfold::bench::slice_items - 1) / newsfold::bench::slice_items *
                     newsfold::bench::slice_items;
  return newsfold::bench::run(whole, argc > 2 ? argv[2] : "bench_store.data");
}
