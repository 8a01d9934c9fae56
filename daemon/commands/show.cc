#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/store_reader.h"
#include "daemon/commands/tail_line.h"

#include <unistd.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

namespace json = boost::json;

struct ShowArguments {
  StoreChoice choice;
  std::string id;
  bool json = false;
  bool diff = false;
};

std::string shown_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  if (!value) return {};
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_int64()) return std::to_string(value->get_int64());
  if (value->is_uint64()) return std::to_string(value->get_uint64());
  if (value->is_bool()) return value->get_bool() ? "yes" : "no";
  return {};
}

void print_field(std::string_view name, std::string const& value) {
  if (!value.empty()) std::cout << name << std::string(12 - name.size(), ' ') << printable(value) << '\n';
}

// Paragraphs stay; what steers a terminal goes.
void print_text(std::string_view text) {
  for (std::size_t at = 0; at <= text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    std::cout << printable(text.substr(at, end - at)) << '\n';
    at = end + 1;
  }
}

std::string names_of(json::object const& article) {
  std::string out;
  if (auto const* authors = article.if_contains("authors"); authors && authors->is_array())
    for (auto const& author : authors->get_array())
      if (author.is_object()) out += (out.empty() ? "" : ", ") + shown_at(author.get_object(), "name");
  return out.empty() ? shown_at(article, "byline") : out;
}

void print_article(json::object const& article) {
  auto const* ours_value = article.if_contains("_newsfold");
  json::object const none;
  auto const& ours = ours_value && ours_value->is_object() ? ours_value->get_object() : none;
  std::cout << printable(shown_at(article, "title")) << "\n\n";
  print_field("by", names_of(article));
  print_field("published", shown_at(article, "date_published"));
  print_field("feed", shown_at(ours, "feed"));
  print_field("url", shown_at(article, "url"));
  print_field("language", shown_at(article, "language"));
  print_field("version", shown_at(ours, "version"));
  print_field("story", shown_at(ours, "story"));
  if (auto const* lineage = ours.if_contains("lineage"); lineage && lineage->is_object()) {
    print_field("match", shown_at(lineage->get_object(), "match"));
    print_field("original", shown_at(lineage->get_object(), "original"));
  }
  if (auto const wall = shown_at(ours, "paywall"); wall != "none") print_field("paywall", wall);
  if (shown_at(ours, "truncated") == "yes") print_field("truncated", "yes");
  if (auto const* best = ours.if_contains("best"); best && best->is_object()) {
    auto const& copy = best->get_object();
    print_field("best text", "article " + shown_at(copy, "article") + " of " + shown_at(copy, "feed") + ", " +
                                 shown_at(copy, "words") + " words");
  }
  print_field("withdrawn", shown_at(ours, "withdrawn_reason"));
  std::cout << '\n';
  print_text(shown_at(article, "content_text"));
  for (auto const* list : {"removed", "repairs"}) {
    auto const* values = ours.if_contains(list);
    if (!values || !values->is_array() || values->get_array().empty()) continue;
    std::cout << (std::string_view(list) == "removed" ? "\nLeft out:\n" : "\nMended:\n");
    for (auto const& value : values->get_array()) {
      if (!value.is_object()) continue;
      auto const& one = value.get_object();
      std::cout << "  " << shown_at(one, "kind") << ": " << printable(shown_at(one, "text"));
      if (one.contains("from"))
        std::cout << printable(shown_at(one, "from")) << " -> " << printable(shown_at(one, "to")) << " ("
                  << shown_at(one, "count") << ")";
      std::cout << '\n';
    }
  }
}

void print_parts(json::array const& parts, Colours colours) {
  for (auto const& value : parts) {
    if (!value.is_array() || value.get_array().size() != 2) continue;
    auto const kind = std::string_view(value.get_array()[0].as_string());
    auto const text = printable(value.get_array()[1].as_string());
    if (kind == "kept")
      std::cout << text << ' ';
    else if (colours == Colours::on)
      std::cout << (kind == "added" ? "\x1b[32m" : "\x1b[31;9m") << text << "\x1b[0m ";
    else
      std::cout << (kind == "added" ? "{+" : "[-") << text << (kind == "added" ? "+} " : "-] ");
  }
  std::cout << '\n';
}

void print_diff(json::object const& diff) {
  auto const colours =
      isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr ? Colours::on : Colours::off;
  std::cout << "version " << shown_at(diff, "from") << " to " << shown_at(diff, "to") << ", "
            << printable(shown_at(diff, "edit")) << ": " << shown_at(diff, "words_added") << " words added, "
            << shown_at(diff, "words_removed") << " removed\n\n";
  for (auto const* part : {"title", "text"})
    if (auto const* parts = diff.if_contains(part); parts && parts->is_array() && !parts->get_array().empty())
      print_parts(parts->get_array(), colours);
}

int run_show(ShowArguments const& arguments) {
  auto const target = "/v1/articles/" + percent_encoded(arguments.id) + (arguments.diff ? "/diff" : "");
  auto const answer = ask_or_read(arguments.choice, "show", target);
  if (!answer || answer->status != 200) {
    std::cerr << "newsfold show: " << (answer ? error_of(*answer) : answer.error()).message << '\n';
    return 1;
  }
  if (arguments.json) {
    std::cout << answer->body;
    return 0;
  }
  auto const value = json::parse(answer->body);
  if (arguments.diff)
    print_diff(value.as_object());
  else
    print_article(value.as_object());
  return 0;
}

}  // namespace

void add_show_command(Command app, CommandContext& context) {
  auto command =
      app.subcommand("show", "Show an article: its text, where it came from, what was left out and mended");
  auto const arguments = std::make_shared<ShowArguments>();
  command.option("id", arguments->id, "The article's number, as `newsfold tail --json` gives it").required();
  command.flag("--diff", arguments->diff, "What changed in its newest version");
  command.flag("--json", arguments->json, "The whole answer as JSON");
  add_store_options(command, arguments->choice);
  command.footer("Without a daemon it reads the store.\nExit: 0 good, 1 no such article, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_show(*arguments); });
}

}  // namespace newsfold
