// The folders are the architecture: who may include whom is said here once and held against every
// #include line of the tree.

#include "tests/tree/source_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::tree {
namespace {

struct Rule {
  std::string_view room;
  std::vector<std::string_view> may_include;  // rooms beside itself
};

// The most specific room of a path counts.
std::vector<Rule> const& rules() {
  static std::vector<Rule> const all{
      {"feeds/model", {}},
      {"feeds/text", {"feeds/model"}},
      {"feeds/dedup", {"feeds/model", "feeds/text"}},
      {"feeds/clean", {"feeds/model", "feeds/text", "feeds/dedup"}},
      {"feeds/parse", {"feeds/model", "feeds/text", "feeds/dedup", "feeds/clean"}},
      {"feeds/fetch", {"feeds/model", "feeds/text"}},
      {"storage", {"feeds/model", "feeds/text", "feeds/dedup"}},
      {"daemon/log", {"feeds/model"}},
      {"daemon/runtime", {"feeds/model"}},
      {"daemon/config", {"feeds/model", "daemon/log"}},
      {"daemon", {"feeds", "storage", "daemon"}},
      {"tests", {"feeds", "storage", "daemon", "tests"}},
      {"bench", {"feeds", "storage", "daemon", "tests", "bench"}},
  };
  return all;
}

bool is_inside(std::string_view path, std::string_view room) {
  return path.starts_with(room) && path.size() > room.size() && path[room.size()] == '/';
}

Rule const* rule_of(std::string_view path) {
  Rule const* best = nullptr;
  for (auto const& rule : rules()) {
    if (is_inside(path, rule.room) && (best == nullptr || rule.room.size() > best->room.size())) best = &rule;
  }
  return best;
}

// What stands between the quotes or brackets of an #include line.
std::optional<std::string_view> included(std::string_view line) {
  if (!line.starts_with("#include")) return std::nullopt;
  auto const open = line.find_first_of("\"<");
  if (open == std::string_view::npos) return std::nullopt;
  auto const close = line.find_first_of("\">", open + 1);
  return line.substr(open + 1, close - open - 1);
}

bool is_allowed(Rule const& rule, std::string_view header) {
  if (rule_of(header) == nullptr) return true;  // not ours
  if (is_inside(header, rule.room)) return true;
  return std::any_of(rule.may_include.begin(), rule.may_include.end(),
                     [&](std::string_view room) { return is_inside(header, room); });
}

TEST(IncludeDirection, NoArrowRunsUp) {
  for (auto const& file : project_files()) {
    auto const* rule = rule_of(file.path);
    if (!is_cpp(file) || rule == nullptr) continue;
    for (auto const line : lines(file.text)) {
      auto const header = included(line);
      if (!header) continue;
      EXPECT_TRUE(is_allowed(*rule, *header)) << file.path << " includes " << *header;
    }
  }
}

TEST(IncludeDirection, ThePureRoomsKnowNeitherNetworkNorDiskNorLog) {
  static constexpr std::array<std::string_view, 8> rims{"boost/asio", "boost/beast", "curl/",    "rocksdb/",
                                                        "spdlog/",    "google/",     "systemd/", "CLI/"};
  static constexpr std::array<std::string_view, 5> pure{"feeds/model", "feeds/text", "feeds/dedup",
                                                        "feeds/clean", "feeds/parse"};
  for (auto const& file : project_files()) {
    bool const is_pure = std::any_of(pure.begin(), pure.end(),
                                     [&](std::string_view room) { return is_inside(file.path, room); });
    if (!is_cpp(file) || !is_pure) continue;
    for (auto const line : lines(file.text)) {
      auto const header = included(line);
      if (!header) continue;
      for (auto const rim : rims)
        EXPECT_FALSE(header->starts_with(rim)) << file.path << " includes " << *header;
    }
  }
}

TEST(IncludeDirection, LibrariesWithHeavyHeadersAreSeenByOneFile) {
  struct Door {
    std::string_view header;
    std::string_view path;
  };
  static constexpr std::array<Door, 2> doors{
      {{"spdlog/", "daemon/log/log.cc"}, {"toml++/", "daemon/config/toml_reader.cc"}}};
  for (auto const& file : project_files()) {
    if (!is_cpp(file) || !is_inside(file.path, "daemon")) continue;
    for (auto const line : lines(file.text)) {
      auto const header = included(line);
      for (auto const& door : doors) {
        bool const through = header && header->starts_with(door.header) && file.path != door.path;
        EXPECT_FALSE(through) << file.path << " includes " << line << "; only " << door.path << " may";
      }
    }
  }
}

TEST(IncludeDirection, AnArrowThatRunsUpWouldBeSeen) {
  EXPECT_FALSE(is_allowed(*rule_of("feeds/model/feed.h"), "storage/store.h"));
  EXPECT_FALSE(is_allowed(*rule_of("feeds/parse/rss.cc"), "feeds/fetch/fetcher.h"));
  EXPECT_FALSE(is_allowed(*rule_of("storage/store.cc"), "daemon/log/log.h"));
  EXPECT_FALSE(is_allowed(*rule_of("daemon/log/log.cc"), "daemon/config/config.h"));
  EXPECT_TRUE(is_allowed(*rule_of("daemon/pipeline/pipeline.cc"), "storage/store.h"));
  EXPECT_TRUE(is_allowed(*rule_of("feeds/clean/html/document.cc"), "feeds/model/article.h"));
  EXPECT_TRUE(is_allowed(*rule_of("feeds/model/feed.h"), "vector"));
  EXPECT_EQ(included("#include \"feeds/model/feed.h\""), "feeds/model/feed.h");
  EXPECT_EQ(included("// #include <vector>"), std::nullopt);
}

}  // namespace
}  // namespace newsfold::tree
