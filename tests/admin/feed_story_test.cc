#include "daemon/run/feed_story.h"

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

TEST(FeedStory, CountsOneAsOne) {
  auto const told = story(answering());
  for (auto const* one : {"1 item (", "1 article is", "1 poll,"}) EXPECT_THAT(told, HasSubstr(one));
  EXPECT_THAT(told, Not(HasSubstr("1 polls")));
}

}  // namespace
}  // namespace newsfold::run
