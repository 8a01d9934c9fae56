#pragma once
// What the API answers about sources, beside the daemon because the API does not know the scheduler: WebSub
// and reloads.
//
// What hubs ask and bring: GET and POST /websub/ID, open to everyone, because a hub has no token of ours. The
// path is the secret that lets a request in, the signature what lets a body be read.

#include "daemon/api/route_table.h"
#include "daemon/run/reload.h"
#include "daemon/schedule/scheduler.h"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace newsfold::run {

// `scheduler` outlives the table.
void add_websub_routes(api::RouteTable& routes, schedule::Scheduler& scheduler);

// POST /v1/reload, for admins: what `reload` did, or 400 with the reasons why it changed nothing.
using Reload = std::function<boost::asio::awaitable<ReloadOutcome>()>;
void add_reload_route(api::RouteTable& routes, Reload reload);

}  // namespace newsfold::run
