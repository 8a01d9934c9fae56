// The completions, asked of the shells that they are for.

#include "tests/e2e/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

bool installed(std::string const& shell) { return std::filesystem::exists("/usr/bin/" + shell); }

TEST(Completion, IsAScriptThatItsShellReads) {
  for (std::string const shell : {"bash", "zsh", "fish"}) {
    if (!std::filesystem::exists("/usr/bin/" + shell)) continue;
    Process process({{"/bin/sh", "-c",
                      std::string(NEWSFOLD_BIN) + " completion " + shell + " | /usr/bin/" + shell +
                          " -n /dev/stdin 2>&1"},
                     {},
                     {}});
    EXPECT_EQ(process.rest(within(30s)), "") << shell;
    EXPECT_EQ(process.wait(within(30s)), 0) << shell;
  }
}

TEST(Completion, OfBashCompletesCommandsAndOptions) {
  if (!std::filesystem::exists("/usr/bin/bash")) GTEST_SKIP() << "no bash here";
  auto const complete = [](std::string const& words, int at) {
    Process process({{"/usr/bin/bash", "-c",
                      "eval \"$(" + std::string(NEWSFOLD_BIN) + " completion bash)\"; COMP_WORDS=(" + words +
                          "); COMP_CWORD=" + std::to_string(at) + "; _newsfold; echo ${COMPREPLY[*]}"},
                     {},
                     {}});
    return process.rest(within(30s));
  };
  EXPECT_THAT(complete("newsfold sta", 1), HasSubstr("status"));
  EXPECT_THAT(complete("newsfold config ch", 2), HasSubstr("check"));
  EXPECT_THAT(complete("newsfold export --comp", 2), HasSubstr("--compress"));
  EXPECT_THAT(complete("newsfold export --compress z", 3), HasSubstr("zstd"));
}

// What zsh's own line editor makes of `typed` and a TAB: a terminal (zpty) in which the completion is read
// as the manual tells, and the line is then printed instead of run.
std::string zsh_line_after_tab(std::string const& typed) {
  TemporaryFolder const folder;
  std::ofstream(folder.path() + "/ask.zsh") << R"(
zmodload zsh/zpty
zpty terminal "TERM=dumb PS1= zsh -f -i"
zpty -w terminal 'unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -d $FOLDER/dump'
zpty -w terminal 'path=($BIN $path); source <(newsfold completion zsh)'
zpty -w terminal 'said() { zle -I; print -r -- "LINE<$BUFFER>"; BUFFER=; }; zle -N said; bindkey "^X" said'
zpty -w terminal 'print -r -- RE""ADY'
zpty -r terminal out '*READY*' || exit 1
zpty -w -n terminal "$TYPED"$'\t\x18'
zpty -r terminal out '*LINE<*>*' || exit 2
print -r -- "$out"
zpty -d terminal
)";
  Process process({{"/usr/bin/zsh", "-f", folder.path() + "/ask.zsh"},
                   {{"FOLDER", folder.path()},
                    {"BIN", std::filesystem::path(NEWSFOLD_BIN).parent_path().string()},
                    {"TYPED", typed}},
                   {}});
  auto const out = process.rest(within(60s));
  auto const begin = out.rfind("LINE<");
  if (begin == std::string::npos) return "no line came: " + out;
  return out.substr(begin + 5, out.find('>', begin) - begin - 5);
}

TEST(Completion, OfZshCompletesCommandsOptionsAndValues) {
  if (!installed("zsh")) GTEST_SKIP() << "no zsh here";
  EXPECT_EQ(zsh_line_after_tab("newsfold sta"), "newsfold status ");
  EXPECT_EQ(zsh_line_after_tab("newsfold config ch"), "newsfold config check ");
  EXPECT_EQ(zsh_line_after_tab("newsfold export --comp"), "newsfold export --compress ");
  EXPECT_EQ(zsh_line_after_tab("newsfold export --compress zs"), "newsfold export --compress zstd ");
}

// The commands that the completion itself runs must be found: names of feeds are asked of the daemon.
TEST(Completion, OfZshLeavesThePathAlone) {
  if (!installed("zsh")) GTEST_SKIP() << "no zsh here";
  Process process(
      {{"/usr/bin/zsh", "-f", "-c",
        "compdef() { :; }; source <(" + std::string(NEWSFOLD_BIN) +
            " completion zsh); _describe() { :; }; _files() { :; }; compadd() { print -r -- $* }; "
            "newsfold() { command -v ls >/dev/null && print alpha beta }; "
            "words=(newsfold why ''); CURRENT=3; _newsfold"},
       {},
       {}});
  EXPECT_THAT(process.rest(within(30s)), HasSubstr("alpha beta"));
}

TEST(Completion, OfFishCompletesCommandsOptionsAndValues) {
  if (!installed("fish")) GTEST_SKIP() << "no fish here";
  TemporaryFolder const home;
  auto const complete = [&](std::string const& line) {
    Process process({{"/usr/bin/fish", "--no-config", "-c",
                      std::string(NEWSFOLD_BIN) + " completion fish | source; complete -C '" + line + "'"},
                     {{"HOME", home.path()}},
                     {}});
    return process.rest(within(30s));
  };
  EXPECT_THAT(complete("newsfold sta"), HasSubstr("status\t"));
  EXPECT_THAT(complete("newsfold config ch"), HasSubstr("check\t"));
  EXPECT_THAT(complete("newsfold config check ch"), Not(HasSubstr("check\t")));
  EXPECT_THAT(complete("newsfold export --comp"), HasSubstr("--compress\t"));
  EXPECT_THAT(complete("newsfold export --compress z"), HasSubstr("zstd"));
  EXPECT_THAT(complete("newsfold sta"), Not(HasSubstr("poll\t")));
}

}  // namespace
}  // namespace newsfold::e2e
