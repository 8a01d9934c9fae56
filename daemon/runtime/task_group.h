#pragma once
// The owner of coroutines: every coroutine of the daemon is a child of a group that outlives it, and
// stopping is cancel() + join() from the root down. Declare it as the last member of its owner, so that
// what the children refer to dies after them.
//
// Not thread-safe: spawn, cancel and join on the group's executor. A child that ends by an exception
// other than a cancellation is a bug: it reaches `on_failure`, which by default ends the process, for
// systemd to restart it.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace newsfold {

class TaskGroup {
 public:
  using OnFailure = std::function<void(std::exception_ptr)>;

  explicit TaskGroup(boost::asio::any_io_executor executor, OnFailure on_failure = {});
  TaskGroup(TaskGroup const&) = delete;
  TaskGroup& operator=(TaskGroup const&) = delete;
  ~TaskGroup();  // requires that no child runs: join() first

  // Starts `task` as a child. After cancel() new children are cancelled as soon as they wait.
  void spawn(boost::asio::awaitable<void> task);

  // Asks all children to stop; a child sees it at its present or next co_await, as operation_aborted.
  void cancel();

  // Waits until no child runs.
  boost::asio::awaitable<void> join();

  std::size_t size() const noexcept;
  boost::asio::any_io_executor executor() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace newsfold
