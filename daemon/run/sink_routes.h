#pragma once
// What the API answers about webhooks and the NATS sink. Beside the daemon, because neither the API nor the
// sinks know each other.

#include "daemon/api/route_table.h"
#include "daemon/nats/nats_sink.h"
#include "daemon/webhook/webhook_set.h"

#include <functional>

namespace newsfold::run {

// GET /v1/webhooks, GET /v1/webhooks/NAME, POST /v1/webhooks/NAME/{test,replay,enable,keys}. The URL of a
// webhook may hold a secret of its receiver: all of it is for admins.
void add_webhook_routes(api::RouteTable& table, webhook::WebhookSet& webhooks);

// GET /v1/nats. `status` gives null where no server is configured.
void add_nats_routes(api::RouteTable& table, std::function<nats::SinkStatus const*()> status);

}  // namespace newsfold::run
