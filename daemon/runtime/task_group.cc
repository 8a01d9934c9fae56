#include "daemon/runtime/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cassert>
#include <list>

namespace newsfold {

namespace asio = boost::asio;

struct TaskGroup::State {
  State(asio::any_io_executor e, OnFailure f)
      : executor(e), on_failure(std::move(f)), idle(e, asio::steady_timer::time_point::max()) {}

  asio::any_io_executor executor;
  OnFailure on_failure;
  asio::steady_timer idle;  // never expires; cancelled when the last child ends
  std::list<asio::cancellation_signal> children;
  bool cancelled = false;
};

namespace {

bool is_cancellation(std::exception_ptr const& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (boost::system::system_error const& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor, OnFailure on_failure)
    : state_(std::make_shared<State>(std::move(executor), std::move(on_failure))) {}

TaskGroup::~TaskGroup() { assert(state_->children.empty() && "join() before the group goes"); }

void TaskGroup::spawn(asio::awaitable<void> task) {
  auto const child = state_->children.emplace(state_->children.end());
  auto done = [state = state_, child](std::exception_ptr failure) {
    state->children.erase(child);
    if (state->children.empty()) state->idle.cancel();
    if (!failure || is_cancellation(failure)) return;
    if (state->on_failure)
      state->on_failure(failure);
    else
      std::rethrow_exception(failure);  // out of io_context::run, to main
  };
  asio::co_spawn(state_->executor, std::move(task),
                 asio::bind_cancellation_slot(child->slot(), std::move(done)));
  if (state_->cancelled) {
    // The signal must find the child waiting: after its first step, not before.
    asio::post(state_->executor, [state = state_] {
      for (auto& signal : state->children) signal.emit(asio::cancellation_type::terminal);
    });
  }
}

void TaskGroup::cancel() {
  state_->cancelled = true;
  // A handler may erase its own entry while we walk.
  for (auto it = state_->children.begin(); it != state_->children.end();) {
    auto const current = it++;
    current->emit(asio::cancellation_type::terminal);
  }
}

asio::awaitable<void> TaskGroup::join() {
  auto const state = state_;
  while (!state->children.empty()) {
    boost::system::error_code ignored;
    co_await state->idle.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    // A cancelled join still waits: its children refer to what its owner is about to destroy.
    co_await asio::this_coro::reset_cancellation_state();
  }
}

std::size_t TaskGroup::size() const noexcept { return state_->children.size(); }
asio::any_io_executor TaskGroup::executor() const { return state_->executor; }

}  // namespace newsfold
