#include "daemon/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace newsfold::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Environment environment(std::map<std::string, std::string> variables = {{"HOME", "/home/ann"}}) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    auto const found = variables.find(std::string(name));
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

LoadResult parse(std::string_view text) {
  return parse_config(text, "/etc/newsfold/config.toml", environment());
}

std::string problems(std::string_view text) { return describe(parse(text).problems); }

TEST(Config, AnEmptyFileIsAllDefaults) {
  auto const result = parse("");
  EXPECT_EQ(describe(result.problems), "");
  EXPECT_EQ(result.config.http.listen, "127.0.0.1:8480");
  EXPECT_EQ(result.config.polling.interval, 1h);
  EXPECT_EQ(result.config.storage.sync, SyncMode::group);
  EXPECT_THAT(result.config.sources, IsEmpty());
}

TEST(Config, ReadsEverySectionInItsOwnWords) {
  auto const result = parse(R"(
[daemon]
threads = 3
[storage]
path = "store"
sync = "os"
cache = "64MiB"
retention_age = "365d"
[polling]
interval = "30m"
budget = "2000/h"
jitter = 0
recheck = ["5m < 1h", "1h < 2d"]
[clean]
fetch_pages = "never"
[dedup]
threshold = 0.9
scope = "tag"
[http]
socket_mode = "0600"
[log]
level = "debug"

[[feed]]
name = "ars"
url = "https://example.org/feed"
tags = ["tech", "us"]
interval = "10m"
basic_auth_file = "secrets/ars"

[[page]]
name = "city"
url = "https://city.example/news"
item = "li.news"
link = "a.more"

[[webhook]]
name = "desk"
url = "https://desk.example/hook"
secret_file = "desk.key"
types = ["article.*"]
copies = "show"
)");
  ASSERT_EQ(describe(result.problems), "");
  auto const& config = result.config;
  EXPECT_EQ(config.daemon.threads, 3u);
  EXPECT_EQ(config.storage.path, "/etc/newsfold/store");
  EXPECT_EQ(config.storage.sync, SyncMode::os);
  EXPECT_EQ(config.storage.cache, 64u << 20);
  EXPECT_EQ(config.storage.retention_age, 365 * 24h);
  EXPECT_EQ(config.polling.budget, (Rate{2000, 1h}));
  EXPECT_EQ(config.polling.jitter, 0.0);
  EXPECT_THAT(config.polling.recheck, ElementsAre(RecheckStep{5min, 1h}, RecheckStep{1h, 48h}));
  EXPECT_EQ(config.clean.fetch_pages, FetchPages::never);
  EXPECT_EQ(config.dedup.threshold, 0.9);
  EXPECT_EQ(config.dedup.scope, DedupScope::tag);
  EXPECT_EQ(config.http.socket_mode, 0600u);
  EXPECT_EQ(config.log.level, log::Level::debug);
  ASSERT_EQ(config.sources.size(), 2u);
  EXPECT_EQ(config.sources[0].kind, SourceKind::feed);
  EXPECT_THAT(config.sources[0].tags, ElementsAre("tech", "us"));
  EXPECT_EQ(config.sources[0].interval, 10min);
  EXPECT_EQ(config.sources[0].access.basic_auth_file, "/etc/newsfold/secrets/ars");
  EXPECT_EQ(config.sources[1].kind, SourceKind::page);
  EXPECT_EQ(config.sources[1].item, "li.news");
  EXPECT_EQ(config.sources[1].interval, std::nullopt);
  ASSERT_EQ(config.webhooks.size(), 1u);
  EXPECT_EQ(config.webhooks[0].secret_file, "/etc/newsfold/desk.key");
  EXPECT_EQ(config.webhooks[0].copies, Copies::show);
}

TEST(Config, SaysEverythingThatIsWrongAtOnceInTheOrderOfTheLines) {
  EXPECT_EQ(problems(R"([polling]
intervall = "30m"
jitter = 7
floor = 5
[storge]
[dedup]
threshold = "high"
[[feed]]
name = "a"
url = "ftp://example.org/"
)"),
            "/etc/newsfold/config.toml:2:1: unknown key `intervall` in [polling]; did you mean `interval`?\n"
            "/etc/newsfold/config.toml:3:10: `jitter` in [polling]: 7 is out of bounds (0 .. 1)\n"
            "/etc/newsfold/config.toml:4:9: `floor` in [polling]: wants a unit: \"5s\", \"5m\" ...\n"
            "/etc/newsfold/config.toml:5:2: unknown section `storge`; did you mean `storage`?\n"
            "/etc/newsfold/config.toml:7:13: `threshold` in [dedup]: wants a number, not a string\n"
            "/etc/newsfold/config.toml:10:7: `url` in [[feed]]: only http and https are fetched, not "
            "\"ftp://example.org/\"\n");
}

