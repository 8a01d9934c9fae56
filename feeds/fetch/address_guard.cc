#include "feeds/fetch/address_guard.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <cstring>
#include <optional>
#include <string_view>

namespace newsfold::fetch {

namespace ip = boost::asio::ip;

namespace {

using Bytes = ip::address_v6::bytes_type;

Bytes mapped(ip::address_v4 const& v4) {
  Bytes bytes{};
  bytes[10] = bytes[11] = 0xff;
  auto const last = v4.to_bytes();
  std::ranges::copy(last, bytes.begin() + 12);
  return bytes;
}

Bytes bytes_of(ip::address const& address) {
  return address.is_v4() ? mapped(address.to_v4()) : address.to_v6().to_bytes();
}

// "10.0.0.0/8", "fe80::/10", or one address.
std::optional<AddressGuard::Range> parse_range(std::string_view text) {
  auto const slash = text.find('/');
  boost::system::error_code error;
  auto const address = ip::make_address(std::string(text.substr(0, slash)), error);
  if (error) return std::nullopt;
  unsigned const bits_max = address.is_v4() ? 32 : 128;
  unsigned bits = bits_max;
  if (slash != std::string_view::npos) {
    auto const digits = text.substr(slash + 1);
    auto const [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (failure != std::errc{} || end != digits.data() + digits.size() || bits > bits_max)
      return std::nullopt;
  }
  return AddressGuard::Range{bytes_of(address), address.is_v4() ? bits + 96 : bits};
}

// IANA's special-purpose registries (IPv4 and IPv6), as of 2026: what is not globally reachable, and what is
// no unicast address.
constexpr std::array special_ranges = {
    "0.0.0.0/8",      "10.0.0.0/8",   "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24",   "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",  "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4",  "240.0.0.0/4",    "::/128",         "::1/128",        "64:ff9b:1::/48",
    "100::/64",       "2001::/23",    "2001:db8::/32",  "3fff::/20",      "5f00::/16",      "fc00::/7",
    "fe80::/10",      "fec0::/10",    "ff00::/8",
};

std::vector<AddressGuard::Range> const& forbidden() {
  static std::vector<AddressGuard::Range> const ranges = [] {
    std::vector<AddressGuard::Range> all;
    for (char const* text : special_ranges) all.push_back(*parse_range(text));
    return all;
  }();
  return ranges;
}

bool contains(std::vector<AddressGuard::Range> const& ranges, Bytes const& address) {
  return std::ranges::any_of(ranges, [&](auto const& range) { return range.contains(address); });
}

// Addresses that carry an IPv4 address to which a translator would take the connection: NAT64 (RFC 6052)
// and 6to4 (RFC 3056), and the deprecated IPv4-compatible form.
std::optional<ip::address_v4> embedded_v4(Bytes const& bytes) {
  static AddressGuard::Range const nat64 = *parse_range("64:ff9b::/96");
  static AddressGuard::Range const sixtofour = *parse_range("2002::/16");
  static AddressGuard::Range const compatible = *parse_range("::/96");
  std::size_t at = 0;
  if (nat64.contains(bytes) || compatible.contains(bytes))
    at = 12;
  else if (sixtofour.contains(bytes))
    at = 2;
  else
    return std::nullopt;
  return ip::address_v4(ip::address_v4::bytes_type{bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

}  // namespace

bool AddressGuard::Range::contains(Bytes const& address) const noexcept {
  unsigned const whole = bits / 8;
  if (std::memcmp(address.data(), bytes.data(), whole) != 0) return false;
  unsigned const rest = bits % 8;
  if (rest == 0) return true;
  auto const mask = static_cast<unsigned char>(0xff << (8 - rest));
  return (address[whole] & mask) == (bytes[whole] & mask);
}

Result<AddressGuard> AddressGuard::allowing(std::vector<std::string> const& ranges) {
  AddressGuard guard;
  for (auto const& text : ranges) {
    auto const range = parse_range(text);
    if (!range)
      return Error{ErrorCode::invalid,
                   "fetch.allow_private: '" + text + "' is no address range like 10.0.0.0/8"};
    guard.allowed_.push_back(*range);
  }
  return guard;
}

bool AddressGuard::allows(ip::address const& address) const {
  Bytes const bytes = bytes_of(address);
  if (newsfold::fetch::contains(allowed_, bytes)) return true;
  if (newsfold::fetch::contains(forbidden(), bytes)) return false;
  if (auto const v4 = embedded_v4(bytes)) return allows(*v4);
  return true;
}

}  // namespace newsfold::fetch
