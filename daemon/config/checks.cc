#include "daemon/config/checks.h"

#include "daemon/config/units.h"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

namespace newsfold::config {
namespace {

constexpr std::string_view credential_source = "/etc/newsfold/credentials/";
constexpr std::string_view credential_store = "/etc/credstore/newsfold.";
constexpr std::size_t socket_path_max = 103;  // sun_path less a NUL and the ending that it is made under
constexpr std::size_t webhook_name_max = 80;
constexpr Duration interval_min = std::chrono::minutes(1);
constexpr Duration interval_polite = std::chrono::minutes(5);

std::string host_of(std::string const& text) {
  auto const parsed = boost::urls::parse_uri(text);
  if (!parsed) return {};
  boost::urls::url copy(*parsed);
  copy.normalize_authority();
  return std::string(copy.encoded_host());
}

bool is_loopback_listen(std::string const& listen) {
  return listen.starts_with("127.") || listen.starts_with("[::1]:") || listen.starts_with("localhost:");
}

bool is_address_port(std::string const& listen) {
  auto const colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == listen.size()) return false;
  auto const port = listen.substr(colon + 1);
  return port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(port) <= 65535;
}

// The problem of a whole-config rule has no one place: it is told of the main file.
void complain(LoadResult& result, std::string message) {
  result.problems.push_back({result.config.files.front(), 0, 0, std::move(message)});
}

// Of a rule between options: told of the one that breaks it.
void complain(SourcePlaces const& places, LoadResult& result, std::string const& option,
              std::string message) {
  auto const place = places.options.find(option);
  if (place == places.options.end()) return complain(result, std::move(message));
  result.problems.push_back(problem_at(place->second, std::move(message)));
}

template <class Entry>
void check_duplicate_names(std::vector<Entry> const& entries, std::vector<EntryPlaces> const& places,
                           std::string_view what, LoadResult& result) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].name.empty()) continue;
    auto const [found, is_new] = first.try_emplace(entries[i].name, i);
    if (is_new) continue;
    auto const& other = places[found->second].name;
    result.problems.push_back(problem_at(
        places[i].name, "duplicate " + std::string(what) + " name \"" + entries[i].name +
                            "\": it stands at " + other.file + ":" + std::to_string(other.line) + ", too"));
  }
}

void check_duplicate_urls(SourcePlaces const& places, LoadResult& result) {
  std::map<std::string, std::size_t> first;
  auto const& sources = result.config.sources;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].url.empty()) continue;
    auto const [found, is_new] = first.try_emplace(url_key(sources[i].url), i);
    if (is_new) continue;
    result.problems.push_back(
        problem_at(places.sources[i].url, "duplicate feed: \"" + sources[found->second].name + "\" (" +
                                              sources[found->second].declared_at + ") has the same URL"));
  }
}

void check_intervals(SourcePlaces const& places, LoadResult& result) {
  std::vector<std::string> resolved;
  for (auto const& entry : result.config.fetch.resolve) resolved.push_back(entry.substr(0, entry.find(':')));
  auto const& sources = result.config.sources;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto const& interval = sources[i].interval;
    if (!interval || *interval >= interval_polite) continue;
    bool const own = std::find(resolved.begin(), resolved.end(), host_of(sources[i].url)) != resolved.end();
    if (own) continue;
    auto const said = "`interval` of \"" + sources[i].name + "\": " + format_duration(*interval);
    auto const& place = places.sources[i].interval;
    if (*interval < interval_min) {
      result.problems.push_back(
          problem_at(place, said + " is under 1m, which only a host named in fetch.resolve may get"));
    } else {
      result.warnings.push_back(problem_at(place, said + " is under 5m; many publishers block such readers"));
    }
  }
}

void check_resolve(SourcePlaces const& places, LoadResult& result) {
  for (auto const& entry : result.config.fetch.resolve) {
    auto const first = entry.find(':');
    auto const second = first == std::string::npos ? first : entry.find(':', first + 1);
    if (first == 0 || second == std::string::npos || second + 1 == entry.size()) {
      complain(places, result, "fetch.resolve",
               "`fetch.resolve`: \"" + entry + "\" is not HOST:PORT:ADDRESS");
    }
  }
}

