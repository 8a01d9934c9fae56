#include "daemon/run/admin_routes.h"

#include "daemon/admin/archive.h"
#include "daemon/admin/search_json.h"
#include "daemon/run/feed_story.h"
#include "daemon/runtime/run_on.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace newsfold::run {

namespace asio = boost::asio;
namespace json = boost::json;
using api::Reply;

namespace {

constexpr std::size_t hits_max = 1'000;
constexpr std::size_t scan_max = 100'000;  // articles that one request may read
constexpr std::size_t searches_max = 4;    // at once; each may hold a reader's thread for a second
constexpr std::size_t body_bytes_max = 16 * 1024;

Reply reply_with(json::object const& value) {
  Reply reply;
  reply.body = json::serialize(value) + "\n";
  return reply;
}

Reply reply_with(Result<json::object> const& value) {
  return value ? reply_with(*value) : api::error_reply(value.error());
}

struct UnderWay {
  explicit UnderWay(std::size_t& count) : count_(count) { ++count_; }
  UnderWay(UnderWay const&) = delete;
  UnderWay& operator=(UnderWay const&) = delete;
  ~UnderWay() { --count_; }

 private:
  std::size_t& count_;
};

Reply too_many_searches() {
  auto reply = api::error_reply({ErrorCode::unreachable,
                                 "as many searches as may run at once are running; "
                                 "each takes about a second: try again"});
  reply.status = 503;
  reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

// A number in the query; `fallback` where it is not given.
Result<std::uint64_t> number_of(api::Request const& request, std::string_view name, std::uint64_t fallback,
                                std::uint64_t max) {
  auto const text = request.parameter(name);
  if (text.empty()) return fallback;
  std::uint64_t value = 0;
  auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value > max)
    return Error{ErrorCode::invalid, std::string(name) + " is a number up to " + std::to_string(max) +
                                         ", not \"" + std::string(text) + "\""};
  return value;
}

}  // namespace

void AdminRoutes::add_to(api::RouteTable& table) {
  auto add = [this, &table](api::Method method, std::string pattern, api::Scope scope,
                            Answer (AdminRoutes::*member)(api::Request const&)) {
    auto handler = [this, member](api::Request const& request) { return (this->*member)(request); };
    auto const body = method == api::Method::post ? body_bytes_max : 0;
    table.add({method, std::move(pattern), scope, body, std::move(handler)});
  };
  using api::Method;
  using api::Scope;
  add(Method::get, "/v1/search", Scope::read, &AdminRoutes::search);
  add(Method::get, "/v1/export", Scope::read, &AdminRoutes::export_page);
  add(Method::get, "/v1/feeds/{name}", Scope::read, &AdminRoutes::feed);
  add(Method::post, "/v1/feeds/{name}/pause", Scope::admin, &AdminRoutes::pause);
  add(Method::post, "/v1/feeds/{name}/resume", Scope::admin, &AdminRoutes::resume);
  add(Method::post, "/v1/admin/backup", Scope::admin, &AdminRoutes::backup);
  add(Method::post, "/v1/admin/verify", Scope::admin, &AdminRoutes::verify);
  add(Method::post, "/v1/admin/compact", Scope::admin, &AdminRoutes::compact);
}

asio::awaitable<Reply> AdminRoutes::search(api::Request const& request) {
  admin::SearchQuery query;
  query.words = request.parameter("q");
  query.feeds = request.parameters("feed");
  auto const limit = number_of(request, "limit", query.hits_max, hits_max);
  if (!limit) co_return api::error_reply(limit.error());
  auto const scan = number_of(request, "scan", query.articles_max, scan_max);
  if (!scan) co_return api::error_reply(scan.error());
  auto const before = number_of(request, "before", 0, UINT64_MAX);
  if (!before) co_return api::error_reply(before.error());
  query.hits_max = std::max<std::size_t>(1, *limit);
  query.articles_max = std::max<std::size_t>(1, *scan);
  if (*before > 0) query.before = ArticleId{*before};
  if (searches_ >= searches_max) co_return too_many_searches();
  UnderWay const one_more(searches_);
  auto job = [&store = store_, query = std::move(query)] { return admin::search_json(store.view(), query); };
  auto const found = co_await run_on(blocking_, std::move(job));
  co_return reply_with(found);
}

