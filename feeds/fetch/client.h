#pragma once
// One HTTP exchange as the scheduler sees it: a Request in, a Response out, redirects followed. The
// interface lets a test or a simulation stand in for the network; the real one is feeds/fetch/fetcher.h.

#include "feeds/model/error.h"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::fetch {

// What the Accept header asks for. The content is sniffed later: what comes may be anything.
enum class Accept : std::uint8_t { feed, page, robots, any };

enum class Method : std::uint8_t { get, post };

// Sent to the host of Request::url only: a redirect to another host (or from https to http) drops them
// for good. Never logged, never part of an error message.
struct Credentials {
  std::string user;  // with `password`: HTTP Basic
  std::string password;
  std::string bearer;                                        // "Authorization: Bearer ..."
  std::vector<std::pair<std::string, std::string>> headers;  // any others: name, value

  bool empty() const noexcept {
    return user.empty() && password.empty() && bearer.empty() && headers.empty();
  }
  bool operator==(Credentials const&) const = default;
};

// Bounds of one exchange, all its redirects together.
struct Limits {
  std::size_t body_bytes_max = 16 * 1024 * 1024;  // decoded: a small gzip may hold a large feed
  std::size_t header_bytes_max = 64 * 1024;       // all header lines of one response
  std::size_t redirects_max = 10;
  std::chrono::milliseconds total_max{60'000};
  std::chrono::milliseconds connect_max{15'000};
  std::chrono::seconds stall_max{20};  // ended where fewer than 10 bytes a second came for so long

  bool operator==(Limits const&) const = default;
};

struct Request {
  std::string url;
  // What the last full answer said, byte for byte; empty: it said none. Sent only to `validators_url`.
  std::string etag;
  std::string last_modified;
  std::string validators_url;  // the final URL that gave them; empty: `url`
  Accept accept = Accept::feed;
  Credentials credentials;
  Limits limits;
  Method method = Method::get;
  std::string body;               // POST only
  std::string body_content_type;  // POST only
  // A body beyond limits.body_bytes_max is cut there and no error: for what is read from its start only.
  bool cuts_body = false;
  // Asked of each redirect's target before it is followed; no: the redirect itself is the answer. Empty: all
  // are followed.
  std::function<bool(std::string const& url)> stays;
  // Becomes true where the server was connected to (TLS included), whatever came then: tells one that is away
  // from one that does not answer. Outlives the fetch; null: nobody asks.
  bool* connected = nullptr;
};

// One step of a redirect chain.
struct Hop {
  std::string from;
  std::string to;
  unsigned status = 0;  // 301, 302, 303, 307, 308

  bool permanent() const noexcept { return status == 301 || status == 308; }
};

// The header lines that somebody asks for, as they came; empty: did not come.
struct ResponseHeaders {
  std::string etag;
  std::string last_modified;
  std::string cache_control;  // several lines joined by ", "
  std::string expires;
  std::string age;
  std::string date;
  std::string retry_after;
  std::string rate_limit_reset;  // x-ratelimit-reset, ratelimit-reset
  std::string content_type;
  std::vector<std::string> links;  // each `Link` line
};

struct Response {
  unsigned status = 0;
  std::string final_url;
  std::vector<Hop> redirects;  // in order; the last one's `to` is final_url, but where Request::stays said no
  ResponseHeaders headers;
  std::string body;                        // decoded
  bool conditional = false;                // validators were sent with the last request of the chain
  std::uint64_t wire_bytes = 0;            // headers and body as transferred, all hops
  std::string address;                     // of the peer of the last hop, e.g. "192.0.2.1"
  std::chrono::microseconds total_time{};  // of all hops

  // The redirect that Request::stays left to us; null: the answer is one of its own.
  Hop const* open_hop() const noexcept {
    return redirects.empty() || redirects.back().to == final_url ? nullptr : &redirects.back();
  }
};

class Client {
 public:
  virtual ~Client() = default;

  // Any status is a success that the caller reads. Fails with `unreachable` (DNS, connect, TLS, timeout,
  // stall, broken transfer), `refused` (scheme, private address), `too_large` (a Limit; the message names
  // it), `malformed` (URL, a redirect loop or a Location that is no URL). Cancellable (operation_aborted).
  virtual boost::asio::awaitable<Result<Response>> fetch(Request request) = 0;
};

}  // namespace newsfold::fetch
