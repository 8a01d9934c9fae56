#pragma once
// The other side: how well does a publisher's server let itself be polled politely? Three or four requests to
// one address, a second apart, as a fetcher makes them.

#include "daemon/runtime/clock.h"
#include "daemon/score/grade.h"
#include "feeds/fetch/client.h"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace newsfold::score {

// What the server answered: without validators, then with both, then with each by itself where it gave both.
struct PublisherAnswers {
  std::string url;
  fetch::Response full;
  std::vector<fetch::Response> conditional;  // empty: there was nothing to send
};

// Fails as the client does, and with `unreachable` where the first answer is another than 200.
boost::asio::awaitable<Result<PublisherAnswers>> ask_publisher(fetch::Client& client, SleepingClock& clock,
                                                               std::string url, fetch::Limits limits = {});

// Pure.
Report grade_publisher(PublisherAnswers const& answers, UtcMicros now);

}  // namespace newsfold::score
