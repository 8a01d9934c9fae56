// What is too old or too much leaves: the log from its beginning, articles oldest first and some at a time.
// Where a feed may still show an article that went, the rows that know its items again stay and say `gone`:
// else the next poll would bring it as news, and the next slice take it again.

#include "storage/group.h"

#include <rocksdb/convenience.h>
#include <rocksdb/table_properties.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace newsfold::storage {
namespace {

constexpr std::size_t articles_looked_at_max = 4096;  // of one call
constexpr std::size_t articles_removed_max = 256;     // of one call: some milliseconds
constexpr std::chrono::hours compactions_take{24};
constexpr std::size_t articles_counted_max = 256;  // of one call, whose versions are read
constexpr std::uint32_t shown_if_not_known = 100;  // items of a feed's document
constexpr std::size_t shown_slack = 16;

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

// One call's work on articles, as one group of changes.
class ArticleSlice {
 public:
  ArticleSlice(StoreState& store, Retention const& retention, UtcMicros now, RetentionReport& report)
      : store_(store), at_(store.retention), retention_(retention), report_(report), group_(store, now) {}

  Result<void> run() {
    bool const bounded = retention_.articles_age_max || !retention_.feed_age_max.empty() ||
                         retention_.store_bytes_max || !retention_.feed_bytes_max.empty();
    if (auto counted = count_older(); !counted) return counted;
    if (bounded) {
      if (auto done = take_old(); !done) return done;
      if (auto done = take_from_feeds(); !done) return done;
      if (auto done = take_over_size(); !done) return done;
      if (auto done = forget(); !done) return done;
    }
    if (!changed_) return {};
    if (auto written = group_.write(); !written) return written;
    if (report_.articles_removed > 0) drop_files_below_first();
    return {};
  }

 private:
  bool is_full() const { return report_.articles_removed >= articles_removed_max; }

  // A store from before sizes were kept: what its articles take is added up, some at a time.
  Result<void> count_older() {
    auto& head = group_.head;
    if (head.bytes_counted() || store_.options.mode == OpenMode::read_only) return {};
    auto const from = ArticleKey{ArticleId{head.counted_to() + 1}}.encode();
    auto const rows = store_.database->iterate(Family::articles, nullptr);
    std::size_t counted = 0;
    changed_ = true;
    for (rows->Seek(slice(view_of(from))); rows->Valid(); rows->Next()) {
      if (++counted > articles_counted_max) {
        report_.more = true;
        return {};
      }
      auto const key = ArticleKey::decode(view_of(rows->key()));
      if (!key) continue;
      head.set_counted_to(number(key->article));
      auto const record = group_.articles.find(*key);
      if (!record || !*record || (*record)->bytes() > 0) continue;
      auto const bytes = bytes_of_versions(key->article);
      (*group_.articles.change(*key))->set_bytes(bytes);
      if (auto const feed = feed_of(**record)) feed->set_bytes(feed->bytes() + bytes);
    }
    head.set_bytes_counted(true);
    head.clear_counted_to();
    return {};
  }

  std::uint64_t bytes_of_versions(ArticleId id) const {
    auto const prefix = ArticleKey{id}.encode();
    auto const end = after_prefix(view_of(prefix));
    rocksdb::Slice const upper(end);
    auto const rows = store_.database->iterate(Family::versions, nullptr, &upper);
    std::uint64_t bytes = 0;
    for (rows->Seek(slice(view_of(prefix))); rows->Valid(); rows->Next()) bytes += rows->value().size();
    return bytes;
  }

  // For changing; null where the feed has no row.
  proto::FeedRecord* feed_of(proto::ArticleRecord const& record) {
    FeedKey const key{FeedId{record.feed()}};
    auto const known = group_.feeds.find(key);
    if (!known || !*known) return nullptr;
    auto const row = group_.feeds.change(key);
    return row ? *row : nullptr;
  }

