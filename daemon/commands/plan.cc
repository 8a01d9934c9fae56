#include "daemon/schedule/plan.h"
#include "daemon/commands/command_line.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/tail_line.h"
#include "daemon/config/load.h"
#include "daemon/run/stored_states.h"
#include "daemon/run/wiring.h"
#include "daemon/sources/living_lists.h"
#include "storage/store.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace newsfold {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr std::size_t hosts_shown = 10;  // of the table; --json has all

struct PlanArguments {
  std::string file;
  bool json = false;
  bool afresh = false;
};

// "40s", "12m", "3.5h", "2d": two digits are enough of a plan.
std::string rough(seconds time) {
  auto const s = static_cast<double>(time.count());
  auto const with = [](double value, char const* unit) {
    char text[32];
    std::snprintf(text, sizeof text, value < 9.95 ? "%.1f%s" : "%.0f%s", value, unit);
    std::string out = text;
    if (auto const zero = out.find(".0"); zero != std::string::npos) out.erase(zero, 2);
    return out;
  };
  if (s < 120) return with(s, "s");
  if (s < 7200) return with(s / 60, "m");
  if (s < 172'800) return with(s / 3600, "h");
  return with(s / 86'400, "d");
}

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 9.95 ? "%.1f" : "%.0f", value);
  return text;
}

// Lists by the copies that the daemon keeps of them.
class KeptLists {
 public:
  explicit KeptLists(config::Config const& config) : directory_(sources::lists_beside(config.storage.path)) {
    for (auto const& source : config.sources) {
      if (!source.enabled || source.kind != config::SourceKind::opml) continue;
      auto const id = feed_id(source);
      if (auto kept = sources::read_kept(directory_, id))
        lists_.emplace(id, std::move(*kept));
      else
        unknown_.push_back(source.name);
    }
  }
  sources::Subscriptions const* find(FeedId list) const {
    auto const found = lists_.find(list);
    return found == lists_.end() ? nullptr : &found->second;
  }
  std::vector<std::string> const& unknown() const noexcept { return unknown_; }  // by name

 private:
  std::filesystem::path directory_;
  std::map<FeedId, sources::Subscriptions> lists_;
  std::vector<std::string> unknown_;
};

// The longest interval is finite: only a paused feed is never polled.
bool is_paused(schedule::PlannedFeed const& feed) { return feed.polls_per_day == 0; }

json::object to_json(schedule::Plan const& plan, std::vector<std::string> const& unknown_lists) {
  json::array feeds, hosts, unmet;
  for (auto const& feed : plan.feeds) {
    json::object row{{"name", feed.name},
                     {"url", feed.url},
                     {"host", feed.host},
                     {"polled_before", feed.polled_before},
                     {"paused", is_paused(feed)},
                     {"fails", feed.fails},
                     {"pushed", feed.pushed},
                     {"items_per_day", feed.items_per_day},
                     {"interval_seconds", feed.interval.count()},
                     {"polls_per_day", feed.polls_per_day},
                     {"expected_delay_seconds", feed.expected_delay.count()}};
    if (feed.next_poll) row["next_poll"] = format_rfc3339(*feed.next_poll);
    feeds.push_back(std::move(row));
  }
  for (auto const& host : plan.hosts)
    hosts.push_back(json::object{{"host", host.host},
                                 {"feeds", host.feeds},
                                 {"requests_per_day", host.requests_per_day},
                                 {"spacing_seconds", static_cast<double>(host.spacing.count()) / 1000}});
  for (auto const& wish : plan.unmet) unmet.push_back(json::object{{"what", wish.what}, {"why", wish.why}});
  json::object out{{"feeds", std::move(feeds)},
                   {"hosts", std::move(hosts)},
                   {"unmet", std::move(unmet)},
                   {"requests_per_day", plan.requests_per_day},
                   {"expected_delay_seconds", plan.expected_delay.count()}};
  out["lists_not_read_yet"] = json::array(unknown_lists.begin(), unknown_lists.end());
  // No budget is no number in JSON.
  if (std::isfinite(plan.budget_per_day)) out["budget_per_day"] = plan.budget_per_day;
  return out;
}

std::string column(std::string text, std::size_t size) {
  text.resize(std::max(size, text.size()), ' ');
  return text + "  ";
}

