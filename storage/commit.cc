// A group of polls becomes rows and events. What the pool decided looking at a View is followed where
// nothing that matters was committed since, and decided again where something was.

#include "feeds/dedup/lineage.h"
#include "storage/fold_index.h"
#include "storage/group.h"
#include "storage/record_codec.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace newsfold::storage {
namespace {

constexpr int identity_entries_max = static_cast<int>(dedup::KnownItems::found_max);
constexpr std::chrono::hours window_check_interval{1};

// The proto and the model say the same things of an article that are listed without its text.
void write_listed(IngestItem const& item, std::uint32_t words, proto::ArticleRecord& record) {
  auto const& article = item.article;
  record.set_title(article.title);
  record.set_url(article.url.empty() ? item.extras.item_url : article.url);
  record.set_byline(article.byline);
  record.set_language(article.language);
  record.set_summary(item.extras.summary);
  record.set_image(article.image);
  record.clear_tags();
  for (auto const& tag : item.extras.tags) record.add_tags(tag);
  record.clear_date_published();
  if (article.date_published) record.set_date_published(micros(*article.date_published));
  record.set_words(words);
  record.set_paywall(static_cast<std::uint32_t>(article.paywall));
  record.set_truncated(article.truncated);
  record.set_spam_mirror(article.spam_mirror);
  record.set_version_hash(item.version_hash);
  record.set_source_hash(item.source_hash);
  record.set_cleaner_revision(item.cleaner_revision);
}

// One item on its way into a group.
class ItemStep {
 public:
  ItemStep(Group& group, FeedChange const& change, IngestItem const& item)
      : group_(group),
        change_(change),
        item_(item),
        keys_(dedup::identity_keys(item.traits)),
        words_(count_words(item.article.content_text)) {}

  Result<ItemOutcome> run() {
    if (keys_.empty() || item_.item_hash == 0)
      return set_aside("the item has no guid, link, title or text to be known by");
    auto const known = known_article();
    if (!known) return known.error();
    if (*known != ArticleId{0}) return update(*known);
    if (auto const old = forgotten()) return ItemOutcome{Outcome::unchanged, *old, 0, StoryId{0}, {}};
    return create();
  }

  static ItemOutcome set_aside(std::string message) {
    ItemOutcome outcome;
    outcome.outcome = Outcome::set_aside;
    outcome.message = std::move(message);
    return outcome;
  }

 private:
  Result<bool> exists(ArticleId article) {
    auto const record = group_.articles.find(ArticleKey{article});
    if (!record) return record.error();
    return *record != nullptr;
  }

  // 0: a new one.
  Result<ArticleId> known_article() {
    if (item_.identity.reason != dedup::IdentityReason::new_item) {
      auto const there = exists(item_.identity.article);
      if (!there) return there.error();
      if (*there) return item_.identity.article;
    }
    if (!somebody_was_faster()) return ArticleId{0};
    auto habits = dedup::FeedHabits{};  // the pool counted this item already
    if (auto const feed = group_.feeds.find(FeedKey{change_.feed}); feed && *feed)
      habits = read_habits(**feed);
    auto const identity = dedup::identify(change_.feed, item_.traits, habits, group_);
    if (identity.reason == dedup::IdentityReason::new_item) return ArticleId{0};
    auto const there = exists(identity.article);
    if (!there) return there.error();
    return *there ? identity.article : ArticleId{0};
  }

  // The article that the item was, where retention took it and its feed shows it still.
  std::optional<ArticleId> forgotten() {
    if (item_.identity.reason == dedup::IdentityReason::new_item) return std::nullopt;
    auto const row = group_.sightings.find(SightingKey{change_.feed, item_.identity.article});
    if (!row || !*row || !(*row)->gone()) return std::nullopt;
    return item_.identity.article;
  }

  // Whether an article that the pool could not see has a key of this item.
  bool somebody_was_faster() {
    if (!group_.has_news_since(item_.seen)) return false;
    return std::any_of(keys_.begin(), keys_.end(), [&](dedup::IdentityKey key) {
      auto const found = group_.find(change_.feed, key);
      return std::any_of(found.begin(), found.end(),
                         [&](dedup::KnownItem const& known) { return known.article > item_.seen; });
    });
  }

