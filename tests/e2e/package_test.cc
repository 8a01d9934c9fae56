// The Debian package, made of the binary that was built: what is in it, that it runs, that it is
// reproducible.

#include "tests/e2e/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
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
  // A root's shell, which has none of the unit's environment, finds the unit's store.
  EXPECT_THAT(shell("unset STATE_DIRECTORY; " + root + "/usr/bin/newsfold config check " + root +
                    "/etc/newsfold/config.toml"),
              HasSubstr("good; 0 feeds, 0 pages, 0 webhooks; store in /var/lib/newsfold/store\n"));
  EXPECT_THAT(read_text_file(root + "/lib/systemd/system/newsfold.service"),
              HasSubstr("\nStateDirectory=newsfold\n"));
  // As the unit starts it, but for the port, which may be taken, and the store's place, which is the
  // system's; it is stopped as soon as it answers.
  auto const state = folder_->path() + "/state";
  auto const config = folder_->path() + "/config.toml";
  auto text = read_text_file(root + "/etc/newsfold/config.toml");
  std::string const installed = "/var/lib/newsfold";
  text.replace(text.find(installed), installed.size(), state);
  std::ofstream(config) << text << "\n[http]\nlisten = \"127.0.0.1:0\"\n";
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

// Packing one build twice says nothing of the build: another folder must not show in the binary either.
TEST_F(Package, DoesNotSayWhereItWasBuilt) {
  if (read_text_file(BUILD_DIR "/CMakeCache.txt").find("CMAKE_BUILD_TYPE:STRING=Release") ==
      std::string::npos)
    GTEST_SKIP() << "asserts name their files; a release has none";
  auto const binary = read_text_file(extracted() + "/usr/bin/newsfold");
  EXPECT_EQ(binary.find(PROJECT_DIR), std::string::npos);
}

// A system in a folder: dpkg as root, the package's scripts with DPKG_ROOT.
TEST_F(Package, AnEditedConfigurationOutlivesAnUpgradeAndThePurgeLeavesTheStore) {
  if (geteuid() != 0) GTEST_SKIP() << "dpkg wants root";
  auto const root = folder_->path() + "/system";
  auto const dpkg =
      "dpkg --root=" + root +
      " --force-depends --force-script-chrootless --force-confdef --force-confold --force-unsafe-io ";
  std::filesystem::create_directories(root + "/var/lib/dpkg/info");
  std::filesystem::create_directories(root + "/var/lib/dpkg/updates");
  std::ofstream(root + "/var/lib/dpkg/status");
  shell(dpkg + "-i " + made_);
  auto const config = root + "/etc/newsfold/config.toml";
  EXPECT_THAT(read_text_file(root + "/etc/passwd"), HasSubstr("newsfold:"));
  EXPECT_TRUE(std::filesystem::is_directory(root + "/etc/newsfold/credentials"));
  std::ofstream(config, std::ios::app) << "# edited here\n";
  std::filesystem::create_directories(root + "/var/lib/newsfold/store");

  auto const next = folder_->path() + "/next";
  shell("dpkg-deb -R " + made_ + " " + next + " && sed -i 's/^Version: .*/Version: 999/' " + next +
        "/DEBIAN/control && echo '# shipped later' >>" + next + "/etc/newsfold/config.toml && dpkg-deb -b " +
        next + " " + next + ".deb && " + dpkg + "-i " + next + ".deb");
  EXPECT_THAT(read_text_file(root + "/var/lib/dpkg/status"), HasSubstr("\nVersion: 999\n"));
  EXPECT_THAT(read_text_file(config), HasSubstr("# edited here\n"));
  EXPECT_THAT(read_text_file(config), Not(HasSubstr("# shipped later")));

  shell(dpkg + "-r newsfold");
  EXPECT_FALSE(std::filesystem::exists(root + "/usr/bin/newsfold"));
  EXPECT_TRUE(std::filesystem::exists(config));
  EXPECT_THAT(shell(dpkg + "-P newsfold"), HasSubstr("The store stays in /var/lib/newsfold"));
  EXPECT_FALSE(std::filesystem::exists(root + "/etc/newsfold"));
  EXPECT_TRUE(std::filesystem::exists(root + "/var/lib/newsfold/store"));
}

TEST_F(Package, ScriptsAreShellAndTheUsersNameIsEverywhereTheSame) {
  for (auto const* script : {"postinst", "prerm", "postrm"})
    shell("dpkg-deb --ctrl-tarfile " + made_ + " | tar -xO ./" + script + " | sh -n");
  auto const root = extracted();
  EXPECT_THAT(read_text_file(root + "/lib/systemd/system/newsfold.service"), HasSubstr("\nUser=newsfold\n"));
  EXPECT_THAT(read_text_file(root + "/usr/lib/sysusers.d/newsfold.conf"), HasSubstr("u newsfold "));
}

// cmake/version.cmake in a repository that is made for it.
class VersionOfGit : public ::testing::Test {
 protected:
  std::string version() const {
    shell("cmake -DSOURCE=" + repository() + " -DPROJECT_VERSION=0.9 -DOUT=" + folder_.path() +
          "/version.cc -DTEXT=" + folder_.path() + "/version.txt -P " PROJECT_DIR "/cmake/version.cmake");
    return read_text_file(folder_.path() + "/version.txt");
  }
  void git(std::string const& arguments) const {
    shell("git -C " + repository() +
          " -c user.name=ann -c user.email=ann@example.org -c commit.gpgsign=false " + arguments);
  }
  void commit() const { git("commit -q --allow-empty -m change"); }
  std::string repository() const { return folder_.path() + "/repository"; }
  static void shell(std::string const& command) {
    Process process({{"/bin/sh", "-c", command + " 2>&1"}, {}, {}});
    auto const said = process.rest(within(patience));
    EXPECT_EQ(process.wait(within(patience)), 0) << command << "\n" << said;
  }
  TemporaryFolder folder_;
};

TEST_F(VersionOfGit, IsThatOfTheTagAndCountsTheCommitsAfterIt) {
  std::filesystem::create_directory(repository());
  EXPECT_EQ(version(), "0.9") << "there is no repository";
  git("init -q");
  std::ofstream(repository() + "/file") << "one\n";
  git("add file");
  commit();
  EXPECT_THAT(version(), MatchesRegex("0\\.9\\+g[0-9a-f]+"));
  git("tag -a v1.2.3 -m release");
  EXPECT_EQ(version(), "1.2.3");
  EXPECT_THAT(read_text_file(folder_.path() + "/version.cc"), HasSubstr("\"1.2.3\""));
  commit();
  EXPECT_THAT(version(), MatchesRegex("1\\.2\\.3\\+1\\.g[0-9a-f]+"));
  std::ofstream(repository() + "/file") << "two\n";
  EXPECT_THAT(version(), EndsWith(".dirty"));
}

}  // namespace
}  // namespace newsfold::e2e
