// A chain of redirects over several hosts: each host is treated as if it had been asked for itself.
#include "daemon/schedule/gated_client.h"
#include "daemon/schedule/host_key.h"
#include "daemon/schedule/page_client.h"
#include "tests/schedule/poll_world.h"

#include <boost/asio/detached.hpp>

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;
using origin::redirect_to;

class Chains : public PollWorld {
 protected:
  void redirect(std::string host, std::string to, unsigned status = 302) {
    serve(std::move(host), "/f", [=](OriginRequest const&) { return redirect_to(to, status); });
  }
  void publish(std::string host, std::string path = "/f") {
    serve(std::move(host), std::move(path), [](OriginRequest const& request) {
      return answer_conditionally(request, say("1\n", {{"ETag", "\"1\""}}));
    });
  }
};

TEST_F(Chains, TheHostThatAsksForRestIsTheOneThatRests) {
  for (bool const restarted : {false, true}) {
    SCOPED_TRACE(restarted);
    bool throttle = true;
    redirect("a.example", "http://b.example/f");
    serve("b.example", "/f", [&](OriginRequest const&) {
      return throttle ? status(429, {{"Retry-After", "7200"}}) : say("1\n");
    });
    publish("a.example", "/g");
    publish("b.example", "/h");
    auto other = feed("http://a.example/g", 2), there = feed("http://b.example/h", 3);
    other.interval = there.interval = 10min;
    start({feed("http://a.example/f", 1)});
    run_for(2s);
    ASSERT_EQ(times("b.example/f").size(), 1u);
    throttle = false;
    if (restarted) stop();
    if (restarted)
      start({feed("http://a.example/f", 1), other, there});
    else
      set_feeds({feed("http://a.example/f", 1), other, there});
    drain();
    run_for(119min);
    EXPECT_GE(times("a.example/g").size(), 11u);
    EXPECT_EQ(times("b.example/h").size(), 0u);
    EXPECT_EQ(times("b.example/f").size(), 1u);
    run_for(30min);
    EXPECT_GE(times("b.example/h").size(), 1u);
    EXPECT_TRUE(sink_.notices.empty());
    stop();
    sink_.states.clear();
    times_.clear();
  }
}

TEST_F(Chains, AHostThatRestsIsNotDisturbedByWayOfAnother) {
  int asked = 0;
  serve("b.example", "/h", [&](OriginRequest const&) {
    return ++asked == 1 ? status(429, {{"Retry-After", "7200"}}) : say("1\n");
  });
  redirect("a.example", "http://b.example/f");
  publish("b.example");
  auto often = feed("http://a.example/f", 2);
  often.interval = 20min;
  start({feed("http://b.example/h", 1)});
  run_for(2s);
  set_feeds({feed("http://b.example/h", 1), often});
  drain();
  run_for(118min);
  EXPECT_EQ(times("a.example/f").size(), 1u);  // learnt there that its news is at a host that rests
  EXPECT_EQ(times("b.example/f").size(), 0u);
  EXPECT_EQ(state(2).failures, 0u);
  EXPECT_EQ(state(2).last_unconditional, UtcMicros{}) << "its document was not asked for";
  run_for(60min);
  EXPECT_GE(times("b.example/f").size(), 1u);
  EXPECT_TRUE(sink_.notices.empty());
}

TEST_F(Chains, TheTargetOfManyRedirectsIsAskedWithASpaceBetween) {
  std::vector<FeedSpec> feeds;
  for (std::uint64_t id = 1; id <= 5; ++id) {
    auto const host = "a" + std::to_string(id) + ".example";
    redirect(host, "http://b.example/f?" + std::to_string(id));
    feeds.push_back(feed("http://" + host + "/f", id));
  }
  publish("b.example");
  start(feeds);
  run_for(1min);
  auto const& all = times("b.example/f");
  ASSERT_EQ(all.size(), 5u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i] - all[i - 1], 1s);
}

TEST_F(Chains, RobotsTxtOfEachHostHolds) {
  redirect("a.example", "http://b.example/f");
  publish("b.example");
  serve("b.example", "/robots.txt",
        [](OriginRequest const&) { return say("User-agent: *\nDisallow: /f\n"); });
  auto spec = feed("http://a.example/f");
  spec.robots = RobotsRule::obey;
  start({spec});
  run_for(1h);
  EXPECT_EQ(times("a.example/f").size(), 1u);
  EXPECT_EQ(times("b.example/f").size(), 0u);
  EXPECT_EQ(scheduler_->counters().robots_denied, 1u);
}

