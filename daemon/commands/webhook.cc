#include "daemon/admin/json_at.h"
#include "daemon/commands/api_client.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/tail_line.h"
#include "daemon/config/load.h"
#include "daemon/webhook/signature.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace newsfold {
namespace {

namespace json = boost::json;

struct WebhookArguments {
  ApiAddress address;
  std::string name;
  std::string from;
  std::string config_path;
  std::string secret_file;
  bool json = false;
  bool finish = false;
};

int complain(std::string_view what, std::string_view why) {
  std::cerr << "newsfold webhook " << what << ": " << printable(why) << '\n';
  return 1;
}

// The daemon's answer as an object, or the way out with a message on standard error.
std::optional<json::object> ask(WebhookArguments const& arguments, std::string_view what, bool post,
                                std::string const& target, std::string const& body, int& exit_code) {
  ApiClient const client(ApiAddress::with_defaults(arguments.address));
  auto const answer = post ? client.send("POST", target, body) : client.get(target);
  exit_code = 1;
  if (!answer || answer->status != 200) {
    complain(what, (answer ? error_of(*answer) : answer.error()).message);
    return std::nullopt;
  }
  boost::system::error_code unreadable;
  auto parsed = json::parse(answer->body, unreadable);
  if (unreadable || !parsed.is_object()) {
    complain(what, "the daemon's answer is no JSON");
    return std::nullopt;
  }
  exit_code = 0;
  if (arguments.json) {
    std::cout << answer->body;
    return std::nullopt;
  }
  return std::move(parsed.get_object());
}

std::string target_of(WebhookArguments const& arguments, std::string_view action) {
  return "/v1/webhooks/" + percent_encoded(arguments.name) + (action.empty() ? "" : "/") +
         std::string(action);
}

void print_table(json::array const& webhooks) {
  std::size_t width = 7;
  for (auto const& one : webhooks) width = std::max(width, string_at(one.as_object(), "name").size());
  auto const column = [](std::string text, std::size_t size) {
    text.resize(std::max(size, text.size()), ' ');
    return text + "  ";
  };
  std::cout << column("WEBHOOK", width) << column("STATE", 9) << column("BEHIND", 8) << column("DELIVERED", 9)
            << column("PARKED", 6) << column("DEAD", 5) << "TROUBLE\n";
  for (auto const& value : webhooks) {
    auto const& one = value.as_object();
    std::cout << column(printable(string_at(one, "name")), width)
              << column(std::string(string_at(one, "state")), 9)
              << column(std::to_string(number_at(one, "behind")), 8)
              << column(std::to_string(number_at(one, "delivered")), 9)
              << column(std::to_string(number_at(one, "parked")), 6)
              << column(std::to_string(number_at(one, "dead_letters")), 5)
              << printable(string_at(one, "error"));
    if (auto const next = string_at(one, "next_try"); !next.empty())
      std::cout << " (next try " << next << ")";
    if (auto const gone = number_at(one, "dead_letters_expired"); gone > 0)
      std::cout << " (" << gone << " dead letters have left the log)";
    std::cout << '\n';
  }
}

void print_letters(json::object const& webhook) {
  for (auto const* const kind : {"parked", "dead_letters"}) {
    auto const* const letters = webhook.if_contains(kind);
    if (!letters || !letters->is_array()) continue;
    for (auto const& value : letters->get_array()) {
      auto const& letter = value.as_object();
      std::cout << (kind == std::string_view("parked") ? "parked  " : "dead    ")
                << string_at(letter, "event") << "  " << number_at(letter, "attempts") << " attempts  "
                << printable(string_at(letter, "error")) << '\n';
    }
  }
}

int run_list(WebhookArguments const& arguments) {
  int exit_code = 0;
  if (arguments.name.empty()) {
    auto const answer = ask(arguments, "list", false, "/v1/webhooks", "", exit_code);
    if (answer) print_table(answer->at("webhooks").as_array());
    return exit_code;
  }
  auto const answer = ask(arguments, "list", false, target_of(arguments, ""), "", exit_code);
  if (!answer) return exit_code;
  auto row = *answer;
  for (auto const* const kind : {"parked", "dead_letters"}) row[kind] = answer->at(kind).as_array().size();
  print_table({row});
  print_letters(*answer);
  return 0;
}

int run_test(WebhookArguments const& arguments) {
  int exit_code = 0;
  auto const answer = ask(arguments, "test", true, target_of(arguments, "test"), "", exit_code);
  if (!answer) return exit_code;
  if (auto const error = string_at(*answer, "error"); !error.empty()) return complain("test", error);
  std::cout << "delivered: " << number_at(*answer, "status") << " in " << number_at(*answer, "took_us") / 1000
            << " ms\n";
  return 0;
}

int run_replay(WebhookArguments const& arguments) {
  int exit_code = 0;
  auto const body = arguments.from.empty() ? std::string() : "{\"from\":\"" + arguments.from + "\"}";
  auto const answer = ask(arguments, "replay", true, target_of(arguments, "replay"), body, exit_code);
  if (!answer) return exit_code;
  if (!arguments.from.empty())
    std::cout << "sends again from event " << string_at(*answer, "from") << " on\n";
  else
    std::cout << number_at(*answer, "replayed") << " dead letters go out again, "
              << number_at(*answer, "dead_letters") << " wait for room\n";
  return 0;
}

int run_enable(WebhookArguments const& arguments) {
  int exit_code = 0;
  auto const answer = ask(arguments, "enable", true, target_of(arguments, "enable"), "", exit_code);
  if (answer) std::cout << "enabled; " << number_at(*answer, "behind") << " events behind\n";
  return exit_code;
}

// The key file is the operator's: this process writes it, the daemon only reads it again.
Result<std::string> key_file(WebhookArguments const& arguments) {
  if (!arguments.secret_file.empty()) return arguments.secret_file;
  auto const path = arguments.config_path.empty() ? config::find_config() : arguments.config_path;
  if (!path)
    return Error{path.error().code, path.error().message + "; or name the key's file with --secret-file"};
  auto const loaded = config::load_config(*path);
  for (auto const& webhook : loaded.config.webhooks) {
    if (webhook.name != arguments.name) continue;
    if (webhook.secret_file.empty())
      return Error{
          ErrorCode::invalid,
          "its key is a systemd credential: name that file with --secret-file, and restart the service"};
    return webhook.secret_file;
  }
  return Error{ErrorCode::not_found, *path + " has no webhook \"" + arguments.name + "\""};
}

int run_rotate(WebhookArguments const& arguments) {
  auto const path = key_file(arguments);
  if (!path) return complain("rotate", path.error().message);
  if (arguments.finish) {
    auto const removed = webhook::finish_rotation(*path);
    if (!removed) return complain("rotate", removed.error().message);
    std::cerr << (*removed > 0 ? "the former key is gone from " : "there was no former key in ") << *path
              << '\n';
  } else {
    auto const fresh = webhook::make_signing_key();
    if (!fresh) return complain("rotate", fresh.error().message);
    if (auto const rotated = webhook::rotate_key_file(*path, *fresh); !rotated)
      return complain("rotate", rotated.error().message);
    std::cout << fresh->reveal() << '\n';  // the receiver's operator needs it
    std::cerr << "the new key and the former one sign now; give the new one to the receiver, then run\n"
                 "newsfold webhook rotate "
              << arguments.name << " --finish\n";
  }
  int exit_code = 0;
  ask(arguments, "rotate", true, target_of(arguments, "keys"), "", exit_code);
  if (exit_code != 0) std::cerr << *path << " is written; the daemon reads it at its next start or reload\n";
  return exit_code;
}

}  // namespace

