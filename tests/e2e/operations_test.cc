// The commands of whoever runs Newsfold, against a running daemon and against its store.

#include "daemon/commands/api_client.h"
#include "tests/e2e/daemon_process.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

ApiClient client_of(Installation const& installation) {
  ApiAddress address;
  address.socket = installation.socket_path();
  return ApiClient(std::move(address));
}

std::size_t lines_in(std::string const& text) {
  return std::size_t(std::count(text.begin(), text.end(), '\n'));
}

// A daemon that has read the demo world for a while.
struct Operations : ::testing::Test {
  void SetUp() override {
    origin = std::make_unique<DemoOrigin>(installation, 4, 3600);
    daemon = installation.start_daemon();
    ASSERT_GE(installation.events(25, within(patience)).size(), 25u) << installation.log();
  }
  void stop_daemon() {
    daemon->signal(SIGTERM);
    ASSERT_EQ(daemon->wait(within(patience)), 0) << installation.log();
  }
  std::string first_feed() const {
    auto const names = installation.run({"feeds", "--names"}).output;
    return names.substr(0, names.find('\n'));
  }

  Installation installation;
  std::unique_ptr<DemoOrigin> origin;
  std::unique_ptr<Process> daemon;
};

TEST_F(Operations, FeedsAreToldInATableAndOneByOne) {
  auto const table = installation.run({"feeds"});
  EXPECT_EQ(table.status, 0);
  EXPECT_THAT(table.output, HasSubstr("FEED"));
  EXPECT_THAT(table.output, HasSubstr("REMARK"));
  EXPECT_THAT(table.output, HasSubstr("the configuration says `interval` = "));
  auto const feed = first_feed();
  auto const why = installation.run({"why", feed});
  EXPECT_EQ(why.status, 0) << why.errors;
  EXPECT_THAT(why.output, HasSubstr("Next poll: "));
  EXPECT_THAT(why.output, HasSubstr("because"));
  auto const nobody = installation.run({"why", "no-such-feed"});
  EXPECT_EQ(nobody.status, 1);
  EXPECT_THAT(nobody.errors, HasSubstr("no-such-feed"));
}

TEST_F(Operations, APausedFeedStaysPausedAcrossARestartUntilItIsResumed) {
  auto const feed = first_feed();
  ASSERT_EQ(installation.run({"pause", feed}).status, 0);
  EXPECT_THAT(installation.run({"feeds"}).output, HasSubstr("paused by hand"));
  auto const refused = installation.run({"poll", feed});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("newsfold resume"));
  stop_daemon();
  daemon = installation.start_daemon();
  EXPECT_THAT(installation.run({"why", feed}).output, HasSubstr("paused by hand since"));
  ASSERT_EQ(installation.run({"resume", feed}).status, 0);
  EXPECT_THAT(installation.run({"why", feed}).output, Not(HasSubstr("paused")));
}

TEST_F(Operations, SearchExportBackupAndVerifyGoWithADaemonAndWithout) {
  auto const found = installation.run({"search", "bridge"});
  EXPECT_EQ(found.status, 0) << found.errors;
  EXPECT_GT(lines_in(found.output), 0u);
  EXPECT_THAT(found.errors, HasSubstr("looked at all"));
  auto const feed = first_feed();
  auto const archive = installation.folder() + "/articles.jsonl.zst";
  ASSERT_EQ(installation.run({"export", "-o", archive}).status, 0);
  auto const backups = installation.folder() + "/backups";
  auto const backup = installation.run({"backup", backups});
  ASSERT_EQ(backup.status, 0) << backup.errors;
  EXPECT_THAT(backup.output, HasSubstr("everything up to event"));
  auto const verified = installation.run({"verify"});
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("0 corrupt, 0 wrong references"));
  EXPECT_EQ(installation.run({"compact"}).status, 0);
  auto const repair = installation.run({"verify", "--repair"});
  EXPECT_EQ(repair.status, 1);
  EXPECT_THAT(repair.errors, HasSubstr("stop the daemon first"));
  // Asked for the store itself, a command does not read beside the daemon.
  auto const store = installation.folder() + "/store";
  auto const beside = installation.run({"search", "--store", store, "bridge"});
  EXPECT_EQ(beside.status, 1);
  EXPECT_THAT(beside.errors, HasSubstr("open in another process"));

  stop_daemon();
  auto const config = installation.config_path();
  auto const direct = installation.run({"search", "--config", config, "bridge"});
  EXPECT_EQ(direct.status, 0) << direct.errors;
  EXPECT_GE(lines_in(direct.output), lines_in(found.output));
  EXPECT_EQ(installation.run({"verify", "--repair", "--config", config}).status, 0);

  // What the store remembers, by the commands that ask the daemon otherwise.
  auto const feeds = installation.run({"feeds", "--config", config});
  EXPECT_EQ(feeds.status, 0) << feeds.errors;
  EXPECT_THAT(feeds.errors, HasSubstr("no daemon answers; this is what the store remembers"));
  EXPECT_THAT(feeds.output, HasSubstr(feed));
  EXPECT_THAT(installation.run({"status", "--config", config}).output, HasSubstr("articles"));
  EXPECT_THAT(installation.run({"why", feed, "--store", store}).output, HasSubstr("Last asked "));
  EXPECT_THAT(installation.run({"show", "1", "--store", store}).output, HasSubstr("feed "));
  EXPECT_EQ(installation.run({"why", "1", "--store", store}).status, 0);
  auto const nowhere = installation.run({"feeds", "--store", installation.folder() + "/none"});
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_THAT(nowhere.errors, HasSubstr("there is no store in"));

  // The drill of docs/OPERATIONS.md.
  auto const drill = installation.folder() + "/a-folder-that-is-not-there-yet/drill";
  auto const restored = installation.run({"restore", backups, "--store", drill});
  ASSERT_EQ(restored.status, 0) << restored.errors;
  EXPECT_THAT(restored.output, HasSubstr("begins epoch"));
  EXPECT_EQ(installation.run({"verify", "--store", drill}).status, 0);
  EXPECT_GT(lines_in(installation.run({"search", "--store", drill, "bridge"}).output), 0u);
  auto const again = installation.run({"restore", backups, "--store", drill});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.errors, HasSubstr("not empty"));

  auto const other = installation.folder() + "/other";
  auto const imported = installation.run({"import", archive, "--store", other});
  EXPECT_EQ(imported.status, 0) << imported.errors;
  auto const exported = installation.run({"export", "--store", other});
  EXPECT_EQ(exported.status, 0);
  EXPECT_GT(lines_in(exported.output), 10u);
  auto const opml = installation.run({"export", "--format", "opml", "--config", config});
  EXPECT_EQ(opml.status, 0) << opml.errors;
  EXPECT_EQ(opml.output, installation.run({"opml", "export", "--config", config}).output);
  EXPECT_THAT(opml.output, HasSubstr("<opml version=\"2.0\">"));
}

