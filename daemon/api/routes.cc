#include "daemon/api/routes.h"

#include "daemon/api/article_routes.h"
#include "daemon/api/outgoing_feed.h"
#include "daemon/api/story_routes.h"
#include "daemon/runtime/run_on.h"
#include "feeds/model/json_put.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace newsfold::api {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

json::object feed_json(FeedStatus const& feed) {
  json::object out{{"name", feed.name},
                   {"url", feed.url},
                   {"state", to_string(feed.state)},
                   {"http_status", feed.http_status},
                   {"failures", feed.failures},
                   {"interval_seconds", feed.interval_seconds}};
  put(out, "last_poll", feed.last_poll);
  put(out, "last_success", feed.last_success);
  put(out, "next_poll", feed.next_poll);
  put(out, "failing_since", feed.failing_since);
  if (!feed.error.empty()) out["error"] = feed.error;
  out["items_per_day"] = feed.items_per_day;
  out["articles"] = feed.articles;
  out["copies"] = feed.copies;
  out["polls"] = feed.polls;
  out["wire_bytes"] = feed.wire_bytes;
  out["stored_bytes"] = feed.stored_bytes;
  if (!feed.next_poll_reason.empty()) out["next_poll_reason"] = feed.next_poll_reason;
  json::array alarms;
  for (auto const& alarm : feed.alarms) alarms.emplace_back(alarm);
  out["alarms"] = std::move(alarms);
  return out;
}

Reply reply_with(json::value const& value) {
  Reply reply;
  reply.body = json::serialize(value) + "\n";
  return reply;
}

Reply text_reply(std::string text, unsigned status = 200) {
  Reply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = std::move(text);
  return reply;
}

constexpr std::size_t cursor_bytes_max = 4096;  // {"cursor": "42"}
constexpr std::size_t split_bytes_max = 4096;   // {"reason": "..."}

}  // namespace

std::string_view to_string(FeedState state) noexcept {
  switch (state) {
    case FeedState::waiting: return "waiting";
    case FeedState::polling: return "polling";
    case FeedState::failing: return "failing";
    case FeedState::gone: return "gone";
    case FeedState::paused: return "paused";
  }
  return "waiting";
}

void Routes::add_to(RouteTable& table) {
  auto add = [this, &table](Method method, std::string pattern, Scope scope,
                            Answer (Routes::*member)(Request const&), std::size_t body_bytes_max = 0) {
    auto handler = [this, member](Request const& request) { return (this->*member)(request); };
    table.add({method, std::move(pattern), scope, body_bytes_max, std::move(handler)});
  };
  add(Method::get, "/healthz", Scope::open, &Routes::health);
  add(Method::get, "/readyz", Scope::open, &Routes::readiness);
  add(Method::get, "/metrics", Scope::read, &Routes::metrics);
  for (auto const* pattern : {"/v1/articles", "/v1/articles/{id}", "/v1/articles/{id}/versions",
                              "/v1/articles/{id}/versions/{number}", "/v1/articles/{id}/diff",
                              "/v1/articles/{id}/why", "/v1/stories/{id}"})
    add(Method::get, pattern, Scope::read, &Routes::articles);
  add(Method::get, "/v1/feed.json", Scope::read, &Routes::json_feed);
  add(Method::get, "/v1/feed.atom", Scope::read, &Routes::atom_feed);
  add(Method::post, "/v1/articles/{id}/split", Scope::admin, &Routes::split, split_bytes_max);
  add(Method::get, "/v1/feeds", Scope::read, &Routes::feeds);
  add(Method::post, "/v1/feeds/{name}/poll", Scope::admin, &Routes::poll_feed);
  add(Method::get, "/v1/subscriptions", Scope::read, &Routes::list_subscriptions);
  add(Method::get, "/v1/subscriptions/{name}", Scope::read, &Routes::show_subscription);
  add(Method::put, "/v1/subscriptions/{name}", Scope::admin, &Routes::put_subscription, cursor_bytes_max);
  add(Method::del, "/v1/subscriptions/{name}", Scope::admin, &Routes::remove_subscription);
  add(Method::get, "/v1/status", Scope::read, &Routes::status);
}

