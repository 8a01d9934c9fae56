#pragma once
// A small web server on loopback that plays whatever a test or the demo scripts: one port, any number of
// virtual hosts, a function a path. It can also misbehave: answer slowly, never end, reset.
//
//   OriginServer origin;
//   origin.handle("news.example", "/feed", [](OriginRequest const& request) {
//     return answer_conditionally(request, OriginResponse{.headers = {{"ETag", "\"1\""}}, .body = rss});
//   });
//   FetchOptions options{.resolve = origin.resolve_rules(), .allow_private = {"127.0.0.0/8"}};
//
// Thread-safe: it runs on a thread of its own, where the handlers are called one at a time.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace newsfold::origin {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct OriginRequest {
  std::string method;
  std::string host;    // lower case, without port
  std::string target;  // as sent: path and query
  std::string path;    // target up to '?'
  std::string query;   // after '?'
  HeaderList headers;  // as sent, in order
  std::string body;
  std::uint64_t connection = 0;  // 1, 2, ...: which connection it came on
  std::chrono::steady_clock::time_point at{};

  // The first header of that name (any case); empty where there is none.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
};

// How the body leaves.
enum class Delivery : std::uint8_t {
  whole,      // with Content-Length
  chunked,    // Transfer-Encoding: chunked
  truncated,  // Content-Length says more than comes: the connection closes in the middle
  endless,    // the body again and again until the client goes
  reset,      // TCP reset after the headers and `body`
  silent,     // no answer at all; the connection stays open until the client goes
};

struct OriginResponse {
  unsigned status = 200;
  HeaderList headers{};  // Content-Length, Date and Connection are added where missing
  std::string body{};
  Delivery delivery = Delivery::whole;
  std::chrono::milliseconds delay{0};        // before the status line
  std::chrono::milliseconds chunk_delay{0};  // between the pieces of a chunked or endless body
  std::size_t chunk_bytes = 1024;
  std::string
      raw{};  // not empty: these bytes are sent instead of all of the above, then the connection closes
};

// 200 with this body.
inline OriginResponse say(std::string body, std::string type = "application/rss+xml") {
  OriginResponse response;
  response.body = std::move(body);
  response.headers = {{"Content-Type", std::move(type)}};
  return response;
}

using Handler = std::function<OriginResponse(OriginRequest const&)>;

class OriginServer {
 public:
  OriginServer();  // listens on 127.0.0.1, a port the system picks; throws where it cannot
  explicit OriginServer(std::uint16_t port);
  OriginServer(OriginServer const&) = delete;
  OriginServer& operator=(OriginServer const&) = delete;
  ~OriginServer();  // drops every connection

  // The most specific wins: host and path, then host with path "" (all its paths), then host "" with the
  // path, then both "". A later handler of the same key replaces the earlier. Unhandled requests get 404.
  void handle(std::string host, std::string path, Handler handler);
  void remove(std::string const& host, std::string const& path);

  std::uint16_t port() const noexcept;
  std::string url(std::string_view path) const;  // http://127.0.0.1:PORT/path

  // For FetchOptions::resolve: every host's port 80 is this server.
  std::vector<std::string> resolve_rules() const;

  // Every request so far, in order of arrival (the newest 100,000); of one host; and a fresh start.
  std::vector<OriginRequest> requests() const;
  std::vector<OriginRequest> requests(std::string_view host) const;
  std::size_t request_count() const;
  void forget_requests();

  // Off: requests are only counted (the demo runs for hours, benches make millions).
  enum class Recording : std::uint8_t { on, off };
  void set_recording(Recording recording);

  // Off: closes each connection after one response.
  enum class KeepAlive : std::uint8_t { on, off };
  void set_keep_alive(KeepAlive keep_alive);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// 304 with the validators where the request's If-None-Match (or, without one, its If-Modified-Since) equals
// the response's ETag (Last-Modified), else the response.
OriginResponse answer_conditionally(OriginRequest const& request, OriginResponse response);

OriginResponse redirect_to(std::string location, unsigned status = 302);

// The body compressed, Content-Encoding set.
OriginResponse gzipped(OriginResponse response);

}  // namespace newsfold::origin
