#pragma once
// The values that go into and come out of the store. Plain data that owns its text; the rows that hold
// it are protobuf messages (storage/proto/newsfold.proto) which nobody outside storage/ sees.

#include "feeds/dedup/fold.h"
#include "feeds/dedup/identity.h"
#include "feeds/dedup/signature.h"
#include "feeds/dedup/version.h"
#include "feeds/model/article.h"
#include "feeds/model/event.h"
#include "feeds/model/event_json.h"
#include "feeds/model/ids.h"
#include "feeds/model/time.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::storage {

// ---- Changes: what the pipeline hands over ------------------------------------------------------

// The difference to the version that the pool saw; left out where another one came in between.
struct EditFrom {
  std::uint32_t base_version = 0;
  dedup::Edit edit;
};

// What the answer that a version was read from said of itself, byte for byte: for asking its page whether it
// changed since. Empty: it said nothing.
struct PageValidators {
  std::string etag;
  std::string last_modified;
  std::string url;  // that gave them; empty: ItemExtras::item_url

  bool empty() const noexcept { return etag.empty() && last_modified.empty(); }
  bool operator==(PageValidators const&) const = default;
};

// One item of a feed after its whole way through the pure stages. What was decided about it looking at a
// View is checked again by the writer against what was committed since.
struct IngestItem {
  dedup::ItemTraits traits;
  dedup::Identity identity;  // identify() against the view
  ArticleId seen{};          // View::newest_article() of the view
  Article article;
  ItemExtras extras;
  // Hash of the item as the feed shows it: where it is the one of View::sighting(), nothing need be fetched,
  // cleaned or handed over again. Never 0.
  std::uint64_t item_hash = 0;
  std::uint64_t version_hash = 0;  // dedup::version_hash of the clean title and text
  // Hash of what the cleaner was given (the page's or the item's visible words). With another
  // cleaner_revision and the same source_hash, other content is an improvement of ours: it replaces the
  // newest version quietly.
  std::uint64_t source_hash = 0;
  std::uint32_t cleaner_revision = 0;
  std::shared_ptr<dedup::Signature const> signature;  // null: takes no part in stories
  dedup::FoldDecision fold;                           // of a new article: decide() against View::candidates()
  std::string original;                               // see Lineage::original
  std::optional<EditFrom> edit;                       // of a known one
  PageValidators page;                                // where `article` was read from one page
  // The version whose text this is, as its page gave no other: where a newer one came in between, or it was
  // withdrawn, that stays. 0: it is what was read now.
  std::uint32_t text_of = 0;
  bool comes_again = false;  // when the feed is read again, whatever it shows then: its page could not be had
};

// An article page that was looked at again and left its article as it is.
struct PageLook {
  ArticleId article{};
  std::uint32_t version = 0;
  std::uint32_t cleaner_revision = 0;  // that saw it
  PageValidators page;                 // what to ask it with from now on
};

// What became of an article page that was looked at again.
struct Withdrawal {
  ArticleId article{};
  std::string reason;  // "the page answered 410 twice"
};

// Something that happened to a feed and that subscribers are told.
struct FeedNotice {
  EventType type{};  // one of feed_*
  std::string message;
  std::string url;
  std::optional<UtcMicros> since;
};

// One poll's outcome. Polls of one group become durable together.
struct FeedChange {
  FeedId feed{};
  std::string feed_name;
  double feed_weight = 1;                   // as configured; tells originals from copies
  std::optional<std::string> state;         // the scheduler's record after this poll; opaque here
  std::optional<dedup::FeedHabits> habits;  // after this poll
  std::uint32_t shown = 0;                  // items in the document that was read; 0: none was
  std::vector<IngestItem> items;
  std::vector<PageLook> looks;
  std::vector<Withdrawal> withdrawals;
  std::vector<FeedNotice> notices;
  // Template blocks of hosts after this poll, opaque here.
  std::vector<std::pair<std::string, std::string>> blocks;
};

enum class Outcome : std::uint8_t {
  created,    // leads a story of its own
  copied,     // new, and joined a story
  updated,    // new version of a known article
  recleaned,  // same article as published, better cleaned by us: replaced without a new version
  unchanged,  // or another feed's view of an article: only the feed that brought it first makes versions;
              // or one that retention took while its feed still shows it
  set_aside,  // invalid, or a row of ours about it is corrupt; the message says so
};

struct ItemOutcome {
  Outcome outcome{};
  ArticleId article{};
  std::uint32_t version = 0;
  StoryId story{};
  std::string message;  // of set_aside
};

