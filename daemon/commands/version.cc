#include "daemon/version.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"

#include <iostream>

namespace newsfold {

void add_version_command(Command app, CommandContext&) {
  auto command = app.subcommand("version", "Print the version and what it was built with");
  command.callback([] { std::cout << "newsfold " << version << '\n'; });
}

}  // namespace newsfold
