#pragma once
// Named cursors: `newsfold tail --as NAME`, webhooks and the NATS sink keep theirs in the store. Writes of
// the store belong to one thread; this is how the others ask for them.

#include "feeds/model/error.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>

namespace newsfold::notify {

class SubscriptionKeeper {
 public:
  virtual ~SubscriptionKeeper() = default;
  virtual boost::asio::awaitable<Result<void>> put(storage::Subscription subscription) = 0;
  virtual boost::asio::awaitable<Result<void>> remove(std::string name) = 0;
};

// Runs the writes on `writer`: the executor of the store's one writer thread.
class StoreSubscriptions final : public SubscriptionKeeper {
 public:
  StoreSubscriptions(storage::Store& store, boost::asio::any_io_executor writer);
  boost::asio::awaitable<Result<void>> put(storage::Subscription subscription) override;
  boost::asio::awaitable<Result<void>> remove(std::string name) override;

 private:
  storage::Store& store_;
  boost::asio::any_io_executor writer_;
};

// Names are letters, digits and . _ - (1 to 100 of them), so that they are safe in URLs, files and logs.
bool is_subscription_name(std::string_view name) noexcept;

}  // namespace newsfold::notify