TEST(Config, PointsAtTheSectionThatAStrayKeyBelongsTo) {
  EXPECT_THAT(problems("[storage]\nrobots_for_feeds = true\n"), EndsWith("it belongs into [polling]\n"));
  EXPECT_THAT(problems("robots_for_feeds = true\n"), EndsWith("it belongs into [polling]\n"));
  // [[webhook]] has a key of this name; a section is meant.
  EXPECT_THAT(problems("[[feeds]]\nname = \"a\"\n"),
              EndsWith("unknown section `feeds`; did you mean `feed`?\n"));
}

TEST(Config, SaysWhereTheFileIsNoToml) {
  auto const result = parse("[daemon]\nthreads = \n");
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].line, 2u);
  EXPECT_THAT(result.problems[0].message, HasSubstr("not TOML"));
}

TEST(Config, WantsAFeedToHaveANameAndAUrl) {
  EXPECT_THAT(problems("[[feed]]\nname = \"a\"\n"), HasSubstr(":1:1: [[feed]] lacks `url`"));
  EXPECT_THAT(problems("[feed]\nname = \"a\"\n"), HasSubstr("write [[feed]]"));
  EXPECT_THAT(problems("[[storage]]\npath = \"a\"\n"), HasSubstr("write [storage]"));
}

TEST(Config, ReadsIncludedFilesInTheOrderOfTheirNames) {
  auto const folder = std::filesystem::path(testing::TempDir()) / "newsfold_config_include";
  std::filesystem::create_directories(folder / "feeds.d");
  auto const put = [&](std::string const& name, std::string const& text) {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  };
  auto const main = put("config.toml", "include = [\"feeds.d/*.toml\"]\n[log]\nlevel = \"debug\"\n");
  put("feeds.d/b.toml", "[[feed]]\nname = \"b\"\nurl = \"https://b.example/\"\n");
  put("feeds.d/a.toml", "[[feed]]\nname = \"a\"\nurl = \"https://a.example/\"\nbasic_auth_file = \"key\"\n");
  auto result = load_config(main, environment());
  ASSERT_EQ(describe(result.problems), "");
  ASSERT_EQ(result.config.sources.size(), 2u);
  EXPECT_EQ(result.config.sources[0].name, "a");
  EXPECT_EQ(result.config.sources[0].access.basic_auth_file, (folder / "feeds.d/key").string());
  EXPECT_EQ(result.config.files.size(), 3u);

  put("feeds.d/c.toml",
      "include = [\"*.toml\"]\n[log]\nlevel = \"info\"\n[[feed]]\nname = \"b\"\nurl = "
      "\"https://c.example/\"\n");
  result = load_config(main, environment());
  EXPECT_THAT(describe(result.problems), HasSubstr("`include` stands only in the main file"));
  EXPECT_THAT(describe(result.problems), HasSubstr("`log.level` was set already at " + main + ":3"));
  EXPECT_THAT(describe(result.problems), HasSubstr("duplicate feed name \"b\""));
  std::filesystem::remove_all(folder);
}

TEST(Config, SaysThatAFileIsNotThere) {
  EXPECT_THAT(describe(load_config("/nonexistent/config.toml", environment()).problems),
              HasSubstr("no such file"));
  EXPECT_THAT(problems("include = [\"nowhere.toml\"]\n"),
              HasSubstr("no such file: /etc/newsfold/nowhere.toml"));
  EXPECT_EQ(problems("include = [\"nowhere.d/*.toml\"]\n"), "");
}

// Its feeds would be taken for removed. A link to itself cannot be read by root either.
TEST(Config, SaysThatAFolderOfIncludedFilesCannotBeRead) {
  auto const folder = std::filesystem::path(testing::TempDir()) / "newsfold_config_unreadable";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "empty.d");
  std::filesystem::create_symlink("feeds.d", folder / "feeds.d");
  auto const problems_of = [&](std::string const& pattern) {
    std::ofstream(folder / "config.toml") << "include = [\"" + pattern + "\"]\n";
    return describe(load_config(folder / "config.toml", environment()).problems);
  };
  EXPECT_THAT(problems_of("feeds.d/*.toml"),
              HasSubstr("config.toml:1:12: `include`: cannot read the folder " +
                        (folder / "feeds.d").string() + ": Too many levels of symbolic links"));
  EXPECT_EQ(problems_of("empty.d/*.toml"), "");
  EXPECT_EQ(problems_of("config.toml/*.toml"), "");  // no folder, and so no files in it
  std::filesystem::remove_all(folder);
}

TEST(Config, AMainFileThatItsOwnPatternFindsIsReadOnce) {
  auto const folder = std::filesystem::path(testing::TempDir()) / "newsfold_config_own_pattern";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "config.toml")
      << "include = [\"*.toml\"]\n[[feed]]\nname = \"a\"\nurl = \"https://a.example/\"\n";
  auto const before = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  for (std::string const path : {"config.toml", "./config.toml"}) {
    auto const result = load_config(path, environment());
    EXPECT_EQ(describe(result.problems), "") << path;
    EXPECT_EQ(result.config.sources.size(), 1u) << path;
  }
  std::filesystem::current_path(before);
  std::filesystem::remove_all(folder);
}

