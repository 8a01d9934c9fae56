#include "daemon/schedule/plan.h"

#include <gtest/gtest.h>

namespace newsfold::schedule {
namespace {

using namespace std::chrono_literals;

UtcMicros const now = parse_rfc3339("2026-11-02T12:00:00Z").value();

FeedSpec feed(std::string url, std::uint64_t id) {
  FeedSpec spec;
  spec.id = FeedId{id};
  spec.name = "feed " + std::to_string(id);
  spec.url = std::move(url);
  return spec;
}

// A feed that was polled for a month, `items_per_day` each day, whose server says max-age.
std::string record(std::string const& url, double items_per_day, std::chrono::seconds max_age) {
  PollState state;
  state.configured_url = url;
  state.etag = "\"1\"";
  state.header_hint = max_age;
  for (int day = 30; day > 0; --day)
    state.rate.observe(now - day * 24h, now - (day - 1) * 24h, static_cast<std::uint32_t>(items_per_day),
                       RateModel::Count::exact);
  state.last_full = state.last_answer = state.last_request = now - 10min;
  state.next_due = now + 20min;
  return encode(state);
}

PollingOptions reachable(std::string callback_url = "https://us.example/hub/") {
  PollingOptions options;
  options.push.callback_url = std::move(callback_url);
  return options;
}

std::unique_ptr<PushState> with_a_hub(std::chrono::seconds lease = 100h) {
  auto push = std::make_unique<PushState>();
  push->phase = PushState::Phase::active;
  push->lease_until = now + lease;
  push->callback_key = callback_key(reachable().push);
  return push;
}

TEST(Plan, SaysWhenEachFeedIsPolledAndWhatEachHostSees) {
  std::vector<FeedSpec> feeds{feed("https://a.example/1", 1), feed("https://www.a.example/2", 2),
                              feed("https://b.example/", 3)};
  feeds[2].interval = 6h;
  auto const plan = make_plan(feeds, {}, {}, now);
  ASSERT_EQ(plan.feeds.size(), 3u);
  EXPECT_FALSE(plan.feeds[0].polled_before);
  EXPECT_FALSE(plan.feeds[0].next_poll);
  EXPECT_GE(plan.feeds[0].interval, 1h);
  EXPECT_NEAR(plan.feeds[2].polls_per_day, 4, 0.2);
  EXPECT_NEAR(static_cast<double>(plan.feeds[2].expected_delay.count()), 3 * 3600 + 450, 60);
  ASSERT_EQ(plan.hosts.size(), 2u);
  EXPECT_EQ(plan.hosts[0].host, "a.example");
  EXPECT_EQ(plan.hosts[0].feeds, 2u);
  // Two feeds and the robots.txt of two origins.
  EXPECT_NEAR(plan.hosts[0].requests_per_day, plan.feeds[0].polls_per_day + plan.feeds[1].polls_per_day + 2,
              1e-6);
  EXPECT_TRUE(plan.unmet.empty());
}

TEST(Plan, WhatEarlierPollsTaughtCounts) {
  std::vector<FeedSpec> const feeds{feed("https://a.example/", 1), feed("https://b.example/", 2)};
  SchedulerOptions options;
  options.polling.budget_per_day = 60;
  auto const plan = make_plan(
      feeds,
      [&](FeedSpec const& spec) {
        return record(feeds[number(spec.id) - 1].url, number(spec.id) == 1 ? 90 : 1, 300s);
      },
      options, now);
  EXPECT_TRUE(plan.feeds[0].polled_before);
  EXPECT_NEAR(plan.feeds[0].items_per_day, 85, 6);
  EXPECT_EQ(plan.feeds[0].next_poll, now + 20min);
  EXPECT_GT(plan.feeds[0].polls_per_day, 3 * plan.feeds[1].polls_per_day);
  EXPECT_LT(plan.feeds[0].expected_delay, plan.feeds[1].expected_delay);
  EXPECT_NEAR(plan.requests_per_day - 2, plan.budget_per_day, plan.budget_per_day * 0.01);  // two robots.txt
}

TEST(Plan, CountsTheJitterThatTheSchedulerAdds) {
  std::vector<FeedSpec> feeds{feed("https://a.example/", 1), feed("https://b.example/", 2),
                              feed("https://c.example/", 3)};
  feeds[0].interval = 10h;
  feeds[1].interval = 2h;
  feeds[2].fresh = 2h;
  auto const plan = make_plan(feeds, {}, {}, now);
  EXPECT_EQ(plan.feeds[0].interval, 10h + 15min);
  EXPECT_EQ(plan.feeds[1].interval, 2h + 6min);
  EXPECT_NEAR(static_cast<double>(plan.feeds[2].interval.count()), 4 * 3600, 1);
}

TEST(Plan, NamesTheWishesThatCannotBeMet) {
  std::vector<FeedSpec> feeds{feed("https://a.example/", 1), feed("https://b.example/", 2),
                              feed("https://c.example/", 3)};
  feeds[0].fresh = 5min;   // the server says nothing: an hour between two polls
  feeds[1].fresh = 5min;   // the server says 5 minutes: possible
  feeds[2].fresh = 10min;  // the server wants 2 hours
  auto const plan = make_plan(
      feeds,
      [&](FeedSpec const& spec) {
        return number(spec.id) == 1
                   ? std::string()
                   : record(feeds[number(spec.id) - 1].url, 10, number(spec.id) == 2 ? 300s : 7200s);
      },
      {}, now);
  ASSERT_EQ(plan.unmet.size(), 2u);
  EXPECT_EQ(plan.unmet[0].what, "feed \"feed 1\"");
  EXPECT_NE(plan.unmet[0].why.find("no hint"), std::string::npos) << plan.unmet[0].why;
  EXPECT_EQ(plan.unmet[1].what, "feed \"feed 3\"");
  EXPECT_NE(plan.unmet[1].why.find("asks for 120 min"), std::string::npos) << plan.unmet[1].why;
}

TEST(Plan, APausedFeedIsNotPolled) {
  std::vector<FeedSpec> feeds{feed("https://a.example/", 1), feed("https://b.example/", 2)};
  feeds[0].interval = 1h;
  feeds[0].fresh = 5min;  // cannot be met, and need not be
  auto const pausing = [](std::string const& url) {
    PollState state;
    state.configured_url = url;
    state.paused_at = now - 24h;
    state.next_due = now + 20min;
    return encode(state);
  };
  // Also where its URL was changed since.
  for (auto const* url : {"https://a.example/", "https://a.example/old"}) {
    auto const plan = make_plan(
        feeds, [&](FeedSpec const& spec) { return number(spec.id) == 1 ? pausing(url) : std::string(); }, {},
        now);
    ASSERT_EQ(plan.feeds.size(), 2u);
    EXPECT_EQ(plan.feeds[0].polls_per_day, 0);
    EXPECT_EQ(plan.feeds[0].next_poll, std::nullopt);
    EXPECT_GT(plan.feeds[1].polls_per_day, 0);
    ASSERT_EQ(plan.hosts.size(), 1u);
    EXPECT_EQ(plan.hosts[0].host, "b.example");
    EXPECT_EQ(plan.requests_per_day, plan.hosts[0].requests_per_day);
    EXPECT_EQ(plan.expected_delay, plan.feeds[1].expected_delay);
    EXPECT_TRUE(plan.unmet.empty());
  }
}

TEST(Plan, AFeedThatFailsOrIsPushedIsPolledAtTheirPace) {
  std::vector<FeedSpec> const feeds{feed("https://a.example/", 1), feed("https://b.example/", 2)};
  auto const load = [&](FeedSpec const& spec) {
    auto const& url = feeds[number(spec.id) - 1].url;
    auto state = decode_poll_state(record(url, 90, 300s)).value();
    if (number(spec.id) == 1) {
      state.failures = 4;
      state.last_error = "the server answered 500";
      state.next_due = state.last_request + 4h;
    } else {
      state.push = with_a_hub();
    }
    return encode(state);
  };
  SchedulerOptions options;
  options.polling.jitter = 0;
  auto plan = make_plan(feeds, load, options, now);
  EXPECT_TRUE(plan.feeds[0].fails);
  EXPECT_NEAR(plan.feeds[0].polls_per_day, 6, 0.01);
  EXPECT_FALSE(plan.feeds[1].pushed) << "nobody can reach us";
  EXPECT_GT(plan.feeds[1].polls_per_day, 20);
  options.polling.push = reachable().push;
  plan = make_plan(feeds, load, options, now);
  EXPECT_TRUE(plan.feeds[1].pushed);
  EXPECT_NEAR(plan.feeds[1].polls_per_day, 1, 0.01);
  EXPECT_EQ(plan.feeds[1].expected_delay, 0s);
  options.polling.push = reachable("https://moved.example/hub/").push;
  plan = make_plan(feeds, load, options, now);
  EXPECT_FALSE(plan.feeds[1].pushed) << "the hub knows us by another address";
}

TEST(Plan, AFeedWhoseHubKnowsUsNoMoreIsAskedAsSoonAsAStartWould) {
  std::vector<FeedSpec> const feeds{feed("https://a.example/", 1)};
  auto const load = [&](FeedSpec const&) {
    auto state = decode_poll_state(record(feeds[0].url, 90, 7200s)).value();  // asked ten minutes ago
    state.push = with_a_hub();
    state.next_due = now + 23h;
    return encode(state);
  };
  EXPECT_EQ(make_plan(feeds, load, {}, now).feeds[0].next_poll, now + 110min);
  SchedulerOptions options;
  options.polling = reachable();
  EXPECT_EQ(make_plan(feeds, load, options, now).feeds[0].next_poll, now + 23h);
}

TEST(Plan, TheNextPollIsWhenAStartMakesIt) {
  auto const next = [](std::chrono::seconds due, std::optional<std::chrono::seconds> interval,
                       std::uint32_t skip_hours) {
    std::vector<FeedSpec> feeds{feed("https://a.example/", 1)};
    feeds[0].interval = interval;
    auto const load = [&](FeedSpec const&) {
      auto state = decode_poll_state(record(feeds[0].url, 90, 7200s)).value();  // asked ten minutes ago
      state.next_due = now + due;
      state.skip_hours = skip_hours;
      return encode(state);
    };
    return make_plan(feeds, load, {}, now).feeds[0].next_poll;
  };
  EXPECT_EQ(next(5h, std::nullopt, 0), now + 5h);
  EXPECT_EQ(next(5h, 3h, 0), now + 110min + 1h) << "its interval became shorter, and its publisher allows it";
  EXPECT_EQ(next(-5min, std::nullopt, 0), std::nullopt) << "at the start";
  EXPECT_EQ(next(-5min, std::nullopt, 0b11u << 12), now + 2h) << "twelve and one are skipped";
}

TEST(Plan, HoursToSkipHoldOnePollAtTheirEnd) {
  std::vector<FeedSpec> feeds{feed("https://a.example/", 1)};
  SchedulerOptions options;
  options.polling.jitter = 0;
  auto const planned = [&](std::uint32_t skip_hours) {
    auto const load = [&](FeedSpec const&) {
      PollState state;
      state.configured_url = feeds[0].url;
      state.skip_hours = skip_hours;
      return encode(state);
    };
    return make_plan(feeds, load, options, now).feeds[0];
  };
  EXPECT_NEAR(planned(0).polls_per_day, 24, 0.1);
  EXPECT_EQ(planned(0).expected_delay, 30min);
  auto const quiet = planned(0xfffu << 6);  // from six to six
  EXPECT_NEAR(quiet.polls_per_day, 13, 0.1);
  EXPECT_NEAR(static_cast<double>(quiet.expected_delay.count()), (12 * 1800 + 72 * 3600) / 24.0, 60);
  feeds[0].interval = 1h;  // the operator's own skips none
  EXPECT_NEAR(planned(0xfffu << 6).polls_per_day, 24, 0.1);
}

TEST(Plan, NamesAGoalThatHoursToSkipLeaveUnmet) {
  std::vector<FeedSpec> feeds{feed("https://a.example/", 1)};
  feeds[0].fresh = 1h;
  auto const unmet = [&](std::uint8_t skip_days) {
    auto const load = [&](FeedSpec const&) {
      auto state = decode_poll_state(record(feeds[0].url, 10, 300s)).value();
      state.skip_days = skip_days;
      return encode(state);
    };
    return make_plan(feeds, load, {}, now).unmet;
  };
  EXPECT_TRUE(unmet(0).empty());
  auto const found = unmet(0b1000001);  // the weekend
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].why.find("within 60 min on average; with the hours"), std::string::npos) << found[0].why;
}

