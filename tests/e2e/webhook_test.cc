// A webhook of the running daemon: kill -9 in the middle, the commands, a reload.

#include "tests/e2e/daemon_process.h"
#include "tests/origin/origin_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <map>
#include <mutex>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

// Takes everything; remembers it in order.
class Sponge {
 public:
  explicit Sponge(origin::OriginServer& server) : url_(server.url("/hook")) {
    server.handle("", "/hook", [this](origin::OriginRequest const& request) {
      std::lock_guard const hold(lock_);
      if (auto event = parse_event(request.body)) events_.push_back(std::move(*event));
      signatures_.emplace_back(request.header("webhook-signature"));
      more_.notify_all();
      return origin::OriginResponse{};
    });
  }
  std::string const& url() const { return url_; }
  bool wait_for_event(std::uint64_t sequence, std::chrono::seconds patience) {
    std::unique_lock hold(lock_);
    return more_.wait_for(hold, patience,
                          [&] { return !events_.empty() && events_.back().sequence >= sequence; });
  }
  std::vector<SeenEvent> events() const {
    std::lock_guard const hold(lock_);
    return events_;
  }
  std::string last_signature() const {
    std::lock_guard const hold(lock_);
    return signatures_.empty() ? "" : signatures_.back();
  }

 private:
  std::string url_;
  mutable std::mutex lock_;
  std::condition_variable more_;
  std::vector<SeenEvent> events_;
  std::vector<std::string> signatures_;
};

void add_webhook(Installation const& installation, std::string const& url) {
  std::ofstream(installation.folder() + "/hook.key") << secret << "\n";
  std::ofstream(installation.config_path(), std::ios::app)
      << "\n[[webhook]]\nname = \"sponge\"\nurl = \"" << url << "\"\nsecret_file = \"hook.key\"\n"
      << "copies = \"show\"\nallow_private = true\n";
}

std::string run(Installation const& installation, std::vector<std::string> arguments, int expected = 0) {
  auto const process = installation.command(std::move(arguments));
  std::string out;
  while (auto const line = process->line(within(20s))) out += *line + "\n";
  EXPECT_EQ(process->wait(within(20s)), expected) << read_text_file(installation.folder() + "/commands.log");
  return out;
}

TEST(Webhook, KillsInTheMiddleLoseNothingAndChangeNothing) {
  Installation const installation;
  DemoOrigin const origin(installation, 5, 0);
  origin::OriginServer server;
  Sponge sponge(server);
  add_webhook(installation, sponge.url());
  std::uint64_t wanted = 0;
  for (int kill = 0; kill < 5; ++kill) {
    auto const daemon = installation.start_daemon();
    wanted += 3;
    ASSERT_TRUE(sponge.wait_for_event(wanted, 40s)) << installation.log();
    daemon->signal(SIGKILL);
    ASSERT_EQ(daemon->wait(within(10s)), 128 + SIGKILL);
    auto const seen = sponge.events();
    wanted = std::max(wanted, seen.back().sequence);
  }
  std::map<std::uint64_t, SeenEvent> by_number;
  std::uint64_t newest = 0;
  for (auto const& event : sponge.events()) {
    EXPECT_LE(event.sequence, newest + 1) << "a gap";
    newest = std::max(newest, event.sequence);
    auto const known = by_number.try_emplace(event.sequence, event).first;
    EXPECT_EQ(known->second, event) << "a number must never mean two things";
  }
  EXPECT_EQ(by_number.size(), newest);
}

TEST(Webhook, TheCommandsListTestReplayAndRotate) {
  Installation const installation;
  DemoOrigin const origin(installation, 5, 0);
  origin::OriginServer server;
  Sponge sponge(server);
  add_webhook(installation, sponge.url());
  auto const daemon = installation.start_daemon();
  ASSERT_TRUE(sponge.wait_for_event(3, 40s)) << installation.log();
  EXPECT_NE(run(installation, {"webhook", "list"}).find("sponge"), std::string::npos);
  EXPECT_NE(run(installation, {"webhook", "list", "sponge", "--json"}).find("\"delivered\":"),
            std::string::npos);
  EXPECT_NE(run(installation, {"webhook", "test", "sponge"}).find("delivered: 200"), std::string::npos);
  run(installation, {"webhook", "test", "nobody"}, 1);
  run(installation, {"webhook", "replay", "sponge", "--from", "1"});
  auto const fresh =
      run(installation, {"webhook", "rotate", "sponge", "--config", installation.config_path()});
  EXPECT_TRUE(fresh.starts_with("whsec_")) << fresh;
  run(installation, {"webhook", "test", "sponge"});
  EXPECT_NE(sponge.last_signature().find(" v1,"), std::string::npos) << "both keys sign";
  run(installation, {"webhook", "rotate", "sponge", "--finish", "--config", installation.config_path()});
  run(installation, {"webhook", "test", "sponge"});
  EXPECT_EQ(sponge.last_signature().find(' '), std::string::npos);
  EXPECT_EQ(read_text_file(installation.folder() + "/hook.key"), fresh);
  auto const seen = sponge.events();
  EXPECT_GE(std::count_if(seen.begin(), seen.end(), [](SeenEvent const& e) { return e.sequence == 1; }), 1);
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(20s)), 0) << installation.log();
  EXPECT_EQ(installation.log().find("whsec_"), std::string::npos) << "keys never stand in the log";
}

}  // namespace
}  // namespace newsfold::e2e
