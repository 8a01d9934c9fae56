// Reads every row and follows every reference, both ways where there are two.

#include "storage/keys.h"
#include "storage/record_codec.h"
#include "storage/state.h"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <functional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>

namespace newsfold::storage {
namespace {

constexpr std::size_t batch_rows_max = 1000;

class Verification {
 public:
  Verification(StoreState& store, Repair repair, std::stop_token stop)
      : store_(store), repair_(repair), stop_(std::move(stop)) {
    snapshot_ = store.database->db().GetSnapshot();
  }
  ~Verification() { store_.database->db().ReleaseSnapshot(snapshot_); }
  Verification(Verification const&) = delete;
  Verification& operator=(Verification const&) = delete;

  Result<VerifyReport> run() {
    auto const head = read_head(*store_.database, snapshot_);
    if (!head) return head.error();
    head_ = *head;
    articles();
    versions();
    stories();
    changes();
    sightings();
    identities();
    fingerprints();
    sketches();
    feeds();
    subscriptions();
    if (stop_.stop_requested())  // half a census must not mend the counts
      return Error{ErrorCode::cancelled,
                   "the verification was stopped after " + std::to_string(report_.rows) + " rows"};
    counters();
    flush();
    if (failed_) return *failed_;
    return std::move(report_);
  }

 private:
  // `visit` returns what is wrong with the row's encoding, or an empty text.
  void each(Family family, std::function<std::string(std::string_view, std::string_view)> const& visit) {
    auto const rows = store_.database->iterate(family, snapshot_);
    for (rows->SeekToFirst(); rows->Valid() && !stop_.stop_requested(); rows->Next()) {
      ++report_.rows;
      auto const problem = visit(view_of(rows->key()), view_of(rows->value()));
      if (problem.empty()) continue;
      ++report_.corrupt;
      find(family, problem);
      // A hole in the log would look like a silent gap: its bad rows stay where they are.
      if (family != Family::changes) set_aside(family, view_of(rows->key()), view_of(rows->value()));
    }
    if (!rows->status().ok()) {
      ++report_.unreadable;
      ++report_.corrupt;
      find(family, "cannot be read to the end: " + rows->status().ToString());
    }
  }

  void find(Family family, std::string const& what) {
    if (report_.findings.size() < verify_findings_max)
      report_.findings.push_back(family_names[static_cast<std::size_t>(family)] + ": " + what);
  }

  void dangling(Family family, std::string const& what) {
    ++report_.dangling;
    find(family, what);
  }

  bool mends() const noexcept { return repair_ == Repair::mend; }

  void set_aside(Family family, std::string_view key, std::string_view value) {
    if (!mends()) return;
    std::string aside(1, static_cast<char>(family));
    aside += key;
    batch_.Put(store_.database->handle(Family::aside), aside, slice(value));
    remove(family, key);
  }
  void remove(Family family, std::string_view key) {
    if (!mends()) return;
    batch_.Delete(store_.database->handle(family), slice(key));
    ++report_.mended;
    if (static_cast<std::size_t>(batch_.Count()) >= batch_rows_max) flush();
  }
  void put(Family family, std::string_view key, std::string const& value) {
    if (!mends()) return;
    batch_.Put(store_.database->handle(family), slice(key), value);
    ++report_.mended;
    if (static_cast<std::size_t>(batch_.Count()) >= batch_rows_max) flush();
  }
  void flush() {
    if (batch_.Count() == 0 || failed_) return;
    if (auto written = store_.database->write(batch_, store_.options.sync); !written)
      failed_ = written.error();
    batch_.Clear();
  }

  template <class Record, class Key>
  std::optional<Record> look(Family family, Key const& key) {
    auto const bytes = key.encode();
    auto const row = store_.database->get(family, view_of(bytes), snapshot_);
    if (!row || !*row) return std::nullopt;
    auto record = parse_record<Record>(**row, family_names[static_cast<std::size_t>(family)]);
    if (!record) return std::nullopt;
    return std::move(*record);
  }

  void articles() {
    each(Family::articles, [&](std::string_view key_bytes, std::string_view row) -> std::string {
      auto const key = ArticleKey::decode(key_bytes);
      if (!key) return key.error().message;
      auto const record = parse_record<proto::ArticleRecord>(row, "articles");
      if (!record) return record.error().message;
      auto const name = "article " + std::to_string(number(key->article));
      if (auto const head = read(key->article, *record); !head) return name + ": " + head.error().message;
      ++counted_articles_;
      counted_bytes_[FeedId{record->feed()}] += record->bytes();
      if (!look<proto::VersionRecord>(Family::versions, VersionKey{key->article, record->version()})) {
        dangling(Family::articles, name + " lacks its newest version");
        if (mends()) {  // its text is lost: its feed may bring it again
          --counted_articles_;
          counted_bytes_[FeedId{record->feed()}] -= record->bytes();
          set_aside(Family::articles, key_bytes, row);
          return {};
        }
      }
      CopyKey const place{StoryId{record->story()}, key->article};
      if (!look<proto::CopyRecord>(Family::stories, place)) {
        dangling(Family::articles, name + " is missing from its story");
        proto::CopyRecord made;
        made.set_feed(record->feed());
        made.set_joined_at(record->stored_at());
        *made.mutable_lineage() = record->lineage();
        auto const bytes = place.encode();
        put(Family::stories, view_of(bytes), made.SerializeAsString());
      }
      return {};
    });
  }

