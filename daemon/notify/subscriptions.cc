#include "daemon/notify/subscriptions.h"

#include "daemon/runtime/run_on.h"

#include <utility>

namespace newsfold::notify {

namespace asio = boost::asio;

StoreSubscriptions::StoreSubscriptions(storage::Store& store, asio::any_io_executor writer)
    : store_(store), writer_(std::move(writer)) {}

asio::awaitable<Result<void>> StoreSubscriptions::put(storage::Subscription subscription) {
  auto job = [this, subscription = std::move(subscription)] { return store_.put_subscription(subscription); };
  co_return co_await run_on(writer_, std::move(job));
}

asio::awaitable<Result<void>> StoreSubscriptions::remove(std::string name) {
  auto job = [this, name = std::move(name)] { return store_.remove_subscription(name); };
  co_return co_await run_on(writer_, std::move(job));
}

bool is_subscription_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 100) return false;
  for (char const c : name) {
    bool const fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
    if (!fine) return false;
  }
  return true;
}

}  // namespace newsfold::notify
