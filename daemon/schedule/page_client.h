#pragma once
// A client that is as polite as a poll: for article pages and whatever else is fetched beside feeds. Each
// request waits at its host's gate and obeys robots.txt; the feeds of that host wait in the same line.

#include "daemon/runtime/clock.h"
#include "daemon/schedule/gatekeeper.h"
#include "daemon/schedule/robots_cache.h"
#include "feeds/fetch/client.h"

namespace newsfold::schedule {

class PageClient final : public fetch::Client {
 public:
  PageClient(fetch::Client& client, Gatekeeper& gates, RobotsCache& robots, SleepingClock& clock)
      : client_(client), gates_(gates), robots_(robots), clock_(clock) {}

  // As Client::fetch; `refused` also where robots.txt says so. A POST (WebSub) asks no robots.txt: it goes to
  // who invited it.
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override;

 private:
  fetch::Client& client_;
  Gatekeeper& gates_;
  RobotsCache& robots_;
  SleepingClock& clock_;
};

}  // namespace newsfold::schedule
