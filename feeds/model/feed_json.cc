#include "feeds/model/feed_json.h"

#include "feeds/model/article.h"
#include "feeds/model/json_put.h"

#include <boost/json/array.hpp>

#include <cmath>
#include <string_view>

namespace newsfold {

namespace json = boost::json;

namespace {

using newsfold::put;
void put(json::object& out, std::string_view key, json::array value) {
  if (!value.empty()) out[key] = std::move(value);
}
void put(json::object& out, std::string_view key, json::object value) {
  if (!value.empty()) out[key] = std::move(value);
}
template <class T>
void put(json::object& out, std::string_view key, std::optional<T> const& value) {
  if (value) out[key] = *value;
}

json::array array_of(std::vector<std::string> const& list) {
  json::array out;
  for (auto const& text : list) out.emplace_back(text);
  return out;
}
json::array array_of(std::vector<Author> const& list) {
  json::array out;
  for (auto const& author : list) out.emplace_back(to_json(author));
  return out;
}

json::array position(std::pair<double, double> const& p) { return {p.first, p.second}; }

json::object geometry(Geometry const& g) {
  json::object out{{"type", g.type}};
  if (g.type == "Point") {
    if (!g.positions.empty()) out["coordinates"] = position(g.positions.front());
    return out;
  }
  json::array line;
  for (auto const& p : g.positions) line.emplace_back(position(p));
  if (g.type == "Polygon")
    out["coordinates"] = json::array{std::move(line)};
  else
    out["coordinates"] = std::move(line);
  return out;
}

json::object attachment(Attachment const& a) {
  json::object out;
  put(out, "url", a.url);
  put(out, "mime_type", a.mime_type);
  put(out, "title", a.title);
  put(out, "size_in_bytes", a.size_in_bytes);
  if (a.duration_in_seconds) {
    auto const seconds = *a.duration_in_seconds;
    constexpr double whole_max = 9e15;
    if (seconds == std::floor(seconds) && seconds < whole_max)
      out["duration_in_seconds"] = std::int64_t(seconds);
    else
      out["duration_in_seconds"] = seconds;
  }
  return out;
}

}  // namespace

json::object to_json(Author const& author) {
  json::object out;
  put(out, "name", author.name);
  put(out, "url", author.url);
  put(out, "avatar", author.avatar);
  if (!author.email.empty()) out["_newsfold"] = json::object{{"email", author.email}};
  return out;
}

json::object to_json(Item const& item) {
  json::object out;
  put(out, "id", item.id);
  put(out, "url", item.url);
  put(out, "external_url", item.external_url);
  out["title"] = item.title;
  if (item.content_text.empty())
    out["content_html"] = item.content_html;
  else
    put(out, "content_html", item.content_html);
  put(out, "content_text", item.content_text);
  put(out, "summary", item.summary);
  put(out, "image", item.image);
  put(out, "date_published", item.date_published);
  put(out, "date_modified", item.date_modified);
  put(out, "authors", array_of(item.authors));
  put(out, "tags", array_of(item.tags));
  put(out, "language", item.language);
  json::array files;
  for (auto const& a : item.attachments) files.emplace_back(attachment(a));
  put(out, "attachments", std::move(files));

  json::object more;
  put(more, "comments_url", item.comments_url);
  json::object source;
  put(source, "title", item.source.title);
  put(source, "url", item.source.url);
  put(more, "source", std::move(source));
  put(more, "license", item.license);
  if (item.geo) more["geo"] = geometry(*item.geo);
  put(more, "contributors", array_of(item.contributors));
  put(more, "explicit", item.explicit_content);
  put(more, "date_raw", item.date_raw);
  put(out, "_newsfold", std::move(more));
  return out;
}

json::object to_json(Problem const& problem) {
  json::object out{{"code", problem.code}};
  put(out, "message", problem.message);
  put(out, "offset", problem.offset);
  if (problem.line > 0) out["line"] = problem.line;
  if (problem.column > 0) out["column"] = problem.column;
  put(out, "expected", problem.expected);
  put(out, "done", problem.done);
  return out;
}

json::object to_json(Feed const& feed) {
  json::object out{{"version", "https://jsonfeed.org/version/1.1"}};
  out["title"] = feed.title;
  put(out, "home_page_url", feed.home_page_url);
  put(out, "feed_url", feed.feed_url);
  out["description"] = feed.description;
  put(out, "icon", feed.icon);
  put(out, "favicon", feed.favicon);
  put(out, "authors", array_of(feed.authors));
  put(out, "language", feed.language);
  json::array hubs;
  for (auto const& hub : feed.hubs) hubs.emplace_back(json::object{{"type", hub.type}, {"url", hub.url}});
  put(out, "hubs", std::move(hubs));

  json::object more{{"format", to_string(feed.format)}};
  put(more, "encoding", feed.encoding);
  more["bozo"] = feed.bozo;
  put(more, "bozo_reason", feed.bozo_reason);
  json::array problems;
  for (auto const& problem : feed.problems) problems.emplace_back(to_json(problem));
  put(more, "problems", std::move(problems));
  put(more, "updated", feed.updated);
  more["copyright"] = feed.copyright;
  put(more, "generator", feed.generator);
  put(more, "ttl_minutes", feed.ttl_minutes);
  json::array hours(feed.skip_hours.begin(), feed.skip_hours.end());
  put(more, "skip_hours", std::move(hours));
  put(more, "skip_days", array_of(feed.skip_days));
  put(more, "update_period", feed.update_period);
  put(more, "update_frequency", feed.update_frequency);
  put(more, "next_url", feed.next_url);
  put(more, "id", feed.id);
  put(more, "tags", array_of(feed.tags));
  put(more, "contributors", array_of(feed.contributors));
  put(more, "explicit", feed.explicit_content);
  if (feed.items_dropped > 0) more["items_dropped"] = feed.items_dropped;
  out["_newsfold"] = std::move(more);

  json::array items;
  items.reserve(feed.items.size());
  for (auto const& item : feed.items) items.emplace_back(to_json(item));
  out["items"] = std::move(items);
  return out;
}

}  // namespace newsfold
