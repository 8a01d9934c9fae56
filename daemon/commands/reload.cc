#include "daemon/commands/api_client.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/tail_line.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

namespace json = boost::json;

struct ReloadArguments {
  ApiAddress address;
  bool json = false;
};

void print_list(json::object const& outcome, std::string_view key, std::string_view label) {
  auto const* list = outcome.if_contains(key);
  if (!list || !list->is_array()) return;
  for (auto const& one : list->get_array())
    if (one.is_string()) std::cout << label << printable(one.get_string()) << '\n';
}

int run_reload(ReloadArguments const& arguments) {
  ApiClient const client(ApiAddress::with_defaults(arguments.address));
  auto const answer = client.send("POST", "/v1/reload", "");
  if (!answer || answer->status != 200) {
    std::cerr << "newsfold reload: "
              << (answer ? "nothing was changed: " + error_of(*answer).message : answer.error().message)
              << '\n';
    return 1;
  }
  if (arguments.json) {
    std::cout << answer->body;
    return 0;
  }
  boost::system::error_code failure;
  auto const body = json::parse(answer->body, failure);
  if (failure || !body.is_object()) {
    std::cerr << "newsfold reload: the daemon's answer is no JSON object; is it another version?\n";
    return 1;
  }
  auto const& outcome = body.get_object();
  print_list(outcome, "added", "added    ");
  print_list(outcome, "removed", "removed  ");
  print_list(outcome, "changed", "changed  ");
  print_list(outcome, "needs_restart", "takes effect after a restart: ");
  print_list(outcome, "warnings", "warning: ");
  std::cout << "reloaded\n";
  return 0;
}

}  // namespace

void add_reload_command(Command app, CommandContext& context) {
  auto command = app.subcommand("reload", "Have the daemon read its configuration again; say what changed");
  auto const arguments = std::make_shared<ReloadArguments>();
  command.flag("--json", arguments->json, "As JSON");
  add_address_options(command, arguments->address);
  command.footer(
      "A configuration with anything wrong in it changes nothing, and the reasons are printed.\n"
      "Exit: 0 applied, 1 refused or no daemon answers, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_reload(*arguments); });
}

}  // namespace newsfold
