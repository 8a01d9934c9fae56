#include "daemon/notify/change_feed.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace newsfold::notify {

namespace asio = boost::asio;

struct ChangeFeed::Waiter {
  Sequence after{};
  asio::steady_timer timer;
};

ChangeFeed::ChangeFeed(asio::any_io_executor executor, Sequence last, RingLimits limits)
    : executor_(std::move(executor)), limits_(limits), last_(last) {}

ChangeFeed::~ChangeFeed() = default;

Sequence ChangeFeed::first() const noexcept {
  return ring_.empty() ? Sequence{number(last_) + 1} : ring_.front().view.sequence;
}

ChangeFeed::Entry* ChangeFeed::find(Sequence sequence) noexcept {
  if (ring_.empty() || number(sequence) < number(first()) || number(sequence) > number(last_)) return nullptr;
  return &ring_[number(sequence) - number(first())];
}

void ChangeFeed::publish(Sequence first_sequence, std::span<storage::ChangeRow const> rows) {
  auto next = number(first_sequence);
  bool published = false;
  for (auto const& row : rows) {
    auto const sequence = next++;
    if (sequence <= number(last_)) continue;
    auto view = storage::ChangeView::decode(*row);
    // A gap, or a row that does not read: those behind us read the log on disk instead.
    if (sequence != number(last_) + 1 || !view) {
      ring_.clear();
      bytes_ = 0;
    }
    last_ = Sequence{sequence};
    published = true;
    if (!view) continue;
    ring_.push_back({row, *view, {}});
    bytes_ += row->size();
    while (ring_.size() > 1 && (ring_.size() > limits_.events_max || bytes_ > limits_.bytes_max)) {
      bytes_ -= ring_.front().row->size();
      ring_.pop_front();
    }
  }
  if (!published) return;
  for (auto* const waiter : waiters_)
    if (number(last_) > number(waiter->after)) waiter->timer.cancel();
  for (auto it = listeners_.begin(); it != listeners_.end();) (*it++)();
}

asio::awaitable<void> ChangeFeed::wait_beyond(Sequence after,
                                              std::chrono::steady_clock::time_point deadline) {
  if (number(last_) > number(after)) co_return;
  Waiter waiter{after, asio::steady_timer(executor_, deadline)};
  // Leaves the list however the wait ends.
  struct Enlisted {
    std::list<Waiter*>& list;
    std::list<Waiter*>::iterator at;
    ~Enlisted() { list.erase(at); }
  } const enlisted{waiters_, waiters_.insert(waiters_.end(), &waiter)};
  boost::system::error_code woken;
  co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  auto const state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
}

ChangeFeed::Listening ChangeFeed::listen(Listener listener) {
  Listening out;
  out.feed_ = this;
  out.at_ = listeners_.insert(listeners_.end(), std::move(listener));
  return out;
}

ChangeFeed::Listening::Listening(Listening&& other) noexcept
    : feed_(std::exchange(other.feed_, nullptr)), at_(other.at_) {}

ChangeFeed::Listening& ChangeFeed::Listening::operator=(Listening&& other) noexcept {
  if (feed_) feed_->listeners_.erase(at_);
  feed_ = std::exchange(other.feed_, nullptr);
  at_ = other.at_;
  return *this;
}

ChangeFeed::Listening::~Listening() {
  if (feed_) feed_->listeners_.erase(at_);
}

}  // namespace newsfold::notify