TEST(Plan, AGoalIsMetWhereAHubTellsTheNews) {
  std::vector<FeedSpec> feeds{feed("https://a.example/", 1)};
  feeds[0].fresh = 5min;
  SchedulerOptions options;
  options.polling.push = reachable().push;
  auto const unmet = [&](std::chrono::seconds lease) {
    auto const load = [&](FeedSpec const&) {
      auto state = decode_poll_state(record(feeds[0].url, 90, 7200s)).value();
      state.push = with_a_hub(lease);
      return encode(state);
    };
    return make_plan(feeds, load, options, now).unmet.size();
  };
  EXPECT_EQ(unmet(100h), 0u);
  EXPECT_EQ(unmet(-1h), 1u) << "the lease is over";
}

TEST(Plan, AGoalOrAHubLeavesNoFeedLongerThanItsWindowAllows) {
  std::vector<FeedSpec> feeds{feed("https://a.example/", 1), feed("https://b.example/", 2),
                              feed("https://c.example/", 3)};
  feeds[0].fresh = 24h;
  feeds[2].fresh = 24h;  // half of its window is gone after two days: the ceiling is a day
  auto const load = [&](FeedSpec const& spec) {
    auto state = decode_poll_state(record(feeds[number(spec.id) - 1].url, 90, 300s)).value();
    state.window_items = number(spec.id) == 3 ? 400 : 20;  // half of 20 has scrolled by after 2.8 h
    if (number(spec.id) == 2) {
      state.push = with_a_hub();
    }
    return encode(state);
  };
  SchedulerOptions options;
  options.polling.jitter = 0;
  options.polling.push = reachable().push;
  auto const plan = make_plan(feeds, load, options, now);
  for (std::size_t i : {0u, 1u}) {
    EXPECT_GT(plan.feeds[i].interval, 2h) << i;
    EXPECT_LT(plan.feeds[i].interval, 3h) << i;
  }
  EXPECT_EQ(plan.feeds[2].interval, 24h);
}

