#include "daemon/api/article_selection.h"

#include <algorithm>
#include <string>
#include <utility>

namespace newsfold::api {
namespace {

constexpr std::size_t slice_rows = 100;

}  // namespace

EventType newest_event(storage::ArticleHead const& head) {
  if (head.withdrawn_at) return EventType::article_withdrawn;
  if (head.version > 1) return EventType::article_updated;
  return number(head.story) == number(head.id) ? EventType::article_created : EventType::article_copied;
}

Result<Selection> select_articles(storage::View const& view, notify::Filter const& filter,
                                  PageWanted const& wanted) {
  Selection out;
  storage::ArticlePage page;
  page.after = wanted.after;
  std::string words;
  for (std::size_t rows = 0; rows < selection_rows_max;) {
    page.limit = std::min(slice_rows, selection_rows_max - rows);
    auto heads = view.articles(page);
    if (!heads) return heads.error();
    for (auto& head : *heads) {
      if (out.articles.size() == wanted.limit) {
        out.next_after = out.articles.back().head.id;
        return out;
      }
      page.after = head.id;
      ++rows;
      if (head.withdrawn_at && wanted.withdrawn == Withdrawn::leave_out) continue;
      if (!filter.wants(newest_event(head))) continue;
      std::optional<storage::ArticleVersion> read;
      words.clear();
      if (filter.asks_for_words()) {
        auto version = view.version(head.id, 0);
        if (!version) continue;  // set aside; counted in the store's metrics
        notify::fold_words(words, version->content.title);
        notify::fold_words(words, version->content.content_text);
        read = std::move(*version);
      }
      if (filter.matches(head, words)) out.articles.push_back({std::move(head), std::move(read)});
    }
    if (heads->size() < page.limit) return out;
  }
  out.next_after = page.after;
  return out;
}

}  // namespace newsfold::api
