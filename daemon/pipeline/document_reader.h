#pragma once
// The first half of an item's way: a fetched document in, the items that need work out. An item that the
// feed shows as it did last time needs none, and most items of most polls are such.
//
// Blocks (it looks items up in the store) and computes: for the CPU pool, never for the I/O thread.
// Callable from any thread.

#include "daemon/pipeline/known_page.h"
#include "daemon/pipeline/source.h"
#include "daemon/schedule/poll_sink.h"
#include "feeds/dedup/identity.h"
#include "feeds/model/error.h"
#include "feeds/model/feed.h"
#include "feeds/model/time.h"
#include "storage/store.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::pipeline {

// An item that is new, or that its feed shows differently.
struct ItemWork {
  Item item;
  std::uint64_t item_hash = 0;
  dedup::Identity identity;  // from what the feed says; looked at again when the page is known
  bool wants_page = false;   // the feed gives too little of the text
  KnownPage known;           // of an article that is stored
};

struct ReadDocument {
  schedule::DocumentReport report;
  std::vector<ItemWork> work;                    // oldest first, the order in which they are announced
  std::vector<storage::Withdrawal> withdrawals;  // articles that the feed says were deleted
  dedup::FeedHabits habits;                      // after this document
  std::uint32_t shown = 0;                       // items in it
  std::string feed_language;
  std::string feed_title;
};

// The newest date of a sitemap's entries; UtcMicros{}: it is none, or says none.
UtcMicros newest_entry(Source const& source, fetch::Response const& response, UtcMicros now);

// `now`: when the answer came. Fails with `not_a_feed`, `malformed`, `too_large`.
Result<ReadDocument> read_document(storage::Store const& store, Source const& source,
                                   fetch::Response const& response, UtcMicros now);

// Of what a reader of the feed would see of the item. Not of guid and link as they stand: feeds that make
// these anew at every fetch would have each of their items fetched and cleaned again every time. Never 0.
std::uint64_t hash_of(Item const& item);

}  // namespace newsfold::pipeline