  Result<ItemOutcome> create() {
    auto decision = fold();
    auto const joins = place(group_, decision);
    if (!joins) return joins.error();
    ArticleId const id{group_.head.last_article() + 1};
    bool const copy = *joins != StoryId{0};
    auto const story = copy ? *joins : StoryId{number(id)};
    Lineage lineage;
    if (copy) {
      lineage.match = match_kind(decision.kind);
      lineage.similarity = decision.similarity;
      lineage.matched = decision.article;
    }
    lineage.original = item_.original;
    if (copy && lineage.original.empty()) lineage.original = original_by_matched(decision.article);
    if (auto seen = note_first_sighting(id); !seen) return seen.error();
    if (auto counted = count_in_feed(copy); !counted) return counted.error();

    auto& record = group_.articles.add(ArticleKey{id});
    record.set_story(number(story));
    record.set_version(1);
    record.set_feed(number(change_.feed));
    record.set_feed_name(change_.feed_name);
    if (change_.feed_weight != 1) record.set_feed_weight(float(change_.feed_weight));
    record.set_stored_at(micros(group_.now));
    record.set_changed_at(micros(group_.now));
    write(lineage, *record.mutable_lineage());
    write_listed(item_, words_, record);
    count_bytes(record, 0, add_version({id, 1}, EditClass::none, {}));
    auto& place = group_.copies.add(CopyKey{story, id});
    place.set_feed(number(change_.feed));
    place.set_joined_at(micros(group_.now));
    write(lineage, *place.mutable_lineage());

    auto& head = group_.head;
    head.set_last_article(number(id));
    head.set_articles(head.articles() + 1);
    head.set_versions(head.versions() + 1);
    copy ? head.set_copies(head.copies() + 1) : head.set_stories(head.stories() + 1);
    index(id, story, decision);
    announce(copy ? EventType::article_copied : EventType::article_created, id, record, &lineage,
             EditClass::none, {});
    return ItemOutcome{copy ? Outcome::copied : Outcome::created, id, 1, story, {}};
  }

  // Where the text itself names nobody: was the copy that it matched published earlier, or does its feed
  // weigh more?
  std::string original_by_matched(ArticleId matched) {
    auto const known = group_.articles.find(ArticleKey{matched});
    if (!known || !*known) return {};
    auto const& record = **known;
    std::array<dedup::CopyClues, 2> clues;
    if (record.has_date_published()) clues[0].published = from_micros(record.date_published());
    clues[0].feed_weight = record.feed_weight() > 0 ? double(record.feed_weight()) : 1;
    clues[0].mirror = record.spam_mirror();
    clues[1].published = item_.article.date_published;
    clues[1].feed_weight = change_.feed_weight;
    clues[1].mirror = item_.article.spam_mirror;
    auto const original = dedup::original_among(clues);
    if (original.index != 0) return {};
    if (original.sign == dedup::OriginalSign::time) return "earlier " + std::to_string(number(matched));
    if (original.sign == dedup::OriginalSign::weight) return "heavier " + std::to_string(number(matched));
    return {};
  }

  dedup::FoldDecision fold() {
    if (!item_.signature) return {};
    auto const& settings = group_.store.options.fold;
    auto& recent = group_.store.recent;
    auto const scope = own_scope();
    auto decision = item_.fold;
    auto seen = item_.seen;
    if (!recent.covers(seen)) {
      // The pool looked so long ago that what came since is no longer in memory.
      StoredCandidates const stored(*group_.store.database, nullptr,
                                    ArticleId{group_.store.cutoff->article.load(std::memory_order_relaxed)},
                                    scope, group_.store.census);
      decision = dedup::decide(*item_.signature, stored, settings.options);
      seen = ArticleId{group_.store.head.last_article()};
      ++group_.report.refolded;
    }
    if (!recent.has_since(seen)) return decision;
    auto const source = recent.since(seen, scope);
    auto since = dedup::decide(*item_.signature, *source, settings.options);
    if (since.kind == dedup::MatchKind::new_story) return decision;
    ++group_.report.refolded;
    return dedup::stronger_of(std::move(decision), std::move(since), settings.options);
  }

