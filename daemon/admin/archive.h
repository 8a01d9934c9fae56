#pragma once
// Articles with all their versions as JSON Lines: what `newsfold export` writes and `newsfold import` reads.
// A line is the article's JSON Feed item as it is now; `_newsfold` names its feed, story and lineage, and
// `_newsfold.versions` holds every version, oldest first, each with its whole content.
//
// Blocks on the disk: for the blocking pool or for a command. Callable from any thread.

#include "feeds/model/error.h"
#include "storage/store.h"

#include <cstddef>
#include <optional>
#include <string>

namespace newsfold::admin {

inline constexpr std::size_t page_articles_max = 500;
inline constexpr std::size_t page_bytes_max = std::size_t{8} << 20;  // and the article that passes it

struct ExportPage {
  std::string lines;
  std::size_t articles = 0;
  std::size_t corrupt = 0;         // left out: their rows do not decode
  std::optional<ArticleId> after;  // where the next page begins; nothing: this was the last
};

// The articles behind `after` (nothing: from the first), oldest first.
Result<ExportPage> export_page(storage::View const& view, std::optional<ArticleId> after);

// One article, without the end of line. Fails with `not_found`, `corrupt`.
Result<std::string> archive_line(storage::View const& view, storage::ArticleHead const& head);

}  // namespace newsfold::admin
