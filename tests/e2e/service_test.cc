// What a service manager says to the daemon and hears from it, without one: a NOTIFY_SOCKET that listens,
// sockets that are handed over, signals.

#include "daemon/commands/api_client.h"
#include "tests/api/certificate_files.h"
#include "tests/e2e/daemon_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char const* one_feed =
    "[fetch]\nresolve = [\"*:443:127.0.0.1:9\"]\nallow_private = true\n"
    "[[feed]]\nname = \"courier\"\nurl = \"https://courier.example/rss\"\n";

int unix_socket(int type, std::string const& path) {
  int const descriptor = socket(AF_UNIX, type, 0);  // inherited on purpose
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  EXPECT_EQ(bind(descriptor, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0) << path;
  return descriptor;
}

// Listens on a free port of loopback, and what it is called by.
std::pair<int, std::string> tcp_socket() {
  int const descriptor = socket(AF_INET, SOCK_STREAM, 0);  // inherited on purpose
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(descriptor, reinterpret_cast<sockaddr const*>(&address), size), 0);
  EXPECT_EQ(listen(descriptor, 16), 0);
  EXPECT_EQ(getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return {descriptor, "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port))};
}

// Stands where systemd would.
class Manager {
 public:
  explicit Manager(Installation const& installation)
      : installation_(installation),
        path_(installation.folder() + "/manager.sock"),
        socket_(unix_socket(SOCK_DGRAM, path_)) {}
  ~Manager() { close(socket_); }
  Manager(Manager const&) = delete;
  Manager& operator=(Manager const&) = delete;

  std::unique_ptr<Process> start(std::map<std::string, std::string> environment = {},
                                 int listening = -1) const {
    environment["NOTIFY_SOCKET"] = path_;
    std::vector<std::string> arguments{NEWSFOLD_BIN, "run", "--config", installation_.config_path()};
    if (listening >= 0) {
      std::vector<std::string> const shell{
          "/bin/sh", "-c", "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\" 3<&" + std::to_string(listening), "sh"};
      arguments.insert(arguments.begin(), shell.begin(), shell.end());
    }
    return std::make_unique<Process>(
        Process::Command{std::move(arguments), std::move(environment), installation_.log_path()});
  }

  // The next datagram that holds `part`; "" at the deadline.
  std::string hears(std::string_view part, Deadline deadline = within(patience)) const {
    char buffer[4096];
    while (wait_readable(socket_, deadline)) {
      auto const n = recv(socket_, buffer, sizeof buffer, 0);
      std::string text(buffer, std::size_t(std::max<ssize_t>(0, n)));
      if (text.find(part) != std::string::npos) return text;
    }
    return {};
  }

 private:
  Installation const& installation_;
  std::string path_;
  int socket_;
};

TEST(Service, SaysReadyReloadingAndStopping) {
  Installation const installation(one_feed);
  Manager const manager(installation);
  auto const daemon = manager.start();
  EXPECT_THAT(manager.hears("READY=1"), HasSubstr("STATUS=1 feed, 0 failing")) << installation.log();

  daemon->signal(SIGHUP);
  // systemd 252 wants both in one datagram: it compares the time with that of its own signal.
  auto const reloading = manager.hears("RELOADING=1");
  EXPECT_THAT(reloading, HasSubstr("MONOTONIC_USEC="));
  EXPECT_THAT(manager.hears("READY=1"), HasSubstr("STATUS="));

  // ExecReload= asks over the socket: the manager hears the same, and it returns when it is done.
  EXPECT_EQ(installation.run({"reload"}).status, 0);
  EXPECT_THAT(manager.hears("RELOADING=1"), HasSubstr("MONOTONIC_USEC="));
  EXPECT_NE(manager.hears("READY=1"), "");

  daemon->signal(SIGTERM);
  EXPECT_NE(manager.hears("STOPPING=1"), "");
  EXPECT_EQ(daemon->wait(within(patience)), 0) << installation.log();
}

TEST(Service, AReloadOfABadFileChangesNothingAndSaysWhy) {
  Installation const installation(one_feed);
  Manager const manager(installation);
  auto const daemon = manager.start();
  ASSERT_NE(manager.hears("READY=1"), "");
  std::ofstream(installation.config_path(), std::ios::app) << "\n[[feed]]\nname = \"broken\n";
  daemon->signal(SIGHUP);
  ASSERT_NE(manager.hears("RELOADING=1"), "");
  EXPECT_THAT(manager.hears("READY=1"), HasSubstr("1 feed, "));
  EXPECT_THAT(installation.log(), HasSubstr("reload_refused"));
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(patience)), 0);
}

