// backup, restore, verify, compact: by the daemon where one runs, else on the store itself.

#include "daemon/admin/care.h"

#include "daemon/admin/json_at.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/store_access.h"
#include "daemon/commands/tail_line.h"
#include "feeds/model/event.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

namespace newsfold {
namespace {

namespace json = boost::json;

struct CareArguments {
  StoreChoice choice;
  std::string directory;
  bool repair = false;
  bool json = false;
};

// What one round of mending uncovers, the next one finds.
constexpr int mend_rounds_max = 4;

using Answer = Result<json::object>;

Answer ask_daemon(CareArguments const& arguments, std::string_view what, json::object const& body) {
  ApiClient const client(ApiAddress::with_defaults(arguments.choice.address));
  auto const answer = client.send_and_wait("POST", "/v1/admin/" + std::string(what), json::serialize(body));
  if (!answer) return answer.error();
  if (answer->status != 200) return error_of(*answer);
  boost::system::error_code failure;
  auto value = json::parse(answer->body, failure);
  if (failure || !value.is_object()) return Error{ErrorCode::malformed, "the daemon's answer is no JSON"};
  return std::move(value.as_object());
}

Answer on_store(CareArguments const& arguments, storage::OpenMode mode,
                std::function<Answer(admin::Care&)> const& work) {
  auto const store = open_store(arguments.choice, mode);
  if (!store) return store.error();
  admin::Care care(**store);
  return work(care);
}

std::string seconds_of(json::object const& from) {
  char buffer[32];
  auto const* value = from.if_contains("seconds");
  boost::system::error_code failure;
  std::snprintf(buffer, sizeof buffer, "%.1f s", value ? value->to_number<double>(failure) : 0.0);
  return buffer;
}

int finish(std::string_view command, Answer const& answer, bool as_json,
           std::function<int(json::object const&)> const& say) {
  if (!answer) {
    std::cerr << "newsfold " << command << ": " << answer.error().message << '\n';
    return 1;
  }
  if (as_json) std::cout << json::serialize(*answer) << '\n';
  return say(*answer);
}

int run_backup(CareArguments const& arguments) {
  auto const directory = std::filesystem::absolute(arguments.directory).lexically_normal().string();
  auto const work = [&](admin::Care& care) { return care.backup(directory); };
  auto const answer = daemon_answers(arguments.choice)
                          ? ask_daemon(arguments, "backup", {{"directory", directory}})
                          : on_store(arguments, storage::OpenMode::read_write, work);
  return finish("backup", answer, arguments.json, [&](json::object const& done) {
    if (!arguments.json)
      std::cout << "Backed up to " << directory << ": everything up to event "
                << std::string_view(done.at("last").as_string()) << ", in " << seconds_of(done) << ".\n";
    return 0;
  });
}

int run_restore(CareArguments const& arguments) {
  auto const path = store_path(arguments.choice);
  if (!path) {
    std::cerr << "newsfold restore: " << path.error().message << '\n';
    return 2;
  }
  auto const epoch = random_epoch();
  StoreOwner const owner(*path);
  auto const done = storage::Store::restore(arguments.directory, *path, epoch);
  if (!done) {
    std::cerr << "newsfold restore: " << done.error().message << '\n';
    return 1;
  }
  owner.give();
  if (arguments.json)
    std::cout << json::serialize(json::object{{"store", *path}, {"epoch", format_epoch(epoch)}}) << '\n';
  else
    std::cout << "Restored into " << *path << ". The store begins epoch " << format_epoch(epoch)
              << ": subscribers with a cursor of the old one are told so (409) and begin with a snapshot.\n";
  return 0;
}

// A damaged file stops whoever reads over it: the store is copied without its damaged places, then mended
// until nothing is left to mend.
Answer salvage_and_mend(CareArguments const& arguments) {
  auto const path = store_path(arguments.choice);
  if (!path) return path.error();
  StoreOwner const owner(*path);
  auto const salvaged = storage::Store::salvage(*path, options_of_store(arguments.choice));
  if (!salvaged) return salvaged.error();
  owner.give();
  for (auto const& finding : salvaged->findings) std::cerr << printable(finding) << '\n';
  std::cerr << salvaged->rows << " rows could be read and are in a new store; the damaged one stands in "
            << salvaged->aside.string() << " until you remove it.\n";
  auto const mend = [](admin::Care& care) -> Answer {
    std::uint64_t mended = 0;
    for (int round = 0; round < mend_rounds_max; ++round) {
      auto report = care.verify(storage::Repair::mend);
      if (!report) return report;
      auto const now = number_at(*report, "mended");
      mended += now;
      (*report)["mended"] = mended;
      if (now == 0 || round + 1 == mend_rounds_max) return report;
    }
    return json::object();
  };
  return on_store(arguments, storage::OpenMode::read_write, mend);
}

int run_verify(CareArguments const& arguments) {
  bool const daemon = daemon_answers(arguments.choice);
  if (daemon && arguments.repair) {
    std::cerr << "newsfold verify: --repair needs the store for itself: stop the daemon first "
                 "(systemctl stop newsfold), then run it again\n";
    return 1;
  }
  auto const repair = arguments.repair ? storage::Repair::mend : storage::Repair::report_only;
  auto const mode = arguments.repair ? storage::OpenMode::read_write : storage::OpenMode::read_only;
  auto const work = [&](admin::Care& care) { return care.verify(repair); };
  auto answer = daemon ? ask_daemon(arguments, "verify", {}) : on_store(arguments, mode, work);
  if (arguments.repair && answer && number_at(*answer, "unreadable") > 0)
    answer = salvage_and_mend(arguments);
  return finish("verify", answer, arguments.json, [&](json::object const& report) {
    auto const corrupt = number_at(report, "corrupt");
    auto const dangling = number_at(report, "dangling");
    bool const bad = corrupt + dangling > 0;
    if (!arguments.json) {
      for (auto const& finding : report.at("findings").as_array())
        std::cout << printable(finding.as_string()) << '\n';
      std::cout << number_at(report, "rows") << " rows read in " << seconds_of(report) << ": " << corrupt
                << " corrupt, " << dangling << " wrong references";
      if (arguments.repair) std::cout << ", " << number_at(report, "mended") << " rows mended";
      std::cout << ".\n";
      if (bad && !arguments.repair)
        std::cout
            << "Stop the daemon and run `newsfold verify --repair`: indexes are made anew, rows that do "
               "not decode are moved aside"
            << (number_at(report, "unreadable") > 0
                    ? ", and what can be read of damaged files goes into a new "
                      "store, which needs as much room again.\n"
                    : ".\n");
    }
    return bad && !arguments.repair ? 1 : 0;
  });
}

int run_compact(CareArguments const& arguments) {
  auto const work = [](admin::Care& care) { return care.compact(); };
  auto const answer = daemon_answers(arguments.choice)
                          ? ask_daemon(arguments, "compact", {})
                          : on_store(arguments, storage::OpenMode::read_write, work);
  return finish("compact", answer, arguments.json, [&](json::object const& done) {
    if (!arguments.json)
      std::cout << "Compacted in " << seconds_of(done) << ": " << number_at(done, "bytes_before")
                << " bytes before, " << number_at(done, "bytes_after") << " after.\n";
    return 0;
  });
}

struct CareCommand {
  char const* name;
  char const* help;
  char const* footer;
  int (*run)(CareArguments const&);
};

Command add(Command app, CommandContext& context, CareCommand const& what,
            std::shared_ptr<CareArguments> const& arguments) {
  auto command = app.subcommand(what.name, what.help);
  add_store_options(command, arguments->choice);
  command.flag("--json", arguments->json, "The outcome as JSON");
  command.footer(what.footer);
  command.callback([arguments, &context, run = what.run] { context.exit_code = run(*arguments); });
  return command;
}

}  // namespace

void add_care_commands(Command app, CommandContext& context) {
  auto arguments = std::make_shared<CareArguments>();
  auto backup =
      add(app, context,
          {"backup", "Copy the store, also while the daemon runs; later backups copy only what is new",
           "The daemon writes into DIR: its user must be able to. The three newest backups are kept.\n"
           "Exit: 0 good, 1 not, 2 bad usage.",
           run_backup},
          arguments);
  backup.option("dir", arguments->directory, "Where backups are kept").required().type_name("DIR");

  arguments = std::make_shared<CareArguments>();
  auto restore =
      add(app, context,
          {"restore", "Make a store out of the newest backup; no daemon may run on it",
           "The store's place must be empty: move the old one away. The store begins a new epoch.\n"
           "Exit: 0 good, 1 not, 2 bad usage.",
           run_restore},
          arguments);
  restore.option("dir", arguments->directory, "Where the backups are").required().type_name("DIR");

  arguments = std::make_shared<CareArguments>();
  auto verify = add(app, context,
                    {"verify", "Read every row of the store and follow every reference",
                     "Exit: 0 all is well (or mended), 1 something is wrong, 2 bad usage.", run_verify},
                    arguments);
  verify.flag("--repair", arguments->repair,
              "Make indexes anew and move aside what does not decode; no daemon may run");

  add(app, context,
      {"compact", "Rewrite the store's files, so that what was deleted takes no space",
       "Needs free space of about the store's size for a while.\nExit: 0 good, 1 not, 2 bad usage.",
       run_compact},
      std::make_shared<CareArguments>());
}

}  // namespace newsfold
