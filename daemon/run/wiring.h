#pragma once
// From what the operator wrote to what each part wants. Reads the credential files that the configuration
// names; touches nothing else.

#include "daemon/api/server.h"
#include "daemon/config/config.h"
#include "daemon/health/health_watch.h"
#include "daemon/nats/nats_sink.h"
#include "daemon/pipeline/pipeline.h"
#include "daemon/pipeline/recheck.h"
#include "daemon/pipeline/source.h"
#include "daemon/pipeline/writer.h"
#include "daemon/schedule/feed_spec.h"
#include "daemon/schedule/scheduler.h"
#include "daemon/webhook/webhook.h"
#include "feeds/fetch/fetcher.h"
#include "feeds/model/error.h"
#include "feeds/parse/opml.h"
#include "storage/store.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace newsfold::run {

fetch::FetchOptions fetch_options(config::Config const& config);
storage::StoreOptions store_options(config::Config const& config, Epoch fresh_epoch);
storage::Retention retention(config::Config const& config);
schedule::SchedulerOptions scheduler_options(config::Config const& config, std::uint64_t seed);
pipeline::WriterOptions writer_options(config::Config const& config);
pipeline::PipelineOptions pipeline_options(config::Config const& config);
pipeline::RecheckOptions recheck_options(config::Config const& config);
health::HealthOptions health_options(config::Config const& config);
// What the texts of the source's articles on `host` are made by.
health::FeedRules rules_of(pipeline::Source const& source, std::string const& host);

// Fails with `unreadable` or `invalid` where a token file cannot be used.
Result<api::ApiOptions> api_options(config::Config const& config);

// How long and how much of feeds of living lists is kept, where their list says it; retention() has the rest.
struct ListBounds {
  std::vector<std::pair<FeedId, std::chrono::seconds>> ages;
  std::vector<std::pair<FeedId, std::uint64_t>> sizes;
};

// A source as the scheduler and as the pipeline see it.
struct Sources {
  std::vector<schedule::FeedSpec> feeds;
  std::vector<pipeline::Source> sources;
  ListBounds list_bounds;
  // By the name of a list: how many feeds in it have a URL that cannot be used. Those without are not here.
  std::vector<std::pair<std::string, std::size_t>> unusable_in_lists;
};

// What a list on the web ([[opml]]) held when it was last read; null where that is not known.
using LookUpList = std::function<std::vector<parse::Subscription> const*(FeedId list)>;

// Those that are enabled, and the feeds of living lists after them: what the configuration names itself is
// left out of the lists. Fails with `unreadable` or `invalid` where a credential file cannot be used; the
// message names the feed and the file, never what is in it.
Result<Sources> make_sources(config::Config const& config, LookUpList const& lists = {});

// Those that are switched off, and the feeds of lists that are: what is stored of them waits for their
// return.
std::set<FeedId> disabled_feeds(config::Config const& config, LookUpList const& lists);

// What makes the configuration and the files that it names unusable, all of it: secrets that cannot be read,
// keys and selectors that are none, wrong site rules. Each names the option or the source. Empty: a daemon
// can use them.
std::vector<std::string> problems_of_files(config::Config const& config);

// Selectors of pages ([[page]]) that are none. Each names the page and the option. Empty: all can be read.
std::vector<std::string> problems_of_selectors(config::Config const& config);

// Those that are enabled, with their keys. Fails with `unreadable` or `invalid`; the message names the
// webhook.
Result<std::vector<webhook::WebhookSpec>> make_webhooks(config::Config const& config);
// Of the client that posts to webhooks; whether the fetcher may reach private addresses says nothing about
// it.
fetch::FetchOptions webhook_client_options(config::Config const& config, bool allow_private);

struct NatsWiring {
  nats::JetStreamOptions options;
  nats::SubjectTemplate subject;
  notify::Filter filter;
};
// Nothing where no server is configured. Fails with `invalid`.
Result<std::optional<NatsWiring>> make_nats(config::Config const& config);

}  // namespace newsfold::run
