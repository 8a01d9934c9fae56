#include "feeds/parse/parse.h"
#include "daemon/commands/batch.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/document.h"
#include "feeds/model/article.h"
#include "feeds/model/feed_json.h"

#include <boost/json/serialize.hpp>

#include <iostream>
#include <memory>

namespace newsfold {

namespace {

struct ParseOptions {
  std::string file;
  std::string batch;
  std::string url;
  std::string content_type;
  DocumentOptions document;
  bool json = false;
};

Result<Feed> parse_file(std::string const& path, parse::Hints const& hints, Problem& failure) {
  parse::Limits const limits;
  auto const bytes = read_file(path, limits.bytes_max);
  if (!bytes) return bytes.error();
  return parse::parse_feed(*bytes, hints, limits, parse::Bodies::sanitize, &failure);
}

// What went wrong and, where the parser says, what was expected at which place.
boost::json::object error_json(Error const& error, Problem const& failure) {
  auto out = to_json(failure);
  out["code"] = to_string(error.code);
  out["message"] = error.message;
  return out;
}

Result<boost::json::object> parse_line(boost::json::object const& line) {
  parse::Hints hints;
  hints.url = string_at(line, "url");
  hints.content_type = string_at(line, "content_type");
  Problem failure;
  auto const feed = parse_file(std::string(string_at(line, "path")), hints, failure);
  boost::json::object out;
  if (feed)
    out["feed"] = to_json(*feed);
  else
    out["error"] = error_json(feed.error(), failure);
  return out;
}

void print_field(std::string_view name, std::string_view value) {
  if (!value.empty()) std::cout << name << ": " << value << '\n';
}

void print_summary(Feed const& feed) {
  constexpr std::size_t items_shown_max = 20;
  print_field("title", feed.title);
  std::cout << "format: " << to_string(feed.format) << ", " << feed.encoding << '\n';
  print_field("page", feed.home_page_url);
  print_field("feed", feed.feed_url);
  print_field("language", feed.language);
  if (feed.updated) print_field("updated", format_rfc3339(*feed.updated));
  print_field("repaired", feed.bozo_reason);
  std::cout << "items: " << feed.items.size();
  if (feed.items_dropped > 0) std::cout << " (" << feed.items_dropped << " more beyond the limit)";
  std::cout << '\n';
  for (std::size_t i = 0; i < feed.items.size() && i < items_shown_max; ++i) {
    auto const& item = feed.items[i];
    auto const date = item.date_published ? item.date_published : item.date_modified;
    std::cout << "\n  " << (item.title.empty() ? "(no title)" : item.title) << '\n';
    if (date) std::cout << "    " << format_rfc3339(*date) << '\n';
    if (!item.url.empty()) std::cout << "    " << item.url << '\n';
    for (auto const& a : item.attachments) std::cout << "    + " << a.url << ' ' << a.mime_type << '\n';
  }
  if (feed.items.size() > items_shown_max)
    std::cout << "\n  ... and " << feed.items.size() - items_shown_max << " more\n";
}

int run_parse(ParseOptions const& options) {
  if (!options.batch.empty()) return run_batch(options.batch, std::cout, parse_line);
  if (options.file.empty()) {
    std::cerr << "newsfold parse: name a FILE or URL, or a manifest with --batch\n";
    return batch_bad_usage;
  }
  auto const document = load_document(options.file, options.document);
  Problem failure;
  auto const feed = [&]() -> Result<Feed> {
    if (!document) return document.error();
    parse::Hints hints;
    hints.url = options.url.empty() ? document->url : options.url;
    hints.content_type = options.content_type.empty() ? document->content_type : options.content_type;
    return parse::parse_feed(document->bytes, hints, {}, parse::Bodies::sanitize, &failure);
  }();
  if (!feed) {
    std::cerr << "newsfold parse: " << options.file << ": " << to_string(feed.error().code) << ": "
              << feed.error().message << '\n';
    if (options.json)
      std::cout << boost::json::serialize(boost::json::object{{"error", error_json(feed.error(), failure)}})
                << '\n';
    return batch_some_failed;
  }
  if (options.json)
    std::cout << boost::json::serialize(to_json(*feed)) << '\n';
  else
    print_summary(*feed);
  return batch_all_good;
}

}  // namespace

void add_parse_command(Command app, CommandContext& context) {
  auto options = std::make_shared<ParseOptions>();
  auto command = app.subcommand("parse", "Read a feed document and show what it says");
  options->document.accept = fetch::Accept::feed;
  command.option("FILE", options->file, "The document: a file, an http(s) address, - for standard input");
  command.option("--batch", options->batch, "A manifest of documents as JSON Lines; - for standard input");
  command.option("--url", options->url, "Where the document came from: the base of its relative links");
  command.option("--content-type", options->content_type, "The Content-Type it came with");
  add_document_options(command, options->document);
  command.flag("--json", options->json, "Print the feed as JSON Feed 1.1");
  command.callback([options, &context] { context.exit_code = run_parse(*options); });
}

}  // namespace newsfold
