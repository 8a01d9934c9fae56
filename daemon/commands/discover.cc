#include "feeds/parse/discover.h"
#include "daemon/commands/batch.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/document.h"
#include "daemon/commands/tail_line.h"
#include "daemon/config/checks.h"
#include "daemon/sources/source_list.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <memory>
#include <set>

namespace newsfold {

namespace {

constexpr std::size_t page_bytes_max = 64UL * 1024 * 1024;

struct DiscoverOptions {
  std::string file;
  std::string batch;
  std::string url;
  std::string content_type;
  DocumentOptions document;
  bool json = false;
};

Result<std::vector<parse::FeedLink>> discover_file(std::string const& path, std::string_view url,
                                                   std::string_view content_type) {
  auto const bytes = read_file(path, page_bytes_max);
  if (!bytes) return bytes.error();
  return parse::discover_feeds(*bytes, url, content_type);
}

boost::json::array to_json(std::vector<parse::FeedLink> const& links) {
  boost::json::array out;
  for (auto const& link : links)
    out.emplace_back(boost::json::object{
        {"url", link.url}, {"type", link.type}, {"title", link.title}, {"via", link.via}});
  return out;
}

Result<boost::json::object> discover_line(boost::json::object const& line) {
  auto const links = discover_file(std::string(string_at(line, "path")), string_at(line, "url"),
                                   string_at(line, "content_type"));
  if (!links) return links.error();
  boost::json::object out;
  out["feeds"] = to_json(*links);
  return out;
}

// What a page says of its feeds is to be pasted; what we only guess stands there as a comment, to be tried,
// and so does what a configuration would refuse.
void print_for_config(std::vector<parse::FeedLink> const& links) {
  sources::Names names;
  std::set<std::string> known;
  for (auto const& link : links) {
    auto const url = sources::usable_url(link.url);
    if (url && !known.insert(config::url_key(*url)).second) continue;
    config::Source source;
    source.url = url.value_or(link.url);
    source.name = names.take(printable(link.title), source.url);
    bool const guessed = link.via == "guess" || link.via == "platform";
    std::cout << "# " << (link.type.empty() ? "feed" : link.type) << ", "
              << (guessed ? "a guess: not tried" : "found by: " + link.via)
              << (url ? "" : ", but a configuration cannot hold its address") << '\n';
    std::string const table = sources::to_toml({source});
    for (std::size_t at = 0; at < table.size();) {
      auto const end = table.find('\n', at);
      std::cout << (guessed || !url ? "# " : "") << table.substr(at, end - at) << '\n';
      at = end + 1;
    }
    std::cout << '\n';
  }
}

int run_discover(DiscoverOptions const& options) {
  if (!options.batch.empty()) return run_batch(options.batch, std::cout, discover_line);
  if (options.file.empty()) {
    std::cerr << "newsfold discover: name a FILE or URL, or a manifest with --batch\n";
    return batch_bad_usage;
  }
  auto const links = [&]() -> Result<std::vector<parse::FeedLink>> {
    auto const document = load_document(options.file, options.document);
    if (!document) return document.error();
    return parse::discover_feeds(
        document->bytes, options.url.empty() ? document->url : options.url,
        options.content_type.empty() ? document->content_type : options.content_type);
  }();
  if (!links) {
    std::cerr << "newsfold discover: " << links.error().message << '\n';
    return batch_some_failed;
  }
  if (options.json)
    std::cout << boost::json::serialize(to_json(*links)) << '\n';
  else
    print_for_config(*links);
  return links->empty() ? batch_some_failed : batch_all_good;
}

}  // namespace

void add_discover_command(Command app, CommandContext& context) {
  auto options = std::make_shared<DiscoverOptions>();
  auto command = app.subcommand(
      "discover", "List the feeds that a web page names, best first, as they stand in config.toml");
  options->document.accept = fetch::Accept::page;
  command.option("FILE", options->file, "The page: a file, an http(s) address, - for standard input");
  command.option("--batch", options->batch, "A manifest of pages as JSON Lines; - for standard input");
  command.option("--url", options->url, "Where the page came from: the base of its relative links");
  command.option("--content-type", options->content_type, "The Content-Type it came with");
  add_document_options(command, options->document);
  command.flag("--json", options->json, "Print the list as JSON");
  command.callback([options, &context] { context.exit_code = run_discover(*options); });
}

}  // namespace newsfold
