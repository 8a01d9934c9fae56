#include "daemon/admin/search_json.h"

#include <boost/json/array.hpp>

#include <utility>

namespace newsfold::admin {

namespace json = boost::json;

Result<json::object> search_json(storage::View const& view, SearchQuery const& query) {
  auto const result = search(view, query);
  if (!result) return result.error();
  auto const counts = view.counts();
  if (!counts) return counts.error();
  json::array hits;
  for (auto const& hit : result->hits) {
    json::object one{{"id", std::to_string(number(hit.head.id))},
                     {"title", hit.head.title},
                     {"url", hit.head.url},
                     {"feed", hit.head.feed_name},
                     {"stored_at", format_rfc3339(hit.head.stored_at)}};
    if (!hit.excerpt.empty()) one["excerpt"] = hit.excerpt;
    hits.push_back(std::move(one));
  }
  json::object out{{"hits", std::move(hits)}, {"read", result->read}, {"articles", counts->articles}};
  if (result->back_to) out["back_to"] = format_rfc3339(*result->back_to);
  if (result->next_before) out["next_before"] = std::to_string(number(*result->next_before));
  return out;
}

}  // namespace newsfold::admin
