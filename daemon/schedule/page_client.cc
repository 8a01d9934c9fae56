#include "daemon/schedule/page_client.h"

#include "daemon/schedule/host_key.h"

namespace newsfold::schedule {

boost::asio::awaitable<Result<fetch::Response>> PageClient::fetch(fetch::Request request) {
  auto host = host_key(request.url);
  if (host.empty()) co_return Error{ErrorCode::malformed, "not a usable URL: " + request.url.substr(0, 200)};
  auto permit = co_await gates_.enter(std::move(host));
  GatedClient::Manners manners;
  if (request.method != fetch::Method::get) manners.robots = RobotsRule::ignore;
  GatedClient::Account account;
  co_return co_await client_.fetch(std::move(request), std::move(permit), manners, account);
}

}  // namespace newsfold::schedule
