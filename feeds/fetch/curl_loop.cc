#include "feeds/fetch/curl_loop.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace newsfold::fetch {

namespace asio = boost::asio;
using boost::system::error_code;
using Direction = asio::posix::descriptor_base::wait_type;

// One socket that libcurl watches. The descriptor is libcurl's: we only borrow it for epoll.
struct CurlLoop::Watch {
  Watch(asio::any_io_executor executor, curl_socket_t s) : socket(s), descriptor(std::move(executor), s) {}
  ~Watch() {
    if (descriptor.is_open()) descriptor.release();
  }
  curl_socket_t socket;
  asio::posix::stream_descriptor descriptor;
  int wanted = CURL_POLL_NONE;
  bool adopted = false;
  bool reading = false;  // an async_wait is pending
  bool writing = false;
};

// A coroutine in perform().
struct CurlLoop::Waiter {
  explicit Waiter(asio::any_io_executor executor)
      : done(std::move(executor), asio::steady_timer::time_point::max()) {}
  asio::steady_timer done;  // never expires; cancelled when the transfer has ended
  bool finished = false;
  CURLcode code = CURLE_OK;
};

CurlLoop::CurlLoop(asio::any_io_executor executor, long idle_connections_max)
    : executor_(executor), multi_(curl_multi_init()), timer_(executor), alive_(std::make_shared<int>(0)) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, idle_connections_max);
}

CurlLoop::~CurlLoop() {
  alive_.reset();
  timer_.cancel();
  watches_.clear();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
  curl_multi_cleanup(multi_);
}

asio::awaitable<CURLcode> CurlLoop::perform(CURL* easy) {
  Waiter waiter(executor_);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &waiter);
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) co_return CURLE_FAILED_INIT;
  error_code error;
  co_await waiter.done.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (!waiter.finished) {
    curl_multi_remove_handle(multi_, easy);
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  co_return waiter.code;
}

void CurlLoop::adopt(curl_socket_t socket) {
  auto& watch = watches_[socket];
  watch = std::make_shared<Watch>(executor_, socket);
  watch->adopted = true;
}

void CurlLoop::forget(curl_socket_t socket) {
  auto const it = watches_.find(socket);
  if (it == watches_.end()) return;
  it->second->wanted = CURL_POLL_NONE;
  it->second->descriptor.release();
  watches_.erase(it);
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self_pointer, void*) {
  auto& self = *static_cast<CurlLoop*>(self_pointer);
  if (what == CURL_POLL_REMOVE) {
    auto const it = self.watches_.find(socket);
    if (it == self.watches_.end()) return 0;
    it->second->wanted = CURL_POLL_NONE;
    if (it->second->adopted) return 0;
    it->second->descriptor.release();  // out of epoll; libcurl closes it, or keeps it for a next request
    self.watches_.erase(it);
    return 0;
  }
  auto& watch = self.watches_[socket];
  if (!watch) watch = std::make_shared<Watch>(self.executor_, socket);
  watch->wanted = what;
  self.arm(watch);
  return 0;
}

void CurlLoop::arm(std::shared_ptr<Watch> const& watch) {
  if ((watch->wanted & CURL_POLL_IN) && !watch->reading) wait(watch, Direction::wait_read);
  if ((watch->wanted & CURL_POLL_OUT) && !watch->writing) wait(watch, Direction::wait_write);
}

void CurlLoop::wait(std::shared_ptr<Watch> const& watch, Direction direction) {
  bool const in = direction == Direction::wait_read;
  (in ? watch->reading : watch->writing) = true;
  watch->descriptor.async_wait(
      direction, [this, watch, in, alive = std::weak_ptr<int>(alive_)](error_code error) {
        (in ? watch->reading : watch->writing) = false;
        if (alive.expired()) return;
        // A watch that was removed meanwhile may carry a descriptor number that is another's by now.
        if (error == asio::error::operation_aborted || !watch->descriptor.is_open()) return;
        if (!(watch->wanted & (in ? CURL_POLL_IN : CURL_POLL_OUT))) return;
        int const events = error ? CURL_CSELECT_ERR : in ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
        act(watch->socket, events);
        if (!error && watch->descriptor.is_open()) arm(watch);
      });
}

// Called several times a transfer: the timer of the loop costs a system call each time it is set earlier,
// so "now" goes through the queue, and an earlier waking than wanted is left to happen.
int CurlLoop::on_timer(CURLM*, long timeout_ms, void* self_pointer) {
  auto& self = *static_cast<CurlLoop*>(self_pointer);
  if (timeout_ms < 0) {
    self.wanted_ = TimePoint::max();
  } else if (timeout_ms == 0) {  // libcurl must not be called from its own callback
    self.wanted_ = TimePoint::max();
    asio::post(self.executor_, [&self, alive = std::weak_ptr<int>(self.alive_)] {
      if (!alive.expired()) self.act(CURL_SOCKET_TIMEOUT, 0);
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
