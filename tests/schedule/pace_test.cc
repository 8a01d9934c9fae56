// The longest that a feed is left alone, and how those are asked who refuse us.
#include "daemon/schedule/feed_arrival.h"
#include "tests/schedule/poll_world.h"

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;

TEST_F(PollWorld, BeforeMoreThanHalfOfWhatAFeedShowsScrolledByItIsAskedAgain) {
  // An item every two hours, the newest four in the document: half of them have scrolled by after four hours.
  serve("h.example", "/f", [&](OriginRequest const& request) {
    auto const newest = std::chrono::floor<std::chrono::hours>(clock_.now() - test_start()).count() / 2 + 4;
    std::string body;
    for (auto item = newest; item > newest - 4; --item) body += std::to_string(item) + "\n";
    return answer_conditionally(request, say(body, {{"ETag", '"' + std::to_string(newest) + '"'}}));
  });
  options_.polling.budget_per_day = 0.01;  // so that no other reason to come draws it near
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(20));
  auto const gaps = gaps_min("h.example/f");
  ASSERT_GE(gaps.size(), 40u);
  for (std::size_t i = gaps.size() - 30; i < gaps.size(); ++i) {
    EXPECT_LE(gaps[i], 5 * 60) << i;
    EXPECT_GE(gaps[i], 3 * 60) << i;
  }
}

TEST_F(PollWorld, ASilentFeedIsAskedOnceADayHoweverSmallTheBudget) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n2\n3\n4\n5\n6\n7\n8\n9\n", {{"ETag", "\"a\""}}));
  });
  options_.polling.budget_per_day = 0.01;
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(20));
  auto const gaps = gaps_min("h.example/f");
  ASSERT_GE(gaps.size(), 19u);
  for (std::size_t i = 1; i < gaps.size(); ++i) EXPECT_EQ(gaps[i], 1440) << i;
}

TEST_F(PollWorld, WhoRefusesUsIsAskedEveryFourHours) {
  serve("a.example", "/f", [](OriginRequest const&) { return status(401); });
  serve("b.example", "/f", [](OriginRequest const&) { return status(403); });
  start({feed("http://a.example/f", 1), feed("http://b.example/f", 2)});
  run_for(std::chrono::days(3));
  for (std::string const key : {"a.example/f", "b.example/f"}) {
    auto const gaps = gaps_min(key);
    ASSERT_GE(gaps.size(), 17u) << key;
    for (auto const gap : gaps) EXPECT_EQ(gap, 240) << key;
  }
  EXPECT_EQ(state(1).last_error, "the server wants a user and password (401)");
  EXPECT_EQ(state(2).last_error, "the server refuses us (403)");
}

// Without its document its validators went, too: that is no word of the server's.
TEST_F(PollWorld, WhereADocumentWasLostAnErrorCostsHalfAnHourAsEver) {
  bool up = true;
  serve("h.example", "/f",
        [&](OriginRequest const& request) { return up ? unchanged(request) : status(500); });
  start({feed("http://h.example/f")});
  run_for(10h);
  stop();
  sink_.states[1] = without_document(sink_.states[1]);
  up = false;
  auto const before = times("h.example/f").size();
  start({feed("http://h.example/f")});
  run_for(1min);
  ASSERT_EQ(times("h.example/f").size(), before + 1);
  run_for(2h);
  EXPECT_GE(times("h.example/f").size(), before + 2);
}

}  // namespace
}  // namespace newsfold::schedule
