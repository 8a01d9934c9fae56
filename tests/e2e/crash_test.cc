// kill -9 in the middle of ingest, again and again: what was announced stays, with its number; nothing is
// announced as new twice.

#include "tests/e2e/daemon_process.h"

#include <gtest/gtest.h>

#include <csignal>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;

constexpr int kills = 20;

TEST(Crash, TwentyKillsLoseNothingThatWasAnnounced) {
  Installation const installation;
  DemoOrigin const origin(installation, 5, 0);  // a new item every second or so
  std::vector<SeenEvent> announced;
  for (int kill = 0; kill < kills; ++kill) {
    auto const daemon = installation.start_daemon();
    // Follows the log from its beginning: what was announced must come again just so. Then it waits for a
    // little more, another amount each time, so that the kill meets commits at different moments.
    auto const wanted = announced.size() + static_cast<std::size_t>(kill % 4);
    auto seen = installation.events(wanted, within(announced.empty() ? 20s : 3s));
    ASSERT_GE(seen.size(), announced.size()) << "after kill " << kill << " events are missing\n"
                                             << installation.log();
    ASSERT_EQ(broken_promise(seen), "") << "after kill " << kill;
    for (std::size_t i = 0; i < announced.size(); ++i) {
      ASSERT_TRUE(seen[i] == announced[i])
          << "after kill " << kill << ": number " << i + 1 << " was " << announced[i].type << " "
          << announced[i].url << " and is " << seen[i].type << " " << seen[i].url;
    }
    announced = std::move(seen);
    daemon->signal(SIGKILL);
    ASSERT_EQ(daemon->wait(within(10s)), 128 + SIGKILL);
  }
  auto const daemon = installation.start_daemon();
  auto const all = installation.events(announced.size() + 10, within(30s));
  EXPECT_GE(all.size(), announced.size());
  EXPECT_EQ(broken_promise(all), "");
  RecordProperty("events", static_cast<int>(all.size()));
}

}  // namespace
}  // namespace newsfold::e2e
