#include "daemon/pipeline/lineage.h"

#include "daemon/schedule/host_key.h"
#include "feeds/dedup/lineage.h"

namespace newsfold::pipeline {

std::string original_of(Article const& article, std::string_view fetched_from) {
  // By registrable domain: amp., m. and www. are one site, and so is the feed's own host.
  auto const canonical = schedule::host_key(article.url);
  auto const own = schedule::host_key(fetched_from);
  if (!canonical.empty() && !own.empty() && canonical != own) return "canonical " + article.url;

  auto const agency = dedup::credited_agency(article.byline, article.content_text);
  return agency.empty() ? std::string() : "agency " + std::string(agency);
}

}  // namespace newsfold::pipeline