  // Goes on where the last call ended. Articles lie in the order of their time: a slice of nothing but young
  // ones ends the walk.
  Result<void> take_old() {
    auto shortest = retention_.articles_age_max;
    for (auto const& [feed, age] : retention_.feed_age_max) shortest = std::min(shortest.value_or(age), age);
    if (!shortest) return {};
    std::unordered_map<FeedId, std::chrono::seconds> const of_feed(retention_.feed_age_max.begin(),
                                                                   retention_.feed_age_max.end());
    auto const from = ArticleKey{at_.age_at}.encode();
    auto const rows = store_.database->iterate(Family::articles, nullptr);
    std::size_t looked_at = 0;
    bool all_young = true;
    for (rows->Seek(slice(view_of(from))); rows->Valid(); rows->Next()) {
      auto const key = ArticleKey::decode(view_of(rows->key()));
      if (!key) continue;
      at_.age_at = key->article;
      if (++looked_at > articles_looked_at_max || is_full()) {
        if (all_young && !is_full()) break;
        report_.more = true;
        return {};
      }
      auto const record = parse_record<proto::ArticleRecord>(view_of(rows->value()), "articles");
      if (!record) continue;  // verify() tells of it
      if (from_micros(record->stored_at()) < group_.now - *shortest) all_young = false;
      auto const own = of_feed.find(FeedId{record->feed()});
      auto const bound = own == of_feed.end() ? retention_.articles_age_max : own->second;
      if (!bound || from_micros(record->changed_at()) >= group_.now - *bound) continue;
      if (auto done = take(key->article); !done) return done;
    }
    at_.age_at = ArticleId{0};
    return {};
  }

  // From the feed on that the last call was busy with.
  Result<void> take_from_feeds() {
    auto const& bounds = retention_.feed_bytes_max;
    auto const is_begun = [&](auto const& bound) { return bound.first == at_.feed_at.feed; };
    auto const begun = std::ranges::find_if(bounds, is_begun);
    std::size_t const first = begun == bounds.end() ? 0 : std::size_t(begun - bounds.begin());
    std::size_t looked_at = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      auto const& [feed, bytes_max] = bounds[(first + i) % bounds.size()];
      if (at_.feed_at.feed != feed) at_.feed_at = {feed, ArticleId{0}};
      auto const ended = take_from_feed(feed, bytes_max, looked_at);
      if (!ended) return ended.error();
      if (!*ended) {
        report_.more = true;
        return {};
      }
      at_.feed_at = {};
    }
    return {};
  }

  bool has_more_than(FeedId feed, std::uint64_t bytes_max) {
    auto const row = group_.feeds.find(FeedKey{feed});
    return row && *row && (*row)->bytes() > bytes_max;
  }

  // False: the slice is done, the feed is not.
  Result<bool> take_from_feed(FeedId feed, std::uint64_t bytes_max, std::size_t& looked_at) {
    if (!has_more_than(feed, bytes_max)) return true;
    auto const from = at_.feed_at.encode();
    auto const end = after_prefix(view_of(from).substr(0, 8));
    rocksdb::Slice const upper(end);
    auto const rows = store_.database->iterate(Family::sightings, nullptr, &upper);
    std::optional<ArticleId> next;  // taken when one that is newer is found
    for (rows->Seek(slice(view_of(from))); rows->Valid(); rows->Next()) {
      auto const key = SightingKey::decode(view_of(rows->key()));
      if (!key) continue;
      if (++looked_at > articles_looked_at_max || is_full()) return false;
      auto const record = group_.articles.find(ArticleKey{key->article});
      if (!record && record.error().code != ErrorCode::corrupt) return record.error();
      // Another feed's article is counted there.
      if (!record || !*record || FeedId{(*record)->feed()} != feed) continue;
      if (next)
        if (auto done = take(*next); !done) return done.error();
      if (!has_more_than(feed, bytes_max)) return true;
      next = key->article;
      at_.feed_at = *key;
    }
    return true;
  }

  // Whether the disk has given back what was deleted: it does with compactions, hours later.
  bool is_compacted() const {
    auto& db = store_.database->db();
    auto* const family = store_.database->handle(Family::versions);
    std::uint64_t deletions = 0;
    for (auto const* const in_memory :
         {"rocksdb.num-deletes-active-mem-table", "rocksdb.num-deletes-imm-mem-tables"})
      if (std::uint64_t count = 0; db.GetIntProperty(family, in_memory, &count)) deletions += count;
    rocksdb::TablePropertiesCollection tables;
    if (!db.GetPropertiesOfAllTables(family, &tables).ok()) return false;
    for (auto const& [name, properties] : tables) deletions += properties->num_deletions;
    return deletions == 0;
  }

  // How many articles are to go is judged once, from what is too much of the articles' part of the store, and
  // they go over as many calls as that takes. Until the disk has given that back, the store is taken to be as
  // small as it will be, plus what came since: else every look would take as much again.
  bool is_over_size(std::uint64_t disk) {
    auto const bound = *retention_.store_bytes_max;
    bool const is_stale = group_.now - at_.judged_at > compactions_take || group_.now < at_.judged_at;
    if (disk <= bound || is_stale || is_compacted()) {
      at_.expected_bytes = disk;
      at_.expected_at = group_.newest_article();
      at_.judged_at = group_.now;
    }
    auto const came = number(group_.newest_article()) - number(at_.expected_at);
    auto const articles = std::max<std::uint64_t>(group_.head.articles(), 1);
    disk = std::min(disk, at_.expected_bytes + came * (at_.expected_bytes / articles));
    if (disk <= bound) return false;
    auto const part = disk - std::min(log_bytes(store_), disk - disk / 10);
    auto const share = std::min(1.0, double(disk - bound) / double(part));
    at_.over_size = 1 + std::uint64_t(share * double(articles));
    at_.size_at = ArticleId{0};
    at_.expected_bytes = bound;
    at_.expected_at = group_.newest_article();
    return true;
  }

