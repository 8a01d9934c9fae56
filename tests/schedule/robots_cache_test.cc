// robots.txt where it is odd, and for pages.
#include "daemon/schedule/robots_cache.h"

#include "daemon/schedule/host_key.h"
#include "tests/schedule/poll_world.h"

#include <boost/asio/detached.hpp>

namespace newsfold::schedule {
namespace {

using origin::OriginRequest;

class RobotsWorld : public PollWorld {
 protected:
  void publish(std::string host, std::string robots, origin::HeaderList headers = {}) {
    serve(host, "/robots.txt", [=](OriginRequest const&) { return say(robots, headers); });
    for (auto const* path : {"/f", "/private/f"})
      serve(host, path, [](OriginRequest const&) { return say("1\n"); });
  }
  FeedSpec obedient(std::string url, std::uint64_t id) {
    auto spec = feed(std::move(url), id);
    spec.robots = RobotsRule::obey;
    return spec;
  }
  // The status of the page, or the error's code.
  std::string read_page(std::string url) {
    std::string out;
    auto task = [](fetch::Client& client, std::string address,
                   std::string& said) -> boost::asio::awaitable<void> {
      fetch::Request request;
      request.url = std::move(address);
      request.accept = fetch::Accept::page;
      auto const response = co_await client.fetch(std::move(request));
      said = response ? std::to_string(response->status) : std::string(to_string(response.error().code));
    };
    boost::asio::co_spawn(loop_, task(scheduler_->page_client(), std::move(url), out), boost::asio::detached);
    drain();
    run_for(1min);
    return out;
  }
};

TEST_F(RobotsWorld, TheStartOfALongFileHolds) {
  publish("h.example", "User-agent: *\nDisallow: /private\n" + std::string(2'000'000, '#'));
  start({obedient("http://h.example/f", 1), obedient("http://h.example/private/f", 2)});
  run_for(10s);
  EXPECT_EQ(times("h.example/robots.txt").size(), 1u);
  EXPECT_EQ(times("h.example/f").size(), 1u);
  EXPECT_EQ(times("h.example/private/f").size(), 0u);
}

TEST_F(RobotsWorld, AFileThatDoesNotDecompressForbidsEverything) {
  publish("h.example", "User-agent: *\nAllow: /\n", {{"Content-Encoding", "gzip"}});
  start({obedient("http://h.example/f", 1)});
  run_for(1h);
  EXPECT_GE(times("h.example/robots.txt").size(), 1u);
  EXPECT_EQ(times("h.example/f").size(), 0u);
}

TEST_F(RobotsWorld, WhyAFileCannotBeReadIsToldWithTheFeed) {
  serve("h.example", "/robots.txt", [](OriginRequest const&) { return status(502); });
  start({obedient("http://h.example/f", 1)});
  run_for(1h);
  EXPECT_EQ(state().last_error,
            "http://h.example/robots.txt cannot be read, so nothing there may be fetched: status 502");
}

TEST_F(RobotsWorld, AHostThatIsTooBusyForItsFileRestsAndDoesNotFail) {
  for (auto const& headers : {origin::HeaderList{}, origin::HeaderList{{"Retry-After", "900"}}}) {
    SCOPED_TRACE(headers.size());
    serve("www.h.example", "/robots.txt", [=](OriginRequest const&) { return status(429, headers); });
    publish("other.h.example", "");
    start({obedient("http://www.h.example/f", 1), obedient("http://other.h.example/f", 2)});
    run_for(14min);
    EXPECT_EQ(times("www.h.example/robots.txt").size(), 1u);
    EXPECT_EQ(times("other.h.example/robots.txt").size(), 0u);
    run_for(24h);
    EXPECT_EQ(state(1).failures, 0u);
    EXPECT_TRUE(sink_.notices.empty());
    stop();
    sink_.states.clear();
    times_.clear();
  }
}

TEST_F(RobotsWorld, AFileThatCannotBeReadAgainHoldsUpNoFeedThatItsCopyAllows) {
  for (auto const& headers : {origin::HeaderList{}, origin::HeaderList{{"Retry-After", "1800"}}}) {
    SCOPED_TRACE(headers.size());
    bool busy = false;
    publish("h.example", "");
    serve("h.example", "/robots.txt",
          [&](OriginRequest const&) { return busy ? status(503, headers) : say(""); });
    auto seldom = obedient("http://h.example/f", 1);
    seldom.interval = 24h;
    start({seldom});
    run_for(1h);
    busy = true;
    run_for(std::chrono::days(10));
    EXPECT_GE(times("h.example/f").size(), 5u);
    EXPECT_TRUE(sink_.notices.empty());
    stop();
    sink_.states.clear();
    times_.clear();
  }
}

TEST_F(RobotsWorld, AFileThatStaysTooBusyForDaysWithoutAWordIsTold) {
  serve("h.example", "/robots.txt", [](OriginRequest const&) { return status(429); });
  start({obedient("http://h.example/f", 1)});
  run_for(23h);
  EXPECT_TRUE(sink_.notices.empty());
  run_for(std::chrono::days(3));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::failing}));
}

