#include "feeds/model/article_json.h"

#include "feeds/model/json_put.h"

#include <string_view>

namespace newsfold {

namespace json = boost::json;

namespace {

json::array authors_json(std::vector<Author> const& authors) {
  json::array out;
  for (auto const& author : authors) {
    json::object one;
    put(one, "name", author.name);
    put(one, "url", author.url);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

json::array removed_json(std::vector<Removed> const& removed) {
  json::array out;
  for (auto const& one : removed)
    out.push_back(json::object{{"kind", to_string(one.kind)}, {"text", one.text}});
  return out;
}

json::array repairs_json(std::vector<Repair> const& repairs) {
  json::array out;
  for (auto const& one : repairs)
    out.push_back(json::object{
        {"kind", to_string(one.kind)}, {"from", one.from}, {"to", one.to}, {"count", one.count}});
  return out;
}

json::object article_json(Article const& article) {
  json::object out;
  put(out, "title", article.title);
  put(out, "byline", article.byline);
  if (!article.authors.empty()) out["authors"] = authors_json(article.authors);
  if (article.date_published)
    out["date_published"] = format_rfc3339(*article.date_published, article.published_offset_minutes);
  put(out, "date_modified", article.date_modified);
  put(out, "site_name", article.site_name);
  put(out, "language", article.language);
  put(out, "url", article.url);
  put(out, "image", article.image);
  put(out, "content_html", article.content_html);
  put(out, "content_text", article.content_text);
  json::object ours;
  put(ours, "extractor", article.extractor);
  ours["paywall"] = to_string(article.paywall);
  put(ours, "paywall_evidence", article.paywall_evidence);
  ours["truncated"] = article.truncated;
  ours["completeness"] = to_string(article.completeness);
  if (article.spam_mirror) ours["spam_mirror"] = true;
  ours["removed"] = removed_json(article.removed);
  ours["repairs"] = repairs_json(article.repairs);
  out["_newsfold"] = std::move(ours);
  return out;
}

}  // namespace newsfold
