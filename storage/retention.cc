// What is too old or too much leaves: the log from its beginning, articles oldest first and some at a time.

#include "storage/group.h"

#include <rocksdb/convenience.h>

#include <algorithm>

namespace newsfold::storage {
namespace {

constexpr std::size_t articles_looked_at_max = 4096;  // of one call
constexpr std::size_t articles_removed_max = 256;     // of one call: some milliseconds

Result<UtcMicros> time_of(StoreState const& store, std::uint64_t sequence) {
  auto const key = ChangeKey{Sequence{sequence}}.encode();
  auto const row = store.database->get(Family::changes, view_of(key));
  if (!row) return row.error();
  if (!*row) return Error{ErrorCode::corrupt, "event " + std::to_string(sequence) + " is missing"};
  auto const view = ChangeView::decode(**row);
  if (!view) return view.error();
  return view->time;
}

// The first event at or after `t`, by halving: the log is in the order of time, unless the clock was set
// back, where a little more or less is kept.
Result<std::uint64_t> first_change_since(StoreState const& store, UtcMicros t) {
  auto low = store.head.oldest_sequence();
  auto high = store.head.last_sequence() + 1;
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const time = time_of(store, middle);
    if (!time && time.error().code != ErrorCode::corrupt) return time.error();
    if (!time || *time < t) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// The log's size on disk and in memory, about.
std::uint64_t log_bytes(StoreState const& store) {
  auto const begin = ChangeKey{Sequence{0}}.encode();
  auto const end = ChangeKey{Sequence{UINT64_MAX}}.encode();
  rocksdb::Range const all(slice(view_of(begin)), slice(view_of(end)));
  rocksdb::SizeApproximationOptions options;
  options.include_memtables = true;
  std::uint64_t size = 0;
  if (!store.database->db()
           .GetApproximateSizes(options, store.database->handle(Family::changes), &all, 1, &size)
           .ok())
    return 0;
  return size;
}

// Files that hold nothing else go at once; the rest goes with the next compaction. Runs in progress keep
// theirs.
void drop_files(StoreState const& store, Family family, std::uint64_t below) {
  if (below < 2) return;
  auto const begin = ChangeKey{Sequence{0}}.encode();
  auto const end = ChangeKey{Sequence{below - 1}}.encode();
  rocksdb::Slice const from(slice(view_of(begin)));
  rocksdb::Slice const to(slice(view_of(end)));
  rocksdb::DeleteFilesInRange(&store.database->db(), store.database->handle(family), &from, &to);
}

Result<void> cut_log(StoreState& store, Retention const& retention, UtcMicros now, RetentionReport& report) {
  auto const oldest = store.head.oldest_sequence();
  auto keep_from = oldest;
  if (retention.changes_age_max) {
    auto const first = first_change_since(store, now - *retention.changes_age_max);
    if (!first) return first.error();
    keep_from = std::max(keep_from, *first);
  }
  if (retention.changes_count_max) {
    auto const next = store.head.last_sequence() + 1;
    keep_from = std::max(keep_from, next - std::min(next - oldest, *retention.changes_count_max));
  }
  if (retention.changes_bytes_max) {
    auto const bytes = log_bytes(store);
    auto const count = store.head.last_sequence() + 1 - oldest;
    if (bytes > *retention.changes_bytes_max) {
      auto const excess =
          1.0 - static_cast<double>(*retention.changes_bytes_max) / static_cast<double>(bytes);
      keep_from =
          std::max(keep_from, oldest + static_cast<std::uint64_t>(excess * static_cast<double>(count)));
    }
  }
  if (keep_from <= oldest) return {};
  auto head = store.head;
  head.set_oldest_sequence(keep_from);
  auto const begin = ChangeKey{Sequence{0}}.encode();
  auto const end = ChangeKey{Sequence{keep_from}}.encode();
  rocksdb::WriteBatch batch;
  batch.DeleteRange(store.database->handle(Family::changes), slice(view_of(begin)), slice(view_of(end)));
  batch.Put(store.database->handle(Family::meta), slice(meta_head), head.SerializeAsString());
  if (auto written = store.database->write(batch, store.options.sync); !written) return written;
  store.publish_head(head);
  report.changes_removed = keep_from - oldest;
  drop_files(store, Family::changes, keep_from);
  return {};
}

// Every row about the article, but for events (the log has its own bounds) and postings (which lead to a
// sketch that is no longer there, and leave with the window).
Result<void> remove_article(Group& group, ArticleId id) {
  auto const found = group.articles.find(ArticleKey{id});
  if (!found) return found.error();
  if (!*found) return {};
  auto const record = **found;
  auto& database = *group.store.database;

  // Its keys lead to all feeds that showed it.
  std::vector<FeedId> feeds{FeedId{record.feed()}};
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    SightingKey const seen{feeds[i], id};
    auto const row = group.sightings.find(seen);
    if (!row) return row.error();
    if (!*row) continue;
    auto const traits = read(seen, **row).traits;
    for (auto const key : dedup::identity_keys(traits)) {
      auto const row_key = IdentityRowKey::of(feeds[i], key);
      auto const known = group.identities.find(row_key);
      if (!known) return known.error();
      if (!*known) continue;
      proto::IdentityRecord kept;
      for (int at = 0; at < (*known)->articles_size() && at < (*known)->feeds_size(); ++at) {
        if ((*known)->articles(at) != number(id)) {
          kept.add_articles((*known)->articles(at));
          kept.add_feeds((*known)->feeds(at));
        } else if (std::find(feeds.begin(), feeds.end(), FeedId{(*known)->feeds(at)}) == feeds.end()) {
          feeds.push_back(FeedId{(*known)->feeds(at)});
        }
      }
      if (kept.articles_size() == 0) {
        group.identities.erase(row_key);
      } else {
        group.identities.add(row_key) = std::move(kept);
      }
    }
    group.sightings.erase(seen);
  }

  StoryId const story{record.story()};
  group.copies.erase(CopyKey{story, id});
  auto const rest = members(group, story);
  if (!rest) return rest.error();
  auto& head = group.head;
  if (rest->empty()) {
    group.stories.erase(CopyKey{story, ArticleId{0}});
    head.set_stories(head.stories() - 1);
  } else {
    head.set_copies(head.copies() - 1);
  }
  for (std::uint32_t number = 1; number <= record.version(); ++number) {
    auto const key = VersionKey{id, number}.encode();
    group.batch.Delete(database.handle(Family::versions), slice(view_of(key)));
  }
  auto const key = ArticleKey{id}.encode();
  group.batch.Delete(database.handle(Family::sketches), slice(view_of(key)));
  group.articles.erase(ArticleKey{id});
  group.store.recent.remove(id);
  head.set_articles(head.articles() - 1);
  head.set_versions(head.versions() - std::min<std::uint64_t>(head.versions(), record.version()));
  return {};
}

bool is_too_old(Retention const& retention, proto::ArticleRecord const& record, UtcMicros now) {
  auto bound = retention.articles_age_max;
  for (auto const& [feed, age] : retention.feed_age_max)
    if (number(feed) == record.feed()) bound = age;
  return bound && from_micros(record.changed_at()) < now - *bound;
}

Result<void> cut_articles(StoreState& store, Retention const& retention, UtcMicros now,
                          RetentionReport& report) {
  bool const by_age = retention.articles_age_max || !retention.feed_age_max.empty();
  std::uint64_t disk = 0;
  store.database->db().GetAggregatedIntProperty(rocksdb::DB::Properties::kLiveSstFilesSize, &disk);
  bool const too_much = retention.store_bytes_max && disk > *retention.store_bytes_max;
  if (!by_age && !too_much) return {};
  // Age looks on where the last call ended, size always at the oldest.
  auto const from = ArticleKey{too_much ? ArticleId{0} : store.retention_at}.encode();
  auto const rows = store.database->iterate(Family::articles, nullptr);
  Group group(store, now);
  std::size_t looked_at = 0;
  bool ended = true;
  for (rows->Seek(slice(view_of(from))); rows->Valid(); rows->Next()) {
    auto const key = ArticleKey::decode(view_of(rows->key()));
    if (!key) continue;
    store.retention_at = key->article;
    if (++looked_at > articles_looked_at_max || report.articles_removed >= articles_removed_max) {
      ended = false;
      break;
    }
    auto const record = parse_record<proto::ArticleRecord>(view_of(rows->value()), "articles");
    if (!record) continue;  // verify() tells of it
    if (!too_much && !is_too_old(retention, *record, now)) continue;
    if (auto removed = remove_article(group, key->article); !removed) {
      if (removed.error().code == ErrorCode::corrupt) continue;
      return removed;
    }
    ++report.articles_removed;
  }
  if (ended) store.retention_at = ArticleId{0};
  if (report.articles_removed == 0) return {};
  if (auto written = group.write(); !written) return written;
  if (too_much) {
    auto const first = store.database->iterate(Family::articles, nullptr);
    first->SeekToFirst();
    auto const kept =
        first->Valid() ? ArticleKey::decode(view_of(first->key())) : Result<ArticleKey>(ArticleKey{});
    if (kept)
      for (auto const family : {Family::articles, Family::versions, Family::sketches})
        drop_files(store, family, number(kept->article));
  }
  return {};
}

}  // namespace

Result<RetentionReport> Store::retain(Retention const& retention, UtcMicros now) {
  RetentionReport report;
  state_->move_window(now);
  auto done = cut_log(*state_, retention, now, report);
  if (done) done = cut_articles(*state_, retention, now, report);
  if (!done) return done.error();
  report.oldest = oldest_sequence();
  return report;
}

}  // namespace newsfold::storage
