// `newsfold tail` as a consumer uses it: a named cursor, a command an event, and who may reach the daemon.

#include "tests/e2e/daemon_process.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;

std::vector<SeenEvent> events_in(std::string const& file) {
  std::vector<SeenEvent> out;
  std::stringstream text(read_text_file(file));
  for (std::string line; std::getline(text, line);)
    if (auto event = parse_event(line)) out.push_back(std::move(*event));
  return out;
}

TEST(Tail, TheCursorMovesOnlyAfterTheCommandSucceededAndIsKeptOverARestart) {
  Installation const installation;
  DemoOrigin const origin(installation, 4, 0);
  auto daemon = installation.start_daemon();
  ASSERT_EQ(installation.events(12, within(60s)).size(), 12u) << installation.log();

  auto const first = installation.folder() + "/first";
  auto const failing = installation.command({"tail", "--as", "archive", "--from", "1", "--exec",
                                             "cat >> " + first + "; test $(wc -l < " + first + ") -lt 4"});
  EXPECT_EQ(failing->wait(within(30s)), 1) << "the command failed at the fourth event";
  auto const before = events_in(first);
  ASSERT_EQ(before.size(), 4u);
  EXPECT_EQ(before.back().sequence, 4u);

  daemon->signal(SIGTERM);
  ASSERT_EQ(daemon->wait(within(20s)), 0);
  daemon = installation.start_daemon();
  auto const second = installation.folder() + "/second";
  auto const going_on =
      installation.command({"tail", "--as", "archive", "--once", "--exec", "cat >> " + second});
  EXPECT_EQ(going_on->wait(within(60s)), 0) << read_text_file(installation.folder() + "/commands.log");
  auto const after = events_in(second);
  ASSERT_GE(after.size(), 9u);
  for (std::size_t i = 0; i < after.size(); ++i)
    EXPECT_EQ(after[i].sequence, 4 + i) << "from the fourth on, each";
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(20s)), 0);
}

TEST(Tail, FiltersAreThoseOfTheApi) {
  Installation const installation;
  DemoOrigin const origin(installation, 4, 0);
  auto const daemon = installation.start_daemon();
  auto const all = installation.events(20, within(60s));
  ASSERT_EQ(all.size(), 20u) << installation.log();
  auto const tail = installation.command({"tail", "--from", "1", "--json", "--type", "article.copied"});
  auto const line = tail->line(within(30s));
  ASSERT_TRUE(line);
  EXPECT_EQ(parse_event(*line)->type, "article.copied");
  auto const nonsense = installation.command({"tail", "--from", "1", "--type", "article.nonsense"});
  EXPECT_EQ(nonsense->wait(within(30s)), 1);
}

// ---- Who may reach it -------------------------------------------------------------------------------

std::string config_with(std::string const& folder, std::string const& http) {
  auto const path = folder + "/config.toml";
  std::ofstream(path) << "[storage]\npath = \"store\"\n\n[http]\nsocket = \"" << folder
                      << "/newsfold.sock\"\n"
                      << http;
  return path;
}

TEST(Access, AnAddressOpenToOthersWithoutATokenIsAReasonNotToStart) {
  TemporaryFolder const folder;
  auto const config = config_with(folder.path(), "listen = \"0.0.0.0:0\"\n");
  Process daemon({{NEWSFOLD_BIN, "run", "--config", config}, {}, folder.path() + "/log"});
  auto const status = daemon.wait(within(30s));
  ASSERT_TRUE(status);
  EXPECT_NE(*status, 0);
  EXPECT_NE(read_text_file(folder.path() + "/log").find("http.token_file"), std::string::npos);
}

TEST(Access, ASystemdCredentialIsTakenForTheToken) {
  TemporaryFolder const folder;
  auto const credentials = folder.path() + "/credentials";
  std::filesystem::create_directory(credentials);
  std::ofstream(credentials + "/newsfold.token") << "let-me-read\n";
  auto const config = config_with(folder.path(), "listen = \"0.0.0.0:0\"\n");
  Process daemon({{NEWSFOLD_BIN, "run", "--config", config},
                  {{"CREDENTIALS_DIRECTORY", credentials}},
                  folder.path() + "/log"});
  auto const deadline = within(30s);
  while (!std::filesystem::exists(folder.path() + "/newsfold.sock")) {
    ASSERT_FALSE(daemon.exited()) << read_text_file(folder.path() + "/log");
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  struct stat about {};
  ASSERT_EQ(::stat((folder.path() + "/newsfold.sock").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0660u);
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(within(30s)), 0);
}

}  // namespace
}  // namespace newsfold::e2e
