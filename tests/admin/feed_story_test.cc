#include "daemon/run/feed_story.h"

#include "daemon/schedule/pace.h"
#include "feeds/text/join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsfold::run {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

UtcMicros const now = parse_rfc3339("2026-11-02T12:00:00Z").value();

schedule::FeedStatus answering() {
  schedule::FeedStatus feed;
  feed.name = "courier";
  feed.url = "https://courier.example/rss";
  feed.state.last_request = feed.state.last_answer = now - 1h;
  feed.state.last_status = 200;
  feed.state.window_items = 1;
  feed.state.next_due = now + 1h;
  return feed;
}

std::string story(schedule::FeedStatus const& feed) {
  health::FeedHealth health;
  health.articles = 1;
  health.polls = 1;
  return text::join(feed_story(feed, &health, now), " ");
}

TEST(FeedStory, SaysWhenAFeedIsAskedNextAndWhy) {
  EXPECT_THAT(story(answering()), HasSubstr("Next poll: 2026-11-02T13:00:00Z, because it brings about"));
}

TEST(FeedStory, OfAFeedThatIsDueWhileNothingIsPolledSaysWhereToLook) {
  auto feed = answering();
  feed.state.next_due = now - 1h;
  EXPECT_THAT(story(feed),
              HasSubstr("Next poll: 2026-11-02T11:00:00Z, but it is due, and nothing is polled now: "
                        "see newsfold status"));
  feed.activity = schedule::FeedStatus::Activity::polling;
  EXPECT_THAT(story(feed), HasSubstr("Next poll: now, because it is being asked now"));
  feed.activity = schedule::FeedStatus::Activity::waiting;
  feed.state.paused_at = now - 2h;
  EXPECT_THAT(story(feed), HasSubstr("Next poll: none, paused by hand"));
}

TEST(FeedStory, SaysHowLongAFailureKeepsUsAwayAndThatItDoublesOnlyWhereItDoes) {
  auto feed = answering();
  feed.state.failures = 3;
  feed.state.last_error = "the server answered 500";
  feed.state.last_status = 500;
  EXPECT_THAT(story(feed),
              HasSubstr("because it failed 3 times in a row: each failure doubles the wait, up to a "
                        "bound; it is asked again 2 h after the last time."));
  // 0: robots.txt may forbid it.
  for (unsigned const status : {0u, 401u, 403u, 410u}) {
    feed.state.last_status = status;
    EXPECT_THAT(story(feed),
                HasSubstr("because it failed 3 times in a row: it is asked again 2 h after the last time."))
        << status;
  }
}

TEST(FeedStory, SaysOfAFeedThatIsGoneWhoSaysSo) {
  auto feed = answering();
  feed.state.gone_announced = true;
  feed.state.last_status = 410;
  EXPECT_THAT(story(feed),
              HasSubstr("its publisher says that it is gone for good (410): asked now and then"));
  feed.state.last_status = 404;
  EXPECT_THAT(story(feed), HasSubstr("nothing was at its address for a month (404): asked now and then"));
  feed.state.last_status = 500;
  EXPECT_THAT(story(feed), HasSubstr("it counts as gone: asked now and then"));
}

TEST(FeedStory, SaysOfAServerWhether304IsToBeHadFromIt) {
  auto feed = answering();
  feed.state.last_full = feed.state.last_answer;
  feed.state.body_hash = 1;
  EXPECT_THAT(story(feed), HasSubstr("304 is not to be had from it"));  // without validators it cannot
  feed.state.etag = "\"1\"";
  EXPECT_THAT(story(feed), Not(HasSubstr("304")));
  feed.state.needless_full = schedule::needless_full_max - 1;
  EXPECT_THAT(story(feed), Not(HasSubstr("304")));
  feed.state.needless_full = schedule::needless_full_max;
  EXPECT_THAT(story(feed), HasSubstr("304 is not to be had from it"));
  feed.state.needless_full = 0;
  feed.state.not_modified = 7;
  EXPECT_THAT(story(feed), HasSubstr("It answers conditional requests well (304 so far: 7)."));
}

TEST(FeedStory, CountsOneAsOne) {
  auto const told = story(answering());
  for (auto const* one : {"1 item (", "1 article is", "1 poll,"}) EXPECT_THAT(told, HasSubstr(one));
  EXPECT_THAT(told, Not(HasSubstr("1 polls")));
}

}  // namespace
}  // namespace newsfold::run