  void versions() {
    each(Family::versions, [&](std::string_view key_bytes, std::string_view row) -> std::string {
      auto const key = VersionKey::decode(key_bytes);
      if (!key) return key.error().message;
      auto const record = parse_record<proto::VersionRecord>(row, "versions");
      if (!record) return record.error().message;
      if (auto const version = read(*key, *record); !version) return version.error().message;
      if (exists(key->article)) {
        ++counted_versions_;
      } else {
        dangling(Family::versions,
                 "a version of article " + std::to_string(number(key->article)) + ", which is not there");
        remove(Family::versions, key_bytes);
      }
      return {};
    });
  }

  void stories() {
    StoryId last{};
    each(Family::stories, [&](std::string_view key_bytes, std::string_view row) -> std::string {
      auto const key = CopyKey::decode(key_bytes);
      if (!key) return key.error().message;
      if (key->article == ArticleId{0}) {
        auto const record = parse_record<proto::StoryRecord>(row, "stories");
        return record ? std::string{} : record.error().message;
      }
      auto const record = parse_record<proto::CopyRecord>(row, "stories");
      if (!record) return record.error().message;
      auto const article = look<proto::ArticleRecord>(Family::articles, ArticleKey{key->article});
      if (!article || article->story() != number(key->story)) {
        dangling(Family::stories, "story " + std::to_string(number(key->story)) + " lists article " +
                                      std::to_string(number(key->article)) + ", which is not in it");
        remove(Family::stories, key_bytes);
        return {};
      }
      ++counted_copies_;
      if (key->story != last) ++counted_stories_;
      last = key->story;
      return {};
    });
  }

  void changes() {
    auto expected = head_.oldest_sequence();
    each(Family::changes, [&](std::string_view key_bytes, std::string_view row) -> std::string {
      auto const key = ChangeKey::decode(key_bytes);
      if (!key) return key.error().message;
      auto const sequence = number(key->sequence);
      if (sequence < head_.oldest_sequence() || sequence > head_.last_sequence()) {
        dangling(Family::changes, "event " + std::to_string(sequence) + " lies outside of the log");
        return {};
      }
      if (sequence != expected)
        dangling(Family::changes, "events " + std::to_string(expected) + " to " +
                                      std::to_string(sequence - 1) + " are missing");
      expected = sequence + 1;
      auto const view = ChangeView::decode(row);
      if (!view) return view.error().message;
      return view->sequence == key->sequence ? std::string{}
                                             : "event " + std::to_string(sequence) + " has another's number";
    });
    if (expected != head_.last_sequence() + 1)
      dangling(Family::changes, "the log ends at " + std::to_string(expected - 1) + " instead of " +
                                    std::to_string(head_.last_sequence()));
  }

  void sightings() {
    each(Family::sightings, [&](std::string_view key_bytes, std::string_view row) -> std::string {
      auto const key = SightingKey::decode(key_bytes);
      if (!key) return key.error().message;
      auto const record = parse_record<proto::SightingRecord>(row, "sightings");
      if (!record) return record.error().message;
      if (!record->gone() && !exists(key->article)) {
        dangling(Family::sightings,
                 "a showing of article " + std::to_string(number(key->article)) + ", which is not there");
        remove(Family::sightings, key_bytes);
        return {};
      }
      for (auto const identity : dedup::identity_keys(read(*key, *record).traits)) leads_back(*key, identity);
      return {};
    });
  }

  void leads_back(SightingKey const& key, dedup::IdentityKey identity) {
    auto const row_key = IdentityRowKey::of(key.feed, identity);
    auto record = look<proto::IdentityRecord>(Family::identities, row_key).value_or(proto::IdentityRecord{});
    if (record.articles_size() >= static_cast<int>(dedup::KnownItems::found_max))
      return;  // the oldest were dropped
    for (int i = 0; i < record.articles_size() && i < record.feeds_size(); ++i)
      if (record.articles(i) == number(key.article) && record.feeds(i) == number(key.feed)) return;
    dangling(Family::identities,
             "article " + std::to_string(number(key.article)) + " is not found by one of its keys");
    record.add_articles(number(key.article));
    record.add_feeds(number(key.feed));
    auto const bytes = row_key.encode();
    put(Family::identities, view_of(bytes), record.SerializeAsString());
    flush();  // the next sighting of this key must see it
  }

