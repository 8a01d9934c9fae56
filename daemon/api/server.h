#pragma once
// The daemon's HTTP face on TCP and on a Unix socket: the change log for subscribers, articles, stories,
// feeds, health and metrics. docs/API.md tells what it answers.
//
// Runs on the executor given (the I/O thread). What touches the disk runs on `blocking`, a small pool of its
// own. Every connection is bounded in time, header, body and memory; one subscriber that reads slowly or
// not at all costs itself only.

#include "daemon/api/certificate.h"
#include "daemon/api/route_table.h"
#include "daemon/api/status.h"
#include "daemon/api/story_editor.h"
#include "daemon/notify/change_feed.h"
#include "daemon/notify/subscriptions.h"
#include "feeds/model/error.h"
#include "feeds/model/secret.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace newsfold::api {

struct ApiOptions {
  std::string listen;       // "127.0.0.1:8480", "[::1]:0"; empty: no TCP
  std::string socket_path;  // empty: no Unix socket
  unsigned socket_mode = 0660;
  std::vector<int> inherited;  // listening sockets from systemd; taken over, instead of the two above

  // Without a read token, everyone who reaches a listener may read: it must then be loopback or a Unix
  // socket, or listen() refuses. The Unix socket is guarded by its mode and has admin rights.
  std::vector<Secret> read_tokens;
  std::vector<Secret> admin_tokens;
  // Both: TCP speaks TLS, and nothing else. The Unix socket never does.
  std::string tls_cert_file;
  std::string tls_key_file;

  std::string public_url;                  // in links; empty: as the client called us
  std::vector<std::string> allowed_hosts;  // of the Host header, beside loopback names and public_url's
  std::vector<std::string> cors_origins;   // empty: CORS is off

  std::size_t connections_max = 12'000;
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t request_bytes_max = std::size_t{1} << 20;
  std::chrono::milliseconds header_timeout{
      10'000};  // from the first byte (or connect) to the last of the header
  std::chrono::milliseconds idle_timeout{75'000};   // between two requests
  std::chrono::milliseconds write_timeout{30'000};  // a peer that takes no byte for so long is dropped
  std::chrono::milliseconds poll_timeout{60'000};   // the longest wait of a long poll
  std::chrono::milliseconds bookmark_interval{15'000};
  std::chrono::milliseconds snapshot_timeout{600'000};  // a snapshot keeps old rows alive
};

struct Degraded {
  std::string name;     // of a condition, for programs: "disk_low"
  std::string message;  // for a person: what and what to do
};
struct Readiness {
  std::string state = "ready";  // or "starting", "stopping": answered with 503
  std::vector<Degraded> degraded;
};

struct ApiParts {
  storage::Store& store;
  notify::ChangeFeed& changes;
  notify::SubscriptionKeeper& subscriptions;
  Clock const& clock;
  FeedStatusSource* feeds = nullptr;  // null: the daemon polls nothing
  // The text of /metrics, OpenMetrics or Prometheus's own; empty: 404.
  std::function<boost::asio::awaitable<std::string>(bool openmetrics)> metrics;
  std::function<Readiness()> readiness;  // /readyz; empty: ready, and nothing degraded
  StoryEditor* stories = nullptr;        // null: stories cannot be changed by hand
};

struct ApiCounters {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;               // answered with 4xx or 5xx
  std::uint64_t connections = 0;          // accepted so far
  std::uint64_t connections_refused = 0;  // beyond connections_max
  std::uint64_t events_sent = 0;
  std::uint64_t stuck_dropped = 0;  // subscribers that took no byte for write_timeout
  std::uint64_t fell_behind = 0;    // times that a subscriber had to go on from the disk
  std::size_t connections_open = 0;
  std::size_t subscribers = 0;  // streams open and long polls waiting now
};

class ApiServer {
 public:
  // What `parts` refers to outlives the server. `blocking` may be held by disk reads for milliseconds.
  ApiServer(boost::asio::any_io_executor executor, boost::asio::any_io_executor blocking, ApiParts parts,
            ApiOptions options);
  ~ApiServer();  // requires that stop() has returned, or that run() was never begun

  // Binds and reads the certificate. Fails with `refused` where a listener would be open to others without a
  // token, with `unreadable` where an address or a certificate cannot be used.
  Result<void> listen();
  std::uint16_t port() const noexcept;  // of the TCP listener, after listen(); 0: none

  // Serves until stop().
  boost::asio::awaitable<void> run();
  // No new connections; ends streams and answers under way, and returns when nothing of ours runs.
  boost::asio::awaitable<void> stop();

  // Asked for from the next request on; streams that are open go on. Without a read token everyone who
  // reaches us may read: the caller must not take the last one from a listener that is open to others.
  void set_tokens(std::vector<Secret> read, std::vector<Secret> admin);

  ApiCounters counters() const;

  // Shown from the next connection on; those that are open go on with theirs. TLS is turned on or off by
  // listen() alone: where it is off, nothing happens.
  void set_certificate(TlsContext certificate);
  bool speaks_tls() const noexcept;

  // What other parts of the daemon answer: add before run(). What the handlers refer to outlives the server.
  RouteTable& routes() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsfold::api