// sudo newsfold verify --repair, restore, import: the daemon could not write to what root leaves there.
TEST_F(Operations, WhatRootWritesIntoTheStoreBelongsToItsOwner) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  stop_daemon();
  constexpr unsigned somebody = 12345;
  auto const store = installation.folder() + "/store";
  auto const give = [&](std::string const& path) { ASSERT_EQ(chown(path.c_str(), somebody, somebody), 0); };
  give(store);
  for (auto const& entry : std::filesystem::directory_iterator(store)) give(entry.path());
  auto const strangers = [&] {
    std::string out;
    for (auto const& entry : std::filesystem::directory_iterator(store)) {
      struct stat found {};
      if (stat(entry.path().c_str(), &found) != 0 || found.st_uid != somebody)
        out += entry.path().string() + "\n";
    }
    return out;
  };
  auto const ran = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--store", store});
    auto const done = installation.run(words);
    EXPECT_EQ(done.status, 0) << words[0] << ": " << done.errors;
  };
  auto const archive = installation.folder() + "/all.jsonl";
  auto const backups = installation.folder() + "/backup";
  ran({"export", "-o", archive});
  ran({"verify", "--repair"});
  EXPECT_EQ(strangers(), "");
  ran({"compact"});
  ran({"import", archive});
  EXPECT_EQ(strangers(), "");
  ran({"backup", backups});
  std::filesystem::remove_all(store);
  give(installation.folder());
  ran({"restore", backups});
  EXPECT_EQ(strangers(), "");
}

TEST_F(Operations, HealthNamesWhatIsDegraded) {
  auto const client = client_of(installation);
  EXPECT_EQ(client.get("/healthz")->body, "alive\n");
  auto const ready = client.get("/readyz");
  EXPECT_EQ(ready->status, 200);
  EXPECT_EQ(ready->body, "ready\n");
  EXPECT_THAT(client.get("/v1/status")->body, HasSubstr("\"degraded\":[]"));
}

TEST_F(Operations, WhoMayNotAskIsToldWhoMay) {
  if (geteuid() != 0 || !std::filesystem::exists("/usr/bin/setpriv")) GTEST_SKIP() << "needs another user";
  auto const as_nobody = [&](std::string const& arguments) {
    Process process(
        {{"/bin/sh", "-c",
          "exec setpriv --reuid=65534 --regid=65534 --clear-groups " NEWSFOLD_BIN " " + arguments + " 2>&1"},
         {},
         {}});
    auto said = process.rest(within(patience));
    EXPECT_EQ(process.wait(within(patience)), 1) << said;
    return said;
  };
  auto const asked = as_nobody("feeds --socket " + installation.socket_path());
  EXPECT_THAT(asked, HasSubstr("join the group newsfold"));
  EXPECT_THAT(asked, Not(HasSubstr("no daemon answers")));
  EXPECT_THAT(as_nobody("search --store " + installation.folder() + "/store bridge"),
              HasSubstr("may not read the store"));
}

TEST(Disk, BelowTheBoundNothingIsPolledAndItIsSaid) {
  Installation installation;
  DemoOrigin const origin(installation, 4, 3600);
  auto text = read_text_file(installation.config_path());
  auto const storage = text.find("[storage]\n");
  ASSERT_NE(storage, std::string::npos) << text;
  text.insert(storage + std::string_view("[storage]\n").size(), "disk_free_min = \"1000TiB\"\n");
  std::ofstream(installation.config_path()) << text;
  auto const daemon = installation.start_daemon();
  auto const client = client_of(installation);
  auto const ready = client.get("/readyz");
  ASSERT_TRUE(ready) << installation.log();
  EXPECT_EQ(ready->status, 200);
  EXPECT_THAT(ready->body, HasSubstr("degraded: disk_low: "));
  EXPECT_THAT(client.get("/metrics")->body, HasSubstr("newsfold_ingest_paused{reason=\"disk_low\"} 1"));
  EXPECT_THAT(client.get("/metrics")->body, HasSubstr("newsfold_polls_in_flight 0"));

  // With room it goes on by itself; here the bound is lowered.
  text.replace(text.find("1000TiB"), 7, "1MiB");
  std::ofstream(installation.config_path()) << text;
  daemon->signal(SIGHUP);
  EXPECT_GE(installation.events(5, within(patience)).size(), 5u) << installation.log();
  EXPECT_EQ(client.get("/readyz")->body, "ready\n");
  EXPECT_THAT(installation.log(), HasSubstr("disk_has_room"));
}

}  // namespace
}  // namespace newsfold::e2e