TEST_F(RobotsWorld, AFileThatIsElsewhereIsAskedForAtTheGateOfThatHost) {
  std::vector<FeedSpec> feeds;
  for (std::uint64_t i = 1; i <= 5; ++i) {
    auto const host = "a" + std::to_string(i) + ".example";
    publish(host, "");
    serve(host, "/robots.txt",
          [](OriginRequest const&) { return origin::redirect_to("http://cdn.example/robots.txt"); });
    feeds.push_back(obedient("http://" + host + "/f", i));
  }
  publish("cdn.example", "User-agent: *\nDisallow: /private\n");
  start(feeds);
  run_for(1min);
  auto const& all = times("cdn.example/robots.txt");
  ASSERT_EQ(all.size(), 5u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i] - all[i - 1], 1s);
  for (std::uint64_t i = 1; i <= 5; ++i)
    EXPECT_EQ(times("a" + std::to_string(i) + ".example/f").size(), 1u) << i;
}

TEST_F(RobotsWorld, AFileThatIsAtAHostThatRestsIsNotAskedFor) {
  int n = 0;
  serve("cdn.example", "/f", [&](OriginRequest const& request) {
    return n++ == 0 ? status(429, {{"Retry-After", "7200"}}) : unchanged(request);
  });
  publish("a.example", "");
  serve("a.example", "/robots.txt",
        [](OriginRequest const&) { return origin::redirect_to("http://cdn.example/robots.txt"); });
  serve("cdn.example", "/robots.txt", [](OriginRequest const&) { return say(""); });
  start({feed("http://cdn.example/f", 2)});
  run_for(10s);
  set_feeds({feed("http://cdn.example/f", 2), obedient("http://a.example/f", 1)});
  run_for(119min);
  EXPECT_EQ(times("cdn.example/robots.txt").size(), 0u);
  EXPECT_EQ(times("a.example/f").size(), 0u);
  run_for(6h);
  EXPECT_GE(times("a.example/f").size(), 1u);
}

TEST_F(RobotsWorld, RetryAfterOfTheFileRestsTheHostAndTheFile) {
  for (auto const code : {429u, 503u}) {
    SCOPED_TRACE(code);
    auto const host = "h" + std::to_string(code) + ".example", url = "http://" + host;
    publish(host, "");
    serve(host, "/robots.txt", [=](OriginRequest const&) {
      return status(code, {{"Retry-After", "21600"}});
    });
    auto const obeys = obedient(url + "/private/f", 1);
    start({obeys});
    run_for(2s);
    ASSERT_EQ(times(host + "/robots.txt").size(), 1u);
    auto const rests_until = times(host + "/robots.txt")[0] + 6h;
    set_feeds({obeys, feed(url + "/f", 2)});
    drain();
    run_until(rests_until - 1s);
    EXPECT_EQ(origin_.requests(host).size(), 1u);
    run_until(rests_until + 1h);
    EXPECT_EQ(times(host + "/robots.txt").size(), 2u);
    EXPECT_EQ(times(host + "/private/f").size(), 0u);
    run_until(rests_until + 7h);
    EXPECT_GE(times(host + "/f").size(), 1u);
    stop();
    sink_.states.clear();
  }
}

