#include "feeds/fetch/address_guard.h"

#include <gtest/gtest.h>

namespace newsfold::fetch {
namespace {

bool allows(AddressGuard const& guard, char const* address) {
  return guard.allows(boost::asio::ip::make_address(address));
}

TEST(AddressGuard, LetsGlobalAddressesThrough) {
  AddressGuard const guard;
  for (auto const* address :
       {"1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "223.255.255.255",
        "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450:4001::1", "64:ff9b::101:101"})
    EXPECT_TRUE(allows(guard, address)) << address;
}

TEST(AddressGuard, RefusesWhatIsNotGloballyReachable) {
  AddressGuard const guard;
  for (auto const* address :
       {"0.0.0.0",         "10.1.2.3",   "100.64.0.1",      "127.0.0.1",   "127.255.255.254",
        "169.254.169.254", "172.16.0.1", "172.31.255.255",  "192.168.1.1", "198.18.0.1",
        "203.0.113.9",     "224.0.0.1",  "255.255.255.255", "::",          "::1",
        "fe80::1",         "fc00::1",    "fd12:3456::1",    "ff02::1",     "2001:db8::1",
        "fec0::1"})
    EXPECT_FALSE(allows(guard, address)) << address;
}

TEST(AddressGuard, SeesThroughAddressesThatCarryAnIPv4One) {
  AddressGuard const guard;
  for (auto const* address : {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
                              "2002:7f00:1::", "2002:c0a8:101::1", "::127.0.0.1"})
    EXPECT_FALSE(allows(guard, address)) << address;
  EXPECT_TRUE(allows(guard, "::ffff:1.1.1.1"));
}

TEST(AddressGuard, AllowsExactlyTheRangesThatTheOperatorNames) {
  auto const guard = AddressGuard::allowing({"10.1.0.0/16", "127.0.0.1", "fd00:1::/33"}).value();
  for (auto const* address : {"10.1.0.0", "10.1.255.255", "127.0.0.1", "::ffff:127.0.0.1", "fd00:1:7fff::1"})
    EXPECT_TRUE(allows(guard, address)) << address;
  for (auto const* address : {"10.2.0.0", "10.0.255.255", "127.0.0.2", "fd00:1:8000::1", "::1"})
    EXPECT_FALSE(allows(guard, address)) << address;
}

TEST(AddressGuard, SaysWhichRangeIsNone) {
  for (auto const* text :
       {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "localhost", "fe80::/129", "10.0.0/8"}) {
    auto const guard = AddressGuard::allowing({text});
    ASSERT_FALSE(guard) << text;
    EXPECT_EQ(guard.error().code, ErrorCode::invalid);
    EXPECT_NE(guard.error().message.find(text), std::string::npos);
  }
}

}  // namespace
}  // namespace newsfold::fetch
