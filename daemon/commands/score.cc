#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/document.h"
#include "daemon/commands/tail_line.h"
#include "daemon/runtime/clock.h"
#include "daemon/score/player.h"
#include "daemon/score/publisher.h"
#include "daemon/score/scenarios.h"
#include "daemon/version.h"
#include "feeds/text/url.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace newsfold {
namespace {

namespace json = boost::json;

struct ScoreArguments {
  std::string command;  // or the address of a publisher
  DocumentOptions document;
  std::string directory;
  int every_minutes = 60;
  bool self = false;
  bool origin = false;
  bool real_clock = false;
  bool json = false;
};

char const* word(score::Verdict::Kind kind) {
  switch (kind) {
    case score::Verdict::Kind::kept: return "kept";
    case score::Verdict::Kind::broken: return "broken";
    case score::Verdict::Kind::untried: return "untried";
  }
  return "";
}

void print(score::Report const& report, bool as_json) {
  if (as_json) {
    json::array rules;
    for (auto const& line : report.lines) {
      json::object row{{"group", line.group}, {"rule", line.rule}, {"verdict", word(line.verdict.kind)}};
      if (!line.verdict.why.empty()) row["why"] = printable(line.verdict.why);
      rules.push_back(std::move(row));
    }
    json::object const out{{"kept", report.kept()},
                           {"broken", report.broken()},
                           {"untried", report.untried()},
                           {"rules", std::move(rules)}};
    std::cout << json::serialize(out) << '\n';
    return;
  }
  std::string group;
  for (auto const& line : report.lines) {
    if (line.group != group) std::cout << (group.empty() ? "" : "\n") << line.group << '\n';
    group = line.group;
    std::string const verdict = word(line.verdict.kind);
    std::cout << "  " << verdict << std::string(9 - verdict.size(), ' ') << line.rule << '\n';
    if (!line.verdict.why.empty()) std::cout << "             " << printable(line.verdict.why) << '\n';
  }
  std::cout << "\n" << report.kept() << " of " << report.lines.size() << " rules kept";
  if (report.untried() > 0) std::cout << "; " << report.untried() << " could not be tried";
  std::cout << '\n';
}

// Serves on the machine's clock until Ctrl-C: for fetchers that are daemons or services. It is the one that
// they see: what is served says until when to stay away, and is read by it.
void serve_until_interrupted(score::Origin& origin, std::vector<std::string> const& urls) {
  for (auto const& url : urls) std::cout << url << '\n';
  std::cout << std::flush;
  std::cerr
      << "newsfold score: subscribe your fetcher to these; Ctrl-C prints the grades. The scenarios are made "
         "for ten days.\n";
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  SystemClock const clock;
  for (;;) {
    timespec const second{1, 0};
    if (sigtimedwait(&signals, nullptr, &second) > 0) return;
    origin.set_time(clock.now());
  }
}

Result<void> play(score::Origin& origin, std::vector<std::string> const& urls,
                  ScoreArguments const& arguments) {
  if (arguments.self)
    return score::play_own(origin, urls,
                           std::string("Newsfold/") + version + " (+https://newsfold.invalid/operator)");
  if (arguments.origin) {
    serve_until_interrupted(origin, urls);
    return {};
  }
  score::CommandPlay command;
  command.command = arguments.command;
  command.every = std::chrono::minutes(arguments.every_minutes);
  if (!arguments.real_clock) command.clock_library = score::find_clock_library();
  if (!arguments.real_clock && command.clock_library.empty())
    std::cerr
        << "newsfold score: libfaketime is not installed: the command sees the real time, and what it keeps "
           "track of itself looks broken (apt-get install faketime)\n";
  if (isatty(STDERR_FILENO))
    command.progress = [](int run, int runs) {
      std::cerr << "\rrun " << run << " of " << runs << (run == runs ? "\n" : "") << std::flush;
    };
  std::string made;
  command.directory = arguments.directory;
  if (command.directory.empty()) {
    auto pattern = (std::filesystem::temp_directory_path() / "newsfold-score.XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      return Error{ErrorCode::unreadable, "cannot make a directory beside " + pattern};
    command.directory = made = pattern;
  }
  auto const done = score::play_command(origin, urls, command);
  std::error_code ignored;
  if (!made.empty()) std::filesystem::remove_all(made, ignored);
  return done;
}

boost::asio::awaitable<void> ask_into(fetch::Client& client, SleepingClock& clock, std::string url,
                                      std::optional<Result<score::PublisherAnswers>>& out) {
  out = co_await score::ask_publisher(client, clock, std::move(url));
}

Result<score::PublisherAnswers> ask(std::string const& url, DocumentOptions const& options) {
  SystemClock clock;
  std::optional<Result<score::PublisherAnswers>> answers;
  auto const ran =
      run_with_fetcher(options, [&](fetch::Client& client) { return ask_into(client, clock, url, answers); });
  if (!ran) return ran.error();
  if (!answers) return Error{ErrorCode::cancelled, url + ": the transfer was given up"};
  return std::move(*answers);
}

int run_publisher(ScoreArguments const& arguments) {
  auto const answers = ask(arguments.command, arguments.document);
  if (!answers) {
    std::cerr << "newsfold score: " << answers.error().message << '\n';
    return 1;
  }
  auto const report = score::grade_publisher(*answers, SystemClock().now());
  print(report, arguments.json);
  return report.broken() == 0 ? 0 : 1;
}

int run_score(ScoreArguments const& arguments) {
  if (int(arguments.self) + int(arguments.origin) + int(!arguments.command.empty()) != 1) {
    std::cerr << "newsfold score: name one of --self, --origin, a COMMAND or a URL\n";
    return 2;
  }
  if (text::is_web_url(arguments.command)) return run_publisher(arguments);
  auto origin = score::Origin::create();
  auto const start = arguments.origin ? SystemClock().now() : score::play_start();
  auto scenarios =
      origin ? score::Scenarios::set_up(**origin, start) : Result<score::Scenarios>(origin.error());
  if (!scenarios) {
    std::cerr << "newsfold score: " << scenarios.error().message << '\n';
    return 1;
  }
  if (auto const played = play(**origin, scenarios->urls(), arguments); !played) {
    std::cerr << "newsfold score: " << played.error().message << '\n';
    return 1;
  }
  auto const report = scenarios->grade((*origin)->asked());
  print(report, arguments.json);
  return report.broken() == 0 ? 0 : 1;
}

}  // namespace

void add_score_command(Command app, CommandContext& context) {
  auto command = app.subcommand("score",
                                "Grade how politely a feed fetcher polls, ours or any other, or how well a "
                                "server lets itself be polled");
  auto const arguments = std::make_shared<ScoreArguments>();
  command.option("COMMAND", arguments->command,
                 "A shell command that polls once, run again and again over ten days of virtual time; or the "
                 "http(s) address of a feed, whose server is graded instead");
  command.flag("--self", arguments->self, "Grade Newsfold's own scheduler and fetcher");
  command.flag("--origin", arguments->origin,
               "Only serve the scenarios, on the real clock, and grade at Ctrl-C: for daemons");
  command.option("--every", arguments->every_minutes, "Minutes of virtual time between two runs of COMMAND")
      .range(1, 1440);
  command.option("--dir", arguments->directory,
                 "Where COMMAND keeps what it knows; else a directory that is deleted afterwards");
  command.flag("--real-clock", arguments->real_clock, "Do not show COMMAND the virtual time by libfaketime");
  add_document_options(command, arguments->document);
  command.flag("--json", arguments->json, "As JSON");
  command.footer(
      "COMMAND finds in its environment: SCORE_URLS (a file, one feed a line), SCORE_OPML, SCORE_DIR, "
      "SCORE_RUN\n"
      "(0, 1, 2 ...) and SCORE_TIME. Examples stand in docs/score.md.\n"
      "Exit: 0 no rule was broken, 1 some was, 2 bad usage.");
  command.callback([arguments, &context] { context.exit_code = run_score(*arguments); });
}

}  // namespace newsfold