void check_polling(SourcePlaces const& places, LoadResult& result) {
  auto const& polling = result.config.polling;
  if (polling.floor > polling.interval)
    complain(places, result, "polling.floor", "`polling.floor` is above `polling.interval`");
  if (polling.interval > polling.ceiling)
    complain(places, result, "polling.interval", "`polling.interval` is above `polling.ceiling`");
  if (polling.error_backoff > polling.error_backoff_max) {
    complain(places, result, "polling.error_backoff",
             "`polling.error_backoff` is above `polling.error_backoff_max`");
  }
}

void check_http(SourcePlaces const& places, LoadResult& result) {
  auto const& http = result.config.http;
  if (http.tls_cert_file.empty() != http.tls_key_file.empty()) {
    complain(places, result, "http.tls_cert_file",
             "`http.tls_cert_file` and `http.tls_key_file` go together");
  }
  if (!http.listen.empty() && !is_address_port(http.listen)) {
    complain(places, result, "http.listen", "`http.listen`: \"" + http.listen + "\" is not ADDRESS:PORT");
  } else if (!http.listen.empty() && !is_loopback_listen(http.listen) && http.token_file.empty()) {
    complain(places, result, "http.listen",
             "`http.listen`: " + http.listen + " can be reached from outside; set `http.token_file` first");
  }
  if (http.socket.size() > socket_path_max) {
    complain(places, result, "http.socket",
             "`http.socket`: longer than the " + std::to_string(socket_path_max) +
                 " bytes that the kernel allows");
  }
}

// The name stands in a subscription's name, in URLs and in a credential's file name.
bool is_webhook_name(std::string_view name) {
  return name.size() <= webhook_name_max && !name.starts_with('.') && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

void check_webhooks(SourcePlaces const& places, LoadResult& result) {
  auto const& webhooks = result.config.webhooks;
  for (std::size_t i = 0; i < webhooks.size(); ++i) {
    auto const& webhook = webhooks[i];
    bool const named = is_webhook_name(webhook.name);
    if (!webhook.name.empty() && !named)
      result.problems.push_back(problem_at(places.webhooks[i].name, "`name` in [[webhook]]: wants at most " +
                                                                        std::to_string(webhook_name_max) +
                                                                        " letters, digits and . _ -"));
    // The name is part of the credential's: first things first.
    if (named && webhook.enabled && webhook.secret_file.empty())
      result.problems.push_back(
          problem_at(places.webhooks[i].entry,
                     "[[webhook]] lacks `secret_file`, and systemd passes no credential newsfold.webhook." +
                         webhook.name + "; `openssl rand -base64 32 | sed s/^/whsec_/` makes a key"));
  }
}

std::optional<std::string> first_folder(std::optional<std::string> const& list) {
  if (!list) return std::nullopt;  // systemd parts several by colons
  return list->substr(0, list->find(':'));
}

// LoadCredential= gives one file its name; a whole folder, loaded as "newsfold", gives newsfold_NAME.
std::optional<std::string> find_credential(std::optional<std::string> const& directory,
                                           std::string const& name) {
  if (!directory) return std::nullopt;
  for (auto const& candidate : {*directory + "/" + name, *directory + "/newsfold_" + name}) {
    std::error_code error;
    auto const size = std::filesystem::file_size(candidate, error);
    if (!error && size > 0) return candidate;
  }
  return std::nullopt;
}

// Every file of a secret that was given as "credential:NAME" becomes the path of that file.
void find_credentials(Environment const& environment, LoadResult& result) {
  auto const directory = environment("CREDENTIALS_DIRECTORY");
  auto find = [&](std::string& file, std::string const& what) {
    if (!file.starts_with(credential_prefix)) return;
    auto const name = file.substr(credential_prefix.size());
    if (name.empty() || name.find('/') != std::string::npos)
      return complain(result, what + ": \"" + file + "\" names no credential; write credential:NAME");
    if (!directory) {  // a command, or a daemon that nobody's manager started: where the unit would take it
                       // from
      file = std::string(credential_source) + name;
      return;
    }
    auto const found = find_credential(directory, name);
    if (!found)
      return complain(result, what + ": there is no credential \"" + name + "\": put the secret into " +
                                  std::string(credential_source) + name +
                                  " or add a LoadCredential= to the unit");
    file = *found;
  };
  auto& config = result.config;
  find(config.http.token_file, "http.token_file");
  find(config.http.admin_token_file, "http.admin_token_file");
  find(config.http.tls_cert_file, "http.tls_cert_file");
  find(config.http.tls_key_file, "http.tls_key_file");
  find(config.nats.credentials_file, "nats.credentials_file");
  for (auto& webhook : config.webhooks) find(webhook.secret_file, webhook.name + ": secret_file");
  for (auto& source : config.sources) {
    find(source.access.basic_auth_file, source.name + ": basic_auth_file");
    find(source.access.bearer_token_file, source.name + ": bearer_token_file");
    find(source.access.header_file, source.name + ": header_file");
  }
}

}  // namespace

