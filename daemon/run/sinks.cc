#include "daemon/run/sinks.h"

#include "daemon/log/log.h"
#include "daemon/run/sink_routes.h"
#include "daemon/run/wiring.h"
#include "feeds/text/join.h"

#include <utility>

namespace newsfold::run {

namespace asio = boost::asio;

namespace {

bool same(config::Nats const& a, config::Nats const& b) {
  return static_cast<config::EventFilter const&>(a) == b && a.url == b.url && a.stream == b.stream &&
         a.subject == b.subject && a.credentials_file == b.credentials_file;
}

}  // namespace

Sinks::Nats::Nats(webhook::WebhookParts const& parts, config::Config const& config)
    : settings(config.nats),
      sink({parts.store, parts.changes, parts.subscriptions, parts.clock, parts.blocking,
            thread.get_executor()},
           make_nats(config).value()->options, make_nats(config).value()->subject,
           make_nats(config).value()->filter),
      tasks(parts.executor) {
  tasks.spawn(sink.run());
}

Sinks::Sinks(webhook::WebhookParts const& parts, config::Config const& config, std::uint64_t seed)
    : parts_(parts),
      config_(config),
      webhooks_(
          parts,
          [this](bool allow_private) -> Result<std::unique_ptr<fetch::Client>> {
            auto made =
                fetch::Fetcher::create(parts_.executor, webhook_client_options(config_, allow_private));
            if (!made) return made.error();
            return std::unique_ptr<fetch::Client>(std::move(*made));
          },
          seed) {}

Sinks::~Sinks() = default;

Result<Sinks::Plan> Sinks::plan(config::Config const& config) {
  auto webhooks = make_webhooks(config);
  if (!webhooks) return webhooks.error();
  if (auto const nats = make_nats(config); !nats) return nats.error();
  return Plan{std::move(*webhooks), config};
}

asio::awaitable<Result<void>> Sinks::apply(Plan plan) {
  config_ = std::move(plan.config);
  auto const difference = co_await webhooks_.set(std::move(plan.webhooks));
  if (!difference) co_return difference.error();
  if (!difference->added.empty() || !difference->removed.empty() || !difference->changed.empty())
    log::info("webhooks", {{"added", text::join(difference->added, ", ")},
                           {"removed", text::join(difference->removed, ", ")},
                           {"changed", text::join(difference->changed, ", ")}});
  if (nats_ && !same(nats_->settings, config_.nats)) co_await end_nats();
  if (!nats_ && !config_.nats.url.empty()) nats_ = std::make_unique<Nats>(parts_, config_);
  co_return Result<void>();
}

asio::awaitable<void> Sinks::end_nats() {
  auto const ending = std::move(nats_);
  ending->tasks.cancel();
  co_await ending->tasks.join();
  co_await ending->sink.save();
}

asio::awaitable<void> Sinks::stop() {
  co_await webhooks_.stop();
  if (nats_) co_await end_nats();
}

void Sinks::add_routes(api::RouteTable& table) {
  add_webhook_routes(table, webhooks_);
  add_nats_routes(table, [this] { return nats_status(); });
}

}  // namespace newsfold::run