  Result<ItemOutcome> update(ArticleId id) {
    auto const found = group_.articles.find(ArticleKey{id});
    if (!found) return found.error();
    auto const& before = **found;
    bool const outdated = item_.text_of != 0 && item_.text_of != before.version();
    bool const nothing_new = outdated || (item_.text_of != 0 && before.withdrawn_at() != 0);
    if (auto seen = note_sighting(id, before.version(), outdated); !seen) return seen.error();
    ItemOutcome outcome{Outcome::unchanged, id, before.version(), StoryId{before.story()}, {}};
    if (nothing_new || before.version_hash() == item_.version_hash || FeedId{before.feed()} != change_.feed)
      return outcome;
    bool const ours = before.cleaner_revision() != item_.cleaner_revision &&
                      before.source_hash() == item_.source_hash && item_.source_hash != 0;
    auto const changed = group_.articles.change(ArticleKey{id});
    if (!changed) return changed.error();
    auto& record = **changed;
    auto const edit = edit_from(record.version());
    write_listed(item_, words_, record);
    if (ours) {
      auto const replaced = version_bytes({id, record.version()});
      auto const bytes = add_version({id, record.version()}, EditClass::none, {});
      if (record.bytes() > 0) count_bytes(record, replaced, bytes);
      outcome.outcome = Outcome::recleaned;
      reindex(id, record);
      return outcome;
    }
    if (auto const feed = group_.feeds.change(FeedKey{change_.feed}))
      (*feed)->set_updates((*feed)->updates() + 1);
    record.set_version(record.version() + 1);
    record.set_changed_at(micros(group_.now));
    record.clear_withdrawn_at();
    record.clear_withdrawn_reason();
    auto const bytes = add_version({id, record.version()}, edit.first, edit.second);
    // One of an older store is counted whole when its turn comes: see retention.cc.
    if (record.bytes() > 0) count_bytes(record, 0, bytes);
    group_.head.set_versions(group_.head.versions() + 1);
    reindex(id, record);
    announce(EventType::article_updated, id, record, nullptr, edit.first, edit.second);
    outcome.outcome = Outcome::updated;
    outcome.version = record.version();
    return outcome;
  }

  // Class and diff against `base`. The pool's are about another version where one came in between: then it
  // is only known that something changed.
  std::pair<EditClass, std::string> edit_from(std::uint32_t base) const {
    if (!item_.edit || item_.edit->base_version != base) return {EditClass::rewrite, {}};
    return {edit_class(item_.edit->edit.kind), diff_json(item_.edit->edit)};
  }

  // The size of the row.
  std::uint64_t add_version(VersionKey key, EditClass edit, std::string const& diff) {
    proto::VersionRecord record;
    record.set_stored_at(micros(group_.now));
    record.set_edit(static_cast<std::uint32_t>(edit));
    record.set_diff_json(diff);
    record.set_version_hash(item_.version_hash);
    record.set_source_hash(item_.source_hash);
    record.set_cleaner_revision(item_.cleaner_revision);
    record.set_words(words_);
    write(item_.article, *record.mutable_content());
    write(item_.extras, *record.mutable_extras());
    if (!item_.page.empty()) write(item_.page, *record.mutable_page());
    put(Family::versions, key, record);
    return buffer_.size();
  }

  // 0: there is none yet.
  std::uint64_t version_bytes(VersionKey key) const {
    auto const bytes = key.encode();
    auto const row = group_.store.database->get(Family::versions, view_of(bytes));
    return row && *row ? (*row)->size() : 0;
  }

  void count_bytes(proto::ArticleRecord& article, std::uint64_t before, std::uint64_t now) {
    article.set_bytes(article.bytes() - std::min(article.bytes(), before) + now);
    if (auto const feed = group_.feeds.change(FeedKey{change_.feed}))
      (*feed)->set_bytes((*feed)->bytes() - std::min((*feed)->bytes(), before) + now);
  }

  // Remembers how this feed shows the article, and under which keys it is found again.
  Sighting first_sighting(ArticleId id, bool comes_again) const {
    // Another hash than the item's: it is not known when it comes again.
    auto const hash = comes_again ? ~item_.item_hash | 1 : item_.item_hash;
    return {change_.feed, id, item_.traits, hash, group_.now, false, {}, 0, 0};
  }

  // `version`: of the article until now.
  // `outdated`: what was read of it is not of `version`. The feed's next reading is to bring it again.
  Result<void> note_sighting(ArticleId id, std::uint32_t version, bool outdated) {
    SightingKey const key{change_.feed, id};
    auto const before = group_.sightings.find(key);
    if (!before) return before.error();
    auto sighting = first_sighting(id, outdated || item_.comes_again);
    if (!outdated && item_.article.extractor != "feed") {
      sighting.page = item_.page;
      sighting.page_version = version;
      sighting.page_cleaner = item_.cleaner_revision;
    }
    if (*before) {
      auto const known = read(key, **before);
      sighting.first_seen = known.first_seen;
      if (known == sighting) return {};
    }
    auto const row = group_.sightings.change(key);
    if (!row) return row.error();
    (*row)->Clear();
    write(sighting, **row);
    return note_identities(id);
  }