  Result<void> take_over_size() {
    if (!retention_.store_bytes_max) {
      at_.over_size = 0;
      return {};
    }
    if (at_.over_size == 0) {
      std::uint64_t disk = 0;
      store_.database->db().GetAggregatedIntProperty(rocksdb::DB::Properties::kLiveSstFilesSize, &disk);
      if (!is_over_size(disk)) return {};
    }
    auto const from = ArticleKey{at_.size_at}.encode();
    auto const rows = store_.database->iterate(Family::articles, nullptr);
    for (rows->Seek(slice(view_of(from))); rows->Valid() && at_.over_size > 0; rows->Next()) {
      auto const key = ArticleKey::decode(view_of(rows->key()));
      if (!key) continue;
      at_.size_at = key->article;
      if (is_full()) {
        report_.more = true;
        return {};
      }
      auto const before = report_.articles_removed;
      if (auto done = take(key->article); !done) return done;
      at_.over_size -= report_.articles_removed - before;
    }
    at_.over_size = 0;
    return {};
  }

  // Rows that remember articles which their feeds do not show any more.
  Result<void> forget() {
    auto const from = at_.gone_at.encode();
    auto const rows = store_.database->iterate(Family::sightings, nullptr);
    std::size_t looked_at = 0;
    for (rows->Seek(slice(view_of(from))); rows->Valid(); rows->Next()) {
      auto const key = SightingKey::decode(view_of(rows->key()));
      if (!key) continue;
      at_.gone_at = *key;
      if (++looked_at > articles_looked_at_max) return {};
      auto const stored = parse_record<proto::SightingRecord>(view_of(rows->value()), "sightings");
      if (!stored || !stored->gone() || may_be_shown(*key)) continue;
      auto const row = group_.sightings.find(*key);
      if (!row) return row.error();
      if (!*row) continue;
      std::vector<IdentityRowKey> keys;
      for (auto const identity : dedup::identity_keys(read(*key, **row).traits))
        keys.push_back(IdentityRowKey::of(key->feed, identity));
      group_.sightings.erase(*key);
      changed_ = true;
      if (auto done = unlink(key->article, keys, {}); !done) return done;
    }
    at_.gone_at = {};
    return {};
  }

  // Feeds show what is newest in them; some put old items on top again, hence the slack.
  bool may_be_shown(SightingKey const& key) {
    auto const known = oldest_shown_.find(key.feed);
    if (known != oldest_shown_.end()) return key.article >= known->second;
    auto const feed = group_.feeds.find(FeedKey{key.feed});
    auto const shown = feed && *feed && (*feed)->shown_max() > 0 ? (*feed)->shown_max() : shown_if_not_known;
    auto left = 2 * std::size_t{shown} + shown_slack;
    auto const begin = SightingKey{key.feed, ArticleId{0}}.encode();
    auto const end = after_prefix(view_of(begin).substr(0, 8));
    rocksdb::Slice const upper(end);
    auto const rows = store_.database->iterate(Family::sightings, nullptr, &upper);
    ArticleId oldest{0};
    for (rows->SeekToLast(); rows->Valid() && slice(view_of(begin)).compare(rows->key()) <= 0; rows->Prev()) {
      auto const seen = SightingKey::decode(view_of(rows->key()));
      if (!seen || --left > 0) continue;
      oldest = seen->article;
      break;
    }
    oldest_shown_.emplace(key.feed, oldest);
    return key.article >= oldest;
  }

  // Takes the article out of rows of keys, but for the feeds that remember it.
  Result<void> unlink(ArticleId id, std::vector<IdentityRowKey> const& keys,
                      std::vector<FeedId> const& keepers) {
    for (auto const& key : keys) {
      auto const known = group_.identities.find(key);
      if (!known) return known.error();
      if (!*known) continue;
      proto::IdentityRecord kept;
      for (int at = 0; at < (*known)->articles_size() && at < (*known)->feeds_size(); ++at) {
        bool const ours = (*known)->articles(at) == number(id) &&
                          std::ranges::find(keepers, FeedId{(*known)->feeds(at)}) == keepers.end();
        if (ours) continue;
        kept.add_articles((*known)->articles(at));
        kept.add_feeds((*known)->feeds(at));
      }
      if (kept.articles_size() == 0) {
        group_.identities.erase(key);
      } else {
        group_.identities.add(key) = std::move(kept);
      }
    }
    return {};
  }

