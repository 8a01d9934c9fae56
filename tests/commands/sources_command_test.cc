// What the commands that look at sources say, run in this process.

#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/config/config.h"
#include "daemon/config/load.h"
#include "daemon/schedule/poll_state.h"
#include "storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace newsfold {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class SourcesCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/newsfold-commands.XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(std::string const& name, std::string const& text) const {
    auto const path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  // A store that knows `state` of the feed `name`.
  void keep(std::string const& name, schedule::PollState const& state) const {
    config::Source source;
    source.name = name;
    storage::StoreOptions options;
    options.fresh_epoch = Epoch{1};
    auto const store = storage::Store::open(folder_ / "store", options);
    ASSERT_TRUE(store) << store.error().message;
    storage::FeedChange change;
    change.feed = config::feed_id(source);
    change.feed_name = name;
    change.state = schedule::encode(state);
    ASSERT_TRUE((*store)->commit({&change, 1}, parse_rfc3339("2026-11-02T12:00:00Z").value()));
  }
  void run(std::vector<char const*> words) {
    CommandLine line("newsfold", "Turns news into a stream.", "1.0");
    CommandContext context;
    add_discover_command(line.root(), context);
    add_opml_command(line.root(), context);
    add_plan_command(line.root(), context);
    words.insert(words.begin(), "newsfold");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    line.run(int(words.size()), words.data(), context.exit_code);
    out_ = testing::internal::GetCapturedStdout();
    notes_ = testing::internal::GetCapturedStderr();
    exit_code_ = context.exit_code;
  }

  std::filesystem::path folder_;
  std::string out_, notes_;
  int exit_code_ = -1;
};

TEST_F(SourcesCommandTest, AnImportSaysWhatItLeftOutAndNoPassword) {
  auto const list = write("list.opml",
                          "<opml><body><outline text='A' xmlUrl='https://a.example/a feed'/>"
                          "<outline xmlUrl='https://user:pw@b.example/feed'/>"
                          "<outline xmlUrl='https://b.example:port/feed'/></body></opml>");
  run({"opml", "import", list.c_str()});
  EXPECT_EQ(exit_code_, 0);
  EXPECT_EQ(out_, "[[feed]]\nname = \"A\"\nurl = \"https://a.example/a%20feed\"\n");
  EXPECT_THAT(notes_, HasSubstr("1 feed; 2 whose URL a configuration cannot hold were left out"));
  EXPECT_THAT(notes_, Not(HasSubstr("pw")));
}

TEST_F(SourcesCommandTest, AnImportCountsAddressesThatNobodyCanFetch) {
  auto const list = write("list.opml",
                          "<opml><body><outline text='A' xmlUrl='feed://a.example/feed'/>"
                          "<outline xmlUrl='ftp://b.example/feed'/><outline xmlUrl='exec:feed.sh'/>"
                          "<outline xmlUrl='feed.xml'/></body></opml>");
  run({"opml", "import", list.c_str()});
  EXPECT_EQ(out_, "[[feed]]\nname = \"A\"\nurl = \"http://a.example/feed\"\n");
  EXPECT_THAT(notes_, HasSubstr("1 feed; 3 whose URL a configuration cannot hold were left out"));
}

TEST_F(SourcesCommandTest, WhatIsDiscoveredIsAConfigurationThatLoads) {
  auto const page =
      write("page.html",
            "<meta charset=utf-8><link rel=alternate type='application/rss+xml' title='All' href='/föö.rss'>"
            "<link rel=alternate type='application/rss+xml' href='/f%c3%b6%c3%b6.rss'>"
            "<link rel=alternate type='application/rss+xml' href='http://other.example:port/rss'>"
            "<link rel=alternate type='application/rss+xml' href='http://me:pw@other.example/rss'>");
  run({"discover", page.c_str(), "--url", "http://site.example/"});
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(out_, HasSubstr("but a configuration cannot hold its address\n# [[feed]]\n"));
  auto const loaded = config::parse_config(out_, (folder_ / "config.toml").string());
  ASSERT_TRUE(loaded.ok()) << config::describe(loaded.problems) << out_;
  ASSERT_EQ(loaded.config.sources.size(), 1u) << out_;
  EXPECT_EQ(loaded.config.sources[0].name, "All");
  EXPECT_EQ(loaded.config.sources[0].url, "http://site.example/f%c3%b6%c3%b6.rss");
}

