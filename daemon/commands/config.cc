#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/config/load.h"
#include "daemon/config/reference.h"
#include "daemon/metrics/catalogue.h"
#include "daemon/run/wiring.h"
#include "feeds/text/join.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace newsfold {
namespace {

struct CheckOptions {
  std::string file;
  bool json = false;
};

boost::json::array to_json(std::vector<config::Problem> const& problems) {
  boost::json::array out;
  for (auto const& problem : problems) {
    out.push_back({{"file", problem.file},
                   {"line", problem.line},
                   {"column", problem.column},
                   {"message", problem.message}});
  }
  return out;
}

void print_for_people(config::LoadResult const& result) {
  std::cerr << config::describe(result.problems);
  for (auto const& warning : result.warnings) std::cerr << warning.to_string() << " (warning)\n";
  auto const& config = result.config;
  if (!result.ok()) {
    std::cerr << config.files.front() << ": " << text::counted(result.problems.size(), "problem") << '\n';
    return;
  }
  auto const count_of = [&](config::SourceKind kind) {
    return std::size_t(std::ranges::count(config.sources, kind, &config::Source::kind));
  };
  std::cout << config.files.front() << ": good; " << text::counted(count_of(config::SourceKind::feed), "feed")
            << ", " << text::counted(count_of(config::SourceKind::page), "page") << ", ";
  if (auto const lists = count_of(config::SourceKind::opml); lists > 0)
    std::cout << text::counted(lists, "list") << ", ";
  std::cout << text::counted(config.webhooks.size(), "webhook") << "; store in " << config.storage.path
            << '\n';
}

int check(CheckOptions const& options) {
  auto file = options.file;
  if (file.empty()) {
    auto const found = config::find_config();
    if (!found) {
      std::cerr << "newsfold: " << found.error().message << '\n';
      return 2;
    }
    file = *found;
  }
  auto result = config::load_config(file, config::process_environment(), config::Purpose::check);
  if (result.ok())
    for (auto& problem : run::problems_of_files(result.config))
      result.problems.push_back({file, 0, 0, std::move(problem)});
  if (options.json) {
    boost::json::object const answer{
        {"ok", result.ok()}, {"problems", to_json(result.problems)}, {"warnings", to_json(result.warnings)}};
    std::cout << boost::json::serialize(answer) << '\n';
  } else {
    print_for_people(result);
  }
  return result.ok() ? 0 : 2;
}

}  // namespace

void add_config_command(Command app, CommandContext& context) {
  auto command = app.subcommand("config", "Check a configuration, or learn what can be configured");
  command.needs_subcommand();

  auto check_command = command.subcommand("check", "Read a file as the daemon does; name all that is wrong");
  auto options = std::make_shared<CheckOptions>();
  check_command.option("FILE", options->file, "The file; else the one that `newsfold run` would read");
  check_command.option("-c,--config", options->file, "The same");
  check_command.flag("--json", options->json, "Print {\"ok\", \"problems\", \"warnings\"}");
  check_command.footer(
      "The files of secrets that it names are tried, too: run it as root, who may read them. What only the\n"
      "service's credentials can say is warned of.\nExit status: 0 the file is good, 2 it is not.");
  check_command.callback([options, &context] { context.exit_code = check(*options); });

  auto reference = command.subcommand("reference", "Print every option: type, default, bounds, meaning");
  reference.callback([] { std::cout << config::reference_markdown(); });

  auto metrics = command.subcommand("metrics", "Print every metric: kind, labels, meaning");
  metrics.callback([] { std::cout << metrics::reference_markdown(); });

  auto sample =
      command.subcommand("sample", "Print a commented config.toml with every option at its default");
  sample.callback([] { std::cout << config::sample_toml(); });
}

}  // namespace newsfold