TEST_F(RobotsWorld, WhereTheFileAsksForRestNothingIsAskedBehindIt) {
  publish("h.example", "User-agent: *\nAllow: /\n");
  auto spec = obedient("http://h.example/f", 1);
  spec.interval = 1h;
  start({spec});
  run_for(23h);
  serve("h.example", "/robots.txt", [](OriginRequest const&) {
    return status(429, {{"Retry-After", "7200"}});
  });
  run_for(5h);
  auto const& files = times("h.example/robots.txt");
  ASSERT_EQ(files.size(), 2u);
  for (auto const t : times("h.example/f")) EXPECT_FALSE(t >= files[1] && t < files[1] + 2h);
  EXPECT_GE(times("h.example/f").back(), files[1] + 2h);  // by what the file said last
  EXPECT_TRUE(sink_.notices.empty());
  EXPECT_EQ(state().failures, 0u);
}

TEST_F(RobotsWorld, TheLongestCrawlDelayOfADomainHoldsForAllOfIt) {
  publish("a.site.example", "User-agent: *\nCrawl-delay: 20\n");
  publish("b.site.example", "User-agent: *\nCrawl-delay: 2\n");
  auto a = obedient("http://a.site.example/f", 1), b = obedient("http://b.site.example/f", 2);
  a.interval = b.interval = 1min;
  start({a, b});
  run_for(10min);
  std::vector<UtcMicros> all;
  for (auto const* key : {"a.site.example/f", "b.site.example/f"})
    all.insert(all.end(), times(key).begin(), times(key).end());
  std::ranges::sort(all);
  ASSERT_GE(all.size(), 10u);
  for (std::size_t i = 3; i < all.size(); ++i) EXPECT_GE(all[i] - all[i - 1], 20s) << i;
}

TEST_F(RobotsWorld, PagesObeyItAndAreSpacedByIt) {
  publish("h.example", "User-agent: *\nDisallow: /private\nCrawl-delay: 15\n");
  start({});
  EXPECT_EQ(read_page("http://h.example/private/f"), "refused");
  EXPECT_EQ(read_page("http://h.example/f"), "200");
  EXPECT_EQ(times("h.example/private/f").size(), 0u);
  EXPECT_EQ(times("h.example/robots.txt").size(), 1u);
  for (int i = 0; i < 3; ++i) {
    auto task = [](fetch::Client& client) -> boost::asio::awaitable<void> {
      fetch::Request request;
      request.url = "http://h.example/f";
      (void)co_await client.fetch(std::move(request));
    };
    boost::asio::co_spawn(loop_, task(scheduler_->page_client()), boost::asio::detached);
  }
  drain();
  run_for(2min);
  auto const& seen = times("h.example/f");
  ASSERT_EQ(seen.size(), 4u);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_GE(seen[i] - seen[i - 1], 15s);
}

// The feed whose items these are would be committed only after the rest.
TEST_F(RobotsWorld, APageOfAHostThatRestsForLongIsNotWaitedFor) {
  publish("h.example", "User-agent: *\nAllow: /\n");
  bool busy = true;
  serve("h.example", "/busy", [&](OriginRequest const&) {
    return std::exchange(busy, false) ? status(429, {{"Retry-After", "7200"}}) : say("1\n");
  });
  start({feed("http://h.example/busy", 1)});
  run_for(2s);
  EXPECT_EQ(read_page("http://h.example/f"), "unreachable");
  EXPECT_EQ(times("h.example/f").size(), 0u);
  run_for(7200s);
  EXPECT_EQ(read_page("http://h.example/f"), "200");
}

