#include "storage/fold_index.h"
#include "storage/keys.h"
#include "storage/record_codec.h"
#include "storage/state.h"
#include "storage/store.h"

#include <algorithm>
#include <utility>

namespace newsfold::storage {
namespace {

// Adds what decodes; what does not is counted and left out, so that one bad row does not hide the others.
template <class Row>
void add(std::vector<Row>& rows, StoreState const& store, Result<Row> row) {
  if (row) {
    rows.push_back(std::move(*row));
  } else {
    store.noted(row.error());
  }
}

Result<void> finished(rocksdb::Iterator const& rows, std::string_view doing) {
  if (!rows.status().ok()) return error_of(rows.status(), doing);
  return {};
}

}  // namespace

View::View(std::unique_ptr<ViewState> state) noexcept : state_(std::move(state)) {}
View::View(View&&) noexcept = default;
View& View::operator=(View&&) noexcept = default;
View::~View() = default;

Epoch View::epoch() const noexcept { return state_->store.epoch; }
Sequence View::sequence() const noexcept { return Sequence{state_->head.last_sequence()}; }
ArticleId View::newest_article() const noexcept { return ArticleId{state_->head.last_article()}; }

std::vector<dedup::KnownItem> View::find(FeedId feed, dedup::IdentityKey key) const {
  std::optional<proto::IdentityRecord> identity;
  std::optional<proto::SightingRecord> sighting;
  auto const find_identity = [&](IdentityRowKey const& row_key) -> proto::IdentityRecord const* {
    auto const bytes = row_key.encode();
    auto row = state_->store.database->get(Family::identities, view_of(bytes), state_->snapshot);
    if (!row || !*row) return nullptr;
    auto record = parse_record<proto::IdentityRecord>(**row, "identities");
    if (!record) {
      state_->store.noted(record.error());
      return nullptr;
    }
    identity = std::move(*record);
    return &*identity;
  };
  auto const find_sighting = [&](SightingKey const& row_key) -> proto::SightingRecord const* {
    auto const bytes = row_key.encode();
    auto record = read_record<proto::SightingRecord>(state_->store, Family::sightings, view_of(bytes),
                                                     state_->snapshot, "sighting");
    if (!record) return nullptr;
    sighting = std::move(*record);
    return &*sighting;
  };
  return known_items(feed, key, find_identity, find_sighting);
}

std::unique_ptr<dedup::CandidateSource> View::candidates(FeedId feed,
                                                         std::span<std::string const> tags) const {
  auto const& store = state_->store;
  ArticleId const oldest{store.cutoff->article.load(std::memory_order_relaxed)};
  return std::make_unique<StoredCandidates>(*store.database, state_->snapshot, oldest,
                                            make_scope(store.options.fold.scope, feed, tags), store.census);
}

Result<dedup::Sketch> View::sketch(ArticleId id) const {
  auto const key = ArticleKey{id}.encode();
  auto record =
      read_record<proto::SketchRecord>(state_->store, Family::sketches, view_of(key), state_->snapshot,
                                       "sketch of article " + std::to_string(number(id)));
  if (!record) return record.error();
  return dedup::Sketch::decode(record->sketch());
}

Result<Sighting> View::sighting(FeedId feed, ArticleId article) const {
  SightingKey const key{feed, article};
  auto const bytes = key.encode();
  auto record = read_record<proto::SightingRecord>(state_->store, Family::sightings, view_of(bytes),
                                                   state_->snapshot, "sighting of this article in this feed");
  if (!record) return record.error();
  return read(key, *record);
}

Result<ArticleHead> View::article(ArticleId id) const {
  auto const key = ArticleKey{id}.encode();
  auto record = read_record<proto::ArticleRecord>(state_->store, Family::articles, view_of(key),
                                                  state_->snapshot, "article " + std::to_string(number(id)));
  if (!record) return record.error();
  return read(id, *record);
}

Result<ArticleVersion> View::version(ArticleId id, std::uint32_t number) const {
  if (number == 0) {
    auto head = article(id);
    if (!head) return head.error();
    number = head->version;
  }
  VersionKey const key{id, number};
  auto const bytes = key.encode();
  auto record = read_record<proto::VersionRecord>(
      state_->store, Family::versions, view_of(bytes), state_->snapshot,
      "version " + std::to_string(number) + " of article " + std::to_string(newsfold::number(id)));
  if (!record) return record.error();
  return read(key, *record);
}

Result<std::vector<VersionHead>> View::versions(ArticleId id) const {
  auto const begin = VersionKey{id, 0}.encode();
  auto const prefix = ArticleKey{id}.encode();
  auto const end = after_prefix(view_of(prefix));
  rocksdb::Slice const upper(end);
  auto const rows = state_->store.database->iterate(Family::versions, state_->snapshot, &upper);
  std::vector<VersionHead> found;
  bool any = false;
  for (rows->Seek(slice(view_of(begin))); rows->Valid(); rows->Next()) {
    any = true;
    auto const key = VersionKey::decode(view_of(rows->key()));
    auto const record = parse_record<proto::VersionRecord>(view_of(rows->value()), "versions");
    if (key && record) {
      add(found, state_->store, read_head(*key, *record));
    } else {
      state_->store.noted(key ? record.error() : key.error());
    }
  }
  if (auto done = finished(*rows, "read versions"); !done) return done.error();
  if (!any) return Error{ErrorCode::not_found, "there is no article " + std::to_string(number(id))};
  return found;
}

Result<Story> View::story(StoryId id) const {
  auto const begin = CopyKey{id, ArticleId{0}}.encode();
  auto const end = after_prefix(view_of(begin).substr(0, 8));
  rocksdb::Slice const upper(end);
  auto const rows = state_->store.database->iterate(Family::stories, state_->snapshot, &upper);
  Story story;
  story.id = id;
  bool any = false;
  for (rows->Seek(slice(view_of(begin))); rows->Valid(); rows->Next()) {
    any = true;
    auto const key = CopyKey::decode(view_of(rows->key()));
    if (!key) {
      state_->store.noted(key.error());
    } else if (key->article == ArticleId{0}) {
      auto const record = parse_record<proto::StoryRecord>(view_of(rows->value()), "stories");
      if (!record) return state_->store.noted(record.error());
      if (record->merged_into() != 0) story.merged_into = StoryId{record->merged_into()};
      for (auto const other : record->separate_from()) story.separate_from.push_back(StoryId{other});
    } else {
      auto const record = parse_record<proto::CopyRecord>(view_of(rows->value()), "stories");
      if (!record) {
        state_->store.noted(record.error());
        continue;
      }
      add(story.copies, state_->store, read(key->article, *record));
    }
  }
  if (auto done = finished(*rows, "read a story"); !done) return done.error();
  if (!any) return Error{ErrorCode::not_found, "there is no story " + std::to_string(number(id))};
  return story;
}

Result<FeedRow> View::feed(FeedId id) const {
  auto const key = FeedKey{id}.encode();
  auto record = read_record<proto::FeedRecord>(state_->store, Family::feeds, view_of(key), state_->snapshot,
                                               "feed with this id");
  if (!record) return record.error();
  return read(id, *record);
}

Result<std::string> View::blocks(std::string_view host) const {
  auto row = state_->store.database->get(Family::blocks, host, state_->snapshot);
  if (!row) return row.error();
  if (!*row) return Error{ErrorCode::not_found, "no template blocks are known of " + std::string(host)};
  return std::move(**row);
}

Result<Subscription> View::subscription(std::string_view name) const {
  auto record = read_record<proto::SubscriptionRecord>(state_->store, Family::cursors, name, state_->snapshot,
                                                       "subscription named " + std::string(name));
  if (!record) return record.error();
  return read(name, *record);
}

Result<std::vector<ArticleHead>> View::articles(ArticlePage const& page) const {
  auto const& store = state_->store;
  // All articles lie under their number; those that a feed showed, under the feed and their number.
  auto const family = page.feed ? Family::sightings : Family::articles;
  auto const key_of = [&](std::uint64_t article) {
    if (page.feed) {
      auto const key = SightingKey{*page.feed, ArticleId{article}}.encode();
      return std::string(view_of(key));
    }
    auto const key = ArticleKey{ArticleId{article}}.encode();
    return std::string(view_of(key));
  };
  bool const forward = page.order == Order::oldest_first;
  auto const low = key_of(forward && page.after ? number(*page.after) + 1 : 0);
  auto const high = key_of(!forward && page.after ? number(*page.after) : UINT64_MAX);
  rocksdb::Slice const lower(low);
  rocksdb::Slice const upper(high);
  rocksdb::ReadOptions options;
  options.snapshot = state_->snapshot;
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  std::unique_ptr<rocksdb::Iterator> const rows(
      store.database->db().NewIterator(options, store.database->handle(family)));

  auto const limit = std::min(page.limit, page_rows_max);
  std::vector<ArticleHead> found;
  for (forward ? rows->SeekToFirst() : rows->SeekToLast(); rows->Valid() && found.size() < limit;
       forward ? rows->Next() : rows->Prev()) {
    if (page.feed) {
      auto const key = SightingKey::decode(view_of(rows->key()));
      if (key) add(found, store, article(key->article));
      continue;
    }
    auto const key = ArticleKey::decode(view_of(rows->key()));
    auto const record = parse_record<proto::ArticleRecord>(view_of(rows->value()), "articles");
    if (key && record) {
      add(found, store, read(key->article, *record));
    } else {
      store.noted(key ? record.error() : key.error());
    }
  }
  if (auto done = finished(*rows, "list articles"); !done) return done.error();
  return found;
}

Result<std::vector<FeedRow>> View::feeds() const {
  auto const rows = state_->store.database->iterate(Family::feeds, state_->snapshot);
  std::vector<FeedRow> found;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    auto const key = FeedKey::decode(view_of(rows->key()));
    auto const record = parse_record<proto::FeedRecord>(view_of(rows->value()), "feeds");
    if (key && record) {
      found.push_back(read(key->feed, *record));
    } else {
      state_->store.noted(key ? record.error() : key.error());
    }
  }
  if (auto done = finished(*rows, "list feeds"); !done) return done.error();
  return found;
}

Result<std::vector<Subscription>> View::subscriptions() const {
  auto const rows = state_->store.database->iterate(Family::cursors, state_->snapshot);
  std::vector<Subscription> found;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    auto const record = parse_record<proto::SubscriptionRecord>(view_of(rows->value()), "cursors");
    if (record) {
      found.push_back(read(view_of(rows->key()), *record));
    } else {
      state_->store.noted(record.error());
    }
  }
  if (auto done = finished(*rows, "list subscriptions"); !done) return done.error();
  return found;
}

Result<Counts> View::counts() const {
  auto const all_feeds = feeds();
  if (!all_feeds) return all_feeds.error();
  Counts counts;
  counts.articles = state_->head.articles();
  counts.versions = state_->head.versions();
  counts.stories = state_->head.stories();
  counts.copies = state_->head.copies();
  counts.feeds = all_feeds->size();
  counts.oldest = Sequence{state_->head.oldest_sequence()};
  counts.last = Sequence{state_->head.last_sequence()};
  return counts;
}

}  // namespace newsfold::storage
