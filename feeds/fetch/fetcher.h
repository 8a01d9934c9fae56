#pragma once
// The network: libcurl's multi interface driven by the sockets of one Asio loop. Hundreds of transfers
// share one thread; nothing blocks.
//
// What it does by itself: HTTP/1.1 and HTTP/2, TLS with verified certificates and resumed sessions, IPv4
// and IPv6, gzip/br/zstd, kept connections, redirects hop by hop, the bounds of Request::limits, the
// address guard on every connect. What it leaves to the scheduler: when, how often and whether to ask.
// One GET is one request: no cookies, no Referer, no retry of something the server has seen, the URL as
// given.
//
// Not thread-safe: construct, call and destroy on the executor given. Destroy only after every fetch has
// ended (cancel them).

#include "feeds/fetch/client.h"
#include "feeds/model/error.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace newsfold::fetch {

struct FetchOptions {
  // Names the program, its version and where to complain, e.g. "Newsfold/0.1.0 (+https://example.org/bot)".
  std::string user_agent = "Newsfold";

  // Where connections really go, before any DNS: "HOST:PORT:ADDRESS:PORT", HOST may be "*" or "*.suffix".
  // The first that fits wins. Serves tests, the demo and split-horizon networks; the guard below still asks.
  std::vector<std::string> resolve{};

  // Ranges that the address guard lets through although they are not global: "127.0.0.0/8", "10.1.0.0/16".
  std::vector<std::string> allow_private{};

  std::string ca_file = "/etc/ssl/certs/ca-certificates.crt";  // one PEM bundle: read once a day
  // What check_proxy() takes; empty: none, whatever the environment says. A proxy resolves the names: the
  // guard then sees literal addresses and "localhost" only.
  std::string proxy{};

  bool http2 = true;  // offered to servers over TLS

  std::size_t transfers_max = 512;         // in flight at once; 23 KB each, with TLS 85 (bench_fetch)
  std::size_t idle_connections_max = 256;  // kept open for a next request
  std::chrono::seconds idle_connection_max{90};
  std::chrono::seconds address_ttl{300};  // how long a resolved address serves new connections
  std::size_t addresses_max = 65'536;     // remembered; beyond, all are forgotten that nobody uses
  std::size_t tls_sessions_max = 16'384;  // remembered for resumption, one a host
};

// What happened so far.
struct FetchCounters {
  std::uint64_t requests = 0;     // sent, each hop is one
  std::uint64_t connections = 0;  // opened
  std::uint64_t tls_resumed = 0;  // handshakes that took up an earlier session
  std::uint64_t wire_bytes = 0;
  std::uint64_t refused = 0;  // connects that the address guard stopped
  std::size_t in_flight = 0;  // now
};

class Fetcher final : public Client {
 public:
  // Fails with `invalid` where an option cannot be read, with `unreadable` where ca_file is missing.
  static Result<std::unique_ptr<Fetcher>> create(boost::asio::any_io_executor executor, FetchOptions options);
  ~Fetcher() override;

  // Waits for a free transfer where transfers_max are in flight; that wait is not part of total_max.
  boost::asio::awaitable<Result<Response>> fetch(Request request) override;

  FetchCounters counters() const noexcept;

 private:
  struct State;
  explicit Fetcher(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace newsfold::fetch
