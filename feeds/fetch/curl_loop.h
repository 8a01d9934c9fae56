#pragma once
// libcurl's multi handle on an Asio loop: it says which sockets and which time it waits for, we wait. No
// policy here: what a transfer is stands in fetcher.cc.
//
// The sockets stand in an epoll set of our own, whose descriptor is the only one that Asio watches. A
// transfer on a new connection then takes two calls of epoll_ctl, one on a kept connection none; as
// descriptors of Asio they took four and a change of mode, and one.

#include <curl/curl.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace newsfold::fetch {

class CurlLoop {
 public:
  CurlLoop(boost::asio::any_io_executor const& executor, long idle_connections_max);
  CurlLoop(CurlLoop const&) = delete;
  CurlLoop& operator=(CurlLoop const&) = delete;
  ~CurlLoop();

  // Runs the transfer that `easy` describes. Uses its CURLOPT_PRIVATE. Cancelled, it takes the handle out
  // and throws operation_aborted. Between transfers nothing of ours is outstanding on the loop.
  boost::asio::awaitable<CURLcode> perform(CURL* easy);

  // For sockets that our open and close callbacks make and end: they stay in the set between two transfers.
  // Call forget() right before the socket is closed, which takes it out of the set.
  void adopt(curl_socket_t socket);
  void forget(curl_socket_t socket);

 private:
  struct Waiter;

  // What we know of one descriptor.
  struct Watch {
    std::uint32_t wanted = 0;      // events of epoll that libcurl waits for
    std::uint32_t registered = 0;  // those that the set reports; 0: it is not in the set
    std::uint32_t generation = 0;  // tells events of this socket from those of an earlier one of its number
    bool adopted = false;
  };

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  Watch& watch_of(curl_socket_t socket);
  void enter(curl_socket_t socket, Watch& watch);
  void leave(curl_socket_t socket, Watch& watch);
  void wait();
  void end_transfer();
  void serve_ready();
  using TimePoint = std::chrono::steady_clock::time_point;
  void sleep_until(TimePoint t);
  void act(curl_socket_t socket, int events);
  void collect();

  boost::asio::any_io_executor executor_;
  CURLM* multi_;
  boost::asio::posix::stream_descriptor set_;  // epoll
  boost::asio::steady_timer timer_;
  TimePoint wanted_ = TimePoint::max();  // when libcurl wants to be called
  TimePoint set_to_ = TimePoint::max();  // what timer_ waits for
  bool posted_ = false;                  // a call at once is in the loop's queue
  bool waiting_ = false;                 // for set_
  std::size_t transfers_ = 0;
  std::vector<Watch> watches_;  // by descriptor: these are small numbers
  std::uint32_t generations_ = 0;
  std::shared_ptr<int> alive_;  // handlers that are still queued when we go find it expired
};

}  // namespace newsfold::fetch
