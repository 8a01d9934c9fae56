#include "tests/tree/source_tree.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace newsfold::tree {
namespace {

constexpr std::size_t source_lines_max = 600;

bool is_data_table(SourceFile const& file) {
  // A table says so in its first lines; it may be as long as what it lists.
  return file.text.substr(0, 400).find("data table") != std::string::npos;
}

TEST(TrackedFiles, AreFound) { EXPECT_GT(project_files().size(), 100u); }

TEST(TrackedFiles, ASourceFileTellsOneStory) {
  for (auto const& file : project_files()) {
    if (!is_cpp(file) || is_data_table(file)) continue;
    EXPECT_LE(lines(file.text).size(), source_lines_max)
        << file.path << " is two stories (or a data table: say so)";
  }
}

TEST(TrackedFiles, NoFileKnowsTheMachineItWasWrittenOn) {
  // Spelt in two pieces, so that this file passes, too.
  std::array<std::string, 3> const machine_paths{std::string("/wo") + "rk/", std::string("/ro") + "ot/",
                                                 std::string("/tmp/data") + "/"};
  for (auto const& file : project_files()) {
    for (auto const& path : machine_paths) {
      auto const at = file.text.find(path);
      bool const absolute =
          at != std::string::npos &&
          (at == 0 || std::string_view("\"'` =\n(").find(file.text[at - 1]) != std::string_view::npos);
      EXPECT_FALSE(absolute) << file.path << ": " << file.text.substr(at, 40);
    }
  }
}

TEST(TrackedFiles, EveryHeaderIsGuarded) {
  for (auto const& file : project_files()) {
    if (!file.path.ends_with(".h")) continue;
    EXPECT_NE(file.text.find("#pragma once\n"), std::string::npos) << file.path;
  }
}

TEST(TrackedFiles, TextEndsWithALineEndAndHoldsNoTabsInCode) {
  for (auto const& file : project_files()) {
    if (!is_cpp(file)) continue;
    EXPECT_TRUE(file.text.ends_with("\n")) << file.path;
    EXPECT_EQ(without_comments_and_strings(file.text).find('\t'), std::string::npos) << file.path;
  }
}

}  // namespace
}  // namespace newsfold::tree