TEST(Config, StaysBriefOnAFileFullOfMistakes) {
  std::string text = "[daemon]\n";
  for (int i = 0; i < 5000; ++i) text += "k" + std::to_string(i) + " = 1\n";
  auto const result = parse(text);
  EXPECT_LE(result.problems.size(), 201u);
  EXPECT_EQ(result.problems.back().message, "and 4800 more");
}

TEST(Config, SurvivesWhatIsNoText) {
  EXPECT_FALSE(parse(std::string(1000, '\0')).ok());
  EXPECT_FALSE(parse("\xff\xfe[daemon]").ok());
  EXPECT_FALSE(parse(std::string(100'000, '[')).ok());
  EXPECT_FALSE(parse("a = " + std::string(100'000, '[')).ok());
}

TEST(Config, ASecretCanBeACredentialOfTheServiceManager) {
  char pattern[] = "/tmp/newsfold-credentials.XXXXXX";
  ASSERT_NE(mkdtemp(pattern), nullptr);
  std::string const folder = pattern;
  for (auto const* name : {"newsfold.token", "newsfold_desk", "alone"})
    std::ofstream(folder + "/" + name) << "secret\n";
  std::ofstream(folder + "/newsfold.admin-token") << "";  // an empty one is as good as none
  auto const started = environment({{"HOME", "/home/ann"}, {"CREDENTIALS_DIRECTORY", folder}});
  auto const hook = [](std::string const& secret) {
    return "[[webhook]]\nname = \"desk\"\nurl = \"https://desk.example/\"\nsecret_file = \"" + secret +
           "\"\n";
  };
  auto result = parse_config(hook("credential:desk"), "/etc/newsfold/config.toml", started);
  EXPECT_EQ(describe(result.problems), "");
  EXPECT_EQ(result.config.webhooks[0].secret_file, folder + "/newsfold_desk");
  EXPECT_EQ(result.config.http.token_file, folder + "/newsfold.token");
  EXPECT_EQ(result.config.http.admin_token_file, "");

  result = parse_config(hook("credential:alone"), "/etc/newsfold/config.toml", started);
  EXPECT_EQ(result.config.webhooks[0].secret_file, folder + "/alone");
  result = parse_config(hook("credential:missing"), "/etc/newsfold/config.toml", started);
  EXPECT_THAT(describe(result.problems),
              HasSubstr("there is no credential \"missing\": put the secret into"));
  result = parse_config(hook("credential:../shadow"), "/etc/newsfold/config.toml", started);
  EXPECT_THAT(describe(result.problems), HasSubstr("names no credential"));
  // Without a service manager it is the file that the unit would load.
  result = parse_config(hook("credential:desk"), "/etc/newsfold/config.toml", environment());
  EXPECT_EQ(result.config.webhooks[0].secret_file, "/etc/newsfold/credentials/desk");
  std::filesystem::remove_all(folder);
}

TEST(FindConfig, TakesTheFirstThatExistsAndElseSaysWhereItLooked) {
  auto const folder = std::string(testing::TempDir()) + "newsfold-find-config";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/unit");
  auto const before = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  auto const from = environment({{"HOME", folder}, {"CONFIGURATION_DIRECTORY", folder + "/unit"}});
  if (auto const none = find_config(from); !none) {  // a machine where Newsfold is installed has one
    EXPECT_EQ(none.error().code, ErrorCode::not_found);
    EXPECT_EQ(none.error().message,
              "none of these exists: ./config.toml, " + folder + "/.config/newsfold/config.toml, " + folder +
                  "/unit/config.toml, /etc/newsfold/config.toml; say where the configuration "
                  "is with --config FILE, or write one beginning from `newsfold config "
                  "sample`");
  }
  std::ofstream(folder + "/unit/config.toml") << "";
  EXPECT_EQ(find_config(from).value(), folder + "/unit/config.toml");
  std::filesystem::create_directories(folder + "/.config/newsfold");
  std::ofstream(folder + "/.config/newsfold/config.toml") << "";
  EXPECT_EQ(find_config(from).value(), folder + "/.config/newsfold/config.toml");
  std::ofstream("config.toml") << "";
  EXPECT_EQ(find_config(from).value(), "config.toml");
  std::filesystem::current_path(before);
  std::filesystem::remove_all(folder);
}

TEST(Config, AFeedsIdIsItsNamesHash) {
  auto const result = parse("[[feed]]\nname = \"ars\"\nurl = \"https://example.org/feed\"\n");
  ASSERT_TRUE(result.ok());
  // The bytes on people's disks: stored articles are found by it.
  EXPECT_EQ(number(feed_id(result.config.sources[0])), 0x5d977aa506e438fdULL);
}

}  // namespace
}  // namespace newsfold::config
