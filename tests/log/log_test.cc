#include "daemon/log/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace newsfold::log {
namespace {

class Log : public ::testing::Test {
 protected:
  void TearDown() override {
    unsetenv("JOURNAL_STREAM");
    configure(Level::info, Style::automatic);
  }

  template <class Write>
  static std::string written_by(Write write_lines) {
    testing::internal::CaptureStderr();
    write_lines();
    flush();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(Log, GivesTheJournalThePriorityAndNoTime) {
  setenv("JOURNAL_STREAM", "8:12345", 1);
  configure(Level::debug, Style::automatic);
  auto const text = written_by([] {
    debug("journal_d");
    info("journal_i", {{"feed", "ars"}});
    warning("journal_w");
    error("journal_e");
  });
  EXPECT_EQ(text, "<7>journal_d\n<6>journal_i feed=ars\n<4>journal_w\n<3>journal_e\n");
}

TEST_F(Log, GivesAFileTheTimeInUtc) {
  configure(Level::info, Style::plain);
  auto const text = written_by([] { info("plain", {{"n", 1}}); });
  ASSERT_GT(text.size(), 25u);
  EXPECT_EQ(text.substr(23), "Z info plain n=1\n");
  EXPECT_EQ(text[10], 'T');
}

TEST_F(Log, ChangesItsLevelAtRunTime) {
  configure(Level::warning, Style::journal);
  EXPECT_EQ(written_by([] { info("level_unseen"); }), "");
  EXPECT_FALSE(enabled(Level::info));
  set_level(Level::debug);
  EXPECT_TRUE(enabled(Level::debug));
  EXPECT_EQ(written_by([] { debug("level_seen"); }), "<7>level_seen\n");
}

TEST_F(Log, HoldsBackAFlood) {
  configure(Level::info, Style::journal);
  auto const text = written_by([] {
    for (std::uint64_t i = 0; i < lines_per_window * 3; ++i) info("flood");
  });
  EXPECT_EQ(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')), lines_per_window);
}

TEST_F(Log, KeepsLinesWholeWhenManyThreadsWrite) {
  configure(Level::info, Style::journal);
  auto const text = written_by([] {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        auto const event = "thread" + std::to_string(t);
        for (int i = 0; i < 50; ++i) info(event, {{"text", "0123456789"}});
      });
    }
  });
  std::size_t lines = 0, start = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    EXPECT_EQ(text.substr(start + 10, end - start - 10), " text=0123456789");
    start = end + 1;
    ++lines;
  }
  EXPECT_EQ(lines, 200u);
}

TEST(LogLevel, ReadsWhatItPrints) {
  for (auto const level : {Level::debug, Level::info, Level::warning, Level::error}) {
    EXPECT_EQ(parse_level(to_string(level)), level);
  }
  EXPECT_EQ(parse_level("loud"), std::nullopt);
}

}  // namespace
}  // namespace newsfold::log
