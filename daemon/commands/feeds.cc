#include "daemon/commands/api_client.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/tail_line.h"
#include "feeds/model/time.h"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

namespace json = boost::json;

struct FeedsArguments {
  ApiAddress address;
  bool failing = false;
  bool json = false;
};

std::string_view string_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

// "12m ago", "in 3h"; "never" where there is no time.
std::string relative(std::string_view rfc3339, UtcMicros now) {
  auto const time = parse_rfc3339(rfc3339);
  if (!time) return "never";
  auto const distance = std::chrono::duration_cast<std::chrono::seconds>(*time - now).count();
  auto const size = std::abs(distance);
  auto const text = size < 120      ? std::to_string(size) + "s"
                    : size < 7200   ? std::to_string(size / 60) + "m"
                    : size < 172800 ? std::to_string(size / 3600) + "h"
                                    : std::to_string(size / 86400) + "d";
  return distance > 0 ? "in " + text : text + " ago";
}

void print_table(json::array const& feeds) {
  auto const now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  std::size_t width = 4;
  for (auto const& feed : feeds) width = std::max(width, string_at(feed.as_object(), "name").size());
  auto const column = [](std::string text, std::size_t size) {
    text.resize(std::max(size, text.size()), ' ');
    return text + "  ";
  };
  std::cout << column("FEED", width) << column("STATE", 8) << column("LAST GOOD", 10) << column("NEXT", 8)
            << "TROUBLE\n";
  for (auto const& value : feeds) {
    auto const& feed = value.as_object();
    std::cout << column(printable(string_at(feed, "name")), width)
              << column(std::string(string_at(feed, "state")), 8)
              << column(relative(string_at(feed, "last_success"), now), 10)
              << column(relative(string_at(feed, "next_poll"), now), 8) << printable(string_at(feed, "error"))
              << '\n';
  }
}

int run_feeds(FeedsArguments const& arguments) {
  ApiClient const client(ApiAddress::with_defaults(arguments.address));
  auto const answer = client.get(arguments.failing ? "/v1/feeds?failing=1" : "/v1/feeds");
  if (!answer || answer->status != 200) {
    std::cerr << "newsfold feeds: " << (answer ? error_of(*answer) : answer.error()).message << '\n';
    return 1;
  }
  if (arguments.json) {
    std::cout << answer->body;
    return 0;
  }
  print_table(json::parse(answer->body).as_object().at("feeds").as_array());
  return 0;
}

int run_status(FeedsArguments const& arguments) {
  ApiClient const client(ApiAddress::with_defaults(arguments.address));
  auto const answer = client.get("/v1/status");
  if (!answer || answer->status != 200) {
    std::cerr << "newsfold status: " << (answer ? error_of(*answer) : answer.error()).message << '\n';
    return 1;
  }
  if (arguments.json) {
    std::cout << answer->body;
    return 0;
  }
  auto const body = json::parse(answer->body);
  for (auto const& [key, value] : body.as_object())
    std::cout << key << std::string(14 - std::min<std::size_t>(key.size(), 13), ' ')
              << (value.is_string() ? std::string(value.get_string())
                                    : std::to_string(value.to_number<std::uint64_t>()))
              << '\n';
  return 0;
}

}  // namespace

void add_feeds_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("feeds", "Show how the feeds are: last success, next poll, trouble in words");
  auto const arguments = std::make_shared<FeedsArguments>();
  command->add_flag("--failing", arguments->failing, "Only those in trouble");
  command->add_flag("--json", arguments->json, "As JSON");
  add_address_options(*command, arguments->address);
  command->footer("Exit: 0 good, 1 no daemon answers, 2 bad usage.");
  command->callback([arguments, &context] { context.exit_code = run_feeds(*arguments); });
}

void add_status_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("status", "Show what the daemon holds: articles, stories, the change log");
  auto const arguments = std::make_shared<FeedsArguments>();
  command->add_flag("--json", arguments->json, "As JSON");
  add_address_options(*command, arguments->address);
  command->footer("Exit: 0 good, 1 no daemon answers, 2 bad usage.");
  command->callback([arguments, &context] { context.exit_code = run_status(*arguments); });
}

}  // namespace newsfold
