// completion, man: what an installation needs beside the binary, printed by it.

#include "daemon/commands/command_tree.h"
#include "daemon/commands/commands.h"
#include "daemon/version.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace newsfold {

void add_manual_commands(CLI::App& app, CommandContext&) {
  auto const shell = std::make_shared<std::string>();
  auto* command = app.add_subcommand("completion", "Print what a shell needs to complete our commands");
  command->add_option("shell", *shell, "Whose")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("E.g. in ~/.bashrc: source <(newsfold completion bash)");
  command->callback([shell, &app] {
    auto const tree = read_commands(app);
    std::cout << (*shell == "bash"  ? bash_completion(tree)
                  : *shell == "zsh" ? zsh_completion(tree)
                                    : fish_completion(tree));
  });

  auto const page = std::make_shared<std::string>();
  command = app.add_subcommand("man", "Print a manual page: newsfold man newsfold.1 | man -l -");
  command->add_option("page", *page, "Which")
      ->required()
      ->check(CLI::IsMember({"newsfold.1", "newsfold.toml.5"}));
  command->callback([page, &app] {
    std::cout << (*page == "newsfold.1" ? manual_of_commands(read_commands(app), version)
                                        : manual_of_configuration(version));
  });
}

}  // namespace newsfold
