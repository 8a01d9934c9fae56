#include "daemon/run/reload.h"

#include "daemon/config/options.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace newsfold::run {
namespace {

namespace json = boost::json;

// What a reload applies: whole sections ("log."), or single options.
constexpr std::array<std::string_view, 19> applied{
    "log.",
    "nats.",
    "polling.interval",
    "polling.floor",
    "polling.ceiling",
    "polling.budget",
    "polling.adaptive",
    "polling.jitter",
    "polling.jitter_max",
    "polling.robots_for_feeds",
    "polling.failing_after",
    "polling.error_backoff",
    "polling.error_backoff_max",
    "fetch.timeout",
    "fetch.connect_timeout",
    "fetch.body_max",
    "fetch.header_max",
    "fetch.redirects_max",
    "clean.fetch_pages",
};

bool is_applied(std::string_view name) {
  auto const fits = [&](std::string_view one) {
    return one.ends_with('.') ? name.starts_with(one) : name == one;
  };
  return std::ranges::any_of(applied, fits);
}

json::array array_of(std::vector<std::string> const& list) {
  json::array out;
  for (auto const& one : list) out.emplace_back(one);
  return out;
}

}  // namespace

std::vector<std::string> options_that_need_a_restart(config::Config const& running,
                                                     config::Config const& wanted) {
  std::vector<std::string> out;
  // The table's accessor takes what it may fill: copies of ours.
  config::Config one = running, other = wanted;
  for (auto const& section : config::sections()) {
    if (section.repeated) continue;
    void const* const mine = section.place(one);
    void const* const theirs = section.place(other);
    for (auto const& option : section.options) {
      auto name = std::string(section.name) + "." + std::string(option.key);
      if (!option.same(mine, theirs) && !is_applied(name)) out.push_back(std::move(name));
    }
  }
  return out;
}

std::string to_json(ReloadOutcome const& outcome) {
  json::object const out{{"added", array_of(outcome.added)},
                         {"removed", array_of(outcome.removed)},
                         {"changed", array_of(outcome.changed)},
                         {"needs_restart", array_of(outcome.needs_restart)},
                         {"warnings", array_of(outcome.warnings)}};
  return json::serialize(out) + "\n";
}

}  // namespace newsfold::run
