#include "daemon/admin/json_at.h"
#include "daemon/commands/api_client.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/tail_line.h"

#include <sys/wait.h>
#include <unistd.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>

namespace newsfold {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds pause_min = 500ms;  // before connecting again; doubled each time
constexpr std::chrono::milliseconds pause_max = 30s;

// Between a half and the whole: many clients of one daemon must not come back all at once.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds pause) {
  static std::minstd_rand random(std::random_device{}());
  return pause / 2 + std::chrono::milliseconds(std::int64_t(random() % std::uint64_t(pause.count() / 2 + 1)));
}

struct TailArguments {
  ApiAddress address;
  std::string from;
  std::string as;
  std::string exec;
  std::vector<std::string> types, feeds, tags, languages;
  std::string query;
  std::string copies;
  bool json = false;
  bool once = false;  // end at the end of the log
};

std::string target_of(TailArguments const& arguments, std::string const& since, std::string const& epoch) {
  std::string target = "/v1/changes?";
  auto add = [&target](std::string_view name, std::string_view value) {
    if (!value.empty()) target += std::string(name) + "=" + percent_encoded(value) + "&";
  };
  auto add_all = [&add](std::string_view name, std::vector<std::string> const& values) {
    for (auto const& value : values) add(name, value);
  };
  add("since", since);
  add("epoch", epoch);
  if (since.empty()) add("as", arguments.as);
  add_all("type", arguments.types);
  add_all("feed", arguments.feeds);
  add_all("tag", arguments.tags);
  add_all("lang", arguments.languages);
  add("q", arguments.query);
  add("copies", arguments.copies);
  target.pop_back();
  return target;
}

// Runs the command with the event on its standard input; true where it succeeded.
bool run_command(std::string const& command, std::string_view line) {
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "w"), pclose);
  if (!pipe) return false;
  std::fwrite(line.data(), 1, line.size(), pipe.get());
  std::fputc('\n', pipe.get());
  int const status = pclose(pipe.release());
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class Tail {
 public:
  explicit Tail(TailArguments arguments)
      : arguments_(std::move(arguments)),
        client_(ApiAddress::with_defaults(arguments_.address)),
        since_(arguments_.from),
        colours_(isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr) {
    if (since_ == "0" || since_ == "1") since_ = "0";
    if (since_.empty() && arguments_.as.empty()) since_ = "now";
  }

  int run() {
    // "--from N" means: beginning with N; the API's since means: behind it.
    if (!since_.empty() && since_.find_first_not_of("0123456789") == std::string::npos && since_ != "0")
      since_ = std::to_string(std::stoull(since_) - 1);
    if (arguments_.once) return run_to_the_end();
    for (auto pause = pause_min;; pause = std::min<std::chrono::milliseconds>(pause * 2, pause_max)) {
      auto const before = heard_;
      auto const outcome = client_.stream(target_of(arguments_, since_, epoch_),
                                          [this](std::string_view line) { return take(line); });
      if (failed_) return 1;
      // While it starts or is overloaded it says so, by 503: that passes.
      if (outcome && outcome->status != 200 && outcome->status != 503) {
        std::cerr << "newsfold tail: " << error_of(*outcome).message << '\n';
        return 1;
      }
      if (!outcome && !connected_) {
        std::cerr << "newsfold tail: " << outcome.error().message << '\n';
        return 1;
      }
      if (heard_ != before) pause = pause_min;
      if (!arguments_.json) std::cerr << "newsfold tail: the daemon is away; trying again\n";
      std::this_thread::sleep_for(with_jitter(pause));
    }
  }

 private:
  // Everything that is in the log now, by long polls that do not wait.
  int run_to_the_end() {
    for (;;) {
      auto const answer = client_.get(target_of(arguments_, since_, epoch_) + "&wait=0");
      if (!answer || answer->status != 200) {
        std::cerr << "newsfold tail: " << (answer ? error_of(*answer) : answer.error()).message << '\n';
        return 1;
      }
      auto const body = boost::json::parse(answer->body);
      auto const& object = body.as_object();
      auto const& events = object.at("events").as_array();
      for (auto const& event : events)
        if (!take(boost::json::serialize(event))) return 1;
      epoch_ = string_at(object, "epoch");
      since_ = string_at(object, "last");
      if (!acknowledge()) return 1;
      if (events.empty()) return 0;
    }
  }

  bool take(std::string_view line) {
    connected_ = true;
    boost::system::error_code failure;
    auto const value = boost::json::parse(line, failure);
    if (failure || !value.is_object()) return true;
    auto const& event = value.get_object();
    auto const type = string_at(event, "type");
    auto const id = string_at(event, "id");
    if (auto const* error = event.if_contains("error"); error && error->is_object()) {
      std::cerr << "newsfold tail: " << string_at(error->get_object(), "message") << '\n';
      failed_ = true;
      return false;
    }
    ++heard_;
    if (type == "bookmark") {
      since_ = id;
      epoch_ = string_at(event, "epoch");
      return acknowledge();
    }
    if (!follows(event)) return false;
    if (!arguments_.exec.empty()) {
      if (!run_command(arguments_.exec, line)) {
        std::cerr << "newsfold tail: the command failed for event " << id << "; the cursor stays before it\n";
        failed_ = true;
        return false;
      }
    } else if (arguments_.json) {
      std::cout << line << '\n' << std::flush;
    } else {
      std::cout << tail_line(event, colours_ ? Colours::on : Colours::off) << '\n' << std::flush;
    }
    if (!std::cout) return false;
    if (!id.empty()) since_ = id;
    return acknowledge();
  }

  // An event names the one before it that passes the same filter: where that is not one we had, some are
  // lost.
  bool follows(boost::json::object const& event) {
    auto const id = string_at(event, "id");
    if (id.empty()) return true;  // of a snapshot
    auto const prev = string_at(event, "prev");
    if (!last_event_.empty() && prev > last_event_) {
      std::cerr << "newsfold tail: events are missing: " << id << " follows " << prev
                << ", but the last one was " << last_event_ << '\n';
      failed_ = true;
      return false;
    }
    last_event_ = id;
    return true;
  }

  // Moves the cursor that the daemon keeps. A daemon that is away hears of it with the next event; one that
  // refuses would let us believe in a cursor that does not move.
  bool acknowledge() {
    if (arguments_.as.empty() || since_.empty() || since_ == acknowledged_) return true;
    if (since_.find_first_not_of("0123456789") != std::string::npos) return true;  // "now", "snapshot"
    auto const body = "{\"cursor\":\"" + since_ + "\"}";
    auto const answer = client_.send("PUT", "/v1/subscriptions/" + percent_encoded(arguments_.as), body);
    if (answer && answer->status == 200) acknowledged_ = since_;
    if (!answer || answer->status == 200 || answer->status >= 500) return true;
    std::cerr << "newsfold tail: the cursor of " << arguments_.as
              << " cannot be moved: " << error_of(*answer).message << '\n';
    failed_ = true;
    return false;
  }

  TailArguments arguments_;
  ApiClient client_;
  std::string since_;
  std::string epoch_;  // of since_, once it is known: a restored daemon must not take it for its own
  std::string last_event_;
  std::string acknowledged_;
  bool colours_;
  bool connected_ = false;
  bool failed_ = false;
  std::uint64_t heard_ = 0;  // events and bookmarks
};

}  // namespace