asio::awaitable<Reply> Routes::health(Request const&) { co_return text_reply("alive\n"); }

asio::awaitable<Reply> Routes::readiness(Request const&) {
  auto const readiness = parts_.readiness ? parts_.readiness() : Readiness();
  auto text = readiness.state + "\n";
  for (auto const& one : readiness.degraded) text += "degraded: " + one.name + ": " + one.message + "\n";
  co_return text_reply(std::move(text), readiness.state == "ready" ? 200 : 503);
}

asio::awaitable<Reply> Routes::articles(Request const& request) {
  auto job = [this, &request] { return answer_articles(parts_.store, request); };
  auto reply = co_await run_on(blocking_, std::move(job));
  if (!reply) co_return error_reply(reply.error());
  co_return std::move(*reply);
}

asio::awaitable<Reply> Routes::json_feed(Request const& request) {
  auto job = [this, &request] { return answer_feed(parts_.store, request, FeedDialect::json); };
  auto reply = co_await run_on(blocking_, std::move(job));
  if (!reply) co_return error_reply(reply.error());
  co_return std::move(*reply);
}

asio::awaitable<Reply> Routes::atom_feed(Request const& request) {
  auto job = [this, &request] { return answer_feed(parts_.store, request, FeedDialect::atom); };
  auto reply = co_await run_on(blocking_, std::move(job));
  if (!reply) co_return error_reply(reply.error());
  co_return std::move(*reply);
}

asio::awaitable<Reply> Routes::split(Request const& request) {
  auto const id = parse_sequence(request.variable("id"));  // digits, as ids are
  if (!id || !parts_.stories)
    co_return error_reply({ErrorCode::not_found, "an article is split off by POST /v1/articles/ID/split"});
  co_return co_await split_article(*parts_.stories, ArticleId{number(*id)}, request);
}

asio::awaitable<Reply> Routes::feeds(Request const& request) {
  json::array out;
  bool const failing_only = request.parameter("failing") == "1";
  if (parts_.feeds) {
    for (auto const& feed : parts_.feeds->feed_status())
      if (!failing_only || feed.state == FeedState::failing || feed.state == FeedState::gone ||
          !feed.alarms.empty())
        out.push_back(feed_json(feed));
  }
  co_return reply_with(json::object{{"feeds", std::move(out)}});
}

asio::awaitable<Reply> Routes::poll_feed(Request const& request) {
  if (!parts_.feeds) co_return error_reply({ErrorCode::not_found, "this daemon polls nothing"});
  auto const name = request.variable("name");
  auto const asked = parts_.feeds->poll_now(name);
  if (!asked) co_return error_reply(asked.error());
  co_return reply_with(json::object{{"feed", name}, {"poll", "soon"}});
}

namespace {

json::object subscription_json(storage::Subscription const& one) {
  return {{"name", one.name},
          {"epoch", format_epoch(one.epoch)},
          {"cursor", format_sequence(one.acknowledged)},
          {"moved_at", format_rfc3339(one.moved_at)}};
}

Result<std::string> subscription_name(Request const& request) {
  std::string name(request.variable("name"));
  if (!notify::is_subscription_name(name))
    return Error{ErrorCode::invalid, "a subscription's name is 1 to 100 letters, digits and . _ -"};
  return name;
}

}  // namespace

asio::awaitable<Reply> Routes::list_subscriptions(Request const&) {
  auto job = [this] { return parts_.store.view().subscriptions(); };
  auto const all = co_await run_on(blocking_, std::move(job));
  if (!all) co_return error_reply(all.error());
  json::array out;
  for (auto const& one : *all) out.push_back(subscription_json(one));
  co_return reply_with(json::object{{"subscriptions", std::move(out)}});
}

