#include "daemon/metrics/registry.h"

#include "daemon/metrics/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace newsfold::metrics {
namespace {

using ::testing::HasSubstr;

TEST(Catalogue, IsInTheOrderOfItsEnumerators) {
  std::size_t i = 0;
  for (auto const& info : catalogue()) EXPECT_EQ(std::size_t(info.metric), i++) << info.name;
}

TEST(Catalogue, NamesAreUniqueAndFollowTheConventions) {
  std::set<std::string_view> names;
  for (auto const& info : catalogue()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(info.kind == Kind::counter, info.name.ends_with("_total")) << info.name;
    EXPECT_TRUE(info.name.starts_with("newsfold_") || info.name.starts_with("process_")) << info.name;
    EXPECT_EQ(info.help.find('|'), std::string_view::npos) << "would break the table of docs/metrics.md";
  }
}

// The number of series is fixed: only build_info's label has a value that the catalogue does not list.
TEST(Catalogue, EveryLabelHasAClosedListOfValues) {
  for (auto const& info : catalogue()) {
    if (info.metric == Metric::build_info) continue;
    EXPECT_EQ(info.label.empty(), info.values.empty()) << info.name;
    EXPECT_LE(info.values.size(), 16u) << info.name;
  }
}

TEST(Registry, CountsSetsAndObserves) {
  Registry registry("1.2.3");
  registry.add(Metric::polls, 1, "news");
  registry.add(Metric::polls, 2, "news");
  registry.set(Metric::subscribers, 7);
  registry.observe(Metric::commit_seconds, 0.003);
  EXPECT_EQ(registry.get(Metric::polls, "news"), 3);
  EXPECT_EQ(registry.get(Metric::polls, "not_modified"), 0);
  EXPECT_EQ(registry.get(Metric::subscribers), 7);
  EXPECT_EQ(registry.get(Metric::commit_seconds), 1);
}

TEST(Registry, WritesPrometheusText) {
  Registry registry("1.2.3");
  registry.add(Metric::polls, 3, "news");
  auto const text = registry.prometheus_text();
  EXPECT_THAT(text, HasSubstr("# TYPE newsfold_polls_total counter\n"));
  EXPECT_THAT(text, HasSubstr("newsfold_polls_total{outcome=\"news\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("newsfold_build_info{version=\"1.2.3\"} 1\n"));
}

TEST(Registry, WritesOpenMetrics) {
  Registry registry("1.2.3");
  registry.add(Metric::polls, 3, "news");
  registry.observe(Metric::commit_articles, 3);
  auto const text = registry.openmetrics_text();
  EXPECT_THAT(text, HasSubstr("# TYPE newsfold_polls counter\n"));
  EXPECT_THAT(text, HasSubstr("newsfold_polls_total{outcome=\"news\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("newsfold_commit_articles_bucket{le=\"2.0\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("newsfold_commit_articles_bucket{le=\"4.0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("newsfold_commit_articles_bucket{le=\"+Inf\"} 1\n"));
  EXPECT_TRUE(text.ends_with("# EOF\n"));
}

TEST(Process, KnowsItself) {
  auto const process = read_process();
  EXPECT_GT(process.resident_bytes, 1u << 20);
  EXPECT_GE(process.open_fds, 3u);
  EXPECT_GE(process.max_fds, process.open_fds);
  EXPECT_GE(process.threads, 1u);
  EXPECT_GT(process.start_seconds, 1.6e9);
  EXPECT_GT(free_bytes("/").value_or(0), 0u);
  EXPECT_FALSE(free_bytes("/does/not/exist"));
}

}  // namespace
}  // namespace newsfold::metrics
