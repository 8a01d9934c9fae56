// What the operator's wishes and the rarer rules of pace do to the polls.
#include "daemon/schedule/pace.h"
#include "tests/schedule/poll_world.h"

namespace newsfold::schedule {
namespace {

using origin::OriginRequest;

TEST_F(PollWorld, AGoalIsPolledForAtTwiceItsTimeAndOneThatCannotBeMetIsToldOnce) {
  serve("a.example", "/f", [](OriginRequest const& request) {
    auto response = unchanged(request);
    response.headers.emplace_back("Cache-Control", "max-age=300");
    return response;
  });
  serve("b.example", "/f", unchanged);
  auto possible = feed("http://a.example/f", 1), impossible = feed("http://b.example/f", 2);
  possible.fresh = impossible.fresh = 5min;
  std::vector<std::string> told;
  start({possible, impossible});
  scheduler_->on_poll([&](PollTrace const& trace) {
    if (!trace.unmet_wish.empty()) told.push_back(trace.feed->name + ": " + trace.unmet_wish);
  });
  run_for(5h);
  for (auto const gap : gaps_min("a.example/f")) EXPECT_EQ(gap, 10);
  for (auto const gap : gaps_min("b.example/f")) EXPECT_GE(gap, 60);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(
      told[0],
      "http://b.example/f: news would have to be known within 5 min on average, a poll every 10 min; the "
      "server gives no hint that more than one request in 60 min is welcome");
}

TEST_F(PollWorld, ABudgetThatCannotBeKeptIsToldOnceUntilItCan) {
  auto feeds = feeds_of_hosts(4);
  for (auto& feed : feeds) feed.interval = 1h;  // 96 a day
  options_.polling.budget_per_day = 90;
  std::vector<std::string> told;
  start(feeds);
  scheduler_->on_poll([&](PollTrace const& trace) {
    if (!trace.unmet_budget.empty()) told.push_back(trace.unmet_budget);
  });
  run_for(5h);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_NE(told[0].find("cost 96 a day; the budget is 90 a day"), std::string::npos) << told[0];
  feeds.pop_back();
  set_feeds(feeds);
  run_for(2h);
  feeds = feeds_of_hosts(5);
  for (auto& feed : feeds) feed.interval = 1h;
  set_feeds(feeds);
  run_for(5h);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1],
            "fixed intervals, goals and the longest intervals alone cost 120 a day; the budget is 90 a day");
}

TEST_F(PollWorld, PollsOfOneRoundBeginTogether) {
  options_.round = 1s;
  options_.round_feeds_min = 1;
  auto feeds = feeds_of_hosts(3);
  for (auto& feed : feeds) feed.interval = 1h;
  start(feeds);
  run_for(1s);
  times_.clear();
  run_for(2h);
  std::set<UtcMicros> begun;
  for (auto const& [key, all] : times_) {
    ASSERT_GE(all.size(), 1u) << key;
    for (auto const t : all) begun.insert(t);
  }
  for (auto const t : begun) EXPECT_EQ(t, std::chrono::floor<std::chrono::seconds>(t));
}

TEST_F(PollWorld, WithoutLearningEveryFeedHasThePlainInterval) {
  int n = 0;
  serve("a.example", "/busy", [&](OriginRequest const&) {
    auto response = say(std::to_string(++n) + "\n");
    response.headers = {{"ETag", '"' + std::to_string(n) + '"'}};
    return response;
  });
  serve("b.example", "/idle", unchanged);
  options_.polling.adaptive = false;
  start({feed("http://a.example/busy", 1), feed("http://b.example/idle", 2)});
  run_for(std::chrono::days(2));
  for (auto const* key : {"a.example/busy", "b.example/idle"}) {
    EXPECT_GE(gaps_min(key).size(), 47u);
    for (auto const gap : gaps_min(key)) EXPECT_EQ(gap, 60) << key;
  }
}

TEST_F(PollWorld, WeightDrawsPollsFromAFeedToAnother) {
  auto const busy = [](OriginRequest const& request) {  // ten items, a new one at each request
    static std::map<std::string, int> counts;
    int const n = ++counts[request.host];
    origin::OriginResponse response;
    for (int i = 0; i < 10; ++i) response.body += std::to_string(n - i) + "\n";
    response.headers = {{"ETag", '"' + std::to_string(n) + '"'}, {"Cache-Control", "max-age=300"}};
    return response;
  };
  serve("a.example", "/f", busy);
  serve("b.example", "/f", busy);
  auto dear = feed("http://a.example/f", 1);
  dear.weight = 16;
  start({dear, feed("http://b.example/f", 2)});
  run_for(std::chrono::days(3));
  EXPECT_GT(times("a.example/f").size(), 2 * times("b.example/f").size());
}

TEST_F(PollWorld, TheBudgetHoldsForAllFeedsTogether) {
  auto feeds = feeds_of_hosts(20);
  options_.polling.budget_per_day = 100;  // five a feed
  start(feeds);
  run_for(std::chrono::days(1));
  auto const warm = origin_.request_count();
  run_for(std::chrono::days(4));
  auto const a_day = (origin_.request_count() - warm) / 4;
  EXPECT_LE(a_day, 105u);
  EXPECT_GE(a_day, 80u);
}