asio::awaitable<Reply> Routes::show_subscription(Request const& request) {
  auto const name = subscription_name(request);
  if (!name) co_return error_reply(name.error());
  auto job = [this, &name] { return parts_.store.view().subscription(*name); };
  auto const one = co_await run_on(blocking_, std::move(job));
  co_return one ? reply_with(subscription_json(*one)) : error_reply(one.error());
}

asio::awaitable<Reply> Routes::remove_subscription(Request const& request) {
  auto const name = subscription_name(request);
  if (!name) co_return error_reply(name.error());
  auto const done = co_await parts_.subscriptions.remove(*name);
  co_return done ? reply_with(json::object{{"removed", *name}}) : error_reply(done.error());
}

asio::awaitable<Reply> Routes::put_subscription(Request const& request) {
  auto const name = subscription_name(request);
  if (!name) co_return error_reply(name.error());
  boost::system::error_code failure;
  auto const body = json::parse(request.body, failure);
  auto const* cursor = !failure && body.is_object() ? body.get_object().if_contains("cursor") : nullptr;
  auto const sequence = cursor && cursor->is_string() ? parse_sequence(cursor->get_string()) : std::nullopt;
  if (!sequence)
    co_return error_reply({ErrorCode::invalid, "PUT {\"cursor\": \"NUMBER\"} moves a subscription's cursor"});
  if (*sequence > parts_.store.last_sequence())
    co_return error_reply({ErrorCode::invalid, "event " + std::to_string(number(*sequence)) +
                                                   " is yet to come: a cursor cannot lie beyond the last"});
  // What its owner keeps beside the cursor stays.
  auto job = [this, &name] { return parts_.store.view().subscription(*name); };
  auto known = co_await run_on(blocking_, std::move(job));
  auto subscription = known ? std::move(*known) : storage::Subscription();
  subscription.name = *name;
  subscription.epoch = parts_.store.epoch();
  subscription.acknowledged = *sequence;
  subscription.moved_at = parts_.clock.now();
  auto const done = co_await parts_.subscriptions.put(std::move(subscription));
  if (!done) co_return error_reply(done.error());
  co_return reply_with(json::object{{"name", *name}, {"cursor", format_sequence(*sequence)}});
}

asio::awaitable<Reply> Routes::status(Request const&) {
  auto job = [this] { return parts_.store.view().counts(); };
  auto const counts = co_await run_on(blocking_, std::move(job));
  if (!counts) co_return error_reply(counts.error());
  std::size_t feeds = 0;
  std::size_t failing = 0;
  if (parts_.feeds) {
    for (auto const& feed : parts_.feeds->feed_status()) {
      ++feeds;
      failing += feed.state == FeedState::failing || feed.state == FeedState::gone ? 1 : 0;
    }
  }
  json::array degraded;
  if (parts_.readiness)
    for (auto const& one : parts_.readiness().degraded)
      degraded.push_back(json::object{{"name", one.name}, {"message", one.message}});
  co_return reply_with(json::object{{"epoch", format_epoch(parts_.store.epoch())},
                                    {"degraded", std::move(degraded)},
                                    {"oldest", format_sequence(counts->oldest)},
                                    {"last", format_sequence(counts->last)},
                                    {"articles", counts->articles},
                                    {"versions", counts->versions},
                                    {"stories", counts->stories},
                                    {"copies", counts->copies},
                                    {"feeds", feeds},
                                    {"failing", failing},
                                    {"subscribers", counters_().subscribers}});
}

asio::awaitable<Reply> Routes::metrics(Request const& request) {
  if (!parts_.metrics) co_return error_reply({ErrorCode::not_found, "this daemon counts nothing"});
  bool const openmetrics = request.accept.find("application/openmetrics-text") != std::string::npos ||
                           request.parameter("format") == "openmetrics";
  Reply reply;
  reply.body = co_await parts_.metrics(openmetrics);
  reply.content_type = openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                   : "text/plain; version=0.0.4; charset=utf-8";
  co_return reply;
}

}  // namespace newsfold::api
