#include "daemon/run/reload.h"

#include "daemon/config/options.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <unordered_map>

namespace newsfold::run {
namespace {

namespace json = boost::json;

json::array array_of(std::vector<std::string> const& list) {
  json::array out;
  for (auto const& one : list) out.emplace_back(one);
  return out;
}

std::string_view section_of(config::SourceKind kind) {
  switch (kind) {
    case config::SourceKind::feed: return "feed";
    case config::SourceKind::page: return "page";
    case config::SourceKind::opml: return "opml";
  }
  return "feed";
}

bool same_options(config::Source const& one, config::Source const& other) {
  return one.kind == other.kind &&
         std::ranges::all_of(config::find_section(section_of(one.kind))->options,
                             [&](auto const& option) { return option.same(&one, &other); });
}

}  // namespace

config::Config options_of(config::Config const& config) {
  auto out = config;
  out.sources.clear();
  out.webhooks.clear();
  return out;
}

std::vector<std::string> options_that_need_a_restart(config::Config const& started,
                                                     config::Config const& wanted) {
  std::vector<std::string> out;
  // The table's accessor takes what it may fill: copies of ours.
  config::Config one = started, other = wanted;
  for (auto const& section : config::sections()) {
    if (section.repeated) continue;
    void const* const mine = section.place(one);
    void const* const theirs = section.place(other);
    for (auto const& option : section.options) {
      if (option.takes_effect == config::TakesEffect::at_restart && !option.same(mine, theirs))
        out.push_back(std::string(section.name) + "." + std::string(option.key));
    }
  }
  return out;
}

void add_changed_sources(ReloadOutcome& outcome, config::Config const& running,
                         config::Config const& wanted) {
  std::unordered_map<std::string_view, config::Source const*> before;
  for (auto const& source : running.sources)
    if (source.enabled) before.emplace(source.name, &source);
  for (auto const& source : wanted.sources) {
    auto const known = before.find(source.name);
    if (source.enabled && known != before.end() && !same_options(*known->second, source))
      outcome.changed.push_back(source.name);
  }
  auto& names = outcome.changed;
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase_if(names, [&](std::string const& name) {
    return std::ranges::find(outcome.added, name) != outcome.added.end() ||
           std::ranges::find(outcome.removed, name) != outcome.removed.end();
  });
}

bool has_secrets_in(std::string_view directory, config::Config const& config) {
  auto const inside = [&](std::string const& file) { return file.starts_with(directory); };
  auto const of_source = [&](config::Source const& source) {
    auto const& access = source.access;
    return inside(access.basic_auth_file) || inside(access.bearer_token_file) || inside(access.header_file);
  };
  auto const of_webhook = [&](config::Webhook const& webhook) { return inside(webhook.secret_file); };
  auto const& http = config.http;
  return inside(http.token_file) || inside(http.admin_token_file) || inside(http.tls_cert_file) ||
         inside(http.tls_key_file) || inside(config.nats.credentials_file) ||
         std::ranges::any_of(config.sources, of_source) || std::ranges::any_of(config.webhooks, of_webhook);
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
