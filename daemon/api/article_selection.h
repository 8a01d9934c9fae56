#pragma once
// The newest articles that pass a filter, a page at a time: for the list and for the outgoing feeds, so that
// one filter means the same in all of them.
//
// Blocks: for the blocking pool.

#include "daemon/notify/filter.h"
#include "feeds/model/error.h"
#include "storage/store.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace newsfold::api {

inline constexpr std::size_t selection_rows_max = 5'000;  // looked at for one page; next_after leads on

enum class Withdrawn : std::uint8_t { leave_out, show };

struct PageWanted {
  std::optional<ArticleId> after;  // below this one; nothing: from the newest
  std::size_t limit = 50;
  Withdrawn withdrawn = Withdrawn::leave_out;
};

struct SelectedArticle {
  storage::ArticleHead head;
  std::optional<storage::ArticleVersion> version;  // the newest, where the filter asked for words
};

struct Selection {
  std::vector<SelectedArticle> articles;  // newest first
  std::optional<ArticleId> next_after;    // there may be older ones
};

// What the log last said of an article, as far as its state tells.
EventType newest_event(storage::ArticleHead const& head);

// `type` in the filter asks what the log last said of an article, as far as its state tells.
Result<Selection> select_articles(storage::View const& view, notify::Filter const& filter,
                                  PageWanted const& wanted);

}  // namespace newsfold::api
