#include "daemon/commands/command_tree.h"

#include "daemon/commands/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsfold {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CommandText tree() {
  CommandLine const line("newsfold", "Turns news into a stream.", "");
  auto const app = line.root();
  std::string file, feed, shape;
  bool json = false;
  auto const write = app.subcommand("write", "Write it - all of it");
  write.option("-o,--output", file, "Where to").type_name("FILE");
  write.option("--shape", shape, "Which shape; it's a choice").one_of({"round", "square"});
  write.flag("--json", json, "As JSON");
  app.subcommand("ask", "Ask a feed").option("feed", feed, "Which").required().type_name("FEED");
  app.subcommand("config", "Configure").subcommand("check", "Check a file");
  return app.read();
}

TEST(CommandLine, AMistypedCommandIsNamedWithTheNearestOne) {
  CommandLine line("newsfold", "Turns news into a stream.", "1.0");
  line.root().subcommand("show", "Show it");
  line.root().subcommand("config", "Configure").needs_subcommand().subcommand("check", "Check a file");
  auto const said = [&](std::vector<char const*> words) {
    words.insert(words.begin(), "newsfold");
    int exit_code = 0;
    testing::internal::CaptureStderr();
    line.run(int(words.size()), words.data(), exit_code);
    auto out = testing::internal::GetCapturedStderr();
    EXPECT_EQ(exit_code, 2) << out;
    return out;
  };
  EXPECT_EQ(said({"shwo"}),
            "newsfold: there is no command `shwo`; did you mean `show`? `newsfold --help` tells of them.\n");
  EXPECT_EQ(
      said({"config", "chek", "FILE"}),
      "newsfold config: there is no command `chek`; did you mean `check`? `newsfold config --help` tells "
      "of them.\n");
  EXPECT_EQ(said({"config"}),
            "newsfold config: name a command: check. `newsfold config --help` tells of them.\n");
  EXPECT_THAT(said({}), HasSubstr("newsfold: name a command: show, config."));
}

TEST(CommandLine, WhatIsMissingOrStrangeIsNamedWithItsCommand) {
  CommandLine line("newsfold", "Turns news into a stream.", "1.0");
  std::string feed, from, format;
  auto const poll = line.root().subcommand("poll", "Ask it");
  poll.option("feed", feed, "Which").required().type_name("FEED");
  auto const tail = line.root().subcommand("tail", "Follow it");
  tail.option("--from", from, "Where to begin");
  tail.option("--format", format, "As what").one_of({"json", "text"});
  auto const said = [&](std::vector<char const*> words) {
    words.insert(words.begin(), "newsfold");
    int exit_code = 0;
    testing::internal::CaptureStderr();
    line.run(int(words.size()), words.data(), exit_code);
    EXPECT_EQ(exit_code, 2);
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(said({"poll"}), "newsfold poll: FEED is missing. `newsfold poll --help` tells what it takes.\n");
  EXPECT_EQ(
      said({"tail", "--form", "7"}),
      "newsfold tail: there is no option `--form`; did you mean `--from`? `newsfold tail --help` tells what "
      "it takes.\n");
  EXPECT_THAT(said({"tail", "--format", "csv"}), HasSubstr("newsfold tail: --format: csv"));
  EXPECT_THAT(said({"tail", "--from"}), HasSubstr("newsfold tail: --from: 1 required"));
}

TEST(CommandTree, IsReadOutOfTheParser) {
  auto const root = tree();
  ASSERT_EQ(root.commands.size(), 3u);
  auto const& write = root.commands[0];
  EXPECT_EQ(write.name, "write");
  auto const& output = write.options[1];
  EXPECT_THAT(output.names, ElementsAre("-o", "--output"));
  EXPECT_EQ(output.value, "FILE");
  EXPECT_THAT(write.options[2].choices, ElementsAre("round", "square"));
  EXPECT_EQ(write.options[3].value, "");
  EXPECT_TRUE(root.commands[1].options[1].positional);
  EXPECT_TRUE(root.commands[1].options[1].required);
}

TEST(Manual, HasEveryCommandAndOption) {
  auto const page = manual_of_commands(tree(), "1.2.3");
  EXPECT_THAT(page, HasSubstr(".TH NEWSFOLD 1"));
  EXPECT_THAT(page, HasSubstr("1.2.3"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fIFILE\\fR"));
  EXPECT_THAT(page, HasSubstr("One of \\fBround\\fR, \\fBsquare\\fR."));
  EXPECT_THAT(page, HasSubstr(".SS \"config check\""));
  EXPECT_THAT(page, HasSubstr("ask \\fIFEED\\fR"));
}

TEST(Manual, OfTheConfigurationHasItsSections) {
  auto const page = manual_of_configuration("1.2.3");
  EXPECT_THAT(page, HasSubstr(".SH \"[STORAGE]\""));
  EXPECT_THAT(page, HasSubstr("\\fBretention_age\\fR"));
  EXPECT_THAT(page, HasSubstr(".SH \"[[FEED]]\""));
}

TEST(Completion, ForEveryShellKnowsCommandsOptionsAndChoices) {
  auto const root = tree();
  EXPECT_THAT(bash_completion(root), HasSubstr("complete -o filenames -F _newsfold newsfold"));
  EXPECT_THAT(bash_completion(root), HasSubstr("--shape) COMPREPLY=($(compgen -W 'round square'"));
  EXPECT_THAT(bash_completion(root), HasSubstr("newsfold feeds --names"));
  EXPECT_THAT(zsh_completion(root), HasSubstr("#compdef newsfold"));
  EXPECT_THAT(zsh_completion(root), HasSubstr("'--shape:Which shape; it'\\''s a choice'"));
  EXPECT_THAT(fish_completion(root), HasSubstr("__fish_seen_subcommand_from config"));
  EXPECT_THAT(fish_completion(root), HasSubstr("-l shape -x -a 'round square'"));
}

}  // namespace
}  // namespace newsfold
