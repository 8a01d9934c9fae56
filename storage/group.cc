#include "storage/group.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace newsfold::storage {

Group::Group(StoreState& state, UtcMicros time)
    : store(state),
      now(time),
      articles(*state.database, Family::articles, OnCorrupt::fail, aside),
      copies(*state.database, Family::stories, OnCorrupt::set_aside, aside),
      stories(*state.database, Family::stories, OnCorrupt::set_aside, aside),
      identities(*state.database, Family::identities, OnCorrupt::set_aside, aside),
      sightings(*state.database, Family::sightings, OnCorrupt::set_aside, aside),
      feeds(*state.database, Family::feeds, OnCorrupt::set_aside, aside),
      batch(state.batch_bytes_expected),
      head(state.head) {
  report.first = Sequence{head.last_sequence() + 1};
}

std::vector<dedup::KnownItem> Group::find(FeedId feed, dedup::IdentityKey key) const {
  // What find() reads it keeps; logically it changes nothing.
  auto& self = const_cast<Group&>(*this);
  auto const identity = [&](IdentityRowKey const& row) {
    auto const found = self.identities.find(row);
    return found ? *found : nullptr;
  };
  auto const sighting = [&](SightingKey const& row) {
    auto const found = self.sightings.find(row);
    return found ? *found : nullptr;
  };
  return known_items(feed, key, identity, sighting);
}

Event Group::event_of(EventType type, ArticleId article, proto::ArticleRecord const& record) const {
  Event event;
  event.type = type;
  event.feed = FeedId{record.feed()};
  event.feed_name = record.feed_name();
  event.article = article;
  event.version = record.version();
  event.story = StoryId{record.story()};
  event.language = record.language();
  event.tags.assign(record.tags().begin(), record.tags().end());
  return event;
}

void Group::add_event(Event event, ArticleEventData const& data) {
  event.sequence = Sequence{head.last_sequence() + 1};
  event.time = now;
  add_row(event, data.edit, render_event(store.epoch, event, data));
}

void Group::add_event(Event event, FeedEventData const& data) {
  event.sequence = Sequence{head.last_sequence() + 1};
  event.time = now;
  add_row(event, EditClass::none, render_event(store.epoch, event, data));
}

void Group::add_bare_event(Event const& event, proto::ArticleRecord const& record, std::string_view reason) {
  Article article;
  article.title = record.title();
  article.url = record.url();
  article.byline = record.byline();
  article.language = record.language();
  article.image = record.image();
  if (record.has_date_published()) article.date_published = from_micros(record.date_published());
  ItemExtras extras;
  extras.summary = record.summary();
  extras.tags = event.tags;
  ArticleEventData data;
  data.article = &article;
  data.extras = &extras;
  data.reason = reason;
  add_event(event, data);
}

void Group::add_row(Event const& event, EditClass edit, RenderedEvent const& rendered) {
  auto row = std::make_shared<std::string const>(encode_change_row(event, edit, rendered));
  auto const key = ChangeKey{event.sequence}.encode();
  batch.Put(store.database->handle(Family::changes), slice(view_of(key)), *row);
  head.set_last_sequence(number(event.sequence));
  report.changes.push_back(std::move(row));
}

// In the order of their keys: RocksDB's memtable then finds most places beside the one before. At random
// they cost more than all other rows of an article.
void Group::write_postings() {
  std::sort(postings_.begin(), postings_.end(), [](auto const& one, auto const& other) {
    return std::pair(one.first, one.second.article) < std::pair(other.first, other.second.article);
  });
  auto* const handle = store.database->handle(Family::fingerprints);
  std::string list;
  for (auto at = postings_.begin(); at != postings_.end();) {
    auto const fingerprint = at->first;
    list.clear();
    for (; at != postings_.end() && at->first == fingerprint; ++at) append_posting(list, at->second);
    auto const key = FingerprintKey{fingerprint}.encode();
    batch.Merge(handle, slice(view_of(key)), list);
  }
}

Result<void> Group::write() {
  auto const& database = *store.database;
  articles.write(batch);
  copies.write(batch);
  stories.write(batch);
  identities.write(batch);
  sightings.write(batch);
  feeds.write(batch);
  write_postings();
  for (auto const& [key, value] : aside) batch.Put(database.handle(Family::aside), key, value);
  store.corrupt_rows.fetch_add(aside.size(), std::memory_order_relaxed);
  batch.Put(database.handle(Family::meta), slice(meta_head), head.SerializeAsString());
  report.bytes = batch.GetDataSize();
  report.last = Sequence{head.last_sequence()};
  auto const begun = std::chrono::steady_clock::now();
  auto written = report.bytes > commit_bytes_max
                     ? Result<void>(Error{ErrorCode::too_large, "a group of changes is larger than 256 MiB"})
                     : store.database->write(batch, store.options.sync);
  report.sync_time =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  if (!written) {
    // What this group put there is not stored; what is, is found on disk.
    store.recent.reset(ArticleId{store.head.last_article()});
    return written;
  }
  store.publish_head(head);
  for (auto const& [signature, story, parts] : to_note_)
    for (auto const part : parts) store.census.note(signature->sketch, story, part);
  store.recent.trim();
  store.batch_bytes_expected = report.bytes + report.bytes / 8;
  store.commits.fetch_add(1, std::memory_order_relaxed);
  store.commit_bytes.fetch_add(report.bytes, std::memory_order_relaxed);
  store.refolded.fetch_add(report.refolded, std::memory_order_relaxed);
  if (store.listener && !report.changes.empty()) store.listener(report);
  return {};
}

}  // namespace newsfold::storage
