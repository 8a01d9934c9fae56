#pragma once
// What each site's robots.txt says of us, asked for at most once a day. RFC 9309: a file that is not there
// (4xx) allows everything; one that cannot be had (5xx, 429, no answer, no text) forbids everything, until it
// has not been to be had for 30 days; where a 429 or 503 says until when to stay away, its host rests. Of a
// long one the first robots_bytes_max bytes are read.
// What is kept has a bound in bytes; beyond it those are let go of that were asked for longest ago.
//
// Not thread-safe: one executor. Call with the host's permit in hand: it makes requests of its own.

#include "daemon/runtime/clock.h"
#include "daemon/schedule/gatekeeper.h"
#include "daemon/schedule/recent_map.h"
#include "feeds/fetch/client.h"
#include "feeds/fetch/robots.h"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace newsfold::schedule {

// Of 100,000 sites with a kilobyte of rules each.
inline constexpr std::size_t robots_kept_bytes_max = std::size_t{128} << 20;

class RobotsCache {
 public:
  // `rest_unsaid`: of a host that answers 429 or 503 without saying for how long. `bytes_max`: of all that is
  // kept.
  RobotsCache(SleepingClock& clock, fetch::Client& client, Gatekeeper& gates, std::string agent,
              std::chrono::seconds rest_unsaid = std::chrono::seconds(900),
              std::size_t bytes_max = robots_kept_bytes_max)
      : clock_(clock),
        client_(client),
        gates_(gates),
        agent_(std::move(agent)),
        rest_unsaid_(rest_unsaid),
        bytes_max_(bytes_max) {}

  // Nothing where `url` may be fetched; else why not, for a person. Sleeps the host's spacing where it
  // had to fetch the file first.
  boost::asio::awaitable<Result<void>> check(std::string const& url, Gatekeeper::Permit const& permit);

  // The clock was set: what was noted by it moves with it.
  void shift(std::chrono::microseconds by);

  std::size_t size() const noexcept { return sites_.size(); }

 private:
  enum class Standing : std::uint8_t {
    unread,  // not asked yet
    known,
    stale,        // known, but could not be read again: what was known still holds
    unreachable,  // never could be read
  };
  struct Site {
    fetch::Robots robots;
    Standing standing = Standing::unread;
    UtcMicros due{};  // to be asked again
    UtcMicros unreachable_since{};
    std::string trouble;  // while unreachable: why
  };
  static std::size_t cost_of(std::string const& origin, Site const& site);
  void remember(std::string const& origin, Site site);
  Result<void> judge(Site const& site, std::string const& origin, std::string const& url) const;
  boost::asio::awaitable<void> refresh(std::string const& origin, Site& site,
                                       Gatekeeper::Permit const& permit);
  boost::asio::awaitable<Result<fetch::Response>> read(std::string url, Gatekeeper::Permit const& permit);
  void heed_crawl_delay(std::string const& host, std::string const& origin,
                        std::optional<std::chrono::milliseconds> delay);

  SleepingClock& clock_;
  fetch::Client& client_;
  Gatekeeper& gates_;
  std::string agent_;
  std::chrono::seconds rest_unsaid_;
  std::size_t bytes_max_;
  RecentMap<Site> sites_;  // by origin
  std::size_t bytes_ = 0;  // what they cost
  // By host, then by origin: of those that ask for one.
  std::unordered_map<std::string, std::map<std::string, std::chrono::milliseconds>> delays_;
};

}  // namespace newsfold::schedule
