#include "daemon/admin/search.h"

#include "daemon/admin/json_at.h"
#include "daemon/admin/search_json.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/store_access.h"
#include "daemon/commands/tail_line.h"
#include "feeds/text/join.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace newsfold {
namespace {

namespace json = boost::json;

struct SearchArguments {
  StoreChoice choice;
  std::vector<std::string> words;
  std::vector<std::string> feeds;
  std::size_t limit = 20;
  std::size_t scan = 100'000;
  bool json = false;
};

// One call's part of the search, by the daemon or on the store.
using Ask = std::function<Result<json::object>(admin::SearchQuery const&)>;

Result<json::object> ask_daemon(ApiClient const& client, admin::SearchQuery const& query) {
  auto target = "/v1/search?q=" + percent_encoded(query.words) + "&limit=" + std::to_string(query.hits_max) +
                "&scan=" + std::to_string(query.articles_max);
  for (auto const& feed : query.feeds) target += "&feed=" + percent_encoded(feed);
  if (query.before) target += "&before=" + std::to_string(number(*query.before));
  auto const answer = client.get(target);
  if (!answer) return answer.error();
  if (answer->status != 200) return error_of(*answer);
  boost::system::error_code failure;
  auto value = json::parse(answer->body, failure);
  if (failure || !value.is_object()) return Error{ErrorCode::malformed, "the daemon's answer is no JSON"};
  return std::move(value.as_object());
}

void print_hit(json::object const& hit) {
  std::cout << string_at(hit, "id") << "  " << string_at(hit, "stored_at").substr(0, 10) << "  "
            << printable(string_at(hit, "feed")) << "  " << printable(string_at(hit, "title")) << '\n';
  if (auto const excerpt = string_at(hit, "excerpt"); !excerpt.empty())
    std::cout << "    " << printable(excerpt) << '\n';
}

// Asks part after part until there are enough hits, the bound on articles is met or nothing is left.
int search_all(SearchArguments const& arguments, Ask const& ask) {
  admin::SearchQuery query;
  query.words = text::join(arguments.words, " ");
  query.feeds = arguments.feeds;
  std::size_t hits = 0;
  std::uint64_t read = 0;
  std::uint64_t all = 0;
  std::string back_to;
  bool more = true;
  while (more && hits < arguments.limit && read < arguments.scan) {
    query.hits_max = arguments.limit - hits;
    query.articles_max = std::min<std::size_t>(arguments.scan - read, admin::SearchQuery{}.articles_max);
    auto const part = ask(query);
    if (!part) {
      std::cerr << "newsfold search: " << part.error().message << '\n';
      return 1;
    }
    for (auto const& hit : part->at("hits").as_array()) {
      ++hits;
      if (arguments.json)
        std::cout << json::serialize(hit) << '\n';
      else
        print_hit(hit.as_object());
    }
    read += number_at(*part, "read");
    all = number_at(*part, "articles");
    if (auto const time = string_at(*part, "back_to"); !time.empty()) back_to = time;
    more = part->contains("next_before");
    if (more)
      query.before =
          ArticleId{std::strtoull(std::string(string_at(*part, "next_before")).c_str(), nullptr, 10)};
  }
  std::cerr << text::counted(hits, "article") << " found; looked at "
            << (more ? "the newest " + std::to_string(read) + " of " + std::to_string(all)
                     : "all " + std::to_string(read));
  if (!back_to.empty()) std::cerr << ", back to " << back_to.substr(0, 10);
  std::cerr << (more ? "; --limit and --scan look further\n" : "\n");
  return 0;
}

int run_search(SearchArguments const& arguments) {
  if (daemon_answers(arguments.choice)) {
    ApiClient const client(ApiAddress::with_defaults(arguments.choice.address));
    return search_all(arguments, [&client](auto const& query) { return ask_daemon(client, query); });
  }
  auto const store = open_store(arguments.choice, storage::OpenMode::read_only);
  if (!store) {
    std::cerr << "newsfold search: " << store.error().message << '\n';
    return 1;
  }
  return search_all(arguments, [&store](admin::SearchQuery const& query) -> Result<json::object> {
    return admin::search_json((*store)->view(), query);
  });
}

}  // namespace

void add_search_command(Command app, CommandContext& context) {
  auto command = app.subcommand("search", "Find words in titles and texts, newest first");
  auto const arguments = std::make_shared<SearchArguments>();
  command.option("words", arguments->words, "All of them must stand in it; \"two words\" are a phrase")
      .required()
      .type_name("WORD...");
  command.option("--feed", arguments->feeds, "Only these feeds (* and ? stand for anything)")
      .type_name("NAME");
  command.option("--limit", arguments->limit, "The most articles to show").range(1, 1000).show_default();
  command.option("--scan", arguments->scan, "The most articles to look at")
      .range(1, 100'000'000)
      .show_default();
  command.flag("--json", arguments->json, "One article a line, as JSON");
  add_store_options(command, arguments->choice);
  command.footer(
      "There is no index of words: the newest articles are read one after another, and the last line (on "
      "standard\nerror) says how far. Exit: 0 good, 1 not, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_search(*arguments); });
}

}  // namespace newsfold
