#pragma once
// Looks for words in titles and texts by reading articles, newest first. There is no index: a search costs
// what it reads, stops at its bounds and says how far it came.
//
// Blocks on the disk. Callable from any thread.

#include "feeds/model/error.h"
#include "storage/store.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::admin {

struct SearchQuery {
  std::string words;               // words and "phrases", all of which must stand in title or text
  std::vector<std::string> feeds;  // names, globs; empty: all
  std::size_t hits_max = 20;
  std::size_t articles_max = 20'000;          // read in this call
  std::chrono::milliseconds time_max{1'000};  // of this call, about
  std::optional<ArticleId> before;            // go on below this one
};

struct SearchHit {
  storage::ArticleHead head;
  std::string excerpt;  // of the text around the first word found; "" where only the title has it
};

struct SearchResult {
  std::vector<SearchHit> hits;           // newest first
  std::size_t read = 0;                  // articles looked at
  std::optional<UtcMicros> back_to;      // when the oldest of them was stored
  std::optional<ArticleId> next_before;  // where to go on; nothing: everything was looked at
};

// Fails with `invalid` where there is no word.
Result<SearchResult> search(storage::View const& view, SearchQuery const& query);

}  // namespace newsfold::admin