void add_webhook_command(Command app, CommandContext& context) {
  auto const command = app.subcommand("webhook", "See to the receivers of events over HTTP ([[webhook]])");
  command.needs_subcommand();
  auto const arguments = std::make_shared<WebhookArguments>();
  auto const add = [&](char const* name, char const* help, bool needs_name,
                       int (*run)(WebhookArguments const&)) {
    auto const sub = command.subcommand(name, help);
    auto const option = sub.option("name", arguments->name, "The webhook's name");
    if (needs_name) option.required();
    add_address_options(sub, arguments->address);
    sub.footer("Exit: 0 good, 1 it failed or no daemon answers, 2 bad usage.");
    sub.callback([arguments, run, &context] { context.exit_code = run(*arguments); });
    return sub;
  };
  auto const list =
      add("list", "How each is doing; with a name, what is parked and dead, too", false, &run_list);
  list.flag("--json", arguments->json, "As JSON");
  auto const test = add("test", "Send one signed test event now, and say what came back", true, &run_test);
  test.flag("--json", arguments->json, "As JSON");
  auto const replay = add("replay", "Send dead letters again", true, &run_replay);
  replay.option("--from", arguments->from, "Instead: send everything again from this event on").number();
  add("enable", "Go on with one that was disabled (410)", true, &run_enable);
  auto const rotate =
      add("rotate", "Put a new signing key beside the old one and print it; both sign", true, &run_rotate);
  rotate.flag("--finish", arguments->finish, "Drop the former key");
  rotate.option("--config", arguments->config_path, "The daemon's config.toml");
  rotate.option("--secret-file", arguments->secret_file, "The key file itself");
}

}  // namespace newsfold
