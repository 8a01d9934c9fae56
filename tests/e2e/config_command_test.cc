// `newsfold config`, as a person and a script use it.

#include "tests/e2e/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ConfigCommand : public ::testing::Test {
 protected:
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {NEWSFOLD_BIN, "config"});
    Process process({std::move(arguments), {{"HOME", folder_.path()}}, folder_.path() + "/errors"});
    output_ = process.rest(within(20s));
    return process.wait(within(20s)).value_or(-1);
  }

  std::string put(std::string const& text) const {
    auto const path = folder_.path() + "/config.toml";
    std::ofstream(path) << text;
    return path;
  }

  std::string errors() const { return read_text_file(folder_.path() + "/errors"); }

  TemporaryFolder folder_;
  std::string output_;
};

TEST_F(ConfigCommand, CheckSaysWhatAGoodFileHolds) {
  auto const path = put("[[feed]]\nname = \"a\"\nurl = \"https://a.example/feed\"\n");
  EXPECT_EQ(run({"check", path}), 0);
  EXPECT_THAT(output_, StartsWith(path + ": good; 1 feed, 0 pages, 0 webhooks"));
}

TEST_F(ConfigCommand, CheckCountsAListForItself) {
  auto const path =
      put("[[feed]]\nname = \"a\"\nurl = \"https://a.example/feed\"\n"
          "[[opml]]\nname = \"team\"\nurl = \"https://lists.example/team.opml\"\nretention_age = \"30d\"\n");
  EXPECT_EQ(run({"check", path}), 0) << errors();
  EXPECT_THAT(output_, StartsWith(path + ": good; 1 feed, 0 pages, 1 list, 0 webhooks"));
}

TEST_F(ConfigCommand, CheckNamesTheFileThatItCouldNotRead) {
  EXPECT_EQ(run({"check", folder_.path()}), 2);
  EXPECT_THAT(errors(),
              HasSubstr(folder_.path() + ": is a folder, not a file\n" + folder_.path() + ": 1 problem\n"));
}

TEST_F(ConfigCommand, CheckNamesEveryMistakeWithItsPlaceAndExitsWith2) {
  auto const path = put("[polling]\nintervall = \"1h\"\njitter = 9\n");
  EXPECT_EQ(run({"check", path}), 2);
  EXPECT_THAT(errors(), HasSubstr(path + ":2:1: unknown key `intervall`"));
  EXPECT_THAT(errors(), HasSubstr(path + ":3:10: `jitter`"));
}

TEST_F(ConfigCommand, CheckTriesTheFilesOfSecretsAndNamesAllThatCannotBeUsed) {
  auto const path =
      put("[fetch]\nproxy = \"https://proxy.example:3128\"\n[http]\ntoken_file = \"no-tokens\"\n"
          "[[feed]]\nname = \"a\"\nurl = \"https://a.example/feed\"\nbearer_token_file = \"no-bearer\"\n"
          "[[webhook]]\nname = \"w\"\nurl = \"https://w.example/\"\nsecret_file = \"no-key\"\n");
  EXPECT_EQ(run({"check", "--config", path}), 2);
  for (auto const* what :
       {"fetch.proxy: ", "http.token_file: cannot read ", "feed \"a\": cannot read ", "webhook \"w\": "})
    EXPECT_THAT(errors(), HasSubstr(path + ": " + what));
  // Nor does the daemon start, and its manager is told that trying again is no use.
  Process daemon({{NEWSFOLD_BIN, "run", path}, {{"HOME", folder_.path()}}, folder_.path() + "/run-errors"});
  EXPECT_EQ(daemon.wait(within(20s)), 2);
  EXPECT_THAT(read_text_file(folder_.path() + "/run-errors"), HasSubstr("no-tokens"));
}

TEST_F(ConfigCommand, CheckAnswersProgramsInJson) {
  EXPECT_EQ(run({"check", "--json", put("[polling]\njitter = 9\n")}), 2);
  EXPECT_THAT(output_, StartsWith("{\"ok\":false,\"problems\":[{"));
  EXPECT_THAT(output_, HasSubstr("\"line\":2"));
}

TEST_F(ConfigCommand, TheSampleIsAFileThatCheckAccepts) {
  ASSERT_EQ(run({"sample"}), 0);
  EXPECT_EQ(run({"check", put(output_)}), 0) << errors();
}

TEST_F(ConfigCommand, TheReferenceIsTheDocsPage) {
  ASSERT_EQ(run({"reference"}), 0);
  EXPECT_EQ(output_, read_text_file(std::string(PROJECT_DIR) + "/docs/configuration.md"));
}

}  // namespace
}  // namespace newsfold::e2e
