#pragma once
// One exchange that is polite to every host it touches. Each hop of a redirect chain is a request like any
// other: robots.txt is asked about it, and a space lies before it. A hop to another host leaves the gate of
// the first and waits at the gate of the second; what an answer asks for holds for the host that gave it, and
// a host that wants rest is not disturbed by way of another.
//
// Not thread-safe: one executor.

#include "daemon/runtime/clock.h"
#include "daemon/schedule/feed_spec.h"
#include "daemon/schedule/gatekeeper.h"
#include "daemon/schedule/robots_cache.h"
#include "feeds/fetch/client.h"

#include <chrono>
#include <functional>
#include <string>

namespace newsfold::schedule {

class GatedClient {
 public:
  // `rest_unsaid`: of a host that answers 429 or 503 without saying for how long.
  GatedClient(fetch::Client& client, Gatekeeper& gates, RobotsCache& robots, SleepingClock& clock,
              std::chrono::seconds rest_unsaid)
      : client_(client), gates_(gates), robots_(robots), clock_(clock), rest_unsaid_(rest_unsaid) {}

  // What is worth knowing also where no answer came.
  struct Account {
    UtcMicros asked{};  // when the first request left, or would have
    bool robots_denied = false;
    bool resting = false;  // the answer is what a host said before; it was not asked
    Gatekeeper::Line line = Gatekeeper::Line::ahead;  // at the gates of redirects' targets
    // Told when it begins, and when it ends, to wait before a request: at a gate that is closed, of the
    // host's address or of a redirect's target, or for the host's space where a redirect stays there. Not of
    // what robots.txt waits for.
    std::function<void(bool)> waits{};
  };

  // With the permit of the URL's host in hand, which goes back. Where a redirect leads to a host that rests,
  // or robots.txt was answered so, the answer is what that host said last: 429, and when to come again. Fails
  // as Client::fetch does, and as RobotsCache::check.
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request, Gatekeeper::Permit permit,
                                                        RobotsRule robots, Account& account);

 private:
  boost::asio::awaitable<Result<fetch::Response>> ask(fetch::Request request, std::string host,
                                                      Account& account, HostReply& reply);
  boost::asio::awaitable<Result<void>> ask_robots(std::string const& url, Gatekeeper::Permit const& permit,
                                                  Account& account);

  fetch::Client& client_;
  Gatekeeper& gates_;
  RobotsCache& robots_;
  SleepingClock& clock_;
  std::chrono::seconds rest_unsaid_;
};

}  // namespace newsfold::schedule