  void identities() {
    each(Family::identities, [&](std::string_view key_bytes, std::string_view row) -> std::string {
      if (auto const key = IdentityRowKey::decode(key_bytes); !key) return key.error().message;
      auto const record = parse_record<proto::IdentityRecord>(row, "identities");
      if (!record) return record.error().message;
      proto::IdentityRecord kept;
      bool misleads = false;
      for (int i = 0; i < record->articles_size() && i < record->feeds_size(); ++i) {
        SightingKey const seen{FeedId{record->feeds(i)}, ArticleId{record->articles(i)}};
        if (!look<proto::SightingRecord>(Family::sightings, seen)) {
          // What an article was known by before an edit stays when retention takes it: of no use, no harm.
          misleads |= exists(seen.article);
          continue;
        }
        kept.add_articles(record->articles(i));
        kept.add_feeds(record->feeds(i));
      }
      if (kept.articles_size() == record->articles_size()) return {};
      if (misleads) dangling(Family::identities, "a key leads to an article that its feed does not show");
      if (kept.articles_size() == 0) {
        remove(Family::identities, key_bytes);
      } else {
        put(Family::identities, key_bytes, kept.SerializeAsString());
      }
      return {};
    });
  }

  void fingerprints() {
    each(Family::fingerprints, [&](std::string_view key_bytes, std::string_view row) -> std::string {
      if (auto const key = FingerprintKey::decode(key_bytes); !key) return key.error().message;
      return decode_postings(row) ? std::string{} : "a posting list does not decode";
    });
  }

  void sketches() {
    each(Family::sketches, [&](std::string_view key_bytes, std::string_view row) -> std::string {
      auto const key = ArticleKey::decode(key_bytes);
      if (!key) return key.error().message;
      auto const record = parse_record<proto::SketchRecord>(row, "sketches");
      if (!record) return record.error().message;
      if (auto const sketch = dedup::Sketch::decode(record->sketch()); !sketch) return sketch.error().message;
      if (!exists(key->article)) {
        dangling(Family::sketches,
                 "a sketch of article " + std::to_string(number(key->article)) + ", which is not there");
        remove(Family::sketches, key_bytes);
      }
      return {};
    });
  }

  void feeds() {
    each(Family::feeds, [&](std::string_view key_bytes, std::string_view row) -> std::string {
      if (auto const key = FeedKey::decode(key_bytes); !key) return key.error().message;
      auto record = parse_record<proto::FeedRecord>(row, "feeds");
      if (!record) return record.error().message;
      auto const bytes = counted_bytes_[FeedKey::decode(key_bytes)->feed];
      if (head_.bytes_counted() && record->bytes() != bytes) {
        dangling(Family::feeds, "the bytes that feed " + record->name() + " brought are wrong");
        record->set_bytes(bytes);
        put(Family::feeds, key_bytes, record->SerializeAsString());
      }
      return {};
    });
  }

  void subscriptions() {
    each(Family::cursors, [&](std::string_view, std::string_view row) -> std::string {
      auto const record = parse_record<proto::SubscriptionRecord>(row, "cursors");
      return record ? std::string{} : record.error().message;
    });
  }

  void counters() {
    auto const copies = counted_copies_ - counted_stories_;
    if (head_.articles() == counted_articles_ && head_.versions() == counted_versions_ &&
        head_.stories() == counted_stories_ && head_.copies() == copies)
      return;
    dangling(Family::meta, "the counts of articles, versions, stories and copies are wrong");
    if (!mends()) return;
    head_.set_articles(counted_articles_);
    head_.set_versions(counted_versions_);
    head_.set_stories(counted_stories_);
    head_.set_copies(copies);
    put(Family::meta, meta_head, head_.SerializeAsString());
    flush();
    if (!failed_) store_.publish_head(head_);
  }

  bool exists(ArticleId article) {
    return look<proto::ArticleRecord>(Family::articles, ArticleKey{article}).has_value();
  }

  StoreState& store_;
  Repair repair_;
  std::stop_token stop_;
  rocksdb::Snapshot const* snapshot_ = nullptr;
  proto::HeadRecord head_;
  VerifyReport report_;
  rocksdb::WriteBatch batch_;
  std::optional<Error> failed_;
  std::uint64_t counted_articles_ = 0;
  std::unordered_map<FeedId, std::uint64_t> counted_bytes_;  // of the articles that a feed brought first
  std::uint64_t counted_versions_ = 0;
  std::uint64_t counted_stories_ = 0;
  std::uint64_t counted_copies_ = 0;
};

}  // namespace

Result<VerifyReport> Store::verify(Repair repair, std::stop_token stop) {
  if (repair == Repair::mend && state_->options.mode == OpenMode::read_only)
    return Error{ErrorCode::refused, "the store is open for reading only"};
  // What lies in a damaged file looks missing: to mend by that would throw away what belongs to it.
  if (repair == Repair::mend) {
    auto seen = Verification(*state_, Repair::report_only, stop).run();
    if (!seen || seen->unreadable > 0) return seen;
  }
  return Verification(*state_, repair, std::move(stop)).run();
}

}  // namespace newsfold::storage