  // What leads to the article from the feeds that showed it; its keys lead to all of these.
  Result<void> take_sightings(ArticleId id, FeedId owner) {
    std::vector<FeedId> feeds{owner};
    std::vector<FeedId> keepers;
    std::vector<IdentityRowKey> keys;
    for (std::size_t i = 0; i < feeds.size(); ++i) {
      SightingKey const seen{feeds[i], id};
      auto const row = group_.sightings.find(seen);
      if (!row) return row.error();
      if (!*row) continue;
      for (auto const identity : dedup::identity_keys(read(seen, **row).traits)) {
        auto const key = IdentityRowKey::of(feeds[i], identity);
        keys.push_back(key);
        auto const known = group_.identities.find(key);
        if (!known) return known.error();
        if (!*known) continue;
        for (int at = 0; at < (*known)->articles_size() && at < (*known)->feeds_size(); ++at) {
          FeedId const other{(*known)->feeds(at)};
          if ((*known)->articles(at) == number(id) && std::ranges::find(feeds, other) == feeds.end())
            feeds.push_back(other);
        }
      }
      if (may_be_shown(seen)) {
        keepers.push_back(seen.feed);
        (*group_.sightings.change(seen))->set_gone(true);
      } else {
        group_.sightings.erase(seen);
      }
    }
    return unlink(id, keys, keepers);
  }

  // Every row about the article, but for events (the log has its own bounds), postings (which lead to a
  // sketch that is no longer there, and leave with the window) and what its feeds may still show. One whose
  // rows do not decode stays: verify() tells of it.
  Result<void> take(ArticleId id) {
    auto done = remove(id);
    if (!done && done.error().code == ErrorCode::corrupt) return {};
    return done;
  }

  Result<void> remove(ArticleId id) {
    auto const found = group_.articles.find(ArticleKey{id});
    if (!found) return found.error();
    if (!*found) return {};
    auto const record = **found;
    if (auto done = take_sightings(id, FeedId{record.feed()}); !done) return done;

    StoryId const story{record.story()};
    group_.copies.erase(CopyKey{story, id});
    auto const rest = members(group_, story);
    if (!rest) return rest.error();
    auto& head = group_.head;
    if (rest->empty()) {
      group_.stories.erase(CopyKey{story, ArticleId{0}});
      head.set_stories(head.stories() - 1);
    } else {
      head.set_copies(head.copies() - 1);
    }
    auto& database = *store_.database;
    for (std::uint32_t number = 1; number <= record.version(); ++number) {
      auto const key = VersionKey{id, number}.encode();
      group_.batch.Delete(database.handle(Family::versions), slice(view_of(key)));
    }
    auto const key = ArticleKey{id}.encode();
    group_.batch.Delete(database.handle(Family::sketches), slice(view_of(key)));
    group_.articles.erase(ArticleKey{id});
    store_.recent.remove(id);
    head.set_articles(head.articles() - 1);
    head.set_versions(head.versions() - std::min<std::uint64_t>(head.versions(), record.version()));
    if (auto const feed = feed_of(record))
      feed->set_bytes(feed->bytes() - std::min(feed->bytes(), record.bytes()));
    ++report_.articles_removed;
    if (FeedId const owner{record.feed()}; std::ranges::find(report_.feeds, owner) == report_.feeds.end())
      report_.feeds.push_back(owner);
    changed_ = true;
    return {};
  }

  void drop_files_below_first() {
    auto const first = store_.database->iterate(Family::articles, nullptr);
    first->SeekToFirst();
    if (!first->Valid()) return;
    if (auto const kept = ArticleKey::decode(view_of(first->key())))
      for (auto const family : {Family::articles, Family::versions, Family::sketches})
        drop_files(store_, family, number(kept->article));
  }

  StoreState& store_;
  RetentionState& at_;
  Retention const& retention_;
  RetentionReport& report_;
  Group group_;
  std::unordered_map<FeedId, ArticleId> oldest_shown_;
  bool changed_ = false;
};

}  // namespace

Result<RetentionReport> Store::retain(Retention const& retention, UtcMicros now) {
  RetentionReport report;
  state_->move_window(now);
  auto done = cut_log(*state_, retention, now, report);
  if (done) done = ArticleSlice(*state_, retention, now, report).run();
  if (!done) return done.error();
  report.oldest = oldest_sequence();
  return report;
}

}  // namespace newsfold::storage
