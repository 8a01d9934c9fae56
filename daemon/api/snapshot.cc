#include "daemon/api/snapshot.h"

#include "daemon/api/article_selection.h"
#include "feeds/model/event_json.h"

#include <utility>

namespace newsfold::api {
namespace {

constexpr std::size_t articles_per_part = 32;

}  // namespace

Snapshot::Snapshot(storage::Store const& store, notify::Filter filter, StreamFormat format,
                   std::chrono::steady_clock::time_point deadline)
    : view_(store.view()), filter_(std::move(filter)), format_(format), deadline_(deadline) {}

Result<std::string> Snapshot::next() {
  if (std::chrono::steady_clock::now() > deadline_)
    return Error{ErrorCode::expired, "the snapshot took too long to read; begin again, or with a filter"};
  storage::ArticlePage page;
  page.order = storage::Order::oldest_first;
  page.after = after_;
  page.limit = articles_per_part;
  auto const heads = view_.articles(page);
  if (!heads) return heads.error();
  if (heads->empty()) {
    done_ = true;
    return std::string();
  }
  after_ = heads->back().id;
  std::string out;
  for (auto const& head : *heads) {
    if (head.withdrawn_at || !filter_.wants(newest_event(head))) continue;
    auto const version = view_.version(head.id, 0);
    if (!version) continue;  // set aside; counted in the store's metrics
    std::string folded;
    if (filter_.asks_for_words()) {
      notify::fold_words(folded, version->content.title);
      notify::fold_words(folded, version->content.content_text);
    }
    if (!filter_.matches(head, folded)) continue;
    if (format_ == StreamFormat::sse) out += "event: article.snapshot\ndata: ";
    out += "{\"type\":\"article.snapshot\",\"feed\":";
    append_json_string(out, head.feed_name);
    out += ",\"story\":\"" + std::to_string(number(head.story)) + "\",\"data\":";
    append_item_json(out, head.id, version->content, version->extras);
    out += format_ == StreamFormat::sse ? "}\n\n" : "}\n";
  }
  return out;
}

}  // namespace newsfold::api
