#pragma once
// A client that is as polite as a poll: for article pages and whatever else is fetched beside feeds. Each
// request waits at its host's gate, in the line given, and obeys robots.txt. A rest that the host asked for
// is waited out only where it is short.

#include "daemon/schedule/gated_client.h"

namespace newsfold::schedule {

class PageClient final : public fetch::Client {
 public:
  PageClient(GatedClient& client, Gatekeeper& gates, Gatekeeper::Line line)
      : client_(client), gates_(gates), line_(line) {}

  // As Client::fetch; `refused` also where robots.txt says so, `unreachable` where the host rests for longer
  // than some seconds. A POST (WebSub) asks no robots.txt, for it goes to who invited it.
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override;

 private:
  GatedClient& client_;
  Gatekeeper& gates_;
  Gatekeeper::Line line_;
};

}  // namespace newsfold::schedule
