#pragma once
// What a group of changes causes, gathered in memory and written at once. The steps that it is made of
// stand in commit.cc (items), story_change.cc (stories) and split.cc.

#include "storage/keys.h"
#include "storage/row_cache.h"
#include "storage/state.h"

#include <rocksdb/write_batch.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::storage {

class Group final : public dedup::KnownItems {
 public:
  Group(StoreState& state, UtcMicros time);

  StoreState& store;
  UtcMicros now;
  AsideRows aside;
  RowCache<ArticleKey, proto::ArticleRecord> articles;
  RowCache<CopyKey, proto::CopyRecord> copies;    // keys with an article
  RowCache<CopyKey, proto::StoryRecord> stories;  // keys with article 0
  RowCache<IdentityRowKey, proto::IdentityRecord> identities;
  RowCache<SightingKey, proto::SightingRecord> sightings;
  RowCache<FeedKey, proto::FeedRecord> feeds;
  rocksdb::WriteBatch batch;  // rows that are only written, at once
  proto::HeadRecord head;     // as it will be
  CommitReport report;

  // The items known now, those of this group included.
  std::vector<dedup::KnownItem> find(FeedId feed, dedup::IdentityKey key) const override;

  ArticleId newest_article() const noexcept { return ArticleId{head.last_article()}; }
  // Whether this group or a commit since `seen` made articles.
  bool has_news_since(ArticleId seen) const noexcept { return newest_article() > seen; }

  Event event_of(EventType type, ArticleId article, proto::ArticleRecord const& record) const;
  void add_event(Event event, ArticleEventData const& data);
  void add_event(Event event, FeedEventData const& data);
  // An event that carries no text, only what is listed of the article.
  void add_bare_event(Event const& event, proto::ArticleRecord const& record, std::string_view reason);

  // The article is found by this fingerprint from now on.
  void post(std::uint64_t fingerprint, dedup::Posting posting) {
    postings_.emplace_back(fingerprint, posting);
  }

  // Noted in the census once durable.
  void note_later(std::shared_ptr<dedup::Signature const> signature, StoryId story,
                  std::vector<std::uint64_t> parts) {
    to_note_.push_back({std::move(signature), story, std::move(parts)});
  }

  // Makes everything durable and visible, or nothing. The report is complete after it.
  Result<void> write();

 private:
  void add_row(Event const& event, EditClass edit, RenderedEvent const& rendered);

  void write_postings();

  std::vector<std::pair<std::uint64_t, dedup::Posting>> postings_;
  struct ToNote {
    std::shared_ptr<dedup::Signature const> signature;
    StoryId story{};
    std::vector<std::uint64_t> parts;
  };
  std::vector<ToNote> to_note_;
};

// ---- story_change.cc ----------------------------------------------------------------------------

// The story that goes on where `story` was merged, or itself.
Result<StoryId> story_now(Group& group, StoryId story);
Result<std::vector<ArticleId>> members(Group& group, StoryId story);
// Whether somebody split one off the other.
Result<bool> separate(Group& group, StoryId one, StoryId other);
// The younger ends in the older one; makes an article.merged that gives the reason. Gives the one that goes
// on.
Result<StoryId> merge(Group& group, StoryId one, StoryId other, std::string_view reason);
// Where a new article belongs by `decision`: the story's number, or 0 for one of its own. Merges what the
// decision shows to be one.
Result<StoryId> place(Group& group, dedup::FoldDecision const& decision);

}  // namespace newsfold::storage