  // Of an article that was numbered just now: nothing can be known about it.
  Result<void> note_first_sighting(ArticleId id) {
    write(first_sighting(id, item_.comes_again), group_.sightings.add(SightingKey{change_.feed, id}));
    return note_identities(id);
  }

  Result<void> note_identities(ArticleId id) {
    for (auto const identity : keys_)
      if (auto done = note_identity(IdentityRowKey::of(change_.feed, identity), id); !done)
        return done.error();
    return {};
  }

  Result<void> note_identity(IdentityRowKey const& key, ArticleId id) {
    auto const known = group_.identities.find(key);
    if (!known) return known.error();
    if (*known)
      for (int i = 0; i < (*known)->articles_size() && i < (*known)->feeds_size(); ++i)
        if ((*known)->articles(i) == number(id) && (*known)->feeds(i) == number(change_.feed)) return {};
    auto const row = group_.identities.change(key);
    if (!row) return row.error();
    (*row)->add_articles(number(id));
    (*row)->add_feeds(number(change_.feed));
    // Newest last; a key that everything has is of no use for more than these.
    while ((*row)->articles_size() > identity_entries_max) {
      (*row)->mutable_articles()->erase((*row)->articles().begin());
      (*row)->mutable_feeds()->erase((*row)->feeds().begin());
    }
    return {};
  }

  Result<void> count_in_feed(bool copy) {
    auto const feed = group_.feeds.change(FeedKey{change_.feed});
    if (!feed) return feed.error();
    (*feed)->set_articles((*feed)->articles() + 1);
    if (copy) (*feed)->set_copies((*feed)->copies() + 1);
    (*feed)->set_last_article_at(micros(group_.now));
    return {};
  }

  ScopeFilter own_scope() const {
    return make_scope(group_.store.options.fold.scope, change_.feed, item_.extras.tags);
  }

  // Makes the article one that copies are found of.
  void index(ArticleId id, StoryId story, dedup::FoldDecision const& decision) {
    if (!item_.signature || item_.signature->fingerprints.empty()) return;
    put_sketch(id, change_.feed, story);
    post(id, story, dedup::worth_posting(*item_.signature, decision));
    auto scope = own_scope();
    group_.note_later(item_.signature, story, scope.parts());
    group_.store.recent.add(id, story, change_.feed, std::move(scope.tags), item_.signature);
  }

  // After an edit it is found by what it says now. Copies of what it said before are as near to it as the
  // edit was small.
  void reindex(ArticleId id, proto::ArticleRecord const& record) {
    if (!item_.signature || item_.signature->fingerprints.empty()) return;
    auto const key = ArticleKey{id}.encode();
    auto fresh = item_.signature->fingerprints;
    if (auto const row = group_.store.database->get(Family::sketches, view_of(key)); row && *row)
      if (auto const old = parse_record<proto::SketchRecord>(**row, "sketches"))
        if (auto const sketch = dedup::Sketch::decode(old->sketch())) {
          auto const posted = dedup::fingerprints_of(*sketch);
          std::erase_if(fresh, [&](std::uint64_t fingerprint) {
            return std::find(posted.begin(), posted.end(), fingerprint) != posted.end();
          });
        }
    put_sketch(id, FeedId{record.feed()}, StoryId{record.story()});
    post(id, StoryId{record.story()}, fresh);
  }

  void put_sketch(ArticleId id, FeedId feed, StoryId story) {
    proto::SketchRecord record;
    record.set_sketch(item_.signature->sketch.encode());
    record.set_feed(number(feed));
    record.set_story(number(story));
    for (auto const& tag : item_.extras.tags) record.add_tags(tag_hash(tag));
    put(Family::sketches, ArticleKey{id}, record);
  }

  void post(ArticleId id, StoryId story, std::vector<std::uint64_t> const& fingerprints) {
    for (auto const part : own_scope().parts())
      for (auto const fingerprint : fingerprints) group_.post(fingerprint ^ part, {id, story});
  }

  void announce(EventType type, ArticleId id, proto::ArticleRecord const& record, Lineage const* lineage,
                EditClass edit, std::string const& diff) {
    auto event = group_.event_of(type, id, record);
    event.feed = change_.feed;
    event.feed_name = change_.feed_name;
    ArticleEventData data;
    data.article = &item_.article;
    data.extras = &item_.extras;
    data.lineage = lineage;
    data.edit = edit;
    data.diff_json = diff;
    group_.add_event(std::move(event), data);
  }

  template <class Key, class Record>
  void put(Family family, Key const& key, Record const& record) {
    auto const bytes = key.encode();
    record.SerializeToString(&buffer_);
    group_.batch.Put(group_.store.database->handle(family), slice(view_of(bytes)), buffer_);
  }

