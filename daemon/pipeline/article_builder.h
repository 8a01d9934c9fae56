#pragma once
// The second half of an item's way: the item and, where it was fetched, its page in; what the store wants
// out: the clean article, its signature, what it is a copy of and what changed in it.
//
// Blocks (look-ups ahead, against a view of the store) and computes: for the CPU pool. Callable from any
// thread; calls share nothing.

#include "daemon/pipeline/document_reader.h"
#include "daemon/pipeline/source.h"
#include "daemon/pipeline/template_store.h"
#include "feeds/fetch/client.h"
#include "storage/store.h"

#include <optional>
#include <string>
#include <vector>

namespace newsfold::pipeline {

// How the page of an item was come by.
enum class PageOutcome : unsigned char {
  not_wanted,  // the feed has the full text, or pages are off
  fetched,
  unchanged,  // since the newest version was read from it: asked with ItemWork::known
  // Of these two an article keeps the text that it has from its page; of a new one the feed's text serves.
  missing,      // 404, 410, robots.txt or another answer that will not change soon
  unreachable,  // may be there next time: the item is looked at again when its feed is read again
};

struct FetchedPage {
  PageOutcome outcome = PageOutcome::not_wanted;
  fetch::Response response;           // of `fetched`; of `unchanged`, without a body
  std::vector<fetch::Response> more;  // the pages that follow in a series
};

// Counts up when our cleaner gives better text for the same page: such a change is no new version.
inline constexpr std::uint32_t cleaner_revision = 1;

struct BuildContext {
  storage::Store const& store;
  Source const& source;
  std::string const& feed_language;
  dedup::FoldOptions fold;
  TemplateStore& templates;
};

storage::IngestItem build_item(BuildContext const& context, ItemWork work, FetchedPage page,
                               dedup::FeedHabits& habits);

// The same for the page of a known article that was fetched again to see whether it was edited. Fails with
// `not_found` where the article went meanwhile, or as clean::clean_page does.
Result<storage::IngestItem> rebuild_item(BuildContext const& context, ArticleId article,
                                         FetchedPage const& page);

}  // namespace newsfold::pipeline