TEST_F(Chains, EachHopOfOneDomainIsAskedAboutAndHasASpaceBeforeIt) {
  serve("www.a.example", "/f", [](OriginRequest const&) { return redirect_to("http://files.a.example/f"); });
  publish("files.a.example");
  serve("www.a.example", "/g", [](OriginRequest const&) { return redirect_to("/private/g"); });
  publish("www.a.example", "/private/g");
  serve("www.a.example", "/robots.txt",
        [](OriginRequest const&) { return say("User-agent: *\nDisallow: /private\n"); });
  auto open = feed("http://www.a.example/f", 1), closed = feed("http://www.a.example/g", 2);
  open.robots = closed.robots = RobotsRule::obey;
  start({open, closed});
  run_for(1min);
  EXPECT_EQ(times("www.a.example/private/g").size(), 0u);
  ASSERT_EQ(times("files.a.example/f").size(), 1u);
  EXPECT_GE(times("files.a.example/f")[0] - times("www.a.example/f")[0], 1s);
  EXPECT_EQ(origin_.requests("files.a.example")[0].path, "/robots.txt");
  EXPECT_NE(state(2).last_error.find("/private/g"), std::string::npos) << state(2).last_error;
}

TEST_F(Chains, TheBoundsHoldForTheWholeChain) {
  redirect("a.example", "http://b.example/f");
  redirect("b.example", "http://b.example/g");
  publish("b.example", "/g");
  auto spec = feed("http://a.example/f");
  spec.limits.redirects_max = 1;
  start({spec});
  run_for(1min);
  EXPECT_NE(state().last_error.find("more than 1 redirects"), std::string::npos) << state().last_error;
  EXPECT_EQ(times("b.example/g").size(), 0u);
}

TEST_F(Chains, ValidatorsGoToTheHostAtTheEndOfTheChain) {
  redirect("a.example", "http://b.example/f");
  publish("b.example");
  auto spec = feed("http://a.example/f");
  spec.interval = 10min;
  start({spec});
  run_for(15min);
  auto const seen = origin_.requests("b.example");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].header("If-None-Match"), "\"1\"");
  for (auto const& request : origin_.requests("a.example")) EXPECT_FALSE(request.has_header("If-None-Match"));
}

TEST_F(Chains, CirclesOverTwoHostsEndAndSecretsDoNotComeBack) {
  redirect("a.example", "http://b.example/f");
  redirect("b.example", "http://a.example/g");
  serve("a.example", "/g", [](OriginRequest const&) { return redirect_to("http://b.example/f"); });
  auto spec = feed("http://a.example/f");
  spec.credentials = bearer("secret");
  start({spec});
  run_for(10s);
  EXPECT_NE(state().last_error.find("circle"), std::string::npos) << state().last_error;
  auto const seen = origin_.requests("a.example");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].has_header("Authorization"));
  EXPECT_FALSE(seen[1].has_header("Authorization"));
}

// http://a.example/ redirects to http://b.example/, each at an address of its own.
class TwoAddresses final : public fetch::Client {
 public:
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
    fetch::Response response;
    bool const first = request.url == "http://a.example/";
    response.status = first ? 301 : 200;
    response.final_url = request.url;
    response.address = first ? "192.0.2.1" : "192.0.2.2";
    if (first) response.redirects.push_back({request.url, "http://b.example/", 301});
    co_return response;
  }
};

TEST(GatedClient, LearnsTheAddressOfTheHostThatWasConnectedTo) {
  boost::asio::io_context loop;
  ManualClock clock(test_start());
  TwoAddresses client;
  Gatekeeper gates(loop.get_executor(), clock, {});
  RobotsCache robots(clock, client, gates, "newsfold");
  GatedClient gated(client, gates, robots, clock, 900s);
  std::string final_url;
  auto task = [](GatedClient& polite, Gatekeeper& keeper, std::string& out) -> boost::asio::awaitable<void> {
    fetch::Request request;
    request.url = "http://a.example/";
    auto permit = co_await keeper.enter("a.example");
    GatedClient::Account account;
    auto const response =
        co_await polite.fetch(std::move(request), std::move(permit), RobotsRule::ignore, account);
    out = response.value().final_url;
  };
  boost::asio::co_spawn(loop, task(gated, gates, final_url), boost::asio::detached);
  loop.run();
  EXPECT_EQ(final_url, "http://b.example/");
  EXPECT_EQ(gates.address_gate("a.example"), "ip 192.0.2.1");
  EXPECT_EQ(gates.address_gate("b.example"), "ip 192.0.2.2");
}

