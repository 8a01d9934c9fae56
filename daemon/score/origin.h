#pragma once
// A publisher on loopback whose clock is turned by hand: each site has an address of its own (127.0.0.x,
// ::1), all on one port. Keeps what was asked, and when.
//
// Speaks just enough HTTP/1.1: one request a connection, no bodies in requests. Thread-safe: runs on a thread
// of its own; answers are made there, one at a time.

#include "feeds/model/error.h"
#include "feeds/model/time.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace newsfold::score {

struct Asked {
  std::string site;  // as given to add_site()
  std::string method;
  std::string target;  // as sent
  std::vector<std::pair<std::string, std::string>> headers;
  UtcMicros at{};                                  // by the origin's clock
  UtcMicros began{};                               // the play, by the same
  std::chrono::steady_clock::time_point really{};  // by the machine's
  std::chrono::steady_clock::time_point answered{};
  unsigned status = 0;  // of our answer; 0: the connection was dropped
  std::string etag;     // of our answer
  std::string last_modified;

  // The first header of that name, any case; empty where there is none.
  std::string_view header(std::string_view name) const;
  bool has(std::string_view name) const;
};

struct Answer {
  unsigned status = 200;  // 0: drop the connection
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

// `nth` counts the requests to this site and path before this one.
using Handler = std::function<Answer(Asked const& request, std::size_t nth)>;

class Origin {
 public:
  static Result<std::unique_ptr<Origin>> create();
  ~Origin();

  // The address to ask: "http://127.0.0.7:40123". Fails with `unreadable` where the address cannot be had
  // (no IPv6 on this machine).
  enum class Family : std::uint8_t { v4, v6 };
  Result<std::string> add_site(std::string name, Family family = Family::v4);
  // What `path` of the site answers; others get 404.
  void handle(std::string const& site, std::string const& path, Handler handler);

  // The clock stands at `start` then; each request that comes later knows it.
  void begin(UtcMicros start);
  UtcMicros start() const;
  void set_time(UtcMicros now);
  UtcMicros time() const;

  std::vector<Asked> asked() const;  // in the order of arrival

 private:
  struct State;
  explicit Origin(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// "Mon, 02 Nov 2026 00:00:00 GMT"
std::string http_date(UtcMicros t);

}  // namespace newsfold::score
