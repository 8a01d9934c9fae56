#pragma once
// A client that is as polite as a poll: for article pages and whatever else is fetched beside feeds. Each
// request waits at its host's gate and obeys robots.txt; the feeds of that host wait in the same line.

#include "daemon/schedule/gated_client.h"

namespace newsfold::schedule {

class PageClient final : public fetch::Client {
 public:
  PageClient(GatedClient& client, Gatekeeper& gates) : client_(client), gates_(gates) {}

  // As Client::fetch; `refused` also where robots.txt says so. A POST (WebSub) asks no robots.txt: it goes to
  // who invited it.
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override;

 private:
  GatedClient& client_;
  Gatekeeper& gates_;
};

}  // namespace newsfold::schedule
