#include "feeds/fetch/address_cache.h"

namespace newsfold::fetch {

AddressCache::Use AddressCache::host(std::string const& name) {
  if (hosts_.size() >= hosts_max_ && !hosts_.contains(name))
    std::erase_if(hosts_, [](auto const& entry) {
      Host const& host = entry.second;
      return host.users == 0 && host.open_by_name == 0 && host.open_by_address == 0;
    });
  Host& host = hosts_[name];
  ++host.users;
  return Use(&host);
}

std::string_view AddressCache::address_for(Host const& host, TimePoint now) {
  if (host.address.empty() || host.open_by_name > 0) return {};
  if (host.open_by_address > 0 || now < host.until) return host.address;
  return {};
}

void AddressCache::learn(Host& host, std::string_view address, TimePoint now) const {
  host.address = std::string(address);
  host.until = now + ttl_;
}

}  // namespace newsfold::fetch
