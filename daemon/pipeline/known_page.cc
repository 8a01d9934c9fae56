#include "daemon/pipeline/known_page.h"

#include "daemon/pipeline/article_builder.h"

#include <utility>

namespace newsfold::pipeline {

KnownPage known_page(storage::View const& view, ArticleId article) {
  KnownPage page;
  auto version = view.version(article, 0);
  if (!version || version->content.extractor == "feed") return page;
  page.version = version->number;
  page.url = std::move(version->extras.item_url);
  if (version->cleaner_revision == cleaner_revision) page.validators = std::move(version->page);
  return page;
}

void ask_whether_changed(fetch::Request& request, KnownPage const& known) {
  request.etag = known.validators.etag;
  request.last_modified = known.validators.last_modified;
  request.validators_url = known.validators.url;
  if (request.validators_url.empty() && request.url != known.url) request.validators_url = known.url;
}

}  // namespace newsfold::pipeline
