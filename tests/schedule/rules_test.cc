// The pure parts, each by itself.
#include "daemon/schedule/budget.h"
#include "daemon/schedule/day_shape.h"
#include "daemon/schedule/due_queue.h"
#include "daemon/schedule/host_gate.h"
#include "daemon/schedule/host_key.h"
#include "daemon/schedule/poll_policy.h"
#include "daemon/schedule/poll_state.h"
#include "daemon/schedule/rate_model.h"
#include "daemon/schedule/server_hints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

namespace newsfold::schedule {
namespace {

using namespace std::chrono_literals;

UtcMicros at(char const* text) { return parse_rfc3339(text).value(); }
UtcMicros const noon = at("2026-11-02T12:00:00Z");
constexpr auto week = 7 * 24h;

// ---- server_hints.h -------------------------------------------------------------------------------

TEST(HttpDate, ReadsTheThreeFormats) {
  for (auto const* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", "6 nov 1994 08:49:37"})
    EXPECT_EQ(parse_http_date(text, noon), at("1994-11-06T08:49:37Z")) << text;
}

TEST(HttpDate, IgnoresWhatIsNoDate) {
  for (auto const* text : {"", "0", "-1", "never", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994",
                           "Sun, 06 Nov 1994 25:00:00 GMT"})
    EXPECT_FALSE(parse_http_date(text, noon)) << text;
}

TEST(Freshness, TakesTheLargerOfMaxAgeLessAgeAndExpiresLessDate) {
  fetch::ResponseHeaders headers;
  headers.cache_control = "public, MAX-AGE=600";
  headers.age = "100";
  EXPECT_EQ(freshness(headers, noon, week), 500s);
  headers.date = "Mon, 02 Nov 2026 10:00:00 GMT";
  headers.expires = "Mon, 02 Nov 2026 10:30:00 GMT";
  EXPECT_EQ(freshness(headers, noon, week), 1800s);
  headers.expires = "Thu, 01 Jan 1970 00:00:00 GMT";
  EXPECT_EQ(freshness(headers, noon, week), 500s);
  headers.cache_control = "no-cache, max-age=600";
  EXPECT_EQ(freshness(headers, noon, week), 0s);
}

TEST(Freshness, WhatNobodyBelievesHidesNothingBesideIt) {
  fetch::ResponseHeaders headers;
  headers.cache_control = "max-age=21600";
  headers.expires = "Thu, 31 Dec 2037 23:55:55 GMT";
  EXPECT_EQ(freshness(headers, noon, week), 6h);
  headers.cache_control = "max-age=31536000";
  headers.expires = "Mon, 02 Nov 2026 14:00:00 GMT";
  EXPECT_EQ(freshness(headers, noon, week), 2h);
}

TEST(Freshness, NoCacheOfSomeHeaderLinesIsNotOfTheDocument) {
  fetch::ResponseHeaders headers;
  headers.cache_control = "no-cache=\"Set-Cookie\", max-age=600";
  EXPECT_EQ(freshness(headers, noon, week), 10min);
}

TEST(Freshness, ARetryAfterBesideAGoodAnswerIsHeard) {
  fetch::ResponseHeaders headers;
  EXPECT_FALSE(says_freshness(headers));
  headers.retry_after = "7200";
  EXPECT_TRUE(says_freshness(headers));
  EXPECT_EQ(freshness(headers, noon, week), 2h);
  headers.cache_control = "no-cache";
  EXPECT_EQ(freshness(headers, noon, week), 2h);
}

TEST(RetryAfter, IsSecondsOrADateAndNeverNegative) {
  fetch::ResponseHeaders headers;
  EXPECT_FALSE(retry_after(headers, noon));
  headers.retry_after = "120";
  EXPECT_EQ(retry_after(headers, noon), 120s);
  headers.retry_after = "Mon, 02 Nov 2026 13:00:00 GMT";
  EXPECT_EQ(retry_after(headers, noon), 3600s);
  headers.retry_after = "Mon, 02 Nov 2026 11:00:00 GMT";
  EXPECT_EQ(retry_after(headers, noon), 0s);
  headers.retry_after = "soon";
  EXPECT_FALSE(retry_after(headers, noon));
  headers.rate_limit_reset = "60";
  EXPECT_EQ(retry_after(headers, noon), 60s);
  headers.rate_limit_reset = std::to_string(noon.time_since_epoch().count() / 1'000'000 + 90);
  EXPECT_EQ(retry_after(headers, noon), 90s);
  headers.rate_limit_reset = std::to_string(noon.time_since_epoch().count() / 1000 + 90'000);  // milliseconds
  EXPECT_FALSE(retry_after(headers, noon));
}

TEST(Jitter, IsATenthAndHalfAnHourAtMost) {
  PollingOptions const options;
  EXPECT_EQ(jitter_of(1h, options, 1), 6min);
  EXPECT_EQ(jitter_of(24h, options, 1), 30min);
  EXPECT_EQ(jitter_of(24h, options, 0), 0s);
}

TEST(Jitter, IsTakenOffAsItIsPutOn) {
  PollingOptions options;
  for (double const jitter : {0.0, 0.1, 0.5, 1.0}) {
    options.jitter = jitter;
    for (std::chrono::seconds const gap : {600s, 3600s, 12 * 3600s, 86'400s}) {
      auto const interval = without_jitter(gap, options);
      EXPECT_NEAR(static_cast<double>((interval + jitter_of(interval, options, 0.5)).count()),
                  static_cast<double>(gap.count()), 2)
          << jitter;
    }
  }
}

TEST(RetryAfter, ADateIsOneByTheClockOfWhoSaysIt) {
  fetch::ResponseHeaders headers;
  headers.date = "Mon, 02 Nov 2026 11:30:00 GMT";
  headers.retry_after = "Mon, 02 Nov 2026 13:30:00 GMT";
  EXPECT_EQ(retry_after(headers, noon), 2h);
  EXPECT_EQ(freshness(headers, noon, week), 2h);
  headers.date = "Thu, 01 Jan 1970 00:00:00 GMT";
  EXPECT_EQ(retry_after(headers, noon), 90min);
}

TEST(DocumentInterval, ReadsTtlAndSyndication) {
  DocumentReport report;
  EXPECT_EQ(document_interval(report, week), 0s);
  report.update_period = "daily";
  report.update_frequency = 4;
  EXPECT_EQ(document_interval(report, week), 6h);
  report.ttl_minutes = 720;
  EXPECT_EQ(document_interval(report, week), 12h);
  report.update_period = "monthly";
  report.update_frequency = 1;
  EXPECT_EQ(document_interval(report, week), 12h);  // a month is beyond what is believed
  report.skip_hours = {0, 23, 24, -1, 99};
  report.skip_days = {"Sunday", "saturday", "someday"};
  EXPECT_EQ(skip_hour_bits(report), 1u | 1u << 23);
  EXPECT_EQ(skip_day_bits(report), 1u | 1u << 6);
}

// ---- host_key.h, host_gate.h ----------------------------------------------------------------------

TEST(HostKey, IsTheRegistrableDomain) {
  EXPECT_EQ(host_key("https://feeds.bbc.co.uk/news?x=http://other.example/"), "bbc.co.uk");
  EXPECT_EQ(host_key("http://me:secret@News.Example.COM:8080/"), "example.com");
  EXPECT_EQ(host_key("https://someone.github.io/feed"), "someone.github.io");
  EXPECT_EQ(host_key("http://192.0.2.1:80/"), "192.0.2.1");
  EXPECT_EQ(host_key("http://[2001:db8::1]:80/"), "2001:db8::1");
  EXPECT_EQ(host_key("http://localhost/"), "localhost");
  EXPECT_EQ(host_key("nonsense"), "");
}

TEST(HostGates, OneInFlightAndASpaceAfterIt) {
  HostGates gates({});
  EXPECT_LE(gates.opens_at("h"), noon);
  gates.enter("h");
  EXPECT_EQ(gates.opens_at("h"), UtcMicros::max());
  gates.leave("h", noon + 5s, HostReply::fine);
  EXPECT_EQ(gates.opens_at("h"), noon + 6s);
  EXPECT_LE(gates.opens_at("other"), noon);
}

TEST(HostGates, ThrottlingHalvesTheRateAndCleanHoursGiveItBack) {
  HostGates gates({});
  for (auto const expected : {2s, 4s, 8s}) {
    gates.enter("h");
    gates.leave("h", noon, HostReply::throttled);
    EXPECT_EQ(gates.spacing("h", noon), expected);
  }
  EXPECT_NEAR(static_cast<double>(gates.spacing("h", noon + 1h).count()), 8000 / 1.05, 2);
  EXPECT_EQ(gates.spacing("h", noon + 24h * 7), 1s);
}

TEST(HostGates, WhereTheFirstAfterARestFailsTheHostRestsOn) {
  HostGates gates({});
  gates.rest("h", noon + 1h, noon);
  gates.enter("h");
  gates.leave("h", noon + 1h, HostReply::unasked);
  gates.enter("h");
  gates.leave("h", noon + 1h, HostReply::failed);
  EXPECT_EQ(gates.opens_at("h"), noon + 1h + 900s);
  gates.enter("h");
  gates.leave("h", noon + 2h, HostReply::fine);
  gates.enter("h");
  gates.leave("h", noon + 2h, HostReply::failed);  // it was well: one error is the feed's own affair
  EXPECT_EQ(gates.opens_at("h"), noon + 2h + 1s);
}

TEST(HostGates, AnAddressIsSlowedLittleByOneOfMany) {
  HostGates gates({});
  for (auto const* name : {"h", "ip 192.0.2.1"})
    for (int i = 0; i < 20; ++i) {
      gates.enter(name);
      gates.leave(name, noon, HostReply::throttled);
    }
  EXPECT_EQ(gates.spacing("h", noon), 600s);
  EXPECT_EQ(gates.spacing("ip 192.0.2.1", noon), 10s);
}

TEST(HostGates, RestsAsLongAsAskedButNotForever) {
  HostGates gates({});
  gates.rest("h", noon + 2h, noon);
  gates.rest("h", noon + 1h, noon);  // never shortened
  EXPECT_EQ(gates.opens_at("h"), noon + 2h);
  gates.rest("x", noon + 24h * 365, noon);
  EXPECT_EQ(gates.opens_at("x"), noon + 24h * 7);
}

TEST(HostGates, RemembersOnlyWhatMatters) {
  HostGates gates({});
  for (int i = 0; i < 100; ++i) {
    gates.enter("h" + std::to_string(i));
    gates.leave("h" + std::to_string(i), noon, i == 7 ? HostReply::throttled : HostReply::fine);
  }
  gates.forget_idle(noon + 1min);
  EXPECT_EQ(gates.size(), 1u);
}

// ---- rate_model.h, budget.h -----------------------------------------------------------------------

TEST(RateModel, FindsTheRateFromCountsAndForgetsOldOnes) {
  RateModel model;
  auto t = noon;
  EXPECT_NEAR(model.per_day(t), 0.5, 1e-9);
  for (int day = 0; day < 30; ++day, t += 24h) model.observe(t, t + 24h, 10, RateModel::Count::exact);
  EXPECT_NEAR(model.per_day(t), 10, 1);
  for (int day = 0; day < 21; ++day, t += 24h) model.observe(t, t + 24h, 0, RateModel::Count::exact);
  EXPECT_LT(model.per_day(t), 2);
  EXPECT_GT(model.per_day(t), 0.5);
}

TEST(RateModel, RemembersWhatThereWasBeforeASilence) {
  RateModel model;
  auto t = noon;
  for (int day = 0; day < 30; ++day, t += 24h) model.observe(t, t + 24h, 10, RateModel::Count::exact);
  auto const silent_since = t;
  for (int day = 0; day < 14; ++day, t += 24h) model.observe(t, t + 24h, 0, RateModel::Count::exact);
  EXPECT_NEAR(model.per_day_before(silent_since, t), 10, 1);
}

TEST(RateModel, AnUndatedWindowThatIsAllNewPullsTheRateUp) {
  RateModel exact, at_least;
  exact.observe(noon, noon + 24h, 20, RateModel::Count::exact);
  at_least.observe(noon, noon + 24h, 20, RateModel::Count::at_least);
  EXPECT_GT(at_least.per_day(noon + 24h), 1.3 * exact.per_day(noon + 24h));
}

TEST(RateModel, LearnsTheHoursAndPlacesPollsThere) {
  RateModel model;
  auto const monday = at("2026-11-02T00:00:00Z");
  for (int day = 0; day < 14; ++day)
    for (int i = 0; i < 20; ++i) model.note_arrival(monday + day * 24h + 9h + i * 3min);
  auto const profile = model.profile();
  EXPECT_NEAR(std::accumulate(profile.begin(), profile.end(), 0.0) / hours_of_week, 1, 1e-9);
  EXPECT_GT(profile[hour_of_week(monday + 9h)], 5 * profile[hour_of_week(monday + 20h)]);
  EXPECT_LT(model.mean_root_profile(), 0.95);
  auto const night = monday + 14 * 24h;
  RateModel::Bounds const bounds{.not_before = night, .not_after = night + 24h};
  auto const next = model.next_poll(night, 6, 1, bounds);
  EXPECT_GE(next, night + 4h);
  EXPECT_LE(next, night + 12h);
}

// A feed of `items` in three weeks with the daily cycle 1 + 0.9 sin, as chance would have it.
RateModel feed_with_a_daily_wave(int items, std::mt19937_64& random) {
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<double> days;
  while (std::ssize(days) < items) {
    double const t = 21 * unit(random);
    if (2 * unit(random) < 1 + 0.9 * std::sin(2 * std::numbers::pi * t)) days.push_back(t);
  }
  std::ranges::sort(days);
  RateModel model;
  auto const monday = at("2026-11-02T00:00:00Z");
  for (double const t : days)
    model.note_arrival(monday + std::chrono::microseconds(std::llround(t * 86400e6)));
  return model;
}

// Of every 100 minutes that its news would wait were the cycle known, so many more: polls placed by another
// profile than the true one come too late where it is too low, and too often where it is too high.
double wait_beyond_least(RateModel const& model) {
  auto const monday = hour_of_week(at("2026-11-02T00:00:00Z"));
  auto const profile = model.profile();
  double least = 0, polls = 0, wait = 0;
  for (std::size_t hour = 0; hour < hours_of_week; ++hour) {
    double const true_rate =
        1 + 0.9 * std::sin(2 * std::numbers::pi * (static_cast<double>(hour) + 0.5) / 24);
    double const density = std::sqrt(profile[(monday + hour) % hours_of_week]);
    least += std::sqrt(true_rate);
    polls += density;
    wait += true_rate / density;
  }
  return 100 * (wait * polls / (least * least) - 1);
}

TEST(RateModel, AFewItemsTeachTheDailyCycleOfAFeed) {
  std::mt19937_64 random(1);
  double of_forty = 0, of_four_hundred = 0;
  constexpr int feeds = 200;
  for (int i = 0; i < feeds; ++i) {
    of_forty += wait_beyond_least(feed_with_a_daily_wave(40, random)) / feeds;
    of_four_hundred += wait_beyond_least(feed_with_a_daily_wave(400, random)) / feeds;
  }
  double const flat = wait_beyond_least(RateModel());
  EXPECT_LT(of_forty, 0.25 * flat);
  EXPECT_LT(of_four_hundred, 0.03 * flat);
}

TEST(DayShape, BurstsAreNotSmoothedAway) {
  DayShape items{};
  items[6] = items[18] = 20;
  auto const shape = day_shape(items, 40);
  for (std::size_t const quiet : {0u, 3u, 9u, 12u, 15u, 21u}) {
    EXPECT_GT(shape[6], 10 * shape[quiet]) << quiet;
    EXPECT_GT(shape[18], 10 * shape[quiet]) << quiet;
  }
}

// Polls of a whole year by the model's own hours: how many, and how long its items wait for them in all.
struct Year {
  double polls = 0;
  double waited_days = 0;
};
template <class Next>
Year year_of(RateModel const& model, double per_day, Next const& next) {
  auto const profile = model.profile();
  Year year;
  auto const begin = at("2026-12-07T00:00:00Z");
  for (auto t = begin; t < begin + 365 * 24h; ++year.polls) {
    auto const poll = next(t);
    for (auto minute = t; minute < poll; minute += 1min)
      year.waited_days += per_day / 1440 * profile[hour_of_week(minute)] *
                          std::chrono::duration<double, std::ratio<86400>>(poll - minute).count();
    t = poll;
  }
  return year;
}

TEST(RateModel, APollIsMadeWhenTheWaitOfWhatIsExpectedIsWorthOne) {
  constexpr double per_day = 1, k = 4;
  RateModel model;
  auto t = at("2026-11-02T00:00:00Z");
  for (int day = 0; day < 35; ++day, t += 24h) {
    model.observe(t, t + 24h, 1, RateModel::Count::exact);
    model.note_arrival(t + (8 + day % 5) * 1h);
  }
  double const rate = model.per_day(t);
  auto const profile = model.profile();
  RateModel::Bounds const any{.not_before = t, .not_after = t + 100 * 24h};
  auto const chosen = year_of(model, per_day, [&](UtcMicros from) {
    auto bounds = any;
    bounds.not_after = from + 100 * 24h;
    return model.next_poll(from, k, per_day / rate, bounds);
  });
  // The same number of polls, placed by the root of the rate alone: best where polls are many, not for few.
  double const density = chosen.polls / 365 / model.mean_root_profile();
  auto const by_root = year_of(model, per_day, [&](UtcMicros from) {
    double area = 0;
    for (; area < 1; from += 1min) area += density * std::sqrt(profile[hour_of_week(from)]) / 1440;
    return from;
  });
  EXPECT_NEAR(by_root.polls, chosen.polls, 0.01 * chosen.polls);
  EXPECT_LT(chosen.waited_days, 0.97 * by_root.waited_days);
}

TEST(RateModel, TheWeekendIsTakenForQuietWhereItIs) {
  RateModel model;
  auto const monday = at("2026-11-02T00:00:00Z");
  for (int day = 0; day < 28; ++day)
    if (day % 7 < 5)
      for (int i = 0; i < 8; ++i) model.note_arrival(monday + day * 24h + 8h + i * 1h);
  auto const profile = model.profile();
  auto const tuesday = hour_of_week(monday + 24h + 12h), sunday = hour_of_week(monday + 6 * 24h + 12h);
  EXPECT_GT(profile[tuesday], 4 * profile[sunday]);
}

TEST(RateModel, WhatChanceMakesOfTheDaysIsNoHabit) {
  std::mt19937_64 random(1);
  int moved = 0;
  for (int i = 0; i < 100; ++i) {
    auto const profile = feed_with_a_daily_wave(60, random).profile();
    for (std::size_t day = 1; day < 7; ++day)
      if (std::abs(profile[24 * day + 12] - profile[12]) > 1e-9) {
        ++moved;
        break;
      }
  }
  EXPECT_LT(moved, 10);
}

TEST(RateModel, SurvivesAnyNumberOfArrivals) {
  RateModel model;
  for (int i = 0; i < 100'000; ++i) model.note_arrival(noon + i * 1s);
  for (double const value : model.profile()) EXPECT_TRUE(std::isfinite(value) && value > 0);
  EXPECT_EQ(model.next_poll(noon, 0, 1, {noon + 1h, noon + 24h}), noon + 24h);
}

TEST(Budget, IsSpentAndNotMore) {
  std::vector<BudgetShare> shares;
  for (int i = 1; i <= 500; ++i) shares.push_back({std::sqrt(i * 0.1), 300s, 86'400s});
  double const k = solve_budget(shares, 12'000);
  double spent = 0;
  for (auto const& share : shares) spent += polls_per_day(share, k);
  EXPECT_NEAR(spent, 12'000, 1);
  EXPECT_GT(polls_per_day(shares[400], k), polls_per_day(shares[100], k));
}

TEST(Budget, FloorsMaySpendLessAndCeilingsMore) {
  std::vector<BudgetShare> const shares(10, {1.0, 3600s, 86'400s});
  EXPECT_EQ(solve_budget(shares, 1e6), k_max);
  EXPECT_LE(solve_budget(shares, 1), 2 * k_min);
}

// ---- poll_policy.h --------------------------------------------------------------------------------

TEST(SkipHours, AreContradictedByWhatWasPublishedInTheLastFourWeeks) {
  PollState state;
  PollingOptions options;
  options.adaptive = false;  // an hour between two polls
  FeedSpec const feed;
  std::vector<int> skipped{3, 4, 5};
  // Polled at 02:30 of a day where one item had come at `hour` of the day before: is the next at 03:30?
  auto const breaks_in = [&](int day, std::chrono::hours hour) {
    auto const midnight = at("2026-11-02T00:00:00Z") + std::chrono::days(day);
    DocumentReport report;
    report.items = report.new_items = 1;
    report.skip_hours = skipped;
    report.dated = {{midnight - 24h + hour, DocumentReport::DatedItem::Novelty::fresh}};
    PollOutcome outcome;
    outcome.asked = outcome.now = midnight + 2h + 30min;
    outcome.response->status = 200;
    outcome.document = report;
    outcome.response->headers.etag = "\"1\"";
    auto const due = settle(state, feed, options, outcome, 1, 0).next_due;
    EXPECT_TRUE(due == midnight + 3h + 30min || due == midnight + 6h) << format_rfc3339(due);
    return due < midnight + 4h;
  };
  EXPECT_TRUE(breaks_in(0, 4h));
  for (int day = 1; day <= 9; ++day)
    EXPECT_EQ(breaks_in(day, 12h), day < 9) << day;  // one of ten is no habit
  EXPECT_TRUE(breaks_in(10, 5h));
  state = decode_poll_state(encode(state)).value();
  EXPECT_TRUE(breaks_in(11, 12h));
  for (int day = 12; day < 50; ++day) breaks_in(day, 4h);
  // What was published before four weeks says nothing, however many it were.
  for (int day = 50; day < 77; ++day) breaks_in(day, 12h);
  EXPECT_FALSE(breaks_in(77, 12h));
  // Nor does what was published in hours that the publisher did not name then.
  skipped = {3, 4, 5, 12};
  EXPECT_FALSE(breaks_in(78, 13h));
}

// ---- poll_state.h, due_queue.h --------------------------------------------------------------------

TEST(PollState, ComesBackAsItWas) {
  PollState state;
  state.configured_url = "http://h.example/f";
  state.adopted_url = "https://h.example/f";
  state.etag = "W/\"\x80\xff\"";
  state.validators_url = "https://h.example/f";
  state.next_due = noon;
  state.host_cooled_until = noon;
  state.cooled_host = "cdn.example";
  state.host_spacing = 4000ms;
  state.failures = 3;
  state.header_hint = 300s;
  state.rate.note_arrival(noon);
  state.push = std::make_unique<PushState>();
  state.push->hub = "https://hub.example/";
  state.push->phase = PushState::Phase::active;
  auto const back = decode_poll_state(encode(state)).value();
  EXPECT_EQ(encode(back), encode(state));
  EXPECT_EQ(back.etag, state.etag);
  EXPECT_EQ(back.host_spacing, 4000ms);
  EXPECT_EQ(back.validators_url, state.validators_url);
  EXPECT_EQ(back.push->phase, PushState::Phase::active);
}

TEST(PollState, RefusesWhatIsNone) {
  EXPECT_EQ(decode_poll_state("\xff\xff\xff").error().code, ErrorCode::corrupt);
}

struct Node {
  std::size_t due_place = due_nowhere;
  int name = 0;
};

TEST(DueQueue, GivesTheEarliestThroughAnyChanges) {
  std::mt19937 random(3);
  std::vector<Node> nodes(200);
  std::vector<UtcMicros> due(nodes.size(), UtcMicros::max());
  DueQueue<Node> queue;
  for (int step = 0; step < 20'000; ++step) {
    auto const i = random() % nodes.size();
    if (random() % 4 == 0) {
      queue.remove(nodes[i]);
      due[i] = UtcMicros::max();
    } else {
      due[i] = noon + std::chrono::seconds(random() % 1000);
      queue.set(nodes[i], due[i]);
    }
    ASSERT_EQ(queue.next_due(), *std::ranges::min_element(due));
  }
  auto last = UtcMicros{};
  while (!queue.empty()) {
    auto const next = queue.next_due();
    ASSERT_GE(next, last);
    last = next;
    ASSERT_EQ(queue.pop_due(next - 1us), nullptr);
    ASSERT_NE(queue.pop_due(next), nullptr);
  }
}

}  // namespace
}  // namespace newsfold::schedule
