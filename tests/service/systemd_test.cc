#include "daemon/service/systemd.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

namespace newsfold::systemd {
namespace {

// Stands where systemd would: a datagram socket that NOTIFY_SOCKET names.
class NotifySocket : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/newsfold-notify.XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    directory_ = pattern;
    auto const path = directory_ / "socket";
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(bind(fd_, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    close(fd_);
    std::filesystem::remove_all(directory_);
  }
  // The next datagram, or "" where none came: they are there as soon as the call returned.
  std::string heard() {
    char buffer[4096];
    auto const n = recv(fd_, buffer, sizeof buffer, 0);
    return n < 0 ? std::string() : std::string(buffer, std::size_t(n));
  }
  // What another thread sends.
  std::string heard_in_time() {
    constexpr int patience_ms = 60'000;
    pollfd entry{fd_, POLLIN, 0};
    poll(&entry, 1, patience_ms);
    return heard();
  }

 private:
  std::filesystem::path directory_;
  int fd_ = -1;
};

TEST_F(NotifySocket, ReadyAndStatusComeInOneDatagram) {
  notify_ready("12 feeds");
  EXPECT_EQ(heard(), "READY=1\nSTATUS=12 feeds");
}

TEST_F(NotifySocket, AStatusCannotSmuggleAnAssignment) {
  notify_status("feed\nMAINPID=1");
  EXPECT_EQ(heard(), "STATUS=feed MAINPID=1");
}

TEST_F(NotifySocket, ReloadingCarriesTheMonotonicTimeInTheSameDatagram) {
  notify_reloading();
  auto const text = heard();
  EXPECT_TRUE(text.starts_with("RELOADING=1\nMONOTONIC_USEC=")) << text;
  EXPECT_GT(std::stoull(text.substr(text.rfind('=') + 1)), 0u);
}

TEST_F(NotifySocket, ALongStartIsExtendedUntilItEnds) {
  {
    StartExtension const start;
    EXPECT_EQ(heard_in_time(), "EXTEND_TIMEOUT_USEC=120000000");
  }
  EXPECT_EQ(heard(), "");
}

TEST_F(NotifySocket, WatchdogCountsOnlyWhenMeantForThisProcess) {
  EXPECT_FALSE(watchdog_interval());
  setenv("WATCHDOG_USEC", "3000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(watchdog_interval(), std::chrono::seconds(3));
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(watchdog_interval());
}

// LISTEN_FDS begins at descriptor 3, which a test's process has in use: a child is what systemd would start.
int in_child(int handed_over, char const* count, int (*check)(Result<std::vector<int>> const&)) {
  auto const child = fork();
  if (child == 0) {
    dup2(handed_over, 3);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", count, 1);
    _exit(check(inherited_sockets()));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(InheritedSockets, AreTakenWhereTheyListen) {
  int const listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(listen(listening, 1), 0);
  EXPECT_EQ(in_child(listening, "1",
                     [](Result<std::vector<int>> const& got) {
                       bool const taken = got && *got == std::vector<int>{3};
                       return taken && std::getenv("LISTEN_FDS") == nullptr ? 0 : 1;
                     }),
            0);
  close(listening);
}

TEST(InheritedSockets, WhatDoesNotListenIsRefused) {
  int const idle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(in_child(idle, "1",
                     [](Result<std::vector<int>> const& got) {
                       return !got && got.error().message.find("newsfold.socket") != std::string::npos ? 0
                                                                                                       : 1;
                     }),
            0);
  close(idle);
}

TEST(InheritedSockets, ThoseOfAnotherProcessAreNotOurs) {
  setenv("LISTEN_PID", "1", 1);
  setenv("LISTEN_FDS", "1", 1);
  auto const got = inherited_sockets();
  ASSERT_TRUE(got);
  EXPECT_TRUE(got->empty());
}

TEST(Notify, WithoutAManagerNothingHappens) {
  unsetenv("NOTIFY_SOCKET");
  notify_ready("nobody listens");
  notify_watchdog();
  EXPECT_FALSE(watchdog_interval());
}

}  // namespace
}  // namespace newsfold::systemd