TEST_F(RobotsWorld, AHostThatIsTooBusyForAPageRestsForAQuarterOfAnHourUnlessItSaysHowLong) {
  start({});
  for (auto const code : {429u, 503u}) {
    SCOPED_TRACE(code);
    auto const host = "h" + std::to_string(code) + ".example", url = "http://" + host;
    publish(host, "");
    serve(host, "/busy", [=](OriginRequest const&) { return status(code); });
    serve(host, "/soon", [=](OriginRequest const&) { return status(code, {{"Retry-After", "60"}}); });
    EXPECT_EQ(read_page(url + "/busy"), std::to_string(code));
    auto const told = times(host + "/busy").at(0);
    run_until(told + 13min);
    EXPECT_EQ(read_page(url + "/f"), "unreachable");
    run_until(told + 15min);
    EXPECT_EQ(read_page(url + "/f"), "200");
    EXPECT_EQ(times(host + "/f").size(), 1u);
    EXPECT_EQ(read_page(url + "/soon"), std::to_string(code));
    EXPECT_EQ(read_page(url + "/f"), "200");
  }
}

TEST_F(RobotsWorld, AHostThatIsTooBusyForItsFeedRestsForHalfAnHourAtMost) {
  publish("h.example", "");
  serve("h.example", "/busy", [](OriginRequest const&) { return status(503); });
  start({feed("http://h.example/busy", 1)});
  run_for(2s);
  auto const told = times("h.example/busy").at(0);
  run_until(told + 13min);
  EXPECT_EQ(read_page("http://h.example/f"), "unreachable");
  run_until(told + 30min);
  EXPECT_EQ(read_page("http://h.example/f"), "200");
}

TEST_F(RobotsWorld, ARestThatAPageWasToldOutlivesARestart) {
  publish("pages.example", "");
  serve("pages.example", "/busy", [](OriginRequest const&) {
    return status(429, {{"Retry-After", "86400"}});
  });
  serve("h.example", "/f", unchanged);
  start({feed("http://h.example/f")});
  run_for(1min);
  EXPECT_EQ(read_page("http://pages.example/busy"), "429");
  run_for(1h);  // the next poll of any feed keeps it
  stop();
  start({feed("http://h.example/f")});
  EXPECT_EQ(read_page("http://pages.example/f"), "unreachable");
  run_for(24h);
  EXPECT_EQ(read_page("http://pages.example/f"), "200");
}

TEST_F(RobotsWorld, APageWaitsOutARestOfSomeSeconds) {
  publish("h.example", "User-agent: *\nAllow: /\n");
  serve("h.example", "/busy", [](OriginRequest const&) { return status(429, {{"Retry-After", "8"}}); });
  start({feed("http://h.example/busy", 1)});
  run_for(2s);
  EXPECT_EQ(read_page("http://h.example/f"), "200");
  EXPECT_GE(times("h.example/f").at(0) - times("h.example/busy").at(0), 8s);
}

// Beside a world: files by origin (none for all others), the clock turned by hand, a bound of some kilobytes.
class BoundedRobots : public ::testing::Test, public fetch::Client {
 protected:
  static constexpr std::size_t bytes_max = 8'000;

  BoundedRobots() {
    HostOptions options;
    options.spacing = 0ms;
    gates_.emplace(loop_.get_executor(), clock_, options);
    robots_.emplace(clock_, *this, *gates_, "newsfold", 900s, bytes_max);
  }
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
    asked_.push_back(request.url);
    fetch::Response response;
    auto const file = files_.find(request.url);
    response.status = file == files_.end() ? 404 : 200;
    if (file != files_.end()) response.body = file->second;
    response.final_url = std::move(request.url);
    co_return response;
  }
  // What the file says of `url`, once the space behind it is over.
  std::shared_ptr<std::string> ask(std::string url) {
    auto said = std::make_shared<std::string>();
    auto task = [](BoundedRobots& world, std::string page,
                   std::shared_ptr<std::string> out) -> boost::asio::awaitable<void> {
      auto const permit = co_await world.gates_->enter(host_key(page));
      auto const allowed = co_await world.robots_->check(page, permit);
      *out = allowed ? "allowed" : std::string(to_string(allowed.error().code));
    };
    boost::asio::co_spawn(loop_, task(*this, std::move(url), said), boost::asio::detached);
    run();
    return said;
  }
  void run() {
    loop_.restart();
    loop_.poll();
  }
  void fill() {
    for (std::size_t i = 0; i < bytes_max / 100; ++i) ask("http://h" + std::to_string(i) + ".example/");
  }

  boost::asio::io_context loop_;
  ManualClock clock_{test_start()};
  std::map<std::string, std::string> files_;
  std::vector<std::string> asked_;
  std::optional<Gatekeeper> gates_;
  std::optional<RobotsCache> robots_;
};

