// Points of docs/polling.md's list that belong to no single rule of pace: one fetch for all who want a feed,
// and an address that nobody else learns.
#include "tests/schedule/poll_world.h"

#include <boost/asio/detached.hpp>

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;
using origin::redirect_to;

TEST_F(PollWorld, HoweverManyAskForAFeedNowItIsFetchedOnce) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", "\"1\""}}));
  });
  start({feed("http://h.example/f")});
  run_for(6min);
  EXPECT_TRUE(scheduler_->poll_now(FeedId{1}));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(scheduler_->poll_now(FeedId{1}));  // while it is in hand
  drain();
  EXPECT_EQ(origin_.request_count(), 2u);
  for (int i = 0; i < 4; ++i) {
    run_for(1min);
    EXPECT_FALSE(scheduler_->poll_now(FeedId{1}));  // and for five minutes after
  }
  drain();
  EXPECT_EQ(origin_.request_count(), 2u);
  EXPECT_EQ(origin_.requests().back().header("If-None-Match"), "\"1\"");
}

TEST_F(PollWorld, AFeedThatMovedToTheAddressOfAnotherSharesItsFetches) {
  serve("old.example", "/f", [](OriginRequest const&) {
    return status(301, {{"Location", "http://h.example/f"}});
  });
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", "\"1\""}}));
  });
  options_.polling.adaptive = false;  // each of them once an hour
  auto const old = feed("http://old.example/f", 1), other = feed("http://h.example/f", 2);
  start({old, other});
  run_for(std::chrono::days(9));
  EXPECT_EQ(state(1).adopted_url, "http://h.example/f");
  times_.clear();
  run_for(24h);
  EXPECT_EQ(times("old.example/f").size(), 0u);
  EXPECT_EQ(times("h.example/f").size(), 24u);
  set_feeds({old});
  run_for(24h);
  EXPECT_GE(times("h.example/f").size(), 24u + 22u);  // alone again, it is asked itself
}

TEST_F(PollWorld, FeedsThatMovedToOneAddressShareItsFetches) {
  for (auto const* host : {"old.example", "older.example"})
    serve(host, "/f", [](OriginRequest const&) {
      return status(301, {{"Location", "http://new.example/f"}});
    });
  serve("new.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", "\"1\""}}));
  });
  options_.polling.adaptive = false;
  auto const old = feed("http://old.example/f", 1), older = feed("http://older.example/f", 2);
  start({old, older});
  run_for(std::chrono::days(9));
  times_.clear();
  run_for(24h);
  EXPECT_LE(times("new.example/f").size(), 25u);
  EXPECT_GE(times("new.example/f").size(), 23u);
  for (auto const& alone : {old, older}) {  // whichever stays goes on
    set_feeds({alone});
    times_.clear();
    run_for(24h);
    EXPECT_GE(times("new.example/f").size(), 22u);
  }
}

TEST_F(PollWorld, WhoAskedLastWhereTwoFeedsMovedToGoesOnAfterARestart) {
  for (auto const* host : {"a.example", "b.example"})
    serve(host, "/f", [](OriginRequest const&) { return redirect_to("http://new.example/f", 301); });
  int n = 0;
  serve("new.example", "/f", [&](OriginRequest const&) {
    auto const version = std::to_string(++n);
    return say(version, {{"ETag", '"' + version + '"'}});
  });
  std::vector<FeedSpec> const feeds{feed("http://a.example/f", 1), feed("http://b.example/f", 2)};
  start(feeds);
  run_for(std::chrono::days(12));
  ASSERT_EQ(state(1).adopted_url, "http://new.example/f");
  ASSERT_EQ(state(2).adopted_url, "http://new.example/f");
  auto const polls = times("new.example/f").size();
  while (times("new.example/f").size() == polls) run_for(1min);
  run_for(5min);
  stop();
  start(feeds);
  auto const last = times("new.example/f").size();
  run_for(54min);
  EXPECT_EQ(times("new.example/f").size(), last);
  run_for(std::chrono::days(1));
  ASSERT_GT(times("new.example/f").size(), last);
  auto const seen = origin_.requests("new.example");
  EXPECT_EQ(seen[last].header("If-None-Match"), '"' + std::to_string(last) + '"');
}

