// Start, poll, follow, stop, start again: nothing lost, nothing twice.

#include "tests/e2e/daemon_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <set>
#include <string>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;

std::ptrdiff_t count_of(std::vector<SeenEvent> const& events, std::string_view type) {
  return std::count_if(events.begin(), events.end(),
                       [&](SeenEvent const& event) { return event.type == type; });
}

TEST(Restart, LosesNothingAndAnnouncesNothingTwice) {
  Installation const installation;
  DemoOrigin const origin(installation, 4, 0);

  auto daemon = installation.start_daemon();
  auto const before = installation.events(20, within(60s));
  ASSERT_EQ(before.size(), 20u) << installation.log();
  EXPECT_EQ(broken_promise(before), "");

  daemon->signal(SIGTERM);
  ASSERT_EQ(daemon->wait(within(20s)), 0) << installation.log();

  daemon = installation.start_daemon();
  auto const after = installation.events(40, within(60s));
  ASSERT_GE(after.size(), 40u) << installation.log();
  EXPECT_EQ(broken_promise(after), "");
  EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin()));
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(20s)), 0) << installation.log();
}

TEST(Restart, ATailThatStaysConnectsAgainAndGoesOnWhereItWas) {
  Installation const installation;
  DemoOrigin const origin(installation, 4, 0);
  auto daemon = installation.start_daemon();
  auto const tail = installation.command({"tail", "--from", "1", "--json"});
  std::vector<SeenEvent> seen;
  auto const follow = [&](std::size_t count) {
    auto const deadline = within(60s);
    while (seen.size() < count) {
      auto const line = tail->line(deadline);
      if (!line) return;
      if (auto event = parse_event(*line)) seen.push_back(std::move(*event));
    }
  };
  follow(15);
  ASSERT_EQ(seen.size(), 15u) << installation.log();
  daemon->signal(SIGTERM);
  ASSERT_EQ(daemon->wait(within(20s)), 0);
  daemon = installation.start_daemon();
  follow(40);
  ASSERT_EQ(seen.size(), 40u) << installation.log();
  EXPECT_EQ(broken_promise(seen), "");
}

// The whole demo at speed: what it was written to show is seen in the change log.
TEST(Demo, ShowsCopiesEditsAWithdrawalAnOutageAMoveAndAMirrorFoldedIntoItsOriginal) {
  Installation const installation;
  DemoOrigin const origin(installation, 4, 0);
  auto const daemon = installation.start_daemon();
  std::map<std::string, std::uint64_t> stories;  // by the last part of the link: copies keep it in this world
  std::set<std::string> unfolded;
  bool mirror_folded = false, walled_folded = false;
  bool withdrawn = false, failing = false, recovered = false, moved = false, copied = false;
  std::uint64_t edits = 0;  // of the article that is edited most often
  auto const events = installation.events_until(
      [&](SeenEvent const& event) {
        if (event.story != 0) {
          auto const name = event.url.substr(event.url.rfind('/') + 1);
          auto const known = stories.emplace(name, event.story).first;
          if (known->second != event.story) unfolded.insert(event.feed + ": " + name);
          mirror_folded = mirror_folded || (event.feed == "dailyreads" && name == "sodium-battery");
          // Cut off by a wall, with nothing but a teaser in its feed.
          walled_folded = walled_folded || (event.feed == "ledger" && name == "rate-hold");
        }
        withdrawn = withdrawn || event.type == "article.withdrawn";
        failing = failing || event.type == "feed.failing";
        recovered = recovered || event.type == "feed.recovered";
        moved = moved || (event.type == "feed.moved" && event.feed == "open-orchard");
        if (event.type == "article.updated") edits = std::max(edits, event.version - 1);
        copied = copied || event.type == "article.copied";
        return mirror_folded && walled_folded && withdrawn && failing && recovered && moved && edits >= 2 &&
               copied;
      },
      within(90s));
  EXPECT_TRUE(copied);
  EXPECT_TRUE(mirror_folded);
  EXPECT_TRUE(walled_folded);
  EXPECT_THAT(unfolded, testing::IsEmpty());
  EXPECT_GE(edits, 2u);
  EXPECT_TRUE(withdrawn);
  EXPECT_TRUE(failing);
  EXPECT_TRUE(recovered);
  EXPECT_TRUE(moved);
  EXPECT_EQ(broken_promise(events), "");
  EXPECT_GE(count_of(events, "article.created"), 20);
}

}  // namespace
}  // namespace newsfold::e2e
