// What the documents say of commands and options, held against the binary.

#include "daemon/config/options.h"
#include "tests/e2e/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Document {
  std::string name;
  std::string text;
};

std::vector<Document> documents() {
  std::vector<Document> out{{"README.md", read_text_file(std::string(PROJECT_DIR) + "/README.md")}};
  for (auto const& entry : std::filesystem::directory_iterator(std::string(PROJECT_DIR) + "/docs"))
    if (entry.path().extension() == ".md")
      out.push_back({entry.path().filename(), read_text_file(entry.path())});
  return out;
}

std::string output_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), NEWSFOLD_BIN);
  Process process({std::move(arguments), {}, {}});
  auto text = process.rest(within(30s));
  EXPECT_EQ(process.wait(within(30s)), 0);
  return text;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string word_at(std::string const& text, std::size_t at) {
  auto end = at;
  while (end < text.size() && is_word(text[end])) ++end;
  return text.substr(at, end - at);
}

// Inside `...` or in a block that is indented by four blanks or fenced: code.
std::vector<std::string> code_in(std::string const& text) {
  std::vector<std::string> out;
  bool fenced = false;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    auto const line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("```")) {
      fenced = !fenced;
    } else if (fenced || line.starts_with("    ")) {
      out.push_back(line);
    } else {
      for (auto open = line.find('`'); open != std::string::npos;) {
        auto const close = line.find('`', open + 1);
        if (close == std::string::npos) break;
        out.push_back(line.substr(open + 1, close - open - 1));
        open = line.find('`', close + 1);
      }
    }
  }
  return out;
}

TEST(Documents, NameOnlyCommandsThatThereAre) {
  auto const manual = output_of({"man", "newsfold.1"});
  std::set<std::string> commands;
  constexpr std::string_view entry = ".SS \"";
  for (auto at = manual.find(entry); at != std::string::npos; at = manual.find(entry, at + 1))
    commands.insert(word_at(manual, at + entry.size()));
  ASSERT_TRUE(commands.contains("tail"));
  for (auto const& document : documents())
    for (auto const& code : code_in(document.text))
      for (auto at = code.find("newsfold "); at != std::string::npos; at = code.find("newsfold ", at + 1)) {
        bool const begins = at == 0 || code[at - 1] == ' ' || code[at - 1] == '/' || code[at - 1] == '(';
        auto const word = word_at(code, at + 9);
        bool const is_command =
            begins && !word.empty() && std::islower(static_cast<unsigned char>(word[0])) != 0;
        // "systemctl restart newsfold", "-u newsfold", "-o newsfold": not ours to run.
        bool const is_argument = code.rfind("systemctl", at) != std::string::npos ||
                                 code.find("-u newsfold") != std::string::npos ||
                                 code.find("-o newsfold") != std::string::npos;
        if (is_command && !is_argument) {
          EXPECT_TRUE(commands.contains(word)) << document.name << ": " << code;
        }
      }
}

TEST(Documents, NameOnlyOptionsThatThereAre) {
  std::set<std::string> const feed_events{"failing", "recovered", "moved", "gone", "gap"};
  for (auto const& document : documents())
    for (auto const& code : code_in(document.text))
      for (auto const& section : config::sections()) {
        auto const begin = std::string(section.name) + ".";
        if (!code.starts_with(begin) || code.find_first_of("(/ ") != std::string::npos) continue;
        auto const key = word_at(code, begin.size());
        if (code == "feed." + key && feed_events.contains(key)) continue;
        if (key.empty() || std::islower(static_cast<unsigned char>(key[0])) == 0) continue;  // a test's name
        if (key == "toml" || key == "h" || key == "cc" || key == "service" || key == "md")
          continue;  // a file's name
        EXPECT_NE(config::find_option(section, key), nullptr) << document.name << " names " << code;
      }
}

std::string sources_below(std::string const& folder) {
  std::string sources;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(PROJECT_DIR + folder))
    if (entry.path().extension() == ".cc") sources += read_text_file(entry.path());
  return sources;
}

// Events and fields of the log, conditions: what an operator looks for must be what the daemon says.
TEST(Documents, TheOperatorsNotesNameOnlyWhatTheDaemonSays) {
  auto const sources = sources_below("/daemon");
  std::size_t named = 0;
  for (auto const& code : code_in(read_text_file(std::string(PROJECT_DIR) + "/docs/OPERATIONS.md"))) {
    bool const is_name =
        code.find('_') != std::string::npos && code == word_at(code, 0) &&
        std::none_of(code.begin(), code.end(), [](unsigned char c) { return std::isupper(c); });
    if (!is_name || code.starts_with("newsfold_")) continue;  // metrics are docs/metrics.md's
    ++named;
    EXPECT_NE(sources.find('"' + code + '"'), std::string::npos) << code << " is said by nobody";
  }
  EXPECT_GT(named, 20u);
}

TEST(Documents, TheOperatorsNotesExplainEveryWarningAndError) {
  auto const sources = sources_below("/daemon");
  auto const notes = read_text_file(std::string(PROJECT_DIR) + "/docs/OPERATIONS.md");
  std::size_t found = 0;
  for (std::string const call : {"log::warning(", "log::error("})
    for (auto at = sources.find(call); at != std::string::npos; at = sources.find(call, at + 1)) {
      auto const begin = sources.find_first_not_of(" \n", at + call.size());
      if (begin == std::string::npos || sources[begin] != '"') continue;
      ++found;
      auto const event = word_at(sources, begin + 1);
      EXPECT_NE(notes.find('`' + event + '`'), std::string::npos) << event << " is explained nowhere";
    }
  EXPECT_GT(found, 20u);
}

TEST(Documents, TheSecurityNotesNameTestsThatThereAre) {
  std::string sources;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(std::string(PROJECT_DIR) + "/tests"))
    if (entry.path().extension() == ".cc") sources += read_text_file(entry.path());
  auto const notes = read_text_file(std::string(PROJECT_DIR) + "/docs/SECURITY.md");
  std::size_t named = 0;
  for (auto const& code : code_in(notes)) {  // module.Suite.Name, or module.Suite.Begin*
    auto const dot = code.find('.');
    if (dot == std::string::npos || dot + 1 >= code.size() || std::isupper(code[dot + 1]) == 0) continue;
    auto const suite = word_at(code, dot + 1);
    auto const at = dot + 1 + suite.size();
    if (at >= code.size() || code[at] != '.') continue;
    auto const name = word_at(code, at + 1);
    auto const is_whole = !code.ends_with("*");
    ++named;
    EXPECT_TRUE(
        std::regex_search(sources, std::regex("\\(" + suite + ",\\s+" + name + (is_whole ? "\\)" : ""))))
        << code;
  }
  EXPECT_GT(named, 40u);
}

TEST(Manual, PagesAreWellFormed) {
  if (!std::filesystem::exists("/usr/bin/groff")) GTEST_SKIP() << "no groff here";
  for (auto const* page : {"newsfold.1", "newsfold.toml.5"}) {
    Process process(
        {{"/bin/sh", "-c", std::string(NEWSFOLD_BIN) + " man " + page + " | groff -man -Tutf8 -ww -z 2>&1"},
         {},
         {}});
    EXPECT_EQ(process.rest(within(30s)), "") << page;
    EXPECT_EQ(process.wait(within(30s)), 0);
  }
}

}  // namespace
}  // namespace newsfold::e2e
