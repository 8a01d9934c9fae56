#include "daemon/run/source_routes.h"

#include <charconv>
#include <utility>

namespace newsfold::run {
namespace {

namespace asio = boost::asio;

constexpr std::size_t push_bytes_max = std::size_t{4} << 20;

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

api::Reply plain(unsigned status, std::string body) {
  api::Reply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = std::move(body);
  return reply;
}

asio::awaitable<api::Reply> verify(schedule::Scheduler& scheduler, api::Request const& request) {
  schedule::PushQuery query;
  query.callback_id = request.variable("id");
  query.mode = request.parameter("hub.mode");
  query.topic = request.parameter("hub.topic");
  query.challenge = request.parameter("hub.challenge");
  query.reason = request.parameter("hub.reason");
  query.lease_seconds = number(request.parameter("hub.lease_seconds"));
  auto const answer = co_await scheduler.verify_push(std::move(query));
  if (!answer) co_return plain(404, answer.error().message + "\n");
  co_return plain(200, *answer);
}

asio::awaitable<api::Reply> deliver(schedule::Scheduler& scheduler, api::Request const& request) {
  schedule::PushDelivery delivery;
  delivery.callback_id = request.variable("id");
  delivery.signature = request.hub_signature;
  delivery.content_type = request.content_type;
  delivery.body = request.body;
  auto const accepted = scheduler.deliver_push(std::move(delivery));
  if (accepted) co_return plain(202, "");
  co_return plain(accepted.error().code == ErrorCode::gone ? 410 : 503, accepted.error().message + "\n");
}

}  // namespace

void add_websub_routes(api::RouteTable& routes, schedule::Scheduler& scheduler) {
  auto* const target = &scheduler;
  api::Route question;
  question.method = api::Method::get;
  question.pattern = "/websub/{id}";
  question.scope = api::Scope::open;
  question.handler = [target](api::Request const& request) { return verify(*target, request); };
  routes.add(std::move(question));
  api::Route push;
  push.method = api::Method::post;
  push.pattern = "/websub/{id}";
  push.scope = api::Scope::open;
  push.body_bytes_max = push_bytes_max;
  // A hub sends the feed as it is, and no operator thinks of that. Nobody else knows our ids.
  push.beyond_request_max = [target](api::Request const& request) {
    return target->awaits_push(std::string(request.variable("id")));
  };
  push.handler = [target](api::Request const& request) { return deliver(*target, request); };
  routes.add(std::move(push));
}

namespace {

asio::awaitable<api::Reply> answer_reload(Reload const& reload) {
  auto const outcome = co_await reload();
  api::Reply reply;
  if (!outcome.refused.empty()) {
    reply = api::error_reply({ErrorCode::invalid, outcome.refused});
  } else {
    reply.body = to_json(outcome);
  }
  co_return reply;
}

}  // namespace

void add_reload_route(api::RouteTable& routes, Reload reload) {
  api::Route route;
  route.method = api::Method::post;
  route.pattern = "/v1/reload";
  route.scope = api::Scope::admin;
  route.handler = [reload = std::move(reload)](api::Request const&) { return answer_reload(reload); };
  routes.add(std::move(route));
}

}  // namespace newsfold::run
