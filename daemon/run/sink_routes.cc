#include "daemon/run/sink_routes.h"

#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace newsfold::run {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr std::size_t replay_bytes_max = 4096;  // {"from": "42"}

api::Reply reply_with(json::value const& value) {
  api::Reply reply;
  reply.body = json::serialize(value) + "\n";
  return reply;
}

api::Reply no_such(std::string_view name) {
  return api::error_reply({ErrorCode::not_found, "there is no webhook \"" + std::string(name) + "\""});
}

void put(json::object& out, std::string_view key, UtcMicros time) {
  if (time != UtcMicros{}) out[key] = format_rfc3339(time);
}

json::object summary(webhook::WebhookStatus const& one) {
  auto const& state = one.state;
  json::object out{{"name", one.name},
                   {"url", one.url},
                   {"state", to_string(one.condition)},
                   {"cursor", format_sequence(state.cursor)},
                   {"behind", number(one.last) - std::min(number(one.last), number(state.cursor))},
                   {"delivered", state.delivered},
                   {"failures", state.failures},
                   {"parked", state.parked.size()},
                   {"dead_letters", state.dead.size()},
                   {"dead_letters_expired", one.dead_expired},
                   {"dead_letters_forgotten", state.dead_forgotten},
                   {"lost", state.lost},
                   {"keys", one.keys}};
  if (!one.error.empty()) out["error"] = one.error;
  put(out, "failing_since", state.failing_since);
  put(out, "next_try", state.not_before);
  put(out, "disabled_at", state.disabled_at);
  return out;
}

json::object whole(webhook::WebhookStatus const& one) {
  auto out = summary(one);
  json::array parked;
  for (auto const& event : one.state.parked) {
    json::object row{
        {"event", format_sequence(event.sequence)}, {"attempts", event.attempts}, {"error", event.error}};
    put(row, "next_try", event.next_try);
    parked.push_back(std::move(row));
  }
  json::array dead;
  for (auto const& event : one.state.dead)
    dead.push_back(json::object{{"event", format_sequence(event.sequence)},
                                {"attempts", event.attempts},
                                {"died_at", format_rfc3339(event.died_at)},
                                {"error", event.error}});
  out["parked"] = std::move(parked);
  out["dead_letters"] = std::move(dead);
  return out;
}

asio::awaitable<api::Reply> list(webhook::WebhookSet& webhooks) {
  json::array out;
  for (auto const& one : webhooks.status()) out.push_back(summary(one));
  co_return reply_with(json::object{{"webhooks", std::move(out)}});
}

// The webhook is held through every wait: a reload may end it meanwhile.
asio::awaitable<api::Reply> show(std::shared_ptr<webhook::Webhook> hook) {
  co_return reply_with(whole(hook->status()));
}

asio::awaitable<api::Reply> test(std::shared_ptr<webhook::Webhook> hook) {
  auto const report = co_await hook->test();
  json::object out{
      {"webhook", hook->spec().name}, {"delivered", report.error.empty()}, {"took_us", report.took.count()}};
  if (report.status != 0) out["status"] = report.status;
  if (!report.error.empty()) out["error"] = report.error;
  co_return reply_with(out);
}

asio::awaitable<api::Reply> replay(std::shared_ptr<webhook::Webhook> hook, std::string body) {
  json::object out{{"webhook", hook->spec().name}};
  if (body.empty()) {
    out["replayed"] = hook->replay_dead();
    out["dead_letters"] = hook->status().state.dead.size();
    co_return reply_with(out);
  }
  boost::system::error_code failure;
  auto const asked = json::parse(body, failure);
  auto const* const from = !failure && asked.is_object() ? asked.get_object().if_contains("from") : nullptr;
  auto const sequence = from && from->is_string() ? parse_sequence(from->get_string()) : std::nullopt;
  if (!sequence || number(*sequence) == 0)
    co_return api::error_reply(
        {ErrorCode::invalid,
         "POST nothing to replay dead letters, or {\"from\": \"NUMBER\"} to send again from an event on"});
  auto const moved = co_await hook->replay_from(Sequence{number(*sequence) - 1});
  if (!moved) co_return api::error_reply(moved.error());
  out["from"] = format_sequence(*sequence);
  co_return reply_with(out);
}

asio::awaitable<api::Reply> enable(std::shared_ptr<webhook::Webhook> hook) {
  hook->enable();
  co_return reply_with(summary(hook->status()));
}

asio::awaitable<api::Reply> reread_keys(webhook::WebhookSet& webhooks, std::string name) {
  auto const keys = webhooks.reread_keys(name);
  if (!keys) co_return api::error_reply(keys.error());
  co_return reply_with(json::object{{"webhook", name}, {"keys", *keys}});
}

asio::awaitable<api::Reply> answer(api::Reply reply) { co_return std::move(reply); }

}  // namespace

void add_webhook_routes(api::RouteTable& table, webhook::WebhookSet& webhooks) {
  using api::Method;
  using api::Request;
  auto add = [&table](Method method, std::string pattern, std::size_t body_bytes_max,
                      api::Route::Handler handler) {
    table.add({method, std::move(pattern), api::Scope::admin, body_bytes_max, std::move(handler)});
  };
  add(Method::get, "/v1/webhooks", 0, [&webhooks](Request const&) { return list(webhooks); });
  // A handler for one webhook: finds it, or says that there is none.
  auto with = [&webhooks](auto handle) {
    return [&webhooks, handle](Request const& request) {
      std::string const name(request.variable("name"));
      auto hook = webhooks.find(name);
      return hook ? handle(std::move(hook), request) : answer(no_such(name));
    };
  };
  using Hook = std::shared_ptr<webhook::Webhook>;
  add(Method::get, "/v1/webhooks/{name}", 0,
      with([](Hook hook, Request const&) { return show(std::move(hook)); }));
  add(Method::post, "/v1/webhooks/{name}/test", 0,
      with([](Hook hook, Request const&) { return test(std::move(hook)); }));
  add(Method::post, "/v1/webhooks/{name}/replay", replay_bytes_max,
      with([](Hook hook, Request const& request) { return replay(std::move(hook), request.body); }));
  add(Method::post, "/v1/webhooks/{name}/enable", 0,
      with([](Hook hook, Request const&) { return enable(std::move(hook)); }));
  add(Method::post, "/v1/webhooks/{name}/keys", 0, [&webhooks](Request const& request) {
    return reread_keys(webhooks, std::string(request.variable("name")));
  });
}

void add_nats_routes(api::RouteTable& table, std::function<nats::SinkStatus const*()> status) {
  auto handler = [status = std::move(status)](api::Request const&) {
    auto const* const now = status();
    if (!now)
      return answer(api::error_reply({ErrorCode::not_found, "no NATS server is configured (nats.url)"}));
    json::object out{{"state", now->attached ? "fine" : "failing"},
                     {"cursor", format_sequence(now->cursor)},
                     {"published", now->published},
                     {"conflicts", now->conflicts},
                     {"cut", now->cut},
                     {"lost", now->lost}};
    if (!now->error.empty()) out["error"] = now->error;
    return answer(reply_with(out));
  };
  table.add({api::Method::get, "/v1/nats", api::Scope::read, 0, std::move(handler)});
}

}  // namespace newsfold::run
