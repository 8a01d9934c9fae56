#include "daemon/schedule/page_client.h"

#include "daemon/schedule/host_key.h"
#include "daemon/schedule/server_hints.h"

namespace newsfold::schedule {

boost::asio::awaitable<Result<fetch::Response>> PageClient::fetch(fetch::Request request) {
  auto const host = host_key(request.url);
  if (host.empty()) co_return Error{ErrorCode::malformed, "not a usable URL: " + request.url.substr(0, 200)};
  auto permit = co_await gates_.enter(host);
  if (request.method == fetch::Method::get) {
    auto const allowed = co_await robots_.check(request.url, permit);
    if (!allowed) co_return allowed.error();
  }
  auto response = co_await client_.fetch(std::move(request));
  auto const now = clock_.now();
  auto reply = HostReply::fine;
  if (!response) {
    reply = HostReply::unreachable;
  } else {
    auto const wait = retry_after(response->headers, now);
    bool const throttled = response->status == 429 || (response->status == 503 && wait);
    if (throttled) {
      reply = HostReply::throttled;
      if (wait) gates_.rest(host, now + *wait);
    }
  }
  permit.leave(reply);
  co_return response;
}

}  // namespace newsfold::schedule