TEST_F(SourcesCommandTest, APlanHasTheFeedsOfListsThatWereReadAndNamesTheOthers) {
  auto const config =
      write("config.toml", "[storage]\npath = \"" + (folder_ / "store").string() +
                               "\"\n[[opml]]\nname = \"team\"\nurl = \"https://lists.example/team\"\n"
                               "[[opml]]\nname = \"later\"\nurl = \"https://lists.example/later\"\n");
  run({"plan", config.c_str()});
  EXPECT_THAT(out_, HasSubstr("the feeds of list \"team\", which was not read yet"));
  config::Source team;
  team.name = "team";
  char copy[40];
  std::snprintf(copy, sizeof copy, "lists/%016llx.opml",
                static_cast<unsigned long long>(number(config::feed_id(team))));
  write(copy, "<opml><body><outline text='Harbour' xmlUrl='https://harbour.example/feed'/></body></opml>");
  run({"plan", config.c_str()});
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(out_, HasSubstr("\nHarbour "));
  EXPECT_THAT(out_, HasSubstr("\nharbour.example "));
  EXPECT_THAT(out_, Not(HasSubstr("list \"team\"")));
  EXPECT_THAT(out_, HasSubstr("the feeds of list \"later\", which was not read yet"));
  run({"plan", config.c_str(), "--json"});
  EXPECT_THAT(out_, HasSubstr("\"url\":\"https://harbour.example/feed\""));
  EXPECT_THAT(out_, HasSubstr("\"lists_not_read_yet\":[\"later\"]"));
}

TEST_F(SourcesCommandTest, APlanSaysWhichFeedsArePaused) {
  schedule::PollState state;
  state.configured_url = "https://harbour.example/feed";
  state.paused_at = parse_rfc3339("2026-11-02T12:00:00Z").value();
  keep("harbour", state);
  auto const config =
      write("config.toml", "[storage]\npath = \"" + (folder_ / "store").string() +
                               "\"\n[[feed]]\nname = \"harbour\"\nurl = \"" + state.configured_url +
                               "\"\n[[feed]]\nname = \"valley\"\nurl = \"https://valley.example/feed\"\n");
  run({"plan", config.c_str()});
  EXPECT_THAT(out_, ContainsRegex("\nharbour +\\?  +paused\n"));
  EXPECT_THAT(out_, Not(HasSubstr("\nharbour.example")));
  EXPECT_THAT(out_, HasSubstr("\nvalley.example"));
  run({"plan", config.c_str(), "--json"});
  EXPECT_THAT(out_, HasSubstr("\"paused\":true,\"fails\""));
  EXPECT_THAT(out_, HasSubstr("\"paused\":false,\"fails\""));
  run({"plan", config.c_str(), "--afresh"});
  EXPECT_THAT(out_, Not(HasSubstr("paused")));
}

TEST_F(SourcesCommandTest, APlanKnowsAFeedUnderItsNewNameAsAStartDoes) {
  schedule::PollState state;
  state.configured_url = "https://harbour.example/feed";
  state.last_request = state.last_answer =
      std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  state.next_due = state.last_request + std::chrono::hours(5);
  keep("harbour", state);
  auto const config =
      write("config.toml", "[storage]\npath = \"" + (folder_ / "store").string() +
                               "\"\n[[feed]]\nname = \"port\"\nurl = \"" + state.configured_url + "\"\n");
  run({"plan", config.c_str()});
  EXPECT_THAT(out_, ContainsRegex("\nport .* in [45]h"));
}

}  // namespace
}  // namespace newsfold
