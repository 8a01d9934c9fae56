#include "daemon/admin/json_at.h"
#include "daemon/commands/api_client.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/store_reader.h"
#include "daemon/commands/tail_line.h"
#include "feeds/model/time.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace newsfold {
namespace {

namespace json = boost::json;

struct FeedsArguments {
  StoreChoice choice;
  bool failing = false;
  bool names = false;
  bool json = false;
};

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

std::string items_a_day(json::object const& feed) {
  auto const* value = feed.if_contains("items_per_day");
  boost::system::error_code failure;
  auto const rate = value ? value->to_number<double>(failure) : 0.0;
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, rate < 10 ? "%.1f" : "%.0f", rate);
  return buffer;
}

// Of the articles that it brought first.
std::string share_of_copies(json::object const& feed) {
  auto const articles = number_at(feed, "articles");
  return articles == 0 ? "-" : std::to_string(100 * number_at(feed, "copies") / articles) + "%";
}

std::string size_of(std::uint64_t bytes) {
  if (bytes < 10'000) return std::to_string(bytes);
  if (bytes < 10'000'000) return std::to_string(bytes / 1'000) + "k";
  return std::to_string(bytes / 1'000'000) + "M";
}

// What is wrong with it, else why it is asked when it is asked.
std::string remark(json::object const& feed) {
  if (auto const error = string_at(feed, "error"); !error.empty()) return std::string(error);
  if (auto const* alarms = feed.if_contains("alarms");
      alarms && alarms->is_array() && !alarms->get_array().empty())
    if (auto const& first = alarms->get_array().front(); first.is_string())
      return std::string(first.get_string());
  return std::string(string_at(feed, "next_poll_reason"));
}

void print_table(json::array const& feeds) {
  auto const now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  std::vector<std::array<std::string, 10>> rows{
      {"FEED", "STATE", "LAST GOOD", "NEXT", "A DAY", "ARTICLES", "COPIES", "FETCHED", "KEPT", "REMARK"}};
  for (auto const& value : feeds) {
    auto const& feed = value.as_object();
    rows.push_back({printable(string_at(feed, "name")), std::string(string_at(feed, "state")),
                    relative(string_at(feed, "last_success"), now),
                    string_at(feed, "state") == "paused" ? "-" : relative(string_at(feed, "next_poll"), now),
                    items_a_day(feed), std::to_string(number_at(feed, "articles")), share_of_copies(feed),
                    size_of(number_at(feed, "wire_bytes")), size_of(number_at(feed, "stored_bytes")),
                    printable(remark(feed))});
  }
  std::array<std::size_t, 10> widths{};
  for (auto const& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  constexpr std::size_t first_number = 4;
  constexpr std::size_t last_number = 8;
  for (auto const& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      auto const blanks = std::string(widths[i] - row[i].size(), ' ');
      bool const right = i >= first_number && i <= last_number;
      line += (right ? blanks + row[i] : row[i] + blanks) + "  ";
    }
    std::cout << line << row.back() << '\n';
  }
}

int run_feeds(FeedsArguments const& arguments) {
  std::string const target = arguments.failing ? "/v1/feeds?failing=1" : "/v1/feeds";
  // A shell asks for names while it completes a word: no other voice, no other store.
  auto const answer = arguments.names
                          ? ApiClient(ApiAddress::with_defaults(arguments.choice.address)).get(target)
                          : ask_or_read(arguments.choice, "feeds", target);
  if (arguments.names && !answer) return 1;
  if (!answer || answer->status != 200) {
    std::cerr << "newsfold feeds: " << (answer ? error_of(*answer) : answer.error()).message << '\n';
    return 1;
  }
  if (arguments.json) {
    std::cout << answer->body;
    return 0;
  }
  auto const body = json::parse(answer->body);
  auto const& feeds = body.as_object().at("feeds").as_array();
  if (arguments.names)
    for (auto const& feed : feeds) std::cout << printable(string_at(feed.as_object(), "name")) << '\n';
  else
    print_table(feeds);
  return 0;
}

int run_status(FeedsArguments const& arguments) {
  auto const answer = ask_or_read(arguments.choice, "status", "/v1/status");
  if (!answer || answer->status != 200) {
    std::cerr << "newsfold status: " << (answer ? error_of(*answer) : answer.error()).message << '\n';
    return 1;
  }
  if (arguments.json) {
    std::cout << answer->body;
    return 0;
  }
  auto const body = json::parse(answer->body);
  for (auto const& [key, value] : body.as_object()) {
    if (value.is_array()) continue;  // told below
    std::cout << key << std::string(14 - std::min<std::size_t>(key.size(), 13), ' ')
              << (value.is_string() ? std::string(value.get_string())
                                    : std::to_string(value.to_number<std::uint64_t>()))
              << '\n';
  }
  auto const* degraded = body.as_object().if_contains("degraded");
  if (!degraded || !degraded->is_array()) return 0;
  for (auto const& condition : degraded->get_array())
    std::cout << "degraded      " << string_at(condition.as_object(), "name") << ": "
              << printable(string_at(condition.as_object(), "message")) << '\n';
  return 0;
}

}  // namespace

void add_feeds_command(Command app, CommandContext& context) {
  auto command = app.subcommand(
      "feeds", "Show how the feeds are: last success, next poll and why then, trouble in words");
  auto const arguments = std::make_shared<FeedsArguments>();
  command.flag("--failing", arguments->failing, "Only those in trouble, or with an alarm");
  command.flag("--names", arguments->names, "Only their names, one a line");
  command.flag("--json", arguments->json, "As JSON");
  add_store_options(command, arguments->choice);
  command.footer(
      "Without a daemon it tells what the store remembers.\nExit: 0 good, 1 neither answers, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_feeds(*arguments); });
}

void add_status_command(Command app, CommandContext& context) {
  auto command = app.subcommand("status", "Show what the daemon holds: articles, stories, the change log");
  auto const arguments = std::make_shared<FeedsArguments>();
  command.flag("--json", arguments->json, "As JSON");
  add_store_options(command, arguments->choice);
  command.footer(
      "Without a daemon it tells what the store remembers.\nExit: 0 good, 1 neither answers, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_status(*arguments); });
}

}  // namespace newsfold
