#include "daemon/schedule/page_client.h"

#include "daemon/schedule/host_key.h"
#include "feeds/fetch/target.h"

namespace newsfold::schedule {

namespace {
constexpr std::chrono::seconds patience{10};  // with a rest of the host: a feed's commit waits for its pages
}

boost::asio::awaitable<Result<fetch::Response>> PageClient::fetch(fetch::Request request) {
  request.url = fetch::with_ascii_host(std::move(request.url));
  auto host = host_key(request.url);
  if (host.empty()) co_return Error{ErrorCode::malformed, "not a usable URL: " + request.url.substr(0, 200)};
  auto permit = co_await gates_.enter_unless_resting(host, patience, line_);
  if (permit.host().empty())
    co_return Error{ErrorCode::unreachable,
                    host + " wants no request before " + format_rfc3339(gates_.rests_until(host))};
  auto const robots = request.method == fetch::Method::get ? RobotsRule::obey : RobotsRule::ignore;
  GatedClient::Account account;
  account.line = line_;
  co_return co_await client_.fetch(std::move(request), std::move(permit), robots, account);
}

}  // namespace newsfold::schedule
