// `newsfold why`: what an article was held against, and why it was folded or not. Of a feed: feed_control.cc.

#include "daemon/admin/json_at.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/store_reader.h"
#include "daemon/commands/tail_line.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

namespace json = boost::json;

struct WhyArguments {
  StoreChoice choice;
  std::string id;
  std::string other;
  bool json = false;
};

std::string printable_at(json::object const& object, std::string_view key) {
  return printable(string_at(object, key));
}

void print_facts(std::string const& whose, json::object const& facts) {
  for (auto const* kind : {"names", "numbers", "dates"}) {
    std::string line;
    for (auto const& fact : array_at(facts, kind))
      if (fact.is_string()) line += (line.empty() ? "" : ", ") + printable(fact.get_string());
    if (!line.empty()) std::cout << "  " << kind << " only in " << whose << ": " << line << '\n';
  }
}

void print_comparison(std::string const& id, json::object const& one) {
  auto const other = printable_at(one, "article");
  std::cout << "\nagainst article " << other << " of " << printable_at(one, "feed") << ": "
            << printable_at(one, "title") << "\n  " << printable_at(one, "relation") << '\n';
  for (auto const& sentence : array_at(one, "explanation"))
    if (sentence.is_string()) std::cout << "  " << printable(sentence.get_string()) << '\n';
  for (auto const& passage : array_at(one, "shared")) {
    if (!passage.is_object()) continue;
    auto const* words = passage.get_object().if_contains("words");
    std::cout << "  shared";
    if (words && words->is_int64()) std::cout << " (" << words->get_int64() << " words)";
    std::cout << ": \"" << printable_at(passage.get_object(), "text") << "\"\n";
  }
  print_facts("article " + id, object_at(one, "only_here"));
  print_facts("article " + other, object_at(one, "only_there"));
}

// An article has a number, a feed has a name.
bool is_number(std::string_view id) {
  return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int run_why(WhyArguments const& arguments) {
  if (!is_number(arguments.id) && arguments.other.empty())
    return explain_feed(arguments.choice, arguments.id, arguments.json);
  auto target = "/v1/articles/" + percent_encoded(arguments.id) + "/why";
  if (!arguments.other.empty()) target += "?with=" + percent_encoded(arguments.other);
  auto const answer = ask_or_read(arguments.choice, "why", target);
  if (!answer || answer->status != 200) {
    std::cerr << "newsfold why: " << (answer ? error_of(*answer) : answer.error()).message << '\n';
    return 1;
  }
  if (arguments.json) {
    std::cout << answer->body;
    return 0;
  }
  boost::system::error_code failure;
  auto const value = json::parse(answer->body, failure);
  if (failure || !value.is_object()) {
    std::cerr << "newsfold why: the daemon's answer is no JSON object\n";
    return 1;
  }
  auto const& why = value.get_object();
  std::cout << printable_at(why, "title") << '\n' << printable_at(why, "summary") << '\n';
  for (auto const& one : array_at(why, "compared"))
    if (one.is_object()) print_comparison(printable_at(why, "article"), one.get_object());
  return 0;
}

}  // namespace

void add_why_command(Command app, CommandContext& context) {
  auto command = app.subcommand("why",
                                "Tell why an article was taken for a copy or not; or how a feed is, "
                                "when it is asked next and why then");
  auto const arguments = std::make_shared<WhyArguments>();
  command.option("id", arguments->id, "An article's number, or the name of a feed")
      .required()
      .type_name("FEED|ID");
  command.option("other", arguments->other,
                 "Compare with this article only; without it, with all that it was held against");
  command.flag("--json", arguments->json, "The whole answer as JSON, with all figures");
  add_store_options(command, arguments->choice);
  command.footer(
      "Without a daemon it reads the store.\nExit: 0 good, 1 no such article or feed, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_why(*arguments); });
}

}  // namespace newsfold
