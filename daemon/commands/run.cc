#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/config/load.h"
#include "daemon/run/daemon.h"
#include "daemon/run/wiring.h"

#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

int run_daemon(std::string path) {
  if (path.empty()) {
    auto const found = config::find_config();
    if (!found) {
      std::cerr << "newsfold: " << found.error().message << '\n';
      return 2;
    }
    path = *found;
  }
  auto loaded = config::load_config(path);
  std::cerr << config::describe(loaded.warnings);
  if (!loaded.ok()) {
    std::cerr << config::describe(loaded.problems);
    return 2;
  }
  auto const unusable = run::problems_of_files(loaded.config);
  for (auto const& problem : unusable) std::cerr << path << ": " << problem << '\n';
  if (!unusable.empty()) return 2;
  auto daemon = run::Daemon::create(std::move(loaded.config), path);
  if (!daemon) {
    std::cerr << "newsfold: " << daemon.error().message << '\n';
    return 1;
  }
  auto const outcome = (*daemon)->run();
  if (!outcome) {
    std::cerr << "newsfold: " << outcome.error().message << '\n';
    return 1;
  }
  return 0;
}

}  // namespace

void add_run_command(Command app, CommandContext& context) {
  auto command = app.subcommand("run", "Run the daemon in the foreground, as systemd does");
  auto const path = std::make_shared<std::string>();
  command.option("-c,--config", *path, "The configuration file").type_name("FILE");
  command.option("FILE", *path, "The same");
  command.footer(
      "Without --config the first of these that exists is read: ./config.toml, "
      "$XDG_CONFIG_HOME/newsfold/config.toml,\n"
      "$CONFIGURATION_DIRECTORY/config.toml, /etc/newsfold/config.toml.\n"
      "SIGHUP reads it again; SIGTERM stops after what is under way is stored.\n"
      "Exit: 0 stopped as asked, 1 could not run, 2 the configuration is wrong.");
  command.callback([path, &context] { context.exit_code = run_daemon(*path); });
}

}  // namespace newsfold
