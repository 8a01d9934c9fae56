// The unit files, as systemd itself judges them (offline).

#include "tests/e2e/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;

constexpr char const* analyze = "/usr/bin/systemd-analyze";
constexpr char const* installed_binary = "/usr/bin/newsfold";

class UnitFile : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(analyze)) GTEST_SKIP() << "no systemd-analyze here";
    // `verify` wants the binary to be there: the unit that it reads names the one that was built.
    auto text = read_text_file(std::string(PROJECT_DIR) + "/systemd/newsfold.service");
    for (auto at = text.find(installed_binary); at != std::string::npos; at = text.find(installed_binary)) {
      text.replace(at, std::string_view(installed_binary).size(), NEWSFOLD_BIN);
    }
    std::ofstream(unit()) << text;
    std::ofstream(folder_.path() + "/newsfold.socket")
        << read_text_file(std::string(PROJECT_DIR) + "/systemd/newsfold.socket");
  }

  std::string unit() const { return folder_.path() + "/newsfold.service"; }
  std::string said() const { return read_text_file(folder_.path() + "/said"); }

  std::optional<int> run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), analyze);
    Process process({std::move(arguments), {{"SYSTEMD_PAGER", ""}}, folder_.path() + "/said"});
    output_ = process.rest(within(30s));
    return process.wait(within(30s));
  }

  TemporaryFolder folder_;
  mutable std::string output_;
};

TEST_F(UnitFile, PassesVerification) {
  EXPECT_EQ(run({"verify", "--man=no", "--generators=no", unit()}), 0) << said();
  EXPECT_EQ(said().find("newsfold.service"), std::string::npos) << said();
}

TEST_F(UnitFile, OfTheSocketPassesVerification) {
  EXPECT_EQ(run({"verify", "--man=no", "--generators=no", folder_.path() + "/newsfold.socket"}), 0) << said();
  EXPECT_EQ(said().find("newsfold."), std::string::npos) << said();
}

// sysusers.d and tmpfiles.d as systemd reads them, into a folder instead of the system.
TEST_F(UnitFile, UserAndFoldersAreMade) {
  auto const root = folder_.path() + "/root";
  std::filesystem::create_directories(root + "/etc");
  auto const shell = "systemd-sysusers --root=" + root +
                     " - <systemd/newsfold.sysusers && systemd-tmpfiles --root=" + root +
                     " --create - <systemd/newsfold.tmpfiles";
  Process process({{"/bin/sh", "-c", "cd " PROJECT_DIR " && " + shell}, {}, folder_.path() + "/said"});
  EXPECT_EQ(process.wait(within(30s)), 0) << said();
  EXPECT_NE(read_text_file(root + "/etc/passwd").find("newsfold:"), std::string::npos) << said();
  EXPECT_TRUE(std::filesystem::is_directory(root + "/etc/newsfold/credentials"));
  EXPECT_EQ(std::filesystem::status(root + "/etc/newsfold/credentials").permissions(),
            std::filesystem::perms::owner_all);
}

// Tries for long enough that what passes by itself has passed, and gives up within the interval it counts in.
TEST_F(UnitFile, TriesAgainForHalfAnHour) {
  auto const text = read_text_file(unit());
  auto const number_after = [&](std::string const& key) {
    auto const at = text.find("\n" + key + "=");
    return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + key.size() + 2);
  };
  int const seconds = number_after("RestartSec") * number_after("StartLimitBurst");
  EXPECT_GE(seconds, 30 * 60);
  EXPECT_LT(seconds, number_after("StartLimitIntervalSec") * 3600);
}

TEST_F(UnitFile, IsExposedToNoMoreThanOnePointOne) {
  EXPECT_EQ(run({"security", "--offline=yes", "--no-pager", "--threshold=11", unit()}), 0)
      << output_ << said();
}

}  // namespace
}  // namespace newsfold::e2e
