// Several feeds, names or configurations that come to stand for one address.
#include "daemon/schedule/feed_arrival.h"
#include "tests/schedule/poll_world.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;

// Something happens in the middle of the first request.
class Interrupted final : public fetch::Client {
 public:
  Interrupted(Clock const& clock, std::function<void()> event) : clock_(clock), event_(std::move(event)) {}
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
    asked.push_back(clock_.now());
    co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
    fetch::Response response;
    response.final_url = request.url;
    response.status = request.etag.empty() ? 200 : 304;
    response.conditional = !request.etag.empty();
    response.headers.etag = "\"1\"";
    response.body = response.conditional ? "" : "1\n";
    if (asked.size() == 1) event_();
    co_return response;
  }
  std::vector<UtcMicros> asked;

 private:
  Clock const& clock_;
  std::function<void()> event_;
};

class TwinWorld : public PollWorld {
 protected:
  // A record of a feed that was asked at `url` an hour ago and is due at `due`.
  PollState known(std::string configured, std::string adopted, std::string etag, UtcMicros due) {
    PollState state;
    state.configured_url = std::move(configured);
    state.adopted_url = std::move(adopted);
    state.etag = std::move(etag);
    state.validators_url = state.poll_url();
    state.body_hash = 1;
    state.last_full = state.last_answer = state.last_request = test_start() - 1h;
    state.next_due = due;
    return state;
  }
  static auto versions(int const& version) {
    return [&version](OriginRequest const& request) {
      auto const text = std::to_string(version);
      return answer_conditionally(request, say(text + "\n", {{"ETag", '"' + text + '"'}}));
    };
  }
  // `client` is interrupted in its first request, for `url`; the second comes when an hour is over.
  void expect_one_request_an_hour(Interrupted& client, std::string url) {
    client_ = &client;
    start({feed(std::move(url), 1)});
    run_for(59min);
    EXPECT_EQ(client.asked.size(), 1u);
    run_for(2min);
    EXPECT_EQ(client.asked.size(), 2u);
    stop();
  }
  std::vector<std::string> asked_with() {
    std::vector<std::string> out;
    for (auto const& request : origin_.requests())
      out.push_back(std::string(request.header("If-None-Match")));
    return out;
  }
};

using Strings = std::vector<std::string>;

TEST_F(TwinWorld, AnOperatorWhoFollowsAMoveBeginsNothingAnew) {
  serve("h.example", "/new", unchanged);
  sink_.states[1] = encode(known("http://h.example/old", "http://h.example/new", "\"1\"", test_start() + 2h));
  start({feed("http://h.example/new")});
  run_for(119min);
  EXPECT_EQ(times("h.example/new").size(), 0u);
  run_for(2min);
  EXPECT_EQ(asked_with(), (Strings{"\"1\""}));
  EXPECT_EQ(state().adopted_url, "");
  EXPECT_EQ(state().configured_url, "http://h.example/new");
}

TEST_F(TwinWorld, WhoFollowedIsNotAskedRightAfterAFailureOfTheOther) {
  serve("h.example", "/f", [](OriginRequest const&) { return status(500); });
  sink_.states[1] = encode(known("http://h.example/f", "", "\"1\"", test_start() + 1min));
  sink_.states[2] = encode(known("http://old.example/f", "http://h.example/f", "\"1\"", test_start() + 1min));
  start({feed("http://h.example/f", 1), feed("http://old.example/f", 2)});
  run_for(29min);
  EXPECT_EQ(times("h.example/f").size(), 1u);
  run_for(24h);
  auto const& all = times("h.example/f");
  EXPECT_GT(all.size(), 3u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i] - all[i - 1], 30min - 1s) << i;
}

TEST_F(TwinWorld, WhoeverAsksBringsWhatTheLastOneWasTold) {
  int version = 3;
  serve("h.example", "/f", versions(version));
  auto ahead = known("http://h.example/f", "", "\"3\"", test_start() + std::chrono::days(2));
  ahead.failures = 1;  // of late, so that the other takes its turn
  ahead.last_error = "status 500";
  ahead.failing_since = ahead.last_request;
  sink_.states[1] = encode(ahead);
  auto behind = known("http://old.example/f", "http://h.example/f", "\"2\"", test_start() + 1min);
  behind.last_request -= 24h;
  sink_.states[2] = encode(behind);
  start({feed("http://h.example/f", 1), feed("http://old.example/f", 2)});
  run_for(10min);
  EXPECT_EQ(asked_with(), (Strings{"\"3\""}));
  version = 4;
  run_for(1h);
  EXPECT_EQ(state(2).etag, "\"4\"");
  run_until(test_start() + std::chrono::days(2) + 1min);  // when the first one's turn comes
  EXPECT_EQ(asked_with().back(), "\"4\"");
  EXPECT_EQ(state(1).etag, "\"4\"");
}

TEST_F(TwinWorld, ANewNameInTheMiddleOfARequestAsksNoSecondTime) {
  sink_.states[1] = encode(known("http://h.example/f", "", "\"1\"", test_start()));
  Interrupted client(clock_, [&] {
    sink_.states[2] = under_new_name(sink_.states[1]);
    set_feeds({feed("http://h.example/f", 2)});
  });
  expect_one_request_an_hour(client, "http://h.example/f");
}

TEST_F(TwinWorld, ANewNameForWhereAFeedHasMovedAsksNoSecondTimeEither) {
  sink_.states[1] = encode(known("http://h.example/old", "http://h.example/new", "\"1\"", test_start()));
  Interrupted client(clock_, [&] { set_feeds({feed("http://h.example/new", 2)}); });
  expect_one_request_an_hour(client, "http://h.example/old");
}

TEST_F(TwinWorld, OneThatIsTakenOutInTheMiddleOfARequestIsKnownToHaveBeenAsked) {
  serve("h.example", "/f", unchanged);
  bool gone = false;
  sink_.adjust = [&](DocumentReport&) {
    if (!std::exchange(gone, true)) set_feeds({});
  };
  start({feed("http://h.example/f", 1)});
  ASSERT_TRUE(gone);
  run_for(1min);
  set_feeds({feed("http://h.example/f", 1)});
  run_for(58min);
  EXPECT_EQ(times("h.example/f").size(), 1u);
  run_for(2min);
  EXPECT_EQ(asked_with(), (Strings{"", "\"1\""}));
}

TEST_F(TwinWorld, AClockThatIsSetBackWhileAFeedIsAskedMovesItsNextTurnOnce) {
  clock_.set(test_start() + 3h);
  sink_.states[1] = encode(known("http://h.example/f", "", "\"1\"", test_start() + 3h));
  Interrupted client(clock_, [&] { clock_.set(test_start()); });
  client_ = &client;
  auto hourly = feed("http://h.example/f");
  hourly.interval = 1h;
  start({hourly});
  run_for(58min);
  EXPECT_EQ(client.asked.size(), 1u);
  run_for(3min);
  EXPECT_EQ(client.asked.size(), 2u);
  stop();
}

}  // namespace
}  // namespace newsfold::schedule