TEST(Service, AReloadRefusesWhatTheNextStartWouldRefuseAndSaysAllOfIt) {
  Installation const installation(one_feed);
  Manager const manager(installation);
  auto const daemon = manager.start();
  ASSERT_NE(manager.hears("READY=1"), "");
  auto text = read_text_file(installation.config_path());
  text.insert(
      text.find("[http]\n") + 7,
      "tls_cert_file = \"none.pem\"\ntls_key_file = \"none.key\"\nadmin_token_file = \"no-tokens\"\n");
  std::ofstream(installation.config_path()) << text;
  daemon->signal(SIGHUP);
  ASSERT_NE(manager.hears("RELOADING=1"), "");
  ASSERT_NE(manager.hears("READY=1"), "");
  EXPECT_THAT(installation.log(),
              AllOf(HasSubstr("reload_refused"), HasSubstr("none.pem"), HasSubstr("no-tokens")));
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(patience)), 0);
}

// The API on TCP, by a token.
long answer_to(std::string const& url, std::string const& token_file) {
  auto const answer = ApiClient(ApiAddress{{}, url, token_file}).get("/v1/status");
  return answer ? answer->status : 0;
}

TEST(Service, AReloadTakesNewTokensAndATokenFileThatCannotBeReadChangesNothing) {
  Installation const installation(one_feed);
  auto const file = [&](std::string const& name, std::string const& content) {
    std::ofstream(installation.folder() + "/" + name) << content;
    return installation.folder() + "/" + name;
  };
  auto const token_file = file("tokens", "old\n");
  auto const config = read_text_file(installation.config_path());
  auto text = config;
  text.insert(text.find("[http]\n") + 7, "token_file = \"tokens\"\n");
  std::ofstream(installation.config_path()) << text;
  auto const [listening, url] = tcp_socket();
  Manager const manager(installation);
  auto const daemon = manager.start({}, listening);
  ASSERT_NE(manager.hears("READY=1"), "") << installation.log();
  auto const with_old = file("old", "old\n");
  auto const with_new = file("new", "new\n");
  ASSERT_EQ(answer_to(url, with_old), 200);
  auto const reload = [&] {
    daemon->signal(SIGHUP);
    ASSERT_NE(manager.hears("RELOADING=1"), "");
    ASSERT_NE(manager.hears("READY=1"), "");
  };

  file("tokens", "");
  reload();
  EXPECT_THAT(installation.log(), HasSubstr("reload_refused"));
  EXPECT_EQ(answer_to(url, with_old), 200);

  file("tokens", "new\n");
  reload();
  EXPECT_EQ(answer_to(url, with_old), 401);
  EXPECT_EQ(answer_to(url, with_new), 200);

  // Nor does taking the file out open the API to everyone.
  std::ofstream(installation.config_path()) << config;
  reload();
  EXPECT_EQ(answer_to(url, with_old), 401);
  EXPECT_EQ(answer_to(url, with_new), 200);
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(patience)), 0) << installation.log();
  close(listening);
}

// Certificates are replaced every few weeks: nobody restarts a daemon with subscribers for that.
TEST(Service, AReloadShowsTheNewCertificateAndABadOneChangesNothing) {
  Installation const installation(one_feed);
  auto const plain = read_text_file(installation.config_path());
  auto text = plain;
  text.insert(text.find("[http]\n") + 7, "tls_cert_file = \"cert.pem\"\ntls_key_file = \"key.pem\"\n");
  std::ofstream(installation.config_path()) << text;
  api::write_certificate(installation.folder());
  auto const trusted = [&](char const* name) {
    std::filesystem::copy_file(installation.folder() + "/cert.pem", installation.folder() + "/" + name);
    return installation.folder() + "/" + name;
  };
  auto const first = trusted("first.pem");
  auto const [listening, http] = tcp_socket();
  auto const url = "https://localhost" + http.substr(http.rfind(':'));
  auto const answers = [&url](std::string const& ca_file) {
    auto const answer = ApiClient(ApiAddress{{}, url, {}, ca_file}).get("/healthz");
    return answer ? answer->status : 0;
  };
  Manager const manager(installation);
  auto const daemon = manager.start({}, listening);
  ASSERT_NE(manager.hears("READY=1"), "") << installation.log();
  ASSERT_EQ(answers(first), 200);

  auto const reload = [&] {
    daemon->signal(SIGHUP);
    ASSERT_NE(manager.hears("RELOADING=1"), "");
    ASSERT_NE(manager.hears("READY=1"), "");
  };

  std::ofstream(installation.folder() + "/key.pem") << "-----BEGIN no key\n";
  reload();
  EXPECT_THAT(installation.log(), HasSubstr("http.tls_key_file " + installation.folder() + "/key.pem"));
  EXPECT_EQ(answers(first), 200);

  api::write_certificate(installation.folder());
  auto const second = trusted("second.pem");
  reload();
  EXPECT_EQ(answers(first), 0);
  EXPECT_EQ(answers(second), 200);

  // Nor does taking it out open the port to plain text.
  std::ofstream(installation.config_path()) << plain;
  reload();
  EXPECT_THAT(installation.log(), HasSubstr("needs_restart=http.tls_cert_file"));
  EXPECT_EQ(answers(second), 200);
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(patience)), 0) << installation.log();
  close(listening);
}