  Group& group_;
  FeedChange const& change_;
  IngestItem const& item_;
  std::vector<dedup::IdentityKey> keys_;
  std::uint32_t words_;
  std::string buffer_;
};

Result<void> withdraw(Group& group, Withdrawal const& withdrawal) {
  ArticleKey const key{withdrawal.article};
  auto const known = group.articles.find(key);
  if (!known) return known.error().code == ErrorCode::corrupt ? Result<void>() : known.error();
  if (!*known || (*known)->has_withdrawn_at()) return {};
  auto const record = group.articles.change(key);
  if (!record) return record.error();
  (*record)->set_withdrawn_at(micros(group.now));
  (*record)->set_withdrawn_reason(withdrawal.reason);
  group.add_bare_event(group.event_of(EventType::article_withdrawn, withdrawal.article, **record), **record,
                       withdrawal.reason);
  return {};
}

Result<void> note_feed(Group& group, FeedChange const& change) {
  if (!change.state && !change.habits && change.notices.empty() && change.items.empty()) return {};
  auto const known = group.feeds.find(FeedKey{change.feed});
  if (!known) return known.error();
  bool const renamed = !*known || (*known)->name() != change.feed_name;
  bool const longer = change.shown > (*known ? (*known)->shown_max() : 0);
  if (renamed || change.state || change.habits || longer) {
    auto const row = group.feeds.change(FeedKey{change.feed});
    if (!row) return row.error();
    (*row)->set_name(change.feed_name);
    if (change.state) (*row)->set_state(*change.state);
    if (change.habits) write(*change.habits, **row);
    if (longer) (*row)->set_shown_max(change.shown);
  }
  for (auto const& notice : change.notices) {
    Event event;
    event.type = notice.type;
    event.feed = change.feed;
    event.feed_name = change.feed_name;
    FeedEventData data;
    data.message = notice.message;
    data.url = notice.url;
    data.since = notice.since;
    group.add_event(std::move(event), data);
  }
  return {};
}

Result<void> note_look(Group& group, FeedId feed, PageLook const& look) {
  SightingKey const key{feed, look.article};
  auto const known = group.sightings.find(key);
  if (!known) return known.error();
  if (!*known || (*known)->gone()) return {};
  auto const row = group.sightings.change(key);
  if (!row) return row.error();
  write(look.page, *(*row)->mutable_page());
  (*row)->set_page_version(look.version);
  (*row)->set_page_cleaner(look.cleaner_revision);
  return {};
}

Result<void> add_change(Group& group, FeedChange const& change) {
  auto& outcomes = group.report.outcomes.emplace_back();
  for (auto const& item : change.items) {
    auto outcome = ItemStep(group, change, item).run();
    if (!outcome && outcome.error().code != ErrorCode::corrupt) return outcome.error();
    // A row about this item does not decode: the others of the group go on without it.
    outcomes.push_back(outcome ? std::move(*outcome)
                               : ItemStep::set_aside(group.store.noted(outcome.error()).message));
  }
  for (auto const& look : change.looks)
    if (auto done = note_look(group, change.feed, look); !done) return done;
  for (auto const& withdrawal : change.withdrawals)
    if (auto done = withdraw(group, withdrawal); !done) return done;
  for (auto const& [host, blocks] : change.blocks)
    group.batch.Put(group.store.database->handle(Family::blocks), host, blocks);
  return note_feed(group, change);
}

}  // namespace

Result<CommitReport> Store::commit(std::span<FeedChange const> changes, UtcMicros now) {
  std::size_t items = 0;
  for (auto const& change : changes) items += change.items.size();
  if (items > commit_items_max)
    return Error{ErrorCode::too_large, "a group of " + std::to_string(items) + " items; at most " +
                                           std::to_string(commit_items_max) + " are committed at once"};
  auto& state = *state_;
  if (state.options.mode == OpenMode::read_only)
    return Error{ErrorCode::refused, "the store is open for reading only"};
  auto const begun = std::chrono::steady_clock::now();
  if (now - state.window_checked > window_check_interval) state.move_window(now);
  Group group(state, now);
  for (auto const& change : changes) {
    if (auto done = add_change(group, change); !done) {
      state.recent.reset(ArticleId{state.head.last_article()});  // this group's articles never were
      return done.error();
    }
  }
  if (auto written = group.write(); !written) return written.error();
  group.report.time =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  return std::move(group.report);
}

}  // namespace newsfold::storage