// Every host at one address.
class OneAddress final : public fetch::Client {
 public:
  explicit OneAddress(Clock const& clock) : clock_(clock) {}
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
    fetch::Response response;
    response.status = 200;
    response.address = "192.0.2.1";
    response.final_url = request.url;
    if (!request.url.ends_with("/robots.txt")) asked.push_back(clock_.now());
    co_return response;
  }
  std::vector<UtcMicros> asked;

 private:
  Clock const& clock_;
};

// One that is always too busy: it slows its address, and nobody elsewhere.
class BusyAddress final : public fetch::Client {
 public:
  explicit BusyAddress(Clock const& clock) : clock_(clock) {}
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
    fetch::Response response;
    auto const host = host_of(request.url);
    response.status = host == "busy.example" ? 429 : 304;
    response.conditional = response.status == 304;
    response.address = host == "far.example" ? "192.0.2.9" : "192.0.2.1";
    response.final_url = request.url;
    asked[host].push_back(clock_.now());
    co_return response;
  }
  std::map<std::string, std::vector<UtcMicros>> asked;

 private:
  Clock const& clock_;
};

TEST_F(PollWorld, AnAddressThatIsSlowHoldsUpNobodyElsewhere) {
  BusyAddress client(clock_);
  client_ = &client;
  options_.polls_max = 4;
  std::vector<FeedSpec> feeds;
  for (auto const* host :
       {"busy.example", "a.example", "b.example", "c.example", "d.example", "e.example", "far.example"}) {
    feeds.push_back(feed("http://" + std::string(host) + "/f", feeds.size() + 1));
    feeds.back().interval = 10min;
    PollState known;
    known.configured_url = feeds.back().url;
    known.etag = "\"1\"";
    known.body_hash = 1;
    known.last_full = known.last_answer = known.last_request = known.next_due = test_start();
    sink_.states[feeds.size()] = encode(known);
  }
  start(feeds);
  run_for(24h);
  auto const& far = client.asked["far.example"];
  ASSERT_GE(far.size(), 140u);
  for (std::size_t i = 1; i < far.size(); ++i) EXPECT_LE(far[i] - far[i - 1], 10min + 5s);
  for (auto const* host : {"a.example", "b.example", "c.example", "d.example", "e.example"})
    EXPECT_GE(client.asked[host].size(), 120u) << host;
  stop();
  client_ = nullptr;
}

TEST(Gatekeeper, WhoGivesUpAfterATimeComesBackEmptyAlsoWhereTheClockIsSetBack) {
  for (bool const back : {false, true}) {
    boost::asio::io_context loop;
    ManualClock clock(test_start());
    Gatekeeper gates(loop.get_executor(), clock, {});
    std::string said = "waits";
    auto task = [](Gatekeeper& keeper, std::string& out) -> boost::asio::awaitable<void> {
      auto const held = co_await keeper.enter("h.example");
      auto const second = co_await keeper.enter_within("h.example", 600s);
      out = second.host().empty() ? "empty" : second.host();
    };
    boost::asio::co_spawn(loop, task(gates, said), boost::asio::detached);
    loop.poll();
    clock.set(back ? test_start() - 1h : test_start() + 599s);
    loop.restart();
    loop.poll();
    EXPECT_EQ(said, back ? "empty" : "waits");
    clock.advance(1s);
    loop.restart();
    loop.poll();
    EXPECT_EQ(said, "empty");
  }
}

TEST(PageClient, HostsOfOneAddressAreAskedWithASpaceBetween) {
  for (auto const method : {fetch::Method::get, fetch::Method::post}) {
    boost::asio::io_context loop;
    ManualClock clock(test_start());
    OneAddress client(clock);
    Gatekeeper gates(loop.get_executor(), clock, {});
    RobotsCache robots(clock, client, gates, "newsfold");
    GatedClient gated(client, gates, robots, clock, 900s);
    PageClient pages(gated, gates, Gatekeeper::Line::common);
    auto task = [](PageClient& polite, std::string url, fetch::Method how) -> boost::asio::awaitable<void> {
      fetch::Request request;
      request.url = std::move(url);
      request.method = how;
      (void)co_await polite.fetch(std::move(request));
    };
    for (auto const* host : {"a.example", "b.example"}) {
      gates.learn_address(host, "192.0.2.1");
      boost::asio::co_spawn(loop, task(pages, std::string("http://") + host + "/", method),
                            boost::asio::detached);
    }
    for (loop.poll(); clock.next_wake() != UtcMicros::max(); loop.poll()) {
      clock.set(clock.next_wake());
      loop.restart();
    }
    ASSERT_EQ(client.asked.size(), 2u);
    EXPECT_GE(client.asked[1] - client.asked[0], 1s);
  }
}

}  // namespace
}  // namespace newsfold::schedule
