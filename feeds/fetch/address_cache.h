#pragma once
// Which address a host had when we last connected to it, for a few minutes.
//
// libcurl has a cache of its own, but walks all of it at every transfer (3.9 s of CPU per 10,000 polls at
// 10,000 hosts); it is switched off, and addresses are handed over by CURLOPT_CONNECT_TO. libcurl keeps
// connections made that way apart from those made by name: so as long as a connection to a host is open,
// the way of the next request is that connection's.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace newsfold::fetch {

class AddressCache {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Host {
    std::string address;  // "192.0.2.1"; empty: not known
    TimePoint until{};
    unsigned open_by_name = 0;  // connections
    unsigned open_by_address = 0;
    unsigned users = 0;  // transfers, from before they connect until their answer is read
  };
  struct Leave {
    void operator()(Host* host) const { --host->users; }
  };
  using Use = std::unique_ptr<Host, Leave>;

  AddressCache(std::chrono::seconds ttl, std::size_t hosts_max) : ttl_(ttl), hosts_max_(hosts_max) {}

  // The entry of "host:port", made where missing. It stays where it is as long as it is used or has open
  // connections. REQUIRES: the cache outlives what it gives out.
  Use host(std::string const& name);

  // The address to connect to; empty: let libcurl resolve the name.
  static std::string_view address_for(Host const& host, TimePoint now);

  void learn(Host& host, std::string_view address, TimePoint now) const;

 private:
  std::chrono::seconds ttl_;
  std::size_t hosts_max_;
  std::unordered_map<std::string, Host> hosts_;
};

}  // namespace newsfold::fetch
