#include "daemon/admin/archive.h"

#include "feeds/model/article_json.h"
#include "feeds/model/json_put.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace newsfold::admin {

namespace json = boost::json;

namespace {

json::object extras_json(ItemExtras const& extras) {
  json::object out;
  put(out, "guid", extras.guid);
  put(out, "item_url", extras.item_url);
  put(out, "external_url", extras.external_url);
  put(out, "summary", extras.summary);
  put(out, "comments_url", extras.comments_url);
  put(out, "license", extras.license);
  put(out, "source_title", extras.source.title);
  put(out, "source_url", extras.source.url);
  json::array tags;
  for (auto const& tag : extras.tags) tags.emplace_back(tag);
  if (!tags.empty()) out["tags"] = std::move(tags);
  json::array attachments;
  for (auto const& one : extras.attachments) {
    json::object attachment{{"url", one.url}, {"mime_type", one.mime_type}};
    put(attachment, "title", one.title);
    if (one.size_in_bytes) attachment["size_in_bytes"] = *one.size_in_bytes;
    if (one.duration_in_seconds) attachment["duration_in_seconds"] = *one.duration_in_seconds;
    attachments.push_back(std::move(attachment));
  }
  if (!attachments.empty()) out["attachments"] = std::move(attachments);
  return out;
}

json::object version_json(storage::ArticleVersion const& version) {
  auto out = article_json(version.content);
  out["number"] = version.number;
  out["stored_at"] = format_rfc3339(version.stored_at);
  out["edit"] = to_string(version.edit);
  out["item"] = extras_json(version.extras);
  return out;
}

}  // namespace

Result<std::string> archive_line(storage::View const& view, storage::ArticleHead const& head) {
  json::array versions;
  json::object item;
  for (std::uint32_t number = 1; number <= head.version; ++number) {
    auto const version = view.version(head.id, number);
    if (!version) return version.error();
    versions.push_back(version_json(*version));
    if (number == head.version) item = article_json(version->content);
  }
  item["id"] = std::to_string(number(head.id));
  item["url"] = head.url;
  item["title"] = head.title;
  auto& ours = item["_newsfold"].as_object();  // after them: a member that is new may move the others
  ours["feed"] = head.feed_name;
  ours["story"] = std::to_string(number(head.story));
  ours["version"] = head.version;
  ours["stored_at"] = format_rfc3339(head.stored_at);
  ours["changed_at"] = format_rfc3339(head.changed_at);
  ours["match"] = to_string(head.lineage.match);
  ours["similarity"] = head.lineage.similarity;
  if (number(head.lineage.matched) != 0) ours["matched"] = std::to_string(number(head.lineage.matched));
  put(ours, "original", head.lineage.original);
  if (head.withdrawn_at) {
    ours["withdrawn_at"] = format_rfc3339(*head.withdrawn_at);
    ours["withdrawn_reason"] = head.withdrawn_reason;
  }
  ours["versions"] = std::move(versions);
  return json::serialize(item);
}

Result<ExportPage> export_page(storage::View const& view, std::optional<ArticleId> after) {
  storage::ArticlePage wanted;
  wanted.order = storage::Order::oldest_first;
  wanted.after = after;
  wanted.limit = page_articles_max;
  auto const heads = view.articles(wanted);
  if (!heads) return heads.error();
  ExportPage page;
  for (auto const& head : *heads) {
    page.after = head.id;
    auto line = archive_line(view, head);
    if (!line) {
      ++page.corrupt;
      continue;
    }
    ++page.articles;
    page.lines += *line;
    page.lines += '\n';
    if (page.lines.size() >= page_bytes_max) return page;
  }
  if (heads->size() < page_articles_max) page.after.reset();
  return page;
}

}  // namespace newsfold::admin
