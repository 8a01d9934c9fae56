#pragma once
// libcurl's multi handle on an Asio loop: it says which sockets and which time it waits for, we wait. No
// policy here: what a transfer is stands in fetcher.cc.

#include <curl/curl.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <unordered_map>

namespace newsfold::fetch {

class CurlLoop {
 public:
  CurlLoop(boost::asio::any_io_executor executor, long idle_connections_max);
  CurlLoop(CurlLoop const&) = delete;
  CurlLoop& operator=(CurlLoop const&) = delete;
  ~CurlLoop();

  // Runs the transfer that `easy` describes. Uses its CURLOPT_PRIVATE. Cancelled, it takes the handle out
  // and throws operation_aborted.
  boost::asio::awaitable<CURLcode> perform(CURL* easy);

  // For sockets that our open and close callbacks make and end: they stay registered between two transfers,
  // which saves three system calls a transfer. Call forget() before the socket is closed.
  void adopt(curl_socket_t socket);
  void forget(curl_socket_t socket);

 private:
  struct Watch;
  struct Waiter;

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  void arm(std::shared_ptr<Watch> const& watch);
  void wait(std::shared_ptr<Watch> const& watch, boost::asio::posix::descriptor_base::wait_type direction);
  using TimePoint = std::chrono::steady_clock::time_point;
  void sleep_until(TimePoint t);
  void act(curl_socket_t socket, int events);
  void collect();

  boost::asio::any_io_executor executor_;
  CURLM* multi_;
  boost::asio::steady_timer timer_;
  TimePoint wanted_ = TimePoint::max();  // when libcurl wants to be called
  TimePoint set_to_ = TimePoint::max();  // what timer_ waits for
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::shared_ptr<int> alive_;  // handlers that are still queued when we go find it expired
};

}  // namespace newsfold::fetch