// A row of the change log as it lies on disk, shared between all that deliver it (see change_row.h).
using ChangeRow = std::shared_ptr<std::string const>;

struct CommitReport {
  Sequence first{};                                // of `changes`; meaningless where there are none
  Sequence last{};                                 // the newest number now durable and visible
  std::vector<ChangeRow> changes;                  // first, first + 1, ...
  std::vector<std::vector<ItemOutcome>> outcomes;  // by FeedChange, by item
  std::uint64_t refolded = 0;                      // items whose story the writer had to decide again
  std::uint64_t bytes = 0;                         // of the batch
  std::chrono::microseconds time{0};               // of the whole commit
  std::chrono::microseconds sync_time{0};          // of it, writing the log and waiting for the disk
};

// ---- Answers ------------------------------------------------------------------------------------

// What a list shows of an article; its text is in its versions.
struct ArticleHead {
  ArticleId id{};
  StoryId story{};
  std::uint32_t version = 0;  // the newest
  FeedId feed{};              // that brought it first
  std::string feed_name;
  std::string title;
  std::string url;
  std::string byline;
  std::string language;
  std::string summary;
  std::string image;
  std::vector<std::string> tags;
  std::optional<UtcMicros> date_published;
  UtcMicros stored_at{};    // first version
  UtcMicros changed_at{};   // newest version
  std::uint32_t words = 0;  // of the newest version's text, roughly (runs between white space)
  Paywall paywall = Paywall::none;
  bool truncated = false;
  bool spam_mirror = false;
  double feed_weight = 1;
  std::optional<UtcMicros> withdrawn_at;
  std::string withdrawn_reason;
  Lineage lineage;
};

// A feed's showing of an article, as of the last time.
struct Sighting {
  FeedId feed{};
  ArticleId article{};
  dedup::ItemTraits traits;
  std::uint64_t item_hash = 0;
  UtcMicros first_seen{};
  bool gone = false;    // retention took the article: the feed is not to bring it again
  PageValidators page;  // newer than those of version `page_version`; of another one they say nothing
  std::uint32_t page_version = 0;
  std::uint32_t page_cleaner = 0;  // the cleaner_revision that saw the page then

  bool operator==(Sighting const&) const = default;
};

struct VersionHead {
  ArticleId article{};
  std::uint32_t number = 0;  // 1, 2, ...
  UtcMicros stored_at{};
  EditClass edit = EditClass::none;
  std::string title;
  std::uint32_t words = 0;
};

struct ArticleVersion {
  ArticleId article{};
  std::uint32_t number = 0;
  UtcMicros stored_at{};
  EditClass edit = EditClass::none;
  std::string diff_json;  // against number - 1; empty: none was made
  std::uint64_t version_hash = 0;
  std::uint64_t source_hash = 0;
  std::uint32_t cleaner_revision = 0;
  Article content;
  ItemExtras extras;
  PageValidators page;
};

struct StoryCopy {
  ArticleId article{};
  FeedId feed{};
  UtcMicros joined_at{};
  Lineage lineage;
};

struct Story {
  StoryId id{};
  std::vector<StoryId> separate_from;  // split off by hand: never folded with these again
  std::optional<StoryId> merged_into;  // set: this one ended, and `copies` is empty
  std::vector<StoryCopy> copies;       // by article id: the first durable one leads
};

struct FeedRow {
  FeedId id{};
  std::string name;
  std::uint64_t articles = 0;  // that this feed brought first
  std::uint64_t copies = 0;    // of those, the ones that joined a story
  std::uint64_t updates = 0;
  std::uint64_t bytes = 0;  // of the articles that are kept of those, all versions, before compression
  std::optional<UtcMicros> last_article_at;
  std::string state;  // the scheduler's record; empty: never polled
  dedup::FeedHabits habits;
};

// The scheduler's record of a feed.
struct FeedState {
  FeedId feed{};
  std::string state;
};

struct Counts {
  std::uint64_t articles = 0;
  std::uint64_t versions = 0;
  std::uint64_t stories = 0;
  std::uint64_t copies = 0;
  std::uint64_t feeds = 0;
  Sequence oldest{};  // the oldest number retained; last + 1 where the log is empty
  Sequence last{};
};

// A named subscription.
struct Subscription {
  std::string name;
  Epoch epoch{};
  Sequence acknowledged{};  // everything up to here was delivered
  UtcMicros moved_at{};
  std::string settings;  // filter, webhook state ...: its owner's record, opaque here
};

}  // namespace newsfold::storage