asio::awaitable<Reply> AdminRoutes::export_page(api::Request const& request) {
  auto const after = number_of(request, "after", 0, UINT64_MAX);
  if (!after) co_return api::error_reply(after.error());
  std::optional<ArticleId> from;
  if (*after > 0) from = ArticleId{*after};
  auto job = [&store = store_, from] { return admin::export_page(store.view(), from); };
  auto page = co_await run_on(blocking_, std::move(job));
  if (!page) co_return api::error_reply(page.error());
  json::object about{{"articles", page->articles}, {"corrupt", page->corrupt}};
  if (page->after) about["after"] = std::to_string(number(*page->after));
  Reply reply;
  reply.content_type = "application/x-ndjson";
  reply.body = std::move(page->lines) + json::serialize(json::object{{"page", std::move(about)}}) + "\n";
  co_return reply;
}

asio::awaitable<Reply> AdminRoutes::feed(api::Request const& request) {
  auto const name = request.variable("name");
  for (auto const& feed : scheduler_.status()) {
    if (feed.name != name) continue;
    auto const story = feed_story_json(feed, health_.feed(feed.id), clock_.now());
    co_return reply_with(story);
  }
  co_return api::error_reply({ErrorCode::not_found, "no feed is configured by the name " + std::string(name) +
                                                        "; see newsfold feeds"});
}

asio::awaitable<Reply> AdminRoutes::pause(api::Request const& request) {
  return set_paused(request.variable("name"), schedule::Pause::yes);
}
asio::awaitable<Reply> AdminRoutes::resume(api::Request const& request) {
  return set_paused(request.variable("name"), schedule::Pause::no);
}

asio::awaitable<Reply> AdminRoutes::set_paused(std::string_view name, schedule::Pause pause) {
  bool const pausing = pause == schedule::Pause::yes;
  for (auto const& feed : scheduler_.status()) {
    if (feed.name != name) continue;
    auto const done = co_await scheduler_.set_paused(feed.id, pause);
    if (!done) co_return api::error_reply(done.error());
    health_.paused(feed.id, pausing);
    co_return reply_with(json::object{{"feed", feed.name},
                                      {"paused", pausing},
                                      {"done", pausing ? "paused; it is not asked until it is resumed"
                                                       : "resumed; it is asked when it is due"}});
  }
  co_return api::error_reply(
      {ErrorCode::not_found, "no feed is configured by the name " + std::string(name)});
}

asio::awaitable<Reply> AdminRoutes::backup(api::Request const& request) {
  boost::system::error_code failure;
  auto const body = json::parse(request.body, failure);
  auto const* directory = !failure && body.is_object() ? body.get_object().if_contains("directory") : nullptr;
  if (!directory || !directory->is_string())
    co_return api::error_reply({ErrorCode::invalid, "POST {\"directory\": \"/an/absolute/path\"}"});
  auto job = [this, path = std::string(directory->get_string())] { return care_.backup(path); };
  auto const done = co_await run_on(long_work_, std::move(job));
  co_return reply_with(done);
}

asio::awaitable<Reply> AdminRoutes::verify(api::Request const&) {
  auto job = [this] { return care_.verify(storage::Repair::report_only); };
  auto const done = co_await run_on(long_work_, std::move(job));
  co_return reply_with(done);
}

asio::awaitable<Reply> AdminRoutes::compact(api::Request const&) {
  auto job = [this] { return care_.compact(); };
  auto const done = co_await run_on(long_work_, std::move(job));
  co_return reply_with(done);
}

}  // namespace newsfold::run
