#include "daemon/version.h"
#include "daemon/commands/commands.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace newsfold {

void add_version_command(CLI::App& app, CommandContext&) {
  auto* command = app.add_subcommand("version", "Print the version and what it was built with");
  command->callback([] { std::cout << "newsfold " << version << '\n'; });
}

}  // namespace newsfold
