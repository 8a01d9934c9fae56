// `newsfold split`: a wrong fold undone by hand.

#include "daemon/commands/api_client.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

namespace json = boost::json;

struct SplitArguments {
  ApiAddress address;
  std::string id;
  std::string reason = "by hand";
};

int run_split(SplitArguments const& arguments) {
  ApiClient const client(ApiAddress::with_defaults(arguments.address));
  auto const target = "/v1/articles/" + percent_encoded(arguments.id) + "/split";
  auto const body = json::serialize(json::object{{"reason", arguments.reason}});
  auto const answer = client.send("POST", target, body);
  if (!answer || answer->status != 200) {
    std::cerr << "newsfold split: " << (answer ? error_of(*answer) : answer.error()).message << '\n';
    return 1;
  }
  std::cout << "Article " << arguments.id
            << " leads a story of its own now and stays apart from the one it left.\n";
  return 0;
}

}  // namespace

void add_split_command(Command app, CommandContext& context) {
  auto command = app.subcommand("split", "Take an article out of a story that it was wrongly folded into");
  auto const arguments = std::make_shared<SplitArguments>();
  command.option("id", arguments->id, "The article's number").required();
  command.option("--reason", arguments->reason, "For those who follow the stream").show_default();
  add_address_options(command, arguments->address);
  command.footer(
      "It is remembered: the two are never folded into one story again. Subscribers hear of it.\n"
      "Exit: 0 good, 1 no such article, alone in its story or no daemon, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_split(*arguments); });
}

}  // namespace newsfold
