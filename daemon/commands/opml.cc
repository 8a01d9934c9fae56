#include "feeds/parse/opml.h"
#include "daemon/commands/batch.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/document.h"
#include "daemon/config/checks.h"
#include "daemon/config/load.h"
#include "daemon/sources/source_list.h"

#include <iostream>
#include <memory>
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
  auto const list = document ? parse::parse_opml(document->bytes)
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
  std::cerr << "newsfold opml import: " << import.sources.size() << " feeds";
  if (import.doubles > 0) std::cerr << "; " << import.doubles << " that are there already were left out";
  std::cerr << '\n';
  return batch_all_good;
}

int export_list(OpmlArguments const& arguments) {
  auto path = arguments.config;
  if (path.empty()) {
    auto const found = config::find_config();
    if (!found) {
      std::cerr
          << "newsfold opml export: no config.toml here, in ~/.config/newsfold or in /etc/newsfold; name a "
             "file with --config\n";
      return batch_bad_usage;
    }
    path = *found;
  }
  auto const loaded = config::load_config(path);
  if (!loaded.ok()) {
    std::cerr << config::describe(loaded.problems);
    return batch_bad_usage;
  }
  std::cout << sources::to_opml(loaded.config.sources, "Newsfold subscriptions");
  return batch_all_good;
}

}  // namespace

void add_opml_command(Command app, CommandContext& context) {
  auto command = app.subcommand("opml", "Take feeds over from a feed reader, or hand them to one");
  command.needs_subcommand();
  auto const arguments = std::make_shared<OpmlArguments>();

  auto import = command.subcommand("import", "Print the feeds of an OPML file as [[feed]] tables");
  import.option("FILE", arguments->file, "A file, an http(s) address, - for standard input").required();
  import.option("-c,--config", arguments->config,
                "Leave out what this configuration has already, and take no name that it uses");
  add_document_options(import, arguments->document);
  import.footer(
      "newsfold opml import subscriptions.opml > feeds.d/mine.toml\n"
      "Folders and categories become tags. A list that others keep up to date is better named as [[opml]].\n"
      "Exit: 0 good, 1 the list cannot be read, 2 the configuration is wrong.");
  import.callback([arguments, &context] { context.exit_code = import_list(*arguments);
});

auto const export_ =
    command.subcommand("export", "Print the configured sources as OPML 2.0, for any feed reader");
export_.option("-c,--config", arguments->config,
               "The configuration; else the one that `newsfold run` would read");
export_.footer("Exit: 0 good, 2 the configuration is wrong.");
export_.callback([arguments, &context] { context.exit_code = export_list(*arguments); });
}  // namespace newsfold

}  // namespace newsfold