std::string url_key(std::string const& text) {
  auto const parsed = boost::urls::parse_uri(text);
  if (!parsed) return text;
  boost::urls::url copy(*parsed);
  copy.normalize();
  copy.remove_fragment();
  if (copy.encoded_path().empty()) copy.set_encoded_path("/");
  bool const default_port =
      (copy.scheme() == "http" && copy.port() == "80") || (copy.scheme() == "https" && copy.port() == "443");
  if (default_port) copy.remove_port();
  return std::string(copy.buffer());
}

void fill_in_paths(Environment const& environment, LoadResult& result) {
  if (result.config.files.empty()) result.config.files.emplace_back("config.toml");
  auto& storage = result.config.storage;
  auto& http = result.config.http;
  if (storage.path.empty()) {
    if (auto const state = first_folder(environment("STATE_DIRECTORY"))) {
      storage.path = *state + "/store";
    } else if (auto const xdg = environment("XDG_STATE_HOME")) {
      storage.path = *xdg + "/newsfold/store";
    } else if (auto const home = environment("HOME")) {
      storage.path = *home + "/.local/state/newsfold/store";
    } else {
      complain(result,
               "set `storage.path`: neither $STATE_DIRECTORY, $XDG_STATE_HOME nor $HOME is there to say it");
    }
  }
  if (http.socket.empty()) {
    if (auto const runtime = first_folder(environment("RUNTIME_DIRECTORY"))) {
      http.socket = *runtime + "/newsfold.sock";
    } else if (auto const xdg = environment("XDG_RUNTIME_DIR")) {
      http.socket = *xdg + "/newsfold.sock";
    } else {
      http.socket = (std::filesystem::path(storage.path).parent_path() / "newsfold.sock").string();
    }
  }
  if (http.socket != "none" && !http.socket.starts_with('/')) {
    auto const base = std::filesystem::absolute(result.config.files.front()).parent_path();
    http.socket = (base / http.socket).lexically_normal().string();
  }
  auto const credentials = environment("CREDENTIALS_DIRECTORY");
  auto const use_credential = [&](std::string& file, std::string const& name) {
    if (!file.empty()) return;
    if (auto const found = find_credential(credentials, "newsfold." + name)) file = *found;
    if (auto const found = find_credential(credentials, name); found && file.empty()) file = *found;
  };
  use_credential(http.token_file, "token");
  use_credential(http.admin_token_file, "admin-token");
  use_credential(result.config.nats.credentials_file, "nats");
  for (auto& webhook : result.config.webhooks) use_credential(webhook.secret_file, "webhook." + webhook.name);
  find_credentials(environment, result);
}

