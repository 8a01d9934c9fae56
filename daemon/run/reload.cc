#include "daemon/run/reload.h"

#include "daemon/config/options.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace newsfold::run {
namespace {

namespace json = boost::json;

json::array array_of(std::vector<std::string> const& list) {
  json::array out;
  for (auto const& one : list) out.emplace_back(one);
  return out;
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
