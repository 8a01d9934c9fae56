#include "daemon/run/wiring.h"

#include "daemon/config/checks.h"
#include "daemon/log/log.h"
#include "daemon/rules/site_rule_files.h"
#include "daemon/schedule/host_key.h"
#include "daemon/sources/source_list.h"
#include "daemon/version.h"
#include "feeds/fetch/resolve_rules.h"
#include "feeds/fetch/robots.h"
#include "feeds/fetch/target.h"
#include "feeds/parse/listing.h"

#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

namespace newsfold::run {
namespace {

using std::chrono::duration_cast;

constexpr std::size_t credential_bytes_max = 64 * 1024;
constexpr std::size_t webhook_transfers_max = 64;  // in flight at once, over all webhooks of a client

std::chrono::seconds whole(config::Duration duration) {
  return duration_cast<std::chrono::seconds>(duration);
}

std::optional<std::chrono::seconds> unless_zero(config::Duration duration) {
  if (duration.count() == 0) return std::nullopt;
  return whole(duration);
}

Result<std::vector<std::string>> lines_of(std::string const& what, std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Error{ErrorCode::unreadable, what + ": cannot read " + path + ": " + std::strerror(errno)};
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  for (std::string line; std::getline(file, line);) {
    bytes += line.size();
    if (bytes > credential_bytes_max)
      return Error{ErrorCode::invalid, what + ": " + path + " is too large for a credential file"};
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
  }
  if (lines.empty()) return Error{ErrorCode::invalid, what + ": " + path + " is empty"};
  return lines;
}

Result<fetch::Credentials> credentials(config::Source const& source) {
  fetch::Credentials out;
  auto const& access = source.access;
  auto const what = "feed \"" + source.name + "\"";
  if (!access.basic_auth_file.empty()) {
    auto const lines = lines_of(what, access.basic_auth_file);
    if (!lines) return lines.error();
    auto const colon = lines->front().find(':');
    if (colon == std::string::npos)
      return Error{ErrorCode::invalid,
                   what + ": " + access.basic_auth_file + " must hold one line user:password"};
    out.user = lines->front().substr(0, colon);
    out.password = lines->front().substr(colon + 1);
  }
  if (!access.bearer_token_file.empty()) {
    auto const lines = lines_of(what, access.bearer_token_file);
    if (!lines) return lines.error();
    out.bearer = lines->front();
  }
  if (!access.header_file.empty()) {
    auto const lines = lines_of(what, access.header_file);
    if (!lines) return lines.error();
    for (auto const& line : *lines) {
      auto const colon = line.find(':');
      if (colon == std::string::npos || colon == 0)
        return Error{ErrorCode::invalid,
                     what + ": " + access.header_file + " must hold lines \"Name: value\""};
      auto const value = line.find_first_not_of(' ', colon + 1);
      out.headers.emplace_back(line.substr(0, colon), value == std::string::npos ? "" : line.substr(value));
    }
  }
  return out;
}

fetch::Limits limits(config::Fetch const& fetch) {
  fetch::Limits out;
  out.body_bytes_max = fetch.body_max;
  out.header_bytes_max = fetch.header_max;
  out.redirects_max = fetch.redirects_max;
  out.total_max = fetch.timeout;
  out.connect_max = fetch.connect_timeout;
  return out;
}

pipeline::PagePolicy policy(config::FetchPages pages) {
  switch (pages) {
    case config::FetchPages::automatic: return pipeline::PagePolicy::automatic;
    case config::FetchPages::always: return pipeline::PagePolicy::always;
    case config::FetchPages::never: return pipeline::PagePolicy::never;
  }
  return pipeline::PagePolicy::automatic;
}

storage::FoldScope scope(config::DedupScope scope) {
  switch (scope) {
    case config::DedupScope::all: return storage::FoldScope::all;
    case config::DedupScope::feed: return storage::FoldScope::feed;
    case config::DedupScope::tag: return storage::FoldScope::tag;
  }
  return storage::FoldScope::all;
}

}  // namespace

fetch::FetchOptions fetch_options(config::Config const& config) {
  fetch::FetchOptions out;
  auto const& daemon = config.daemon;
  out.user_agent = daemon.user_agent;
  if (out.user_agent.empty()) {
    out.user_agent = std::string("Newsfold/") + version;
    if (!daemon.contact_url.empty()) out.user_agent += " (+" + daemon.contact_url + ")";
  }
  out.resolve = config.fetch.resolve;
  if (config.fetch.allow_private) out.allow_private = {"0.0.0.0/0", "::/0"};
  if (!config.fetch.ca_file.empty()) out.ca_file = config.fetch.ca_file;
  out.proxy = config.fetch.proxy;
  out.transfers_max = config.fetch.concurrency;
  out.http2 = config.fetch.http2;
  return out;
}

storage::StoreOptions store_options(config::Config const& config, Epoch fresh_epoch) {
  storage::StoreOptions out;
  out.sync =
      config.storage.sync == config::SyncMode::group ? storage::SyncMode::group : storage::SyncMode::os;
  out.block_cache_bytes = config.storage.cache;
  out.write_buffer_bytes = config.storage.write_buffer;
  out.fold.options.threshold = config.dedup.threshold;
  out.fold.window = duration_cast<std::chrono::hours>(config.dedup.window);
  out.fold.scope = scope(config.dedup.scope);
  out.fresh_epoch = fresh_epoch;
  // A backup holds the deletion of files twice over; RocksDB finds that worth a warning, each time.
  out.on_engine_warning = [](std::string_view line) {
    if (line.find("File Deletions ") == std::string_view::npos)
      log::warning("store_engine", {{"text", line}});
  };
  return out;
}

storage::Retention retention(config::Config const& config) {
  storage::Retention out;
  out.changes_age_max = unless_zero(config.storage.changes_age);
  if (config.storage.changes_max > 0) out.changes_count_max = config.storage.changes_max;
  // A log that filled the whole allowance would leave no article.
  if (config.storage.retention_size > 0) out.changes_bytes_max = config.storage.retention_size / 2;
  if (config.storage.changes_size > 0) out.changes_bytes_max = config.storage.changes_size;
  out.articles_age_max = unless_zero(config.storage.retention_age);
  if (config.storage.retention_size > 0) out.store_bytes_max = config.storage.retention_size;
  for (auto const& source : config.sources) {
    if (auto const age = unless_zero(source.retention_age))
      out.feed_age_max.emplace_back(feed_id(source), *age);
    if (source.retention_size > 0) out.feed_bytes_max.emplace_back(feed_id(source), source.retention_size);
  }
  return out;
}

schedule::SchedulerOptions scheduler_options(config::Config const& config, std::uint64_t seed) {
  schedule::SchedulerOptions out;
  auto const& polling = config.polling;
  out.polling.floor = whole(polling.interval);
  out.polling.floor_hinted = whole(polling.floor);
  out.polling.interval_min = std::chrono::seconds(1);  // the configuration has its own bound, and warns
  out.polling.ceiling = whole(polling.ceiling);
  out.polling.budget_per_day =
      polling.budget.limited() ? polling.budget.per_day() : std::numeric_limits<double>::infinity();
  out.polling.jitter = polling.jitter;
  out.polling.jitter_max = whole(polling.jitter_max);
  out.polling.failing_after = whole(polling.failing_after);
  out.polling.moved_after = whole(polling.moved_after);
  out.polling.error_first = whole(polling.error_backoff);
  out.polling.error_max = whole(polling.error_backoff_max);
  out.polling.adaptive = polling.adaptive;
  out.polling.push.callback_url = polling.websub_callback_url;
  out.overdue_spread = whole(polling.overdue_spread);
  out.hosts.spacing = polling.host_spacing;
  out.polls_max = config.fetch.concurrency;
  if (auto name = fetch::product_token(config.daemon.user_agent); !name.empty())
    out.robots_agent = std::move(name);
  out.seed = seed;
  return out;
}

pipeline::WriterOptions writer_options(config::Config const& config) {
  pipeline::WriterOptions out;
  out.group_items_max = config.storage.group_max;
  return out;
}

pipeline::PipelineOptions pipeline_options(config::Config const& config) {
  pipeline::PipelineOptions out;
  out.fold.threshold = config.dedup.threshold;
  return out;
}

pipeline::RecheckOptions recheck_options(config::Config const& config) {
  pipeline::RecheckOptions out;
  for (auto const& step : config.polling.recheck) out.ladder.push_back({step.every, step.younger_than});
  std::sort(out.ladder.begin(), out.ladder.end(),
            [](auto const& a, auto const& b) { return a.younger_than < b.younger_than; });
  return out;
}

health::HealthOptions health_options(config::Config const& config) {
  health::HealthOptions out;
  out.alarms.silent_gaps = config.alarms.silent_gaps;
  out.alarms.silent_min = whole(config.alarms.silent_min);
  out.alarms.shrink_share = config.alarms.shrink_share;
  out.store_path = config.storage.path;
  out.disk_free_min = config.storage.disk_free_min;
  return out;
}

Result<api::ApiOptions> api_options(config::Config const& config) {
  auto const& http = config.http;
  api::ApiOptions out;
  out.listen = http.listen;
  if (http.socket != "none") out.socket_path = http.socket;
  out.socket_mode = http.socket_mode;
  for (auto const& [file, tokens, what] :
       {std::tuple(&http.token_file, &out.read_tokens, "http.token_file"),
        std::tuple(&http.admin_token_file, &out.admin_tokens, "http.admin_token_file")}) {
    if (file->empty()) continue;
    auto const lines = lines_of(what, *file);
    if (!lines) return lines.error();
    for (auto const& line : *lines) tokens->push_back(Secret(line));
  }
  out.tls_cert_file = http.tls_cert_file;
  out.tls_key_file = http.tls_key_file;
  out.public_url = http.public_url;
  out.allowed_hosts = http.allowed_hosts;
  // Hubs call us by the name that we gave them.
  if (auto const host = schedule::host_of(config.polling.websub_callback_url); !host.empty())
    out.allowed_hosts.push_back(host);
  out.cors_origins = http.cors_origins;
  out.connections_max = http.connections_max;
  out.request_bytes_max = http.request_max;
  out.bookmark_interval = http.bookmark_interval;
  return out;
}

namespace {

schedule::SourceKind kind_of(config::SourceKind kind) {
  switch (kind) {
    case config::SourceKind::feed: return schedule::SourceKind::feed;
    case config::SourceKind::page: return schedule::SourceKind::page;
    case config::SourceKind::opml: return schedule::SourceKind::opml;
  }
  return schedule::SourceKind::feed;
}

// Two of one key read a document alike.
std::uint64_t reading_key(config::Source const& source) {
  if (source.kind != config::SourceKind::page) return static_cast<std::uint64_t>(source.kind);
  std::string how;
  for (auto const* selector : {&source.item, &source.link, &source.title, &source.date, &source.summary})
    how += *selector + '\n';
  return XXH3_64bits(how.data(), how.size());
}

Result<void> add_source(config::Config const& config, config::Source const& source,
                        clean::CleanOptions const& clean, Sources& out) {
  auto access = credentials(source);
  if (!access) return access.error();

  schedule::FeedSpec feed;
  feed.id = feed_id(source);
  feed.name = source.name;
  feed.url = source.url;
  feed.kind = kind_of(source.kind);
  feed.reading_key = reading_key(source);
  if (source.interval) feed.interval = whole(*source.interval);
  if (source.fresh) feed.fresh = whole(*source.fresh);
  feed.weight = source.weight;
  feed.robots = source.kind == config::SourceKind::page || config.polling.robots_for_feeds
                    ? schedule::RobotsRule::obey
                    : schedule::RobotsRule::ignore;
  feed.credentials = std::move(*access);
  feed.limits = limits(config.fetch);
  out.feeds.push_back(std::move(feed));
  if (source.kind == config::SourceKind::opml) return {};

  pipeline::Source pipeline_source;
  pipeline_source.id = feed_id(source);
  pipeline_source.name = source.name;
  if (source.kind == config::SourceKind::page)
    pipeline_source.listing =
        pipeline::Source::Listing{source.item, source.link, source.title, source.date, source.summary};
  pipeline_source.pages = policy(source.fetch_pages.value_or(config.clean.fetch_pages));
  pipeline_source.clean = clean;
  if (config.clean.join_pages) pipeline_source.join_pages_max = config.clean.join_pages_max;
  pipeline_source.language = source.language;
  pipeline_source.tags = source.tags;
  pipeline_source.weight = source.weight;
  pipeline_source.recheck = source.recheck;
  pipeline_source.learn_templates = config.clean.learn_templates;
  pipeline_source.page_limits = limits(config.fetch);
  out.sources.push_back(std::move(pipeline_source));
  return {};
}

// A feed of a list: the list's settings, but a pace of its own and none of the list's secrets. Its identity
// is its URL within the list, so that a new title does not make it another feed.
config::Source from_list(config::Source const& list, config::Source feed) {
  feed.kind = config::SourceKind::feed;
  feed.identity = list.name + '\n' + feed.url;
  feed.fresh = list.fresh;
  feed.weight = list.weight;
  feed.language = list.language;
  feed.fetch_pages = list.fetch_pages;
  feed.recheck = list.recheck;
  feed.tags.insert(feed.tags.begin(), list.tags.begin(), list.tags.end());
  feed.declared_at = list.declared_at;
  return feed;
}

}  // namespace

health::FeedRules rules_of(pipeline::Source const& source, std::string const& host) {
  health::FeedRules out;
  switch (source.pages) {
    case pipeline::PagePolicy::automatic: out.fetch_pages = "auto"; break;
    case pipeline::PagePolicy::always: out.fetch_pages = "always"; break;
    case pipeline::PagePolicy::never: out.fetch_pages = "never"; break;
  }
  if (source.listing) out.summary_selector = source.listing->summary;
  auto const* const rule = source.clean.rules ? source.clean.rules->find(host) : nullptr;
  if (rule != nullptr) {
    out.site_rule = rule->origin;
    out.site_body = rule->body;
  }
  return out;
}

Result<Sources> make_sources(config::Config const& config, LookUpList const& lists) {
  Sources out;
  auto const site_rules = rules::load_rules(config.clean.rules_dir);
  if (!site_rules) return site_rules.error();
  clean::CleanOptions clean;
  clean.paid_text =
      config.clean.paid_text == config::PaidText::keep ? clean::PaidText::keep : clean::PaidText::drop;
  clean.photo_credits = config.clean.photo_credits == config::PhotoCredits::keep ? clean::PhotoCredits::keep
                                                                                 : clean::PhotoCredits::drop;
  clean.rules = *site_rules;
  sources::Names names;
  std::set<std::string> known_urls;
  for (auto const& source : config.sources) {
    names.reserve(source.name);
    known_urls.insert(config::url_key(source.url));
    if (!source.enabled) continue;
    if (auto added = add_source(config, source, clean, out); !added) return added.error();
  }
  for (auto const& source : config.sources) {
    if (!source.enabled || source.kind != config::SourceKind::opml || !lists) continue;
    auto const* const held = lists(feed_id(source));
    if (!held) continue;
    auto import = sources::sources_of(*held, names, known_urls);
    if (import.unusable > 0) out.unusable_in_lists.emplace_back(source.name, import.unusable);
    for (auto& feed : import.sources) {
      auto const listed = from_list(source, std::move(feed));
      if (auto added = add_source(config, listed, clean, out); !added) return added.error();
      if (auto const age = unless_zero(source.retention_age))
        out.list_bounds.ages.emplace_back(feed_id(listed), *age);
      if (source.retention_size > 0)
        out.list_bounds.sizes.emplace_back(feed_id(listed), source.retention_size);
    }
  }
  return out;
}

std::set<FeedId> disabled_feeds(config::Config const& config, LookUpList const& lists) {
  std::set<FeedId> out;
  for (auto const& source : config.sources) {
    if (source.enabled) continue;
    out.insert(feed_id(source));
    auto const* const held = source.kind == config::SourceKind::opml ? lists(feed_id(source)) : nullptr;
    if (!held) continue;
    sources::Names names;
    std::set<std::string> known_urls;
    for (auto& feed : sources::sources_of(*held, names, known_urls).sources)
      out.insert(feed_id(from_list(source, std::move(feed))));
  }
  return out;
}

namespace {

Result<notify::Filter> make_filter(config::EventFilter const& from) {
  notify::FilterSpec wanted;
  wanted.types = from.types;
  wanted.feeds = from.feeds;
  wanted.tags = from.tags;
  wanted.languages = from.languages;
  wanted.query = from.query;
  wanted.copies = from.copies == config::Copies::fold ? notify::Copies::fold : notify::Copies::show;
  return notify::Filter::make(wanted);
}

}  // namespace

namespace {

Result<webhook::WebhookSpec> make_webhook(config::Webhook const& one) {
  auto const named = [&](Error const& error) {
    return Error{error.code, "webhook \"" + one.name + "\": " + error.message};
  };
  webhook::WebhookSpec spec;
  spec.name = one.name;
  spec.url = one.url;
  spec.secret_file = one.secret_file;
  auto keys = webhook::read_signing_keys(one.secret_file);
  if (!keys) return named(keys.error());
  spec.keys = std::move(*keys);
  auto filter = make_filter(one);
  if (!filter) return named(filter.error());
  spec.filter = std::move(*filter);
  spec.batch_max = one.batch_max;
  spec.batch_wait = one.batch_wait;
  spec.timeout = one.timeout;
  spec.allow_private = one.allow_private;
  return spec;
}

}  // namespace

Result<std::vector<webhook::WebhookSpec>> make_webhooks(config::Config const& config) {
  std::vector<webhook::WebhookSpec> out;
  for (auto const& one : config.webhooks) {
    if (!one.enabled) continue;
    auto spec = make_webhook(one);
    if (!spec) return spec.error();
    out.push_back(std::move(*spec));
  }
  return out;
}

std::vector<std::string> problems_of_selectors(config::Config const& config) {
  std::vector<std::string> out;
  for (auto const& source : config.sources) {
    if (!source.enabled || source.kind != config::SourceKind::page) continue;
    for (auto const& [option, css] :
         {std::pair("item", &source.item), std::pair("link", &source.link), std::pair("title", &source.title),
          std::pair("date", &source.date), std::pair("summary", &source.summary)}) {
      if (css->empty()) continue;
      if (auto const tried = parse::check_selector(*css); !tried)
        out.push_back("page \"" + source.name + "\": `" + option + "`: " + tried.error().message);
    }
  }
  return out;
}

std::vector<std::string> problems_of_files(config::Config const& config) {
  auto out = problems_of_selectors(config);
  auto const note = [&out](auto const& result) {
    if (!result) out.push_back(result.error().message);
  };
  auto const note_file = [&](char const* what, std::string const& path) {
    if (!path.empty()) note(lines_of(what, path));
  };
  for (auto const& source : config.sources)
    if (source.enabled) note(credentials(source));
  for (auto const& one : config.webhooks)
    if (one.enabled) note(make_webhook(one));
  note(fetch::ResolveRules::parse(config.fetch.resolve));
  if (!config.fetch.proxy.empty()) note(fetch::check_proxy(config.fetch.proxy));
  note(rules::load_rules(config.clean.rules_dir));
  note(make_nats(config));
  note_file("http.token_file", config.http.token_file);
  note_file("http.admin_token_file", config.http.admin_token_file);
  if (!config.http.tls_cert_file.empty())
    note(api::read_certificate(config.http.tls_cert_file, config.http.tls_key_file));
  note_file("nats.credentials_file", config.nats.credentials_file);
  return out;
}

fetch::FetchOptions webhook_client_options(config::Config const& config, bool allow_private) {
  auto out = fetch_options(config);
  out.allow_private.clear();
  if (allow_private) out.allow_private = {"0.0.0.0/0", "::/0"};
  out.proxy.clear();  // that is for publishers
  out.transfers_max = webhook_transfers_max;
  out.idle_connections_max = webhook_transfers_max;
  return out;
}

Result<std::optional<NatsWiring>> make_nats(config::Config const& config) {
  auto const& nats = config.nats;
  if (nats.url.empty()) return std::optional<NatsWiring>();
  auto subject = nats::SubjectTemplate::parse(nats.subject);
  if (!subject) return Error{subject.error().code, "nats.subject: " + subject.error().message};
  auto filter = make_filter(nats);
  if (!filter) return Error{filter.error().code, "nats: " + filter.error().message};
  NatsWiring out{{}, std::move(*subject), std::move(*filter)};
  out.options.url = nats.url;
  out.options.stream = nats.stream;
  out.options.pattern = out.subject.pattern();
  out.options.credentials_file = nats.credentials_file;
  if (!config.fetch.ca_file.empty()) out.options.ca_file = config.fetch.ca_file;
  return std::optional<NatsWiring>(std::move(out));
}

}  // namespace newsfold::run