void expect_credentials(SourcePlaces const& places, LoadResult& result) {
  auto& config = result.config;
  auto const can_be_read = [](std::string const& file) { return std::ifstream(file).good(); };
  auto const expected = [&](Place const& place, std::string const& what, std::string const& name,
                            std::string const& file) {
    result.warnings.push_back(problem_at(
        place, what + " expects the credential " + name + " from newsfold.service, which makes it from " +
                   file + "; that cannot be read here, and without it the daemon refuses to start"));
  };
  auto const main_file = Place{config.files.front(), 0, 0};
  auto const place_of = [&](std::string const& option) {
    auto const found = places.options.find(option);
    return found == places.options.end() ? main_file : found->second;
  };

  // By themselves: the unit loads them under these names.
  for (auto const& [file, name] :
       {std::pair(&config.http.token_file, "token"), std::pair(&config.http.admin_token_file, "admin-token")})
    for (auto const& candidate :
         {std::string(credential_source) + name, std::string(credential_store) + name})
      if (file->empty() && can_be_read(candidate)) *file = candidate;
  for (auto& webhook : config.webhooks)
    if (auto const file = std::string(credential_source) + "webhook." + webhook.name;
        webhook.secret_file.empty() && can_be_read(file))
      webhook.secret_file = file;

  if (!config.http.listen.empty() && is_address_port(config.http.listen) &&
      !is_loopback_listen(config.http.listen) && config.http.token_file.empty()) {
    expected(place_of("http.listen"),
             "`http.listen`: " + config.http.listen + " can be reached from outside;", "token",
             std::string(credential_source) + "token");
    config.http.listen.clear();
  }
  auto const is_unseen = [&](std::string const& file) {
    return file.starts_with(credential_source) && !can_be_read(file);
  };
  auto const name_of = [](std::string const& file) { return file.substr(credential_source.size()); };
  auto const leave_out = [&](std::string& file, Place const& place, std::string const& what) {
    if (!is_unseen(file)) return false;
    expected(place, what, name_of(file), file);
    file.clear();
    return true;
  };
  leave_out(config.http.token_file, place_of("http.token_file"), "`http.token_file`");
  leave_out(config.http.admin_token_file, place_of("http.admin_token_file"), "`http.admin_token_file`");
  leave_out(config.nats.credentials_file, place_of("nats.credentials_file"), "`nats.credentials_file`");
  bool const no_cert =
      leave_out(config.http.tls_cert_file, place_of("http.tls_cert_file"), "`http.tls_cert_file`");
  bool const no_key =
      leave_out(config.http.tls_key_file, place_of("http.tls_key_file"), "`http.tls_key_file`");
  if (no_cert || no_key) config.http.tls_cert_file = config.http.tls_key_file = {};
  for (std::size_t i = 0; i < config.sources.size(); ++i) {
    auto& source = config.sources[i];
    for (auto const& [file, key] : {std::pair(&source.access.basic_auth_file, "basic_auth_file"),
                                    std::pair(&source.access.bearer_token_file, "bearer_token_file"),
                                    std::pair(&source.access.header_file, "header_file")})
      leave_out(*file, places.sources[i].entry, source.name + ": `" + key + "`");
  }
  for (std::size_t i = 0; i < config.webhooks.size(); ++i) {
    auto& webhook = config.webhooks[i];
    if (!webhook.enabled || !is_webhook_name(webhook.name)) continue;
    if (webhook.secret_file.empty())
      webhook.secret_file = std::string(credential_source) + "webhook." + webhook.name;
    if (leave_out(webhook.secret_file, places.webhooks[i].entry, webhook.name + ": `secret_file`"))
      webhook.enabled = false;
  }
}

void check_whole(SourcePlaces const& places, LoadResult& result) {
  check_duplicate_names(result.config.sources, places.sources, "feed", result);
  check_duplicate_urls(places, result);
  check_duplicate_names(result.config.webhooks, places.webhooks, "webhook", result);
  check_intervals(places, result);
  check_resolve(places, result);
  check_polling(places, result);
  check_http(places, result);
  check_webhooks(places, result);
}

}  // namespace newsfold::config
