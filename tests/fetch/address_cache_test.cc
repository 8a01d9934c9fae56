#include "feeds/fetch/address_cache.h"

#include "tests/fetch/fetch_fixture.h"

#include <algorithm>
#include <vector>

namespace newsfold::fetch {
namespace {

using namespace std::chrono_literals;

constexpr AddressCache::TimePoint start{};

TEST(AddressCache, AnAddressHoldsForItsTime) {
  AddressCache cache(60s, 10);
  auto const host = cache.host("a.example:80");
  EXPECT_EQ(AddressCache::address_for(*host, start), "");
  cache.learn(*host, "192.0.2.1", start);
  EXPECT_EQ(AddressCache::address_for(*host, start + 59s), "192.0.2.1");
  EXPECT_EQ(AddressCache::address_for(*host, start + 60s), "");
  cache.learn(*host, "192.0.2.2", start + 60s);
  EXPECT_EQ(AddressCache::address_for(*host, start + 60s), "192.0.2.2");
}

TEST(AddressCache, TheWayOfAnOpenConnectionIsThatOfTheNextRequest) {
  AddressCache cache(60s, 10);
  auto const host = cache.host("a.example:80");
  cache.learn(*host, "192.0.2.1", start);
  host->open_by_name = 1;
  EXPECT_EQ(AddressCache::address_for(*host, start), "");
  host->open_by_name = 0;
  host->open_by_address = 1;
  EXPECT_EQ(AddressCache::address_for(*host, start + 61s), "192.0.2.1");
}

TEST(AddressCache, BeyondItsSizeItForgetsWhatNobodyUses) {
  AddressCache cache(60s, 2);
  for (auto const* name : {"a.example:80", "b.example:80"})
    cache.learn(*cache.host(name), "192.0.2.1", start);
  EXPECT_EQ(cache.host("a.example:80")->address, "192.0.2.1");
  EXPECT_EQ(cache.host("c.example:80")->address, "");
  EXPECT_EQ(cache.host("a.example:80")->address, "");
  EXPECT_EQ(cache.host("b.example:80")->address, "");
}

TEST(AddressCache, AnEntryStaysWhileItIsUsedOrConnected) {
  AddressCache cache(60s, 1);
  auto used = cache.host("used.example:80");
  cache.learn(*used, "192.0.2.1", start);
  auto* const by_name = cache.host("name.example:80").get();
  by_name->open_by_name = 1;
  auto* const by_address = cache.host("address.example:80").get();
  by_address->open_by_address = 1;
  cache.host("other.example:80");
  EXPECT_EQ(cache.host("used.example:80").get(), used.get());
  EXPECT_EQ(cache.host("name.example:80").get(), by_name);
  EXPECT_EQ(cache.host("address.example:80").get(), by_address);
  used.reset();
  cache.host("one.more.example:80");
  EXPECT_EQ(cache.host("used.example:80")->address, "");
}

// ---- Through the fetcher ----------------------------------------------------------------------------

// libcurl resolves every name below "localhost" itself. The first request to a host goes by name, the next
// by the address that was found.
class Remembering : public FetchTest {
 protected:
  void begin(std::size_t addresses_max) {
    server_.emplace();
    server_->set_keep_alive(origin::OriginServer::KeepAlive::off);
    server_->handle("", "", [](auto const&) { return origin::say("x"); });
    port_ = std::to_string(server_->port());
    auto options = options_for_origin();
    options.resolve.clear();
    options.allow_private.push_back("::1");  // tried first
    options.addresses_max = addresses_max;
    fetcher_ = Fetcher::create(loop_.get_executor(), options).value();
  }
  Request to(std::string const& host) const {
    Request request;
    request.url = "http://" + host + ":" + port_ + "/";
    return request;
  }
  // How often it is asked for in one fetch: twice where the first time went to an address.
  std::uint64_t requests_once_it_is_away(std::string const& host) {
    server_.reset();
    auto const before = fetcher_->counters().requests;
    auto const response = fetch(to(host));
    EXPECT_EQ(response.error().code, ErrorCode::unreachable);
    EXPECT_TRUE(response.error().message.starts_with(host + ": no connection")) << response.error().message;
    return fetcher_->counters().requests - before;
  }

  std::optional<origin::OriginServer> server_;
  std::string port_;
};

TEST_F(Remembering, AHostThatLeftItsAddressIsLookedUpAnew) {
  begin(10);
  for (auto const connections : {1u, 2u}) {
    auto const response = fetch(to("a.localhost")).value();
    EXPECT_EQ(response.address, "127.0.0.1");
    EXPECT_EQ(server_->requests("a.localhost").size(), connections);
  }
  EXPECT_EQ(fetcher_->counters().requests, 2u);
  EXPECT_EQ(requests_once_it_is_away("a.localhost"), 2u);
  EXPECT_EQ(requests_once_it_is_away("a.localhost"), 1u);  // the address is forgotten
  EXPECT_EQ(requests_once_it_is_away("b.localhost"), 1u);  // and this one was never known
}

TEST_F(Remembering, AHostIsNotForgottenWhileATransferToItIsUnderWay) {
  begin(1);
  std::vector<std::string> const hosts{"a.localhost", "b.localhost"};
  std::vector<std::optional<Result<Response>>> out(hosts.size());
  for (std::size_t i = 0; i < hosts.size(); ++i)
    boost::asio::co_spawn(loop_, run(*fetcher_, to(hosts[i]), out[i]), boost::asio::detached);
  loop_.restart();
  while (std::ranges::any_of(out, [](auto const& o) { return !o; })) loop_.run_one();
  for (auto const& one : out) EXPECT_EQ(one->value().address, "127.0.0.1");
  EXPECT_EQ(requests_once_it_is_away("a.localhost"), 2u);
}

}  // namespace
}  // namespace newsfold::fetch
