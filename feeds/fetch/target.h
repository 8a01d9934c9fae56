#pragma once
// The parts of a URL that a connection needs, by libcurl's own parser: what we judge is what it connects to.

#include "feeds/model/error.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace newsfold::fetch {

struct Target {
  std::string url;  // as given; percent-encoded only where it held what no URL may hold; no fragment, no user
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 literal in brackets
  std::uint16_t port = 0;
  std::string user;  // from the URL, decoded
  std::string password;

  bool host_is_address() const noexcept;  // a literal: nothing to resolve
};

// Fails with `malformed`, or `refused` for schemes other than http and https.
Result<Target> parse_target(std::string_view url);

// The same URL with its host as parse_target() names it, which is how hosts are told apart; as it is where
// that cannot be.
std::string with_ascii_host(std::string url);

// Where `location` leads, seen from `base`. User and password in it are dropped.
Result<Target> follow(Target const& base, std::string_view location);

// Whether credentials given for `from` may be sent to `to`: the same host and port, or the step from http
// to https on one host.
bool may_keep_credentials(Target const& from, Target const& to) noexcept;

// Whether requests can go through this proxy: "http://HOST:PORT" or "socks5h://HOST:PORT", which both resolve
// the names themselves. Fails with `invalid`, naming fetch.proxy.
Result<void> check_proxy(std::string const& url);

}  // namespace newsfold::fetch