// An option that waits for a restart is named by every reload until then, not by the first alone.
TEST(Service, WhatNeedsARestartIsSaidUntilThere) {
  Installation const installation(one_feed);
  Manager const manager(installation);
  auto const daemon = manager.start();
  ASSERT_NE(manager.hears("READY=1"), "") << installation.log();
  std::ofstream(installation.config_path(), std::ios::app) << "\n[daemon]\nthreads = 3\n";
  for (int i = 0; i < 2; ++i) EXPECT_THAT(installation.run({"reload"}).output, HasSubstr("daemon.threads"));
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(patience)), 0) << installation.log();
}

// What systemd hands over is a copy that was made at the start: a reload that says nothing would look done.
TEST(Service, AReloadSaysThatSecretsOfTheManagerNeedARestart) {
  Installation const installation(one_feed);
  auto const credentials = installation.folder() + "/credentials";
  std::filesystem::create_directory(credentials);
  std::ofstream(credentials + "/newsfold.token") << "secret\n";
  Manager const manager(installation);
  auto const daemon = manager.start({{"CREDENTIALS_DIRECTORY", credentials}});
  ASSERT_NE(manager.hears("READY=1"), "") << installation.log();
  EXPECT_THAT(installation.run({"reload"}).output, HasSubstr("a new one needs systemctl restart newsfold"));
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(patience)), 0) << installation.log();
}

// Stops all threads of a process but the first, whose loop goes on.
class StoppedThreads {
 public:
  explicit StoppedThreads(pid_t process) {
    auto const folder = "/proc/" + std::to_string(process) + "/task";
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
      pid_t const thread = std::stoi(entry.path().filename());
      if (thread == process || ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0) continue;
      ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
      waitpid(thread, nullptr, __WALL);
      threads_.push_back(thread);
    }
  }
  StoppedThreads(StoppedThreads const&) = delete;
  StoppedThreads& operator=(StoppedThreads const&) = delete;
  ~StoppedThreads() {
    for (auto const thread : threads_) ptrace(PTRACE_DETACH, thread, nullptr, nullptr);
  }
  bool none() const { return threads_.empty(); }

 private:
  std::vector<pid_t> threads_;
};

TEST(Service, FeedsTheWatchdogOnlyWhileAllPartsAnswer) {
  Installation const installation(one_feed);
  Manager const manager(installation);
  auto const daemon = manager.start({{"WATCHDOG_USEC", "600000"}});
  for (int i = 0; i < 3; ++i) EXPECT_NE(manager.hears("WATCHDOG=1"), "") << installation.log();
  {
    StoppedThreads const stopped(daemon->pid());
    if (stopped.none()) GTEST_SKIP() << "needs the right to trace a child";
    // What was said before, or is on its way.
    for (int i = 0; i < 5 && manager.hears("WATCHDOG=1", within(400ms)) != ""; ++i) continue;
    // Three of its turns: the loop lives, the writer and the store do not answer.
    EXPECT_EQ(manager.hears("WATCHDOG=1", within(800ms)), "");
  }
  EXPECT_NE(manager.hears("WATCHDOG=1"), "");
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(patience)), 0);
}

TEST(Service, ARestartBehindAnInheritedSocketRefusesNoConnection) {
  Installation const installation(one_feed);
  Manager const manager(installation);
  int const listening = unix_socket(SOCK_STREAM, installation.socket_path());
  ASSERT_EQ(listen(listening, 16), 0);

  // Asked before there is a daemon: the connection waits.
  auto const early = installation.command({"status", "--json"});
  auto daemon = manager.start({}, listening);
  ASSERT_NE(manager.hears("READY=1"), "") << installation.log();
  EXPECT_EQ(early->wait(within(patience)), 0) << installation.log();

  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(patience)), 0);
  auto const between = installation.command({"status", "--json"});
  daemon = manager.start({}, listening);
  EXPECT_EQ(between->wait(within(patience)), 0) << installation.log();
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->wait(within(patience)), 0);
  EXPECT_EQ(access(installation.socket_path().c_str(), F_OK), 0) << "the socket is the manager's to remove";
  close(listening);
}

}  // namespace
}  // namespace newsfold::e2e