TEST_F(PollWorld, WhoAsksByHandHearsTheTrueReasonAndTime) {
  serve("a.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", "\"1\""}, {"Cache-Control", "max-age=1800"}}));
  });
  serve("b.example", "/f", [](OriginRequest const&) { return status(500); });
  serve("c.example", "/f", [](OriginRequest const&) { return status(429, {{"Retry-After", "7200"}}); });
  serve("d.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", "\"1\""}}));
  });
  start({feed("http://a.example/f", 1), feed("http://b.example/f", 2), feed("http://c.example/f", 3),
         feed("http://c.example/g", 4), feed("http://d.example/f", 5)});
  run_for(1min);
  auto const why = [&](std::uint64_t id) {
    auto const asked = scheduler_->poll_now(FeedId{id});
    return asked ? std::string("asked") : asked.error().message;
  };
  auto const says = [&](std::uint64_t id, std::string_view reason, UtcMicros until) {
    auto const text = why(id);
    EXPECT_NE(text.find(reason), text.npos) << text;
    EXPECT_NE(text.find(format_rfc3339(until)), text.npos) << text;
  };
  says(1, "its publisher asks", times("a.example/f")[0] + 30min);
  says(2, "it failed: the server answered 500", times("b.example/f")[0] + 30min);
  says(3, "its publisher wants rest", times("c.example/f")[0] + 2h);
  EXPECT_NE(why(4).find("waits for its host's turn"), std::string::npos) << why(4);
  says(5, "it was asked just before", times("d.example/f")[0] + 5min);
  EXPECT_EQ(scheduler_->poll_now(FeedId{6}).error().code, ErrorCode::not_found);
  run_for(5min);
  scheduler_->hold(true);
  EXPECT_NE(why(5).find("disk"), std::string::npos) << why(5);
  scheduler_->hold(false);
  EXPECT_EQ(why(5), "asked");
  EXPECT_NE(why(5).find("asked now"), std::string::npos) << why(5);
}

TEST_F(PollWorld, TheIntervalIsKnownAfterARestart) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", "\"1\""}}));
  });
  start({feed("http://h.example/f")});
  run_for(10s);
  stop();
  start({feed("http://h.example/f")});
  EXPECT_EQ(scheduler_->status().at(0).interval, 1h);
}

boost::asio::awaitable<void> read_page(fetch::Client& client, std::string url) {
  fetch::Request request;
  request.url = std::move(url);
  request.accept = fetch::Accept::page;
  auto const response = co_await client.fetch(std::move(request));
  EXPECT_TRUE(response) << response.error().message;
}

TEST_F(PollWorld, TheAddressOfAFeedIsToldToNobodyElse) {
  auto const text = [](std::string body, origin::HeaderList headers = {}) {
    return [body, headers](OriginRequest const&) { return say(body, headers); };
  };
  for (auto const* host : {"h.example", "cdn.example", "maps.example", "articles.example"})
    serve(host, "/robots.txt", text("User-agent: *\nAllow: /\n"));
  serve("h.example", "/f", [](OriginRequest const&) {
    return status(302, {{"Location", "http://cdn.example/copy"}});
  });
  serve("cdn.example", "/copy", text("1\n", {{"Link", "<http://hub.example/>; rel=hub"}}));
  serve("maps.example", "/1", text("2\n"));
  serve("articles.example", "/1", text("<html>an article"));
  sink_.adjust_by_body = [](DocumentReport& report, std::string const& body) {
    if (body == "1\n") report.follow = {"http://maps.example/1"};
  };
  auto spec = feed("http://h.example/f?token=geheim");
  spec.robots = RobotsRule::obey;
  start({spec});
  run_for(10s);
  boost::asio::co_spawn(loop_, read_page(scheduler_->page_client(), "http://articles.example/1"),
                        boost::asio::detached);
  drain();
  run_for(10s);

  std::set<std::string> hosts;
  for (auto const& request : origin_.requests()) {
    hosts.insert(request.host);
    EXPECT_FALSE(request.has_header("Referer")) << request.host << request.target;
    if (request.host == "h.example") continue;
    std::string said = request.target + '\n' + request.body;
    for (auto const& [name, value] : request.headers) said += '\n' + name + ": " + value;
    EXPECT_EQ(said.find("geheim"), said.npos) << said;
    EXPECT_EQ(said.find("h.example"), said.npos) << said;
  }
  // All of them were really asked, and the hub was not: without a callback of ours there is nothing to say.
  EXPECT_EQ(hosts, (std::set<std::string>{"h.example", "cdn.example", "maps.example", "articles.example"}));
}

}  // namespace
}  // namespace newsfold::schedule
