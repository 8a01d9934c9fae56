#pragma once
// Runs a plain function on another executor (the CPU pool, the writer) and comes back with its result, or
// with what it threw. The caller's executor is free meanwhile. Once asked for, the function runs whatever
// happens: cancelling the caller waits for it, and the cancellation is seen at the caller's next co_await.
//
// Not asio::co_spawn on the other executor: that carries the caller's cancellation over to the other thread,
// where it meets the coroutine's end without a lock (Boost 1.81).
//
// g++ 12 destroys a lambda that owns something twice when it is written inside the co_await expression:
// name it on the line above.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace newsfold {

template <class F>
boost::asio::awaitable<std::invoke_result_t<F>> run_on(boost::asio::any_io_executor executor, F function) {
  namespace asio = boost::asio;
  using Returned = std::invoke_result_t<F>;
  using Result = std::conditional_t<std::is_void_v<Returned>, std::monostate, Returned>;
  // The answer waits here, in the caller's frame, which the suspended caller keeps alive.
  std::optional<Result> result;
  std::exception_ptr failure;
  auto start = [&](auto handler) {
    auto home = asio::make_work_guard(handler);
    auto there = [&, handler = std::move(handler), home = std::move(home)]() mutable {
      try {
        if constexpr (std::is_void_v<Returned>) {
          function();
          result.emplace();
        } else {
          result.emplace(function());
        }
      } catch (...) {
        failure = std::current_exception();
      }
      auto const back = home.get_executor();
      asio::post(back, std::move(handler));
    };
    asio::post(executor, std::move(there));
  };
  co_await asio::async_initiate<asio::use_awaitable_t<> const, void()>(start, asio::use_awaitable);
  if (failure) std::rethrow_exception(failure);
  if constexpr (!std::is_void_v<Returned>) co_return std::move(*result);
}

}  // namespace newsfold
