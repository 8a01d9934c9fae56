#pragma once
// libcurl's multi handle on an Asio loop: it says which sockets and which time it waits for, we wait. No
// policy here: what a transfer is stands in fetcher.cc.

#include <curl/curl.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

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

 private:
  struct Watch;
  struct Waiter;

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  void arm(std::shared_ptr<Watch> const& watch);
  void wait(std::shared_ptr<Watch> const& watch, boost::asio::posix::descriptor_base::wait_type direction);
  void act(curl_socket_t socket, int events);
  void collect();

  boost::asio::any_io_executor executor_;
  CURLM* multi_;
  boost::asio::steady_timer timer_;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::shared_ptr<int> alive_;  // handlers that are still queued when we go find it expired
};

}  // namespace newsfold::fetch
