// completion, man: what an installation needs beside the binary, printed by it.

#include "daemon/commands/command_line.h"
#include "daemon/commands/command_tree.h"
#include "daemon/commands/commands.h"
#include "daemon/version.h"

#include <iostream>
#include <memory>
#include <string>

namespace newsfold {

void add_manual_commands(Command app, CommandContext&) {
  auto const shell = std::make_shared<std::string>();
  auto command = app.subcommand("completion", "Print what a shell needs to complete our commands");
  command.option("shell", *shell, "Whose").required().one_of({"bash", "zsh", "fish"});
  command.footer("E.g. in ~/.bashrc: source <(newsfold completion bash)");
  command.callback([shell, app] {
    auto const tree = app.read();
    std::cout << (*shell == "bash"  ? bash_completion(tree)
                  : *shell == "zsh" ? zsh_completion(tree)
                                    : fish_completion(tree));
  });

  auto const page = std::make_shared<std::string>();
  command = app.subcommand("man", "Print a manual page: newsfold man newsfold.1 | man -l -");
  command.option("page", *page, "Which").required().one_of({"newsfold.1", "newsfold.toml.5"});
  command.callback([page, app] {
    std::cout << (*page == "newsfold.1" ? manual_of_commands(app.read(), version)
                                        : manual_of_configuration(version));
  });
}

}  // namespace newsfold