TEST_F(PollWorld, TheFirstHourOfManyFeedsCostsWhatEveryOtherDoes) {
  auto feeds = feeds_of_hosts(80);
  for (auto const& spec : feeds)
    serve(spec.url.substr(7, spec.url.size() - 9), "/f", [](OriginRequest const& request) {
      auto response = unchanged(request);
      response.headers.emplace_back("Cache-Control", "max-age=300");
      return response;
    });
  sink_.adjust = [](DocumentReport& report) {  // fifty a day
    for (int i = 0; i < 50; ++i) report.dated.push_back({test_start() - i * 29min});
  };
  start(feeds);
  run_for(1h);
  EXPECT_LE(origin_.request_count(), 190u) << "80 at the start, 80 in the hour; not one every five minutes";
  origin_.forget_requests();
  run_for(1h);
  EXPECT_LE(origin_.request_count(), 120u);
  EXPECT_GE(origin_.request_count(), 60u);
}

TEST_F(PollWorld, AShorterIntervalOfAllFeedsSpendsNoMoreThanTheBudget) {
  auto const feeds = feeds_of_hosts(20);
  options_.polling.floor = 10h;
  start(feeds);
  run_for(30min);
  auto polling = options_.polling;
  polling.floor = 10min;
  scheduler_->set_polling(polling);
  set_feeds(feeds);
  drain();
  run_for(25min);
  EXPECT_EQ(origin_.request_count(), 20u) << "at 24 a day each none is due yet";
  run_for(65min);
  EXPECT_GE(origin_.request_count(), 40u);
  EXPECT_LE(origin_.request_count(), 50u);
}

TEST_F(PollWorld, ErrorsBackOffToTheOperatorsBound) {
  serve("h.example", "/f", [](OriginRequest const&) { return status(500); });
  options_.polling.error_max = 2h;
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(2));
  auto const gaps = gaps_min("h.example/f");
  ASSERT_GE(gaps.size(), 20u);
  EXPECT_EQ(*std::ranges::max_element(gaps), 120);
}

TEST_F(PollWorld, WhatCameDueInOurAbsenceIsSpreadOut) {
  auto feeds = feeds_of_hosts(200);
  start(feeds);
  run_for(1min);
  stop();
  origin_.forget_requests();
  times_.clear();
  clock_.advance(std::chrono::days(2));
  options_.overdue_spread = 5s;
  auto const begun = clock_.now();
  start(feeds);
  run_for(1min);
  std::vector<UtcMicros> all;
  for (auto const& [key, at] : times_) {
    ASSERT_EQ(at.size(), 1u) << key;
    all.push_back(at[0]);
  }
  std::ranges::sort(all);
  ASSERT_EQ(all.size(), 200u);
  EXPECT_LE(all.back() - begun, 5s);
  EXPECT_GT(all.back() - all.front(), 4s);
}

TEST_F(PollWorld, JitterLeadsIntoNoHourThatIsSkipped) {
  jitter_ = 0.5;
  serve("h.example", "/f", unchanged);
  sink_.adjust = [](DocumentReport& report) {
    report.skip_hours = {1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23};
  };
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(4));
  ASSERT_GE(times("h.example/f").size(), 20u);
  std::set<long> minutes;
  for (std::size_t i = 1; i < times("h.example/f").size(); ++i) {
    auto const since_midnight =
        times("h.example/f")[i] - std::chrono::floor<std::chrono::days>(times("h.example/f")[i]);
    EXPECT_EQ(std::chrono::floor<std::chrono::hours>(since_midnight).count() % 2, 0);
    minutes.insert(std::chrono::floor<std::chrono::minutes>(since_midnight).count() % 60);
  }
  EXPECT_GT(minutes.size(), 5u);  // and not all of them at the full hour
}

// As if every host resolved to one address: shared hosting.
class OneAddress final : public fetch::Client {
 public:
  explicit OneAddress(fetch::Client& inner) : inner_(inner) {}
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
    auto response = co_await inner_.fetch(std::move(request));
    if (response) response->address = "192.0.2.1";
    co_return response;
  }

 private:
  fetch::Client& inner_;
};

TEST_F(PollWorld, DomainsThatShareAnAddressTakeTurns) {
  OneAddress shared(*fetcher_);
  client_ = &shared;
  auto feeds = feeds_of_hosts(3);
  for (auto& spec : feeds) spec.interval = 1h;
  start(feeds);
  run_for(3h);
  std::vector<UtcMicros> all;
  for (auto const& [key, at] : times_)
    for (std::size_t i = 1; i < at.size(); ++i) all.push_back(at[i]);  // the first taught the address
  std::ranges::sort(all);
  ASSERT_GE(all.size(), 6u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i] - all[i - 1], 1s) << i;
  stop();
}

TEST_F(PollWorld, AnAdoptedRedirectWaitsAtTheGateOfItsNewHost) {
  serve("old.example", "/f",
        [](OriginRequest const&) { return origin::redirect_to("http://new.example/f", 301); });
  serve("new.example", "/f", unchanged);
  serve("new.example", "/g", unchanged);
  auto one = feed("http://old.example/f", 1), other = feed("http://new.example/g", 2);
  one.interval = other.interval = 1h;
  start({one, other});
  run_for(std::chrono::days(10));
  auto const &f = times("new.example/f"), &g = times("new.example/g");
  for (std::size_t i = f.size() - 20; i < f.size(); ++i)
    for (auto const t : g) EXPECT_GE(std::chrono::abs(f[i] - t), 1s);
}

}  // namespace
}  // namespace newsfold::schedule
