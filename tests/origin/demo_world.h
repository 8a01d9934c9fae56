#pragma once
// Puts the demo world on an origin server: every feed, page, redirect and failure, as of the clock's now.

#include "tests/origin/origin_server.h"
#include "tests/origin/world_pages.h"

#include <functional>
#include <memory>
#include <string>

namespace newsfold::origin {

// What time it is in the world; called from the server's thread.
using WorldClock = std::function<Moment()>;

void serve_world(OriginServer& server, std::shared_ptr<World const> world, WorldClock clock);

// A config.toml that follows the world from `port`: everything under `state_dir`, short intervals that only
// a server of one's own would forgive.
struct DemoConfig {
  std::uint16_t port = 0;
  std::string state_dir;
  std::string listen = "127.0.0.1:8480";
};
std::string demo_config(World const& world, DemoConfig const& options);

}  // namespace newsfold::origin
