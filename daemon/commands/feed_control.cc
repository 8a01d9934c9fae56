// why, poll, pause, resume: one feed of the running daemon.

#include "daemon/commands/api_client.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/failure.h"
#include "daemon/commands/store_reader.h"
#include "daemon/commands/tail_line.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

namespace json = boost::json;

struct FeedArguments {
  ApiAddress address;
  std::string feed;
  bool json = false;
};

// {"feed": ..., "done": "a sentence"}
int run_action(std::string_view action, FeedArguments const& arguments) {
  ApiClient const client(ApiAddress::with_defaults(arguments.address));
  auto const answer =
      client.send("POST", "/v1/feeds/" + percent_encoded(arguments.feed) + "/" + std::string(action), "");
  if (!answer) return fail(action, answer.error());
  if (answer->status != 200) return fail(action, error_of(*answer));
  if (arguments.json) {
    std::cout << answer->body;
    return 0;
  }
  boost::system::error_code failure;
  auto const body = json::parse(answer->body, failure);
  auto const* done = !failure && body.is_object() ? body.get_object().if_contains("done") : nullptr;
  std::cout << printable(arguments.feed) << ": "
            << (done && done->is_string() ? printable(done->get_string()) : std::string(action)) << '\n';
  return 0;
}

}  // namespace

// `newsfold why FEED`, beside `why ARTICLE`: an article has a number, a feed does not.
int explain_feed(StoreChoice const& choice, std::string const& feed, bool as_json) {
  auto const answer = ask_or_read(choice, "why", "/v1/feeds/" + percent_encoded(feed));
  if (!answer) return fail("why", answer.error());
  if (answer->status != 200) return fail("why", error_of(*answer));
  if (as_json) {
    std::cout << answer->body;
    return 0;
  }
  boost::system::error_code failure;
  auto const body = json::parse(answer->body, failure);
  auto const* why = !failure && body.is_object() ? body.get_object().if_contains("why") : nullptr;
  if (!why || !why->is_array()) return fail("why", {ErrorCode::malformed, "the daemon's answer is no JSON"});
  std::cout << printable(feed) << '\n';
  for (auto const& sentence : why->get_array())
    if (sentence.is_string()) std::cout << "  " << printable(sentence.get_string()) << '\n';
  return 0;
}

void add_feed_commands(Command app, CommandContext& context) {
  struct Action {
    char const* name;
    char const* help;
  };
  for (auto const& action : {Action{"poll", "Ask a feed now, as far as its publisher allows"},
                             Action{"pause", "Poll a feed no more until it is resumed; also across restarts"},
                             Action{"resume", "Poll a paused feed again"}}) {
    auto command = app.subcommand(action.name, action.help);
    auto const arguments = std::make_shared<FeedArguments>();
    command.option("feed", arguments->feed, "The feed's name in the configuration")
        .required()
        .type_name("FEED");
    command.flag("--json", arguments->json, "The answer as JSON");
    add_address_options(command, arguments->address);
    command.footer("Exit: 0 good, 1 refused, no such feed or no daemon, 2 bad usage.");
    command.callback(
        [arguments, &context, name = action.name] { context.exit_code = run_action(name, *arguments); });
  }
}

}  // namespace newsfold
