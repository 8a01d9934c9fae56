#pragma once
// Runs a plain function on another executor (the CPU pool, the writer) and comes back with its result.
// The caller's executor is free meanwhile. A function that has begun is never interrupted: cancelling
// the caller waits for it.
//
// g++ 12 destroys a lambda that owns something twice when it is written inside the co_await expression:
// name it on the line above.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace newsfold {

namespace detail {
// co_spawn wants a default-constructible result; optional makes one of anything.
template <class F>
boost::asio::awaitable<std::optional<std::invoke_result_t<F>>> invoke_in_coroutine(F function) {
  co_return std::optional<std::invoke_result_t<F>>(function());
}
template <class F>
boost::asio::awaitable<void> invoke_void_in_coroutine(F function) {
  function();
  co_return;
}
}  // namespace detail

template <class F>
boost::asio::awaitable<std::invoke_result_t<F>> run_on(boost::asio::any_io_executor executor, F function) {
  if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
    auto task = detail::invoke_void_in_coroutine<F>(std::move(function));
    co_await boost::asio::co_spawn(executor, std::move(task), boost::asio::use_awaitable);
  } else {
    auto task = detail::invoke_in_coroutine<F>(std::move(function));
    auto result = co_await boost::asio::co_spawn(executor, std::move(task), boost::asio::use_awaitable);
    co_return std::move(*result);
  }
}

}  // namespace newsfold
