#include "daemon/config/reference.h"

#include "daemon/config/load.h"
#include "daemon/config/options.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace newsfold::config {
namespace {

std::string file(std::string const& name) {
  std::ifstream in(std::string(PROJECT_DIR) + "/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Environment at_home() {
  return [](std::string_view name) -> std::optional<std::string> {
    if (name == "HOME") return "/home/ann";
    return std::nullopt;
  };
}

TEST(Reference, TheDocsPageIsWhatTheTableSays) {
  EXPECT_EQ(file("docs/configuration.md"), reference_markdown())
      << "run: newsfold config reference > docs/configuration.md";
}

TEST(Reference, TheSampleFileIsAValidConfigurationAndAllDefaults) {
  auto const result = parse_config(sample_toml(), "/etc/newsfold/config.toml", at_home());
  EXPECT_EQ(describe(result.problems), "");
}

// Uncommented, an entry of each repeated section stands in the sample, too.
TEST(Reference, TheSampleNamesEveryOption) {
  auto const sample = sample_toml();
  for (auto const& section : sections()) {
    for (auto const& option : section.options) {
      EXPECT_NE(
          sample.find("\n" + std::string(section.repeated ? "# " : "") + std::string(option.key) + " = "),
          std::string::npos)
          << section.name << '.' << option.key;
    }
  }
}

TEST(Reference, TheShippedConfigIsValidAndPolite) {
  auto const result = load_config(std::string(PROJECT_DIR) + "/config.toml", at_home());
  EXPECT_EQ(describe(result.problems), "");
  EXPECT_EQ(describe(result.warnings), "");
  EXPECT_GE(result.config.sources.size(), 12u);
  std::set<std::string> languages;
  for (auto const& source : result.config.sources) languages.insert(source.language);
  EXPECT_GE(languages.size(), 5u);
}

TEST(Options, EachKeyStandsOnceInItsSectionAndHasASentence) {
  for (auto const& section : sections()) {
    std::set<std::string_view> keys;
    for (auto const& option : section.options) {
      EXPECT_TRUE(keys.insert(option.key).second) << section.name << '.' << option.key;
      EXPECT_TRUE(option.sentence.ends_with(".")) << section.name << '.' << option.key;
    }
  }
}

// A default outside of its own bounds could not be written into a file.
TEST(Options, EveryDefaultPassesItsOwnCheck) {
  std::string text;
  for (auto const& section : sections()) {
    if (section.repeated) continue;
    text += "[" + std::string(section.name) + "]\n";
    for (auto const& option : section.options)
      text += std::string(option.key) + " = " + option.default_toml + "\n";
  }
  EXPECT_EQ(describe(parse_config(text, "/etc/newsfold/config.toml", at_home()).problems), "");
}

}  // namespace
}  // namespace newsfold::config
