#include "feeds/fetch/slots.h"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace newsfold::fetch {

namespace asio = boost::asio;

asio::awaitable<Slots::Held> Slots::enter() {
  if (free_ > 0) {
    --free_;
    co_return Held(this);
  }
  Waiter waiter(executor_);
  auto const place = waiting_.insert(waiting_.end(), &waiter);
  boost::system::error_code error;
  co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (!waiter.served) {
    waiting_.erase(place);
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  co_return Held(this);
}

// The slot goes straight to the longest waiting, who has it from this moment on.
void Slots::leave() {
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  Waiter* const next = waiting_.front();
  waiting_.pop_front();
  next->served = true;
  next->timer.cancel();
}

}  // namespace newsfold::fetch
