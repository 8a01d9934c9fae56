// Metrics, alert rules and dashboard as Prometheus's own tool judges them, and against what the daemon really
// says.

#include "daemon/commands/api_client.h"
#include "daemon/metrics/catalogue.h"
#include "tests/e2e/daemon_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr char const* promtool = "/usr/bin/promtool";

std::string doc(std::string const& name) { return std::string(PROJECT_DIR) + "/docs/" + name; }

struct Promtool : ::testing::Test {
  void SetUp() override {
    if (!std::filesystem::exists(promtool)) GTEST_SKIP() << "no promtool here (Debian package prometheus)";
  }
  // Its exit status; what it said is in `said`.
  std::optional<int> run(std::string const& command) {
    Process process({{"/bin/sh", "-c", command + " 2>&1"}, {}, folder.path() + "/errors"});
    said = process.rest(within(patience));
    return process.wait(within(patience));
  }
  TemporaryFolder folder;
  std::string said;
};

TEST_F(Promtool, FindsNothingWrongWithTheAlertRules) {
  EXPECT_EQ(run(std::string(promtool) + " check rules " + doc("alerts.yml")), 0) << said;
}

TEST_F(Promtool, SeesTheAlertsFireWhereTheyShouldAndOnlyThere) {
  EXPECT_EQ(run(std::string(promtool) + " test rules " + doc("alerts_test.yml")), 0) << said;
}

TEST_F(Promtool, FindsNothingWrongWithTheMetricsOfARunningDaemon) {
  Installation const installation;
  DemoOrigin const origin(installation, 4, 3600);
  auto const daemon = installation.start_daemon();
  ASSERT_GE(installation.events(10, within(patience)).size(), 10u) << installation.log();
  ApiAddress address;
  address.socket = installation.socket_path();
  ApiClient const client(address);
  auto metrics = client.get("/metrics");
  ASSERT_TRUE(metrics);
  // A poll is counted once its commit is done, a little after its events are heard of.
  for (auto const until = within(patience);
       metrics->body.find("newsfold_polls_total{outcome=\"news\"} 0\n") != std::string::npos &&
       std::chrono::steady_clock::now() < until;) {
    metrics = client.get("/metrics");
    ASSERT_TRUE(metrics);
  }
  auto const file = folder.path() + "/metrics.txt";
  std::ofstream(file) << metrics->body;
  EXPECT_EQ(run(std::string(promtool) + " check metrics < " + file), 0) << said;
  // Every metric of the catalogue is there, and the interesting ones move.
  for (auto const& info : metrics::catalogue())
    EXPECT_THAT(metrics->body, HasSubstr("# TYPE " + std::string(info.name) + " "));
  EXPECT_THAT(metrics->body, ::testing::Not(HasSubstr("newsfold_polls_total{outcome=\"news\"} 0\n")));
  EXPECT_THAT(metrics->body, ::testing::Not(HasSubstr("newsfold_commit_duration_seconds_count 0\n")));
  EXPECT_THAT(metrics->body, ::testing::Not(HasSubstr("newsfold_store_articles 0\n")));
  auto const open = client.get("/metrics?format=openmetrics");
  ASSERT_TRUE(open);
  EXPECT_THAT(open->body, ::testing::EndsWith("# EOF\n"));
}

// Words that begin as our metrics do.
std::set<std::string> metrics_named_in(std::string const& text) {
  std::set<std::string> out;
  for (std::string const begin : {"newsfold_", "process_"}) {
    for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
      if (at > 0 && (std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0 || text[at - 1] == '_'))
        continue;
      auto end = at;
      while (end < text.size() &&
             (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
        ++end;
      if (end > at + begin.size()) out.insert(text.substr(at, end - at));  // not "newsfold_*.deb"
    }
  }
  return out;
}

TEST(Metrics, ThatDashboardAlertsAndDocumentsNameExist) {
  std::set<std::string> known;
  for (auto const& info : metrics::catalogue()) {
    std::string const name(info.name);
    known.insert(name);
    if (info.kind == metrics::Kind::histogram)
      for (auto const* part : {"_bucket", "_sum", "_count"}) known.insert(name + part);
  }
  for (auto const* file : {"grafana.json", "alerts.yml", "alerts_test.yml", "OPERATIONS.md"})
    for (auto const& name : metrics_named_in(read_text_file(doc(file))))
      EXPECT_TRUE(known.contains(name)) << file << " names " << name;
}

TEST(Metrics, TheDashboardShowsEveryOne) {
  auto const shown = metrics_named_in(read_text_file(doc("grafana.json")));
  for (auto const& info : metrics::catalogue()) {
    std::string const name(info.name);
    if (name == "process_start_time_seconds" || name == "newsfold_commits_total")
      continue;  // alerts; a histogram's count
    EXPECT_TRUE(shown.contains(name) || shown.contains(name + "_bucket")) << name;
  }
}

TEST(Metrics, TheirReferencePageIsWhatTheCatalogueSays) {
  EXPECT_EQ(read_text_file(doc("metrics.md")), metrics::reference_markdown())
      << "write it anew: newsfold config metrics > docs/metrics.md";
}

TEST(Alerts, AreEachExplainedInTheOperationsGuide) {
  auto const rules = read_text_file(doc("alerts.yml"));
  auto const guide = read_text_file(doc("OPERATIONS.md"));
  std::size_t alerts = 0;
  constexpr std::string_view key = "- alert: ";
  for (auto at = rules.find(key); at != std::string::npos; at = rules.find(key, at + 1)) {
    auto const begin = at + key.size();
    auto const name = rules.substr(begin, rules.find('\n', begin) - begin);
    EXPECT_THAT(guide, HasSubstr("**" + name + "**"));
    ++alerts;
  }
  EXPECT_GE(alerts, 10u);
}

}  // namespace
}  // namespace newsfold::e2e