void add_address_options(Command command, ApiAddress& address) {
  command.option("--socket", address.socket, "The daemon's Unix socket").type_name("PATH");
  command.option("--url", address.url, "The daemon's address instead, e.g. http://127.0.0.1:8480")
      .type_name("URL");
  command.option("--token-file", address.token_file, "With --url: a file whose first line is the token")
      .type_name("FILE");
  command
      .option("--ca-file", address.ca_file,
              "With an https --url: certificates to trust instead of the system's")
      .type_name("FILE");
}

void add_tail_command(Command app, CommandContext& context) {
  auto command = app.subcommand("tail", "Watch the stream: what is new, updated, copied, withdrawn");
  auto const arguments = std::make_shared<TailArguments>();
  add_address_options(command, arguments->address);
  command
      .option("--from", arguments->from,
              "Where to begin: an event's number, \"now\" (the default) or \"snapshot\"")
      .type_name("NUMBER|now|snapshot");
  command.flag("--once", arguments->once, "End at the end of the log instead of waiting for more");
  command.flag("--json", arguments->json, "One event a line, as CloudEvents JSON");
  command.option("--as", arguments->as, "Keep the cursor in the daemon under this name and go on from it")
      .type_name("NAME");
  command
      .option("--exec", arguments->exec,
              "Run this for each event, which it reads as a line of JSON; the cursor moves when it succeeds")
      .type_name("COMMAND");
  command.option("--type", arguments->types, "Only these events: article.created, article.*, feed.* ...");
  command.option("--feed", arguments->feeds, "Only these feeds, by name; * and ? stand for anything");
  command.option("--tag", arguments->tags, "Only articles with one of these tags");
  command.option("--lang", arguments->languages, "Only articles in one of these languages");
  command.option("-q,--query", arguments->query, "Only articles with these words and \"phrases\"");
  command.option("--copies", arguments->copies, "\"fold\" leaves out what happens to copies of a story")
      .one_of({"fold", "show"});
  command.footer(
      "Without --socket and --url: $NEWSFOLD_SOCKET, else /run/newsfold/newsfold.sock.\n"
      "When the daemon restarts, tail waits and goes on where it was.\n"
      "Exit: 0 at the end of the log (--once), 1 the daemon refused or never answered, or the command "
      "failed, 2 bad usage.");
  command.callback([arguments, &context] {
    std::signal(SIGPIPE, SIG_IGN);
    context.exit_code = Tail(*arguments).run();
  });
}

}  // namespace newsfold
