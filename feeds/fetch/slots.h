#pragma once
// A counting semaphore for coroutines of one executor, first come, first served.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <utility>

namespace newsfold::fetch {

class Slots {
 public:
  Slots(boost::asio::any_io_executor executor, std::size_t count)
      : executor_(std::move(executor)), free_(count) {}

  // A slot taken; given back when this goes.
  class Held {
   public:
    explicit Held(Slots* slots) noexcept : slots_(slots) {}
    Held(Held&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (slots_) slots_->leave();
    }

   private:
    Slots* slots_;
  };

  // Waits for a slot. Cancellable (operation_aborted).
  boost::asio::awaitable<Held> enter();

 private:
  struct Waiter {
    explicit Waiter(boost::asio::any_io_executor executor)
        : timer(std::move(executor), boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer timer;
    bool served = false;
  };
  void leave();

  boost::asio::any_io_executor executor_;
  std::size_t free_;
  std::list<Waiter*> waiting_;
};

}  // namespace newsfold::fetch
