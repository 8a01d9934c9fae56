// The Debian package, made of the binary that was built: what is in it, that it runs, that it is
// reproducible.

#include "tests/e2e/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto packing_patience = 240s;

class Package : public ::testing::Test {
 protected:
  // One package serves all tests: making it strips the binary and compresses.
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    made_ = make(*folder_, "one");
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string shell(std::string const& command) {
    Process process({{"/bin/sh", "-c", command + " 2>&1"}, {}, {}});
    auto const said = process.rest(within(packing_patience));
    EXPECT_EQ(process.wait(within(packing_patience)), 0) << command << "\n" << said;
    return said;
  }
  static std::string make(TemporaryFolder const& folder, std::string const& name) {
    auto const out = folder.path() + "/" + name;
    // cpack notes in the build folder what it installed: one at a time, whatever else tests.
    shell("umask 077; flock " BUILD_DIR "/cpack.lock cpack --config " BUILD_DIR "/CPackConfig.cmake -B " +
          out);
    for (auto const& entry : std::filesystem::directory_iterator(out))
      if (entry.path().extension() == ".deb") return entry.path();
    return {};
  }
  static std::string extracted() {
    auto const root = folder_->path() + "/root";
    if (!std::filesystem::exists(root)) shell("dpkg-deb -x " + made_ + " " + root);
    return root;
  }

  static TemporaryFolder* folder_;
  static std::string made_;
};
TemporaryFolder* Package::folder_ = nullptr;
std::string Package::made_;

TEST_F(Package, HoldsWhatADebianSystemNeeds) {
  ASSERT_NE(made_, "");
  auto const listed = shell("dpkg-deb -c " + made_);
  for (auto const* path :
       {"./usr/bin/newsfold", "./lib/systemd/system/newsfold.service", "./lib/systemd/system/newsfold.socket",
        "./usr/lib/sysusers.d/newsfold.conf", "./usr/lib/tmpfiles.d/newsfold.conf",
        "./etc/newsfold/config.toml", "./usr/share/man/man1/newsfold.1.gz",
        "./usr/share/man/man5/newsfold.toml.5.gz", "./usr/share/bash-completion/completions/newsfold",
        "./usr/share/zsh/vendor-completions/_newsfold", "./usr/share/fish/vendor_completions.d/newsfold.fish",
        "./usr/share/doc/newsfold/copyright", "./usr/share/newsfold/alerts.yml",
        "./usr/share/newsfold/grafana.json"})
    EXPECT_THAT(listed, HasSubstr(std::string(path) + "\n"));
  EXPECT_THAT(listed, HasSubstr("root/root"));
  EXPECT_THAT(listed, Not(HasSubstr("drwx------"))) << "the builder's umask shows";
  EXPECT_EQ(shell("dpkg-deb --ctrl-tarfile " + made_ + " | tar -xO ./conffiles"),
            "/etc/newsfold/config.toml\n");
  EXPECT_THAT(shell("dpkg-deb -f " + made_ + " Depends"), HasSubstr("libcurl4"));
}

TEST_F(Package, LintianFindsNoError) {
  if (!std::filesystem::exists("/usr/bin/lintian")) GTEST_SKIP() << "no lintian here";
  EXPECT_THAT(shell("lintian --allow-root --fail-on error --tag-display-limit 0 " + made_),
              Not(HasSubstr("E: ")));
}

TEST_F(Package, RunsFromWhereItWasExtracted) {
  auto const root = extracted();
  EXPECT_THAT(shell(root + "/usr/bin/newsfold version"), HasSubstr("newsfold "));
  auto const state = folder_->path() + "/state";
  EXPECT_THAT(shell("STATE_DIRECTORY=" + state + " " + root + "/usr/bin/newsfold config check " + root +
                    "/etc/newsfold/config.toml"),
              HasSubstr("good; 0 feeds"));
  // As the unit starts it, but for the port, which may be taken; it is stopped as soon as it answers.
  auto const config = folder_->path() + "/config.toml";
  std::ofstream(config) << read_text_file(root + "/etc/newsfold/config.toml")
                        << "\n[http]\nlisten = \"127.0.0.1:0\"\n";
  Process daemon({{root + "/usr/bin/newsfold", "run", "--config", config},
                  {{"STATE_DIRECTORY", state}, {"RUNTIME_DIRECTORY", state}},
                  folder_->path() + "/log"});
  Process status({{"/bin/sh", "-c",
                   "until " + root + "/usr/bin/newsfold status --socket " + state +
                       "/newsfold.sock 2>/dev/null; do ! grep -q 'State:.Z' /proc/" +
                       std::to_string(daemon.pid()) + "/status || exit 1; done"},
                  {},
                  {}});
  EXPECT_THAT(status.rest(within(packing_patience)), HasSubstr("articles"))
      << read_text_file(folder_->path() + "/log");
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(within(packing_patience)), 0);
}

TEST_F(Package, IsTheSameBytesWhenMadeAgain) {
  auto const again = make(*folder_, "two");
  EXPECT_EQ(std::filesystem::path(again).filename(), std::filesystem::path(made_).filename());
  EXPECT_TRUE(read_text_file(again) == read_text_file(made_)) << made_ << " and " << again;
}

TEST_F(Package, ScriptsAreShellAndTheUsersNameIsEverywhereTheSame) {
  for (auto const* script : {"postinst", "prerm", "postrm"})
    shell("dpkg-deb --ctrl-tarfile " + made_ + " | tar -xO ./" + script + " | sh -n");
  auto const root = extracted();
  EXPECT_THAT(read_text_file(root + "/lib/systemd/system/newsfold.service"), HasSubstr("\nUser=newsfold\n"));
  EXPECT_THAT(read_text_file(root + "/usr/lib/sysusers.d/newsfold.conf"), HasSubstr("u newsfold "));
}

}  // namespace
}  // namespace newsfold::e2e