TEST_F(BoundedRobots, WhatAFileSaysHoldsAlsoWhereItIsLetGoOfInTheSpaceAfterIt) {
  files_["http://a.example/robots.txt"] = "User-agent: *\nDisallow: /\nCrawl-delay: 5\n";
  auto const answer = ask("http://a.example/private");
  EXPECT_EQ(*answer, "");  // it waits as long as the file wants
  fill();
  clock_.advance(5s);
  run();
  EXPECT_EQ(*answer, "refused");
}

TEST_F(BoundedRobots, LongFilesMakeRoomForEachOtherAndTheNewestStay) {
  for (int i = 0; i < 10; ++i) {
    auto const site = "http://n" + std::to_string(i) + ".evil.example";
    files_[site + "/robots.txt"] = "User-agent: *\nDisallow: /" + std::string(bytes_max / 4, 'x') + '\n';
    EXPECT_EQ(*ask(site + "/"), "allowed");
    EXPECT_LE(robots_->size(), 4u);
  }
  ask("http://n9.evil.example/2");
  ask("http://n8.evil.example/2");
  EXPECT_EQ(asked_.size(), 10u);
  ask("http://n0.evil.example/2");
  EXPECT_EQ(asked_.size(), 11u);
}

TEST_F(BoundedRobots, ASiteThatIsReadAgainIsAmongTheNewest) {
  ask("http://a.example/");
  for (int i = 0; i < 3; ++i) ask("http://h" + std::to_string(i) + ".example/");
  clock_.advance(25h);
  ask("http://a.example/");
  for (int i = 3; i < 100 && robots_->size() == static_cast<std::size_t>(i) + 1; ++i)
    ask("http://h" + std::to_string(i) + ".example/");
  auto const before = asked_.size();
  ask("http://a.example/");
  EXPECT_EQ(asked_.size(), before);
}

TEST_F(BoundedRobots, TheCrawlDelayGoesWithItsFile) {
  files_["http://a.example/robots.txt"] = "User-agent: *\nCrawl-delay: 300\n";
  ask("http://a.example/");
  clock_.advance(300s);
  run();
  EXPECT_FALSE(gates_->is_open("a.example"));
  fill();
  EXPECT_TRUE(gates_->is_open("a.example"));
}

TEST(RecentMap, LetsGoOfWhatWasPutInLongestAgo) {
  RecentMap<int> map;
  for (auto const* key : {"a", "b", "c"}) map.put(key, 1);
  map.put("a", 2);
  EXPECT_EQ(map.take_oldest().first, "b");
  EXPECT_EQ(map.take_oldest().first, "c");
  ASSERT_NE(map.find("a"), nullptr);
  EXPECT_EQ(*map.find("a"), 2);
  EXPECT_EQ(map.find("b"), nullptr);
  EXPECT_EQ(map.size(), 1u);
}

TEST(Gatekeeper, BeyondItsBoundLetsGoOfTheAddressThatItLearntLongestAgo) {
  boost::asio::io_context loop;
  ManualClock clock(test_start());
  Gatekeeper gates(loop.get_executor(), clock, {});
  for (int i = 0; i < 150'000; ++i) {
    gates.learn_address("h" + std::to_string(i), "192.0.2.1");
    if (i % 10'000 == 0) gates.learn_address("often", "192.0.2.2");
  }
  EXPECT_EQ(gates.address_gate("h149999"), "ip 192.0.2.1");
  EXPECT_EQ(gates.address_gate("h100000"), "ip 192.0.2.1");
  EXPECT_EQ(gates.address_gate("often"), "ip 192.0.2.2");
  EXPECT_EQ(gates.address_gate("h0"), "");
}

}  // namespace
}  // namespace newsfold::schedule