TEST(Plan, AFeedThatScrollsFastBreaksNoBudgetThatIsLargeEnough) {
  std::vector<FeedSpec> const feeds{feed("https://a.example/", 1)};
  auto const load = [&](FeedSpec const&) {
    auto state = decode_poll_state(record(feeds[0].url, 200, 300s)).value();
    state.window_items = 8;  // half of them have scrolled by after half an hour: more than 24 polls a day
    return encode(state);
  };
  SchedulerOptions options;
  EXPECT_TRUE(make_plan(feeds, load, options, now).unmet.empty());
  options.polling.budget_per_day = 20;
  EXPECT_EQ(make_plan(feeds, load, options, now).unmet.size(), 1u);
}

TEST(Plan, TheSitemapsOfAnIndexCountAgainstTheBudget) {
  std::vector<FeedSpec> feeds{feed("https://a.example/sitemap.xml", 1)};
  feeds[0].interval = 24min;  // 60 polls a day
  SchedulerOptions options;
  options.polling.budget_per_day = 100;
  options.polling.jitter = 0;
  auto const unmet = [&](std::size_t sitemaps) {
    PollState state;
    state.configured_url = feeds[0].url;
    for (std::size_t i = 0; i < sitemaps; ++i)
      state.followed.emplace_back().url = "https://a.example/" + std::to_string(i);
    state.follows = static_cast<std::uint32_t>(sitemaps);
    return make_plan(
               feeds, [&](FeedSpec const&) { return encode(state); }, options, now)
        .unmet;
  };
  EXPECT_TRUE(unmet(0).empty());
  auto const found = unmet(4);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].what, "budget");
  EXPECT_NE(found[0].why.find("cost 300 a day; the budget is 100 a day"), std::string::npos) << found[0].why;
  options.polling.budget_per_day = 1000;
  EXPECT_TRUE(unmet(4).empty());
}

TEST(Plan, SaysWhereABudgetOrAHostIsTooSmall) {
  std::vector<FeedSpec> feeds;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    feeds.push_back(feed("https://one.example/" + std::to_string(i), i));
    feeds.back().interval = 1min;
  }
  SchedulerOptions options;
  options.polling.budget_per_day = 1000;
  options.polling.jitter = 0;
  auto const plan = make_plan(feeds, {}, options, now);
  ASSERT_EQ(plan.unmet.size(), 2u);
  EXPECT_EQ(plan.unmet[0].what, "budget");
  EXPECT_EQ(plan.unmet[1].what, "host one.example");
  EXPECT_NE(plan.unmet[1].why.find("at most 86400 a day"), std::string::npos) << plan.unmet[1].why;
}

}  // namespace
}  // namespace newsfold::schedule
