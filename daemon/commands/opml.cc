#include "feeds/parse/opml.h"
#include "daemon/commands/batch.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/document.h"
#include "daemon/commands/store_access.h"
#include "daemon/config/checks.h"
#include "daemon/config/load.h"
#include "daemon/sources/source_list.h"
#include "feeds/text/join.h"

#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace newsfold {
namespace {

struct OpmlArguments {
  std::string file;
  std::string config;
  DocumentOptions document;
};

int import_list(OpmlArguments const& arguments) {
  auto const document = load_document(arguments.file, arguments.document);
  std::size_t passed_over = 0;
  auto const list = document ? parse::parse_opml(document->bytes, document->content_type, {}, &passed_over)
                             : Result<std::vector<parse::Subscription>>(document.error());
  if (!list) {
    std::cerr << "newsfold opml import: " << list.error().message << '\n';
    return batch_some_failed;
  }
  sources::Names names;
  std::set<std::string> known;
  if (!arguments.config.empty()) {
    auto const loaded = config::load_config(arguments.config);
    if (!loaded.ok()) {
      std::cerr << config::describe(loaded.problems);
      return batch_bad_usage;
    }
    for (auto const& source : loaded.config.sources) {
      names.reserve(source.name);
      known.insert(config::url_key(source.url));
    }
  }
  auto const import = sources::sources_of(*list, names, known);
  std::cout << sources::to_toml(import.sources);
  std::cerr << "newsfold opml import: " << text::counted(import.sources.size(), "feed");
  if (import.doubles > 0) std::cerr << "; " << import.doubles << " that are there already were left out";
  if (import.unusable > 0)
    std::cerr
        << "; " << import.unusable
        << " whose URL a configuration cannot hold were left out (it is http or https; a user and a password "
           "go into a file that basic_auth_file names)";
  if (passed_over > 0)
    std::cerr << "; " << passed_over
              << " that are no feeds were left out (links to pages and other lists, folders too deep)";
  std::cerr << '\n';
  return batch_all_good;
}

int export_list(OpmlArguments const& arguments) {
  std::string problem;
  auto const text = sources_as_opml(arguments.config, problem);
  if (!text) {
    std::cerr << "newsfold opml export: " << problem << '\n';
    return batch_bad_usage;
  }
  std::cout << *text;
  return batch_all_good;
}

}  // namespace

std::optional<std::string> sources_as_opml(std::string const& config_path, std::string& problem) {
  auto const config = load_for_command(config_path, problem);
  if (!config) return std::nullopt;
  return sources::to_opml(config->sources, "Newsfold subscriptions");
}

void add_opml_command(Command app, CommandContext& context) {
  auto command = app.subcommand("opml", "Take feeds over from a feed reader, or hand them to one");
  command.needs_subcommand();
  auto const arguments = std::make_shared<OpmlArguments>();

  auto import_ = command.subcommand("import", "Print the feeds of an OPML file as [[feed]] tables");
  import_.option("FILE", arguments->file, "A file, an http(s) address, - for standard input").required();
  import_.option("-c,--config", arguments->config,
                 "Leave out what this configuration has already, and take no name that it uses");
  add_document_options(import_, arguments->document);
  import_.footer(
      "newsfold opml import subscriptions.opml > feeds.d/mine.toml\n"
      "Folders and categories become tags. A list that others keep up to date is better named as [[opml]].\n"
      "Exit: 0 good, 1 the list cannot be read, 2 the configuration is wrong.");
  import_.callback([arguments, &context] { context.exit_code = import_list(*arguments); });

  auto const export_ =
      command.subcommand("export", "Print the configured sources as OPML 2.0, for any feed reader");
  export_.option("-c,--config", arguments->config,
                 "The configuration; else the one that `newsfold run` would read");
  export_.footer("Exit: 0 good, 2 the configuration is wrong.");
  export_.callback([arguments, &context] { context.exit_code = export_list(*arguments); });
}

}  // namespace newsfold
