#include "daemon/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

namespace newsfold::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Variables = std::map<std::string, std::string>;

Environment environment(Variables variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    auto const found = variables.find(std::string(name));
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

LoadResult parse(std::string_view text, Variables variables = {{"HOME", "/home/ann"}}) {
  return parse_config(text, "/etc/newsfold/config.toml", environment(std::move(variables)));
}

std::string problems(std::string_view text) { return describe(parse(text).problems); }

std::string feed(std::string const& name, std::string const& url, std::string const& more = "") {
  return "[[feed]]\nname = \"" + name + "\"\nurl = \"" + url + "\"\n" + more;
}

TEST(ConfigChecks, RefusesTwoFeedsOfOneName) {
  EXPECT_EQ(problems(feed("a", "https://one.example/") + feed("a", "https://two.example/")),
            "/etc/newsfold/config.toml:5:8: duplicate feed name \"a\": it stands at "
            "/etc/newsfold/config.toml:2, too\n");
}

TEST(ConfigChecks, RefusesTwoFeedsOfOneUrlHoweverItIsSpelt) {
  for (auto const* other :
       {"https://one.example/feed", "HTTPS://ONE.example:443/feed", "https://one.example/x/../feed#top"}) {
    EXPECT_THAT(problems(feed("a", "https://one.example/feed") + feed("b", other)),
                HasSubstr("has the same URL"))
        << other;
  }
  EXPECT_EQ(problems(feed("a", "https://one.example/feed") + feed("b", "https://one.example/feed?x=1")), "");
}

TEST(ConfigChecks, WarnsOfRudeIntervalsAndRefusesAbsurdOnes) {
  EXPECT_THAT(describe(parse(feed("a", "https://one.example/", "interval = \"2m\"\n")).warnings),
              HasSubstr("under 5m"));
  EXPECT_THAT(problems(feed("a", "https://one.example/", "interval = \"5s\"\n")), HasSubstr("under 1m"));
  EXPECT_EQ(problems("[fetch]\nresolve = [\"one.example:80:127.0.0.1:4000\"]\n" +
                     feed("a", "http://one.example/", "interval = \"5s\"\n")),
            "");
}

TEST(ConfigChecks, RefusesAnOpenApiWithoutAToken) {
  EXPECT_THAT(problems("[http]\nlisten = \"0.0.0.0:8480\"\n"), HasSubstr("set `http.token_file` first"));
  EXPECT_EQ(problems("[http]\nlisten = \"0.0.0.0:8480\"\ntoken_file = \"token\"\n"), "");
  EXPECT_EQ(problems("[http]\nlisten = \"[::1]:0\"\n"), "");
  EXPECT_THAT(problems("[http]\nlisten = \"8480\"\n"),
              HasSubstr(":2:1: `http.listen`: \"8480\" is not ADDRESS:PORT"));
}

// `newsfold config check` in a shell: systemd passes the credentials to the daemon alone.
TEST(ConfigChecks, FromAShellACredentialOfTheUnitIsExpectedAndNotMissed) {
  if (std::filesystem::exists("/etc/newsfold/credentials/token")) GTEST_SKIP() << "this machine has one";
  std::string const text =
      "[http]\nlisten = \"0.0.0.0:8480\"\n"
      "[[webhook]]\nname = \"no-such-desk\"\nurl = \"https://desk.example/\"\n"
      "[[feed]]\nname = \"a\"\nurl = \"https://a.example/\"\nbearer_token_file = \"credential:no-such\"\n";
  auto const check = [&](Environment const& environment, Purpose purpose) {
    return parse_config(text, "/etc/newsfold/config.toml", environment, purpose);
  };
  auto const shell = environment({{"HOME", "/home/ann"}});
  auto const seen = check(shell, Purpose::check);
  EXPECT_EQ(describe(seen.problems), "");
  auto const warnings = describe(seen.warnings);
  EXPECT_THAT(warnings, HasSubstr("config.toml:2:1: `http.listen`: 0.0.0.0:8480 can be reached from outside; "
                                  "expects the credential token from newsfold.service"));
  EXPECT_THAT(warnings, HasSubstr("no-such-desk: `secret_file` expects the credential webhook.no-such-desk"));
  EXPECT_THAT(warnings, HasSubstr("a: `bearer_token_file` expects the credential no-such"));
  EXPECT_THAT(warnings, HasSubstr("/etc/newsfold/credentials/token"));
  // The daemon has them or has not; so has a check inside of the unit.
  EXPECT_THAT(describe(check(shell, Purpose::run).problems), HasSubstr("set `http.token_file` first"));
  auto const unit = environment({{"HOME", "/home/ann"}, {"CREDENTIALS_DIRECTORY", "/nowhere"}});
  EXPECT_THAT(describe(check(unit, Purpose::check).problems), HasSubstr("set `http.token_file` first"));
}

TEST(ConfigChecks, RefusesOptionsThatContradictEachOther) {
  EXPECT_THAT(problems("[polling]\nfloor = \"2h\"\n"),
              HasSubstr("`polling.floor` is above `polling.interval`"));
  EXPECT_THAT(problems("[http]\ntls_cert_file = \"a\"\n"), HasSubstr("go together"));
  EXPECT_THAT(problems("[fetch]\nresolve = [\"one.example\"]\n"), HasSubstr("is not HOST:PORT:ADDRESS"));
}

TEST(ConfigChecks, RefusesPasswordsInUrls) {
  EXPECT_THAT(problems(feed("a", "https://ann:hunter2@one.example/")),
              HasSubstr("a password does not belong here"));
}

TEST(ConfigChecks, PutsTheStoreWhereTheEnvironmentWantsIt) {
  auto const path_in = [](Variables variables) {
    return parse("", std::move(variables)).config.storage.path;
  };
  EXPECT_EQ(path_in({{"STATE_DIRECTORY", "/var/lib/newsfold:/x"}, {"HOME", "/root"}}),
            "/var/lib/newsfold/store");
  EXPECT_EQ(path_in({{"XDG_STATE_HOME", "/s"}, {"HOME", "/root"}}), "/s/newsfold/store");
  EXPECT_EQ(path_in({{"HOME", "/home/ann"}}), "/home/ann/.local/state/newsfold/store");
  EXPECT_THAT(describe(parse("", {}).problems), HasSubstr("set `storage.path`"));
}

TEST(ConfigChecks, PutsTheSocketWhereTheEnvironmentWantsIt) {
  auto const socket_in = [](std::string_view text, Variables variables) {
    return parse(text, std::move(variables)).config.http.socket;
  };
  EXPECT_EQ(socket_in("", {{"RUNTIME_DIRECTORY", "/run/newsfold"}, {"HOME", "/r"}}),
            "/run/newsfold/newsfold.sock");
  EXPECT_EQ(socket_in("", {{"XDG_RUNTIME_DIR", "/run/user/1"}, {"HOME", "/r"}}), "/run/user/1/newsfold.sock");
  EXPECT_EQ(socket_in("", {{"HOME", "/r"}}), "/r/.local/state/newsfold/newsfold.sock");
  EXPECT_EQ(socket_in("[http]\nsocket = \"n.sock\"\n", {{"HOME", "/r"}}), "/etc/newsfold/n.sock");
  EXPECT_EQ(socket_in("[http]\nsocket = \"none\"\n", {{"HOME", "/r"}}), "none");
}

TEST(ConfigChecks, AWebhookNeedsAKeyAndANameThatIsSafeInUrlsAndFiles) {
  std::string const url = "url = \"https://receiver.example/\"\n";
  EXPECT_EQ(problems("[[webhook]]\nname = \"desk\"\nsecret_file = \"k\"\n" + url), "");
  EXPECT_THAT(problems("[[webhook]]\nname = \"desk\"\n" + url), HasSubstr("newsfold.webhook.desk"));
  EXPECT_EQ(problems("[[webhook]]\nname = \"desk\"\nenabled = false\n" + url), "");
  for (auto const* name : {"a/b", "two words", "..", "\u00e9"})
    EXPECT_THAT(problems("[[webhook]]\nname = \"" + std::string(name) + "\"\nsecret_file = \"k\"\n" + url),
                HasSubstr("letters, digits"))
        << name;
  // The name comes first: it is part of the credential's.
  auto const both = problems("[[webhook]]\nname = \"two words\"\n" + url);
  EXPECT_THAT(both, HasSubstr("letters, digits"));
  EXPECT_THAT(both, Not(HasSubstr("secret_file")));
}

TEST(ConfigChecks, AFileIsNoAddressOfAFeed) {
  for (auto const* url : {"file:///srv/feed.xml", "file:/srv/feed.xml", "gopher://old.example/"})
    EXPECT_THAT(problems(feed("a", url)), HasSubstr("only http and https are fetched")) << url;
}

}  // namespace
}  // namespace newsfold::config
