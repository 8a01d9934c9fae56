#include "feeds/fetch/curl_loop.h"

#include <sys/epoll.h>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cassert>
#include <cerrno>

namespace newsfold::fetch {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t ready_max = 64;  // sockets served before others of the loop have their turn

int new_epoll_set() {
  int const set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw boost::system::system_error(errno, boost::system::system_category(), "epoll_create1");
  return set;
}

}  // namespace

// A coroutine in perform().
struct CurlLoop::Waiter {
  explicit Waiter(asio::any_io_executor const& executor)
      : done(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer done;  // never expires; cancelled when the transfer has ended
  bool finished = false;
  CURLcode code = CURLE_OK;
};

CurlLoop::CurlLoop(asio::any_io_executor const& executor, long idle_connections_max)
    : executor_(executor),
      multi_(curl_multi_init()),
      set_(executor, new_epoll_set()),
      timer_(executor),
      alive_(std::make_shared<int>(0)) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, idle_connections_max);
}

CurlLoop::~CurlLoop() {
  alive_.reset();
  timer_.cancel();
  set_.close();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
  curl_multi_cleanup(multi_);
}

asio::awaitable<CURLcode> CurlLoop::perform(CURL* easy) {
  Waiter waiter(executor_);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &waiter);
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) co_return CURLE_FAILED_INIT;
  ++transfers_;
  if (!waiting_) wait();
  error_code error;
  co_await waiter.done.async_wait(asio::redirect_error(asio::use_awaitable, error));
  end_transfer();
  if (!waiter.finished) {
    curl_multi_remove_handle(multi_, easy);
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  co_return waiter.code;
}

CurlLoop::Watch& CurlLoop::watch_of(curl_socket_t socket) {
  auto const at = static_cast<std::size_t>(socket);
  if (at >= watches_.size()) watches_.resize(at + 1);
  return watches_[at];
}

void CurlLoop::adopt(curl_socket_t socket) {
  watch_of(socket) = {};
  watch_of(socket).adopted = true;
}

void CurlLoop::forget(curl_socket_t socket) { watch_of(socket) = {}; }

// Has the set report what libcurl waits for.
void CurlLoop::enter(curl_socket_t socket, Watch& watch) {
  if (watch.registered == watch.wanted) return;
  int const what = watch.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (what == EPOLL_CTL_ADD) watch.generation = ++generations_;
  epoll_event event{};
  event.events = watch.registered = watch.wanted;
  event.data.u64 = std::uint64_t{watch.generation} << 32 | static_cast<std::uint32_t>(socket);
  [[maybe_unused]] int const failed = epoll_ctl(set_.native_handle(), what, socket, &event);
  assert(!failed && "a socket of libcurl's is open, and was in the set only if we had put it there");
}

void CurlLoop::leave(curl_socket_t socket, Watch& watch) {
  if (watch.registered != 0) epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, socket, nullptr);
  watch.registered = 0;
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self_pointer, void*) {
  auto& self = *static_cast<CurlLoop*>(self_pointer);
  auto& watch = self.watch_of(socket);
  watch.wanted = 0;
  if (what == CURL_POLL_REMOVE) {
    // A kept connection of ours stays: its next transfer will want the same events.
    if (!watch.adopted) self.leave(socket, watch);
    return 0;
  }
  if (what & CURL_POLL_IN) watch.wanted |= EPOLLIN;
  if (what & CURL_POLL_OUT) watch.wanted |= EPOLLOUT;
  self.enter(socket, watch);
  return 0;
}

void CurlLoop::wait() {
  waiting_ = true;
  set_.async_wait(asio::posix::descriptor_base::wait_read,
                  [this, alive = std::weak_ptr<int>(alive_)](error_code error) {
                    if (alive.expired()) return;
                    waiting_ = false;
                    if (!error) serve_ready();
                    if (transfers_ > 0) wait();
                  });
}

// A wait of ours would keep the loop from ending.
void CurlLoop::end_transfer() {
  if (--transfers_ == 0) set_.cancel();
}

void CurlLoop::serve_ready() {
  std::array<epoll_event, ready_max> ready;
  int const count = epoll_wait(set_.native_handle(), ready.data(), ready_max, 0);
  for (int i = 0; i < count; ++i) {
    auto const& event = ready[static_cast<std::size_t>(i)];
    auto const socket = static_cast<curl_socket_t>(event.data.u64 & 0xffff'ffff);
    Watch& watch = watch_of(socket);
    // What we did for an event before this one may have closed its socket.
    if (watch.registered == 0 || watch.generation != event.data.u64 >> 32) continue;
    // Errors: libcurl finds out which when it does what it waited for.
    auto const happened = event.events & (EPOLLERR | EPOLLHUP) ? watch.wanted : event.events & watch.wanted;
    if (happened == 0) {
      // A kept connection that nobody uses was closed by the server. libcurl sees it before it uses it again.
      if (watch.wanted == 0) leave(socket, watch);
      continue;
    }
    act(socket, (happened & EPOLLIN ? CURL_CSELECT_IN : 0) | (happened & EPOLLOUT ? CURL_CSELECT_OUT : 0));
  }
}

// Called several times a transfer: the timer of the loop costs a system call each time it is set earlier,
// so "now" goes through the queue, and an earlier waking than wanted is left to happen.
int CurlLoop::on_timer(CURLM*, long timeout_ms, void* self_pointer) {
  auto& self = *static_cast<CurlLoop*>(self_pointer);
  if (timeout_ms < 0) {
    self.wanted_ = TimePoint::max();
  } else if (timeout_ms == 0) {  // libcurl must not be called from its own callback
    self.wanted_ = TimePoint::max();
    if (self.posted_) return 0;
    self.posted_ = true;
    asio::post(self.executor_, [&self, alive = std::weak_ptr<int>(self.alive_)] {
      if (alive.expired()) return;
      self.posted_ = false;
      self.act(CURL_SOCKET_TIMEOUT, 0);
    });
  } else {
    self.wanted_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    if (self.wanted_ < self.set_to_) self.sleep_until(self.wanted_);
  }
  return 0;
}

void CurlLoop::sleep_until(TimePoint t) {
  set_to_ = t;
  timer_.expires_at(t);
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](error_code error) {
    if (error || alive.expired()) return;
    set_to_ = TimePoint::max();
    if (wanted_ == TimePoint::max()) return;
    if (std::chrono::steady_clock::now() < wanted_) return sleep_until(wanted_);
    wanted_ = TimePoint::max();
    act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlLoop::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
  collect();
}

void CurlLoop::collect() {
  int left = 0;
  while (CURLMsg const* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    CURLcode const code = message->data.result;
    Waiter* waiter = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &waiter);
    curl_multi_remove_handle(multi_, easy);  // `message` is gone with it
    waiter->code = code;
    waiter->finished = true;
    waiter->done.cancel();  // resumes perform() through the loop, not from here
  }
}

}  // namespace newsfold::fetch