void print_for_people(schedule::Plan const& plan, std::vector<std::string> const& unknown_lists,
                      UtcMicros now) {
  std::size_t width = 4;
  for (auto const& feed : plan.feeds) width = std::max(width, std::min<std::size_t>(40, feed.name.size()));
  std::cout << column("FEED", width) << column("ITEMS/DAY", 9) << column("POLL EVERY", 10)
            << column("POLLS/DAY", 9) << column("KNOWN AFTER", 11) << "NEXT POLL\n";
  for (auto const& feed : plan.feeds) {
    auto const items = feed.polled_before ? rounded(feed.items_per_day) : "?";
    if (is_paused(feed)) {
      std::cout << column(printable(feed.name), width) << column(items, 9) << "paused\n";
      continue;
    }
    std::cout << column(printable(feed.name), width) << column(items, 9) << column(rough(feed.interval), 10)
              << column(rounded(feed.polls_per_day), 9)
              << column(feed.pushed ? "pushed" : rough(feed.expected_delay), 11)
              << (feed.next_poll ? "in " + rough(std::chrono::ceil<seconds>(*feed.next_poll - now))
                                 : std::string("at the start"))
              << (feed.fails ? ", as it fails\n" : "\n");
  }
  std::cout << "\n" << column("HOST", width) << column("FEEDS", 9) << "REQUESTS/DAY\n";
  std::size_t shown = 0;
  for (auto const& host : plan.hosts) {
    if (++shown > hosts_shown) {
      std::cout << "and " << plan.hosts.size() - hosts_shown << " more (--json has all)\n";
      break;
    }
    std::cout << column(printable(host.host), width) << column(std::to_string(host.feeds), 9)
              << rounded(host.requests_per_day) << '\n';
  }
  std::cout << "\nTogether " << rounded(plan.requests_per_day) << " requests a day";
  if (std::isfinite(plan.budget_per_day)) std::cout << " of " << rounded(plan.budget_per_day) << " to spend";
  std::cout << "; an item is known " << rough(plan.expected_delay)
            << " after it appears, on average. Article pages come on top, one request each.\n";
  for (auto const& list : unknown_lists)
    std::cout << "not counted: the feeds of list \"" << printable(list) << "\", which was not read yet\n";
  for (auto const& wish : plan.unmet) std::cout << "cannot be met: " << wish.what << ": " << wish.why << '\n';
}

// What earlier polls taught, where there is a store. Reading beside a running daemon is fine.
std::unique_ptr<storage::Store> open_store(config::Config const& config) {
  std::error_code failure;
  if (!std::filesystem::exists(config.storage.path, failure)) return nullptr;
  auto options = run::store_options(config, Epoch{1});
  options.mode = storage::OpenMode::read_only;
  auto store = storage::Store::open(config.storage.path, options);
  if (!store) {
    std::cerr << "newsfold plan: planning without what was learnt: " << store.error().message << '\n';
    return nullptr;
  }
  return std::move(*store);
}

int run_plan(PlanArguments const& arguments) {
  auto path = arguments.file;
  if (path.empty()) {
    auto const found = config::find_config();
    if (!found) {
      std::cerr << "newsfold plan: " << found.error().message << '\n';
      return 2;
    }
    path = *found;
  }
  auto loaded = config::load_config(path);
  std::cerr << config::describe(loaded.warnings);
  if (!loaded.ok()) {
    std::cerr << config::describe(loaded.problems);
    return 2;
  }
  // Nothing is asked, so nothing is to be proved: who plans need not be allowed to read the secrets.
  for (auto& source : loaded.config.sources) source.access = {};
  KeptLists const lists(loaded.config);
  auto const sources = run::make_sources(loaded.config, [&](FeedId list) { return lists.find(list); });
  if (!sources) {
    std::cerr << "newsfold plan: " << sources.error().message << '\n';
    return 2;
  }
  auto const store = arguments.afresh ? nullptr : open_store(loaded.config);
  schedule::Scheduler::LoadState load;
  if (store) load = run::stored_states(*store, sources->feeds, [&](FeedId list) { return lists.find(list); });
  auto const now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  auto const plan =
      schedule::make_plan(sources->feeds, load, run::scheduler_options(loaded.config, 0), UtcMicros(now));
  if (arguments.json)
    std::cout << json::serialize(to_json(plan, lists.unknown())) << '\n';
  else
    print_for_people(plan, lists.unknown(), now);
  return plan.unmet.empty() ? 0 : 1;
}

}  // namespace

void add_plan_command(Command app, CommandContext& context) {
  auto command = app.subcommand(
      "plan", "Show what would be polled when, what each host would see, and which wishes cannot be met");
  auto const arguments = std::make_shared<PlanArguments>();
  command.option("FILE", arguments->file, "The configuration; else the one that `newsfold run` would read");
  command.option("-c,--config", arguments->file, "The same").type_name("FILE");
  command.flag("--json", arguments->json, "As JSON");
  command.flag("--afresh", arguments->afresh, "As if no feed had ever been polled");
  command.footer(
      "Nothing is fetched: lists on the web are read from their last copies. Where the store knows the "
      "feeds,\n"
      "what was learnt of their pace counts; feeds that were never polled are taken for one item in two "
      "days.\n"
      "Exit: 0 good, 1 some wish cannot be met, 2 the configuration is wrong.");
  command.callback([arguments, &context] { context.exit_code = run_plan(*arguments); });
}

}  // namespace newsfold
