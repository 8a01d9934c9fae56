#pragma once
// Which addresses a fetch may connect to. A feed's URL, a redirect or a DNS answer may name our own
// network: what is not globally reachable (IANA special-purpose registries) is refused unless the
// operator allows its range. Asked at connect time with the address that is about to be used, so a name
// that resolves differently the second time gains nothing.

#include "feeds/model/error.h"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <vector>

namespace newsfold::fetch {

class AddressGuard {
 public:
  // Allows global addresses only.
  AddressGuard() = default;

  // Beside them the given ranges: "127.0.0.0/8", "fd00::/8", or a single address. Fails with `invalid`.
  static Result<AddressGuard> allowing(std::vector<std::string> const& ranges);

  bool allows(boost::asio::ip::address const& address) const;

  // An address and how many of its leading bits count. An IPv4 one is held as IPv4-mapped IPv6.
  struct Range {
    boost::asio::ip::address_v6::bytes_type bytes{};
    unsigned bits = 0;

    bool contains(boost::asio::ip::address_v6::bytes_type const& address) const noexcept;
  };

 private:
  std::vector<Range> allowed_;
};

}  // namespace newsfold::fetch
