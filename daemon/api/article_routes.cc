#include "daemon/api/article_routes.h"

#include "daemon/api/article_selection.h"
#include "daemon/api/changes_query.h"
#include "daemon/api/diff_view.h"
#include "daemon/api/story_routes.h"
#include "feeds/dedup/version.h"
#include "feeds/model/article_json.h"
#include "feeds/model/event_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <optional>
#include <vector>

namespace newsfold::api {
namespace {

namespace json = boost::json;

constexpr std::size_t copies_read_max = 200;  // of one story, when an article of it is shown

Result<std::uint64_t> read_number(std::string_view text, std::string_view what) {
  std::uint64_t value = 0;
  auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size())
    return Error{ErrorCode::invalid, "\"" + std::string(text) + "\" is no " + std::string(what)};
  return value;
}

Reply reply_with(json::value const& value) {
  Reply reply;
  reply.body = json::serialize(value) + "\n";
  return reply;
}

// The copy of the story whose text is whole where this one's is not, or longer.
std::optional<json::object> better_copy(storage::View const& view, storage::ArticleHead const& head) {
  auto const story = view.story(head.story);
  if (!story || story->copies.size() < 2) return std::nullopt;
  std::vector<storage::ArticleHead> heads;
  for (auto const& copy : story->copies) {
    if (heads.size() == copies_read_max) break;
    if (auto one = view.article(copy.article)) heads.push_back(std::move(*one));
  }
  auto const* best = best_text(heads);
  if (!best || best->id == head.id) return std::nullopt;
  return json::object{{"article", std::to_string(number(best->id))},
                      {"feed", best->feed_name},
                      {"url", best->url},
                      {"words", best->words}};
}

Result<Reply> one_article(storage::View const& view, ArticleId id) {
  auto const head = view.article(id);
  if (!head) return head.error();
  auto const version = view.version(id, 0);
  if (!version) return version.error();
  auto out = article_json(version->content);
  auto account = std::move(out["_newsfold"].as_object());
  for (auto& [key, value] : head_json(*head)) out[key] = std::move(value);
  for (auto& [key, value] : account) out["_newsfold"].as_object()[key] = std::move(value);
  if (!version->extras.item_url.empty()) out["_newsfold"].as_object()["item_url"] = version->extras.item_url;
  if (!version->extras.summary.empty()) out["summary"] = version->extras.summary;
  if (auto best = better_copy(view, *head)) out["_newsfold"].as_object()["best"] = std::move(*best);
  return reply_with(out);
}

json::object version_json(storage::VersionHead const& head) {
  return {{"number", head.number},
          {"stored_at", format_rfc3339(head.stored_at)},
          {"edit", to_string(head.edit)},
          {"title", head.title},
          {"words", head.words}};
}

Result<Reply> versions_of(storage::View const& view, ArticleId id) {
  auto const versions = view.versions(id);
  if (!versions) return versions.error();
  json::array out;
  for (auto const& head : *versions) out.push_back(version_json(head));
  return reply_with(json::object{{"article", std::to_string(number(id))}, {"versions", std::move(out)}});
}

Result<Reply> one_version(storage::View const& view, ArticleId id, std::string_view which) {
  auto const wanted = read_number(which, "version number");
  if (!wanted) return wanted.error();
  if (*wanted == 0 || *wanted > UINT32_MAX)
    return Error{ErrorCode::not_found, "versions are numbered from 1"};
  auto const version = view.version(id, std::uint32_t(*wanted));
  if (!version) return version.error();
  auto out = article_json(version->content);
  out["number"] = version->number;
  out["stored_at"] = format_rfc3339(version->stored_at);
  out["edit"] = to_string(version->edit);
  if (!version->diff_json.empty()) {
    boost::system::error_code failure;
    auto diff = json::parse(version->diff_json, failure);
    if (!failure) out["diff"] = std::move(diff);
  }
  return reply_with(out);
}

json::array diff_json(std::vector<dedup::DiffPart> const& parts) {
  json::array out;
  for (auto const& part : parts) {
    auto const* name = part.kind == dedup::DiffKind::kept    ? "kept"
                       : part.kind == dedup::DiffKind::added ? "added"
                                                             : "removed";
    out.push_back(json::array{name, part.text});
  }
  return out;
}

Result<Reply> difference(storage::View const& view, ArticleId id, Request const& request) {
  auto const newest = view.version(id, 0);
  if (!newest) return newest.error();
  std::uint64_t to = newest->number;
  std::uint64_t from = to > 1 ? to - 1 : 1;
  for (auto const& [name, value] :
       {std::pair<std::string_view, std::uint64_t*>{"from", &from}, {"to", &to}}) {
    if (request.parameter(name).empty()) continue;
    auto const given = read_number(request.parameter(name), "version number");
    if (!given) return given.error();
    if (*given == 0 || *given > UINT32_MAX)
      return Error{ErrorCode::not_found, "versions are numbered from 1"};
    *value = *given;
  }
  auto const before = view.version(id, std::uint32_t(from));
  if (!before) return before.error();
  auto const after = view.version(id, std::uint32_t(to));
  if (!after) return after.error();
  auto const& a = before->content;
  auto const& b = after->content;
  auto const edit = dedup::compare_versions({a.title, a.content_text, a.paywall, a.truncated},
                                            {b.title, b.content_text, b.paywall, b.truncated});
  DiffHead const head{b.title, number(id), std::uint32_t(from), std::uint32_t(to)};
  auto const format = request.parameter("format");
  bool const wants_html =
      format.empty() && request.accept.find("text/html") != std::string::npos;  // a browser
  if (format == "html" || wants_html) return Reply{200, "text/html; charset=utf-8", diff_html(head, edit)};
  if (format == "ansi") return Reply{200, "text/plain; charset=utf-8", diff_ansi(head, edit)};
  if (!format.empty() && format != "json") return Error{ErrorCode::invalid, "format is json, html or ansi"};
  return reply_with(json::object{{"article", std::to_string(number(id))},
                                 {"from", from},
                                 {"to", to},
                                 {"edit", dedup::to_string(edit.kind)},
                                 {"words_added", edit.words_added},
                                 {"words_removed", edit.words_removed},
                                 {"words_kept", edit.words_kept},
                                 {"title", diff_json(edit.title_diff)},
                                 {"text", diff_json(edit.text_diff)}});
}

Result<Reply> list(storage::View const& view, Request const& request) {
  PageWanted wanted;
  wanted.withdrawn = Withdrawn::show;
  if (auto const text = request.parameter("limit"); !text.empty()) {
    auto const limit = read_number(text, "limit");
    if (!limit) return limit.error();
    if (*limit == 0 || *limit > storage::page_rows_max)
      return Error{ErrorCode::invalid, "limit is 1 to " + std::to_string(storage::page_rows_max)};
    wanted.limit = *limit;
  }
  if (auto const text = request.parameter("after"); !text.empty()) {
    auto const after = read_number(text, "article id");
    if (!after) return after.error();
    wanted.after = ArticleId{*after};
  }
  auto const filter = filter_of(request, notify::Copies::show);
  if (!filter) return filter.error();
  auto const selection = select_articles(view, *filter, wanted);
  if (!selection) return selection.error();
  json::array out;
  for (auto const& one : selection->articles) out.push_back(head_json(one.head));
  json::object answer{{"articles", std::move(out)}};
  if (selection->next_after) answer["next_after"] = std::to_string(number(*selection->next_after));
  return reply_with(answer);
}

Result<Reply> why(storage::Store const& store, ArticleId id, Request const& request) {
  std::optional<ArticleId> with;
  if (auto const text = request.parameter("with"); !text.empty()) {
    auto const other = read_number(text, "article id");
    if (!other) return other.error();
    with = ArticleId{*other};
  }
  return answer_why(store, id, with);
}

}  // namespace

Result<Reply> answer_articles(storage::Store const& store, Request const& request) {
  auto const& path = request.path;
  auto const view = store.view();
  if (path[1] == "stories") {
    if (path.size() == 3) {
      auto const story = read_number(path[2], "story id");
      if (!story) return story.error();
      return answer_story(view, StoryId{*story});
    }
    return Error{ErrorCode::not_found, "stories have ids: /v1/stories/ID"};
  }
  if (path.size() == 2) return list(view, request);
  auto const id = read_number(path[2], "article id");
  if (!id) return id.error();
  ArticleId const article{*id};
  if (path.size() == 3) return one_article(view, article);
  if (path.size() == 4 && path[3] == "versions") return versions_of(view, article);
  if (path.size() == 5 && path[3] == "versions") return one_version(view, article, path[4]);
  if (path.size() == 4 && path[3] == "diff") return difference(view, article, request);
  if (path.size() == 4 && path[3] == "why") return why(store, article, request);
  return Error{ErrorCode::not_found, "an article has /versions, /versions/N, /diff and /why"};
}

}  // namespace newsfold::api
