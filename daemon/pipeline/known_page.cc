#include "daemon/pipeline/known_page.h"

#include "daemon/pipeline/article_builder.h"

#include <utility>

namespace newsfold::pipeline {

KnownPage known_page(storage::View const& view, FeedId feed, ArticleId article) {
  KnownPage page;
  auto const head = view.article(article);
  auto version = view.version(article, 0);
  if (!head || head->withdrawn_at || !version) return page;
  if (version->content.extractor == "feed") {
    page.may_come = version->content.content_text.size() < full_text_bytes_min;
    return page;
  }
  page.version = version->number;
  page.url = std::move(version->extras.item_url);
  if (version->cleaner_revision == cleaner_revision) page.validators = std::move(version->page);
  auto seen = view.sighting(feed, article);
  if (seen && seen->page_version == page.version && seen->page_cleaner == cleaner_revision)
    page.validators = std::move(seen->page);
  return page;
}

storage::PageValidators after_unchanged(storage::PageValidators const& asked_with,
                                        fetch::ResponseHeaders const& headers) {
  auto now = asked_with;
  if (!headers.etag.empty()) now.etag = headers.etag;
  if (!headers.last_modified.empty()) now.last_modified = headers.last_modified;
  return now;
}

void ask_whether_changed(fetch::Request& request, KnownPage const& known) {
  request.etag = known.validators.etag;
  request.last_modified = known.validators.last_modified;
  request.validators_url = known.validators.url;
  if (request.validators_url.empty() && request.url != known.url) request.validators_url = known.url;
}

}  // namespace newsfold::pipeline
