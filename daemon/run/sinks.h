#pragma once
// The parts of the daemon that push events out: webhooks and the NATS sink. Started from the configuration,
// brought in line with it at a reload, stopped last, so that they may still send what the drain brought.
//
// One executor: the I/O thread.

#include "daemon/api/route_table.h"
#include "daemon/config/config.h"
#include "daemon/nats/nats_sink.h"
#include "daemon/runtime/task_group.h"
#include "daemon/webhook/webhook_set.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstdint>
#include <memory>

namespace newsfold::run {

class Sinks {
 public:
  // What `parts` refers to outlives the sinks.
  Sinks(webhook::WebhookParts const& parts, config::Config const& config, std::uint64_t seed);
  ~Sinks();

  // What the configuration says about them, read and checked: keys, filters, subjects. Nothing runs
  // differently until apply().
  struct Plan {
    std::vector<webhook::WebhookSpec> webhooks;
    config::Config config;
  };
  static Result<Plan> plan(config::Config const& config);
  boost::asio::awaitable<Result<void>> apply(Plan plan);
  boost::asio::awaitable<void> stop();

  void add_routes(api::RouteTable& table);
  webhook::WebhookSet const& webhooks() const noexcept { return webhooks_; }
  // Null where no server is configured.
  nats::SinkStatus const* nats_status() const noexcept { return nats_ ? &nats_->sink.status() : nullptr; }

 private:
  // The library blocks, so it has a thread of its own; none where no server is configured.
  struct Nats {
    Nats(webhook::WebhookParts const& parts, config::Config const& config);
    boost::asio::thread_pool thread{1};
    config::Nats settings;
    nats::NatsSink sink;
    TaskGroup tasks;
  };
  boost::asio::awaitable<void> end_nats();

  webhook::WebhookParts parts_;
  config::Config config_;
  webhook::WebhookSet webhooks_;
  std::unique_ptr<Nats> nats_;
};

}  // namespace newsfold::run
