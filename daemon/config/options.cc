// A data table: one row an option. Adding an option is a member in config.h and a row here.

#include "daemon/config/options.h"

#include "daemon/config/option_types.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace newsfold::config {
namespace {

using Count = IntegerCodec<std::uint32_t>;
using BigCount = IntegerCodec<std::uint64_t>;

constexpr TextCodec text{};
constexpr TextCodec path{TextRule::path};

// When a changed value holds: each row says it.
constexpr auto reload = TakesEffect::at_reload;
constexpr auto restart = TakesEffect::at_restart;

ChoiceCodec<FetchPages> fetch_pages_choice() {
  return {{{"auto", FetchPages::automatic}, {"always", FetchPages::always}, {"never", FetchPages::never}}};
}

std::vector<Option> daemon_options() {
  return {
      option("threads", &Daemon::threads, Count{0, 256}, restart,
             "Threads that parse, clean and fingerprint; 0 means one for each core."),
      option("contact_url", &Daemon::contact_url, TextCodec{TextRule::http_url}, restart,
             "A page about you, sent to every publisher in the User-Agent, so that they can reach you "
             "instead of blocking you."),
      option("user_agent", &Daemon::user_agent, text, restart,
             "Replaces the whole User-Agent; empty means \"Newsfold/VERSION (+contact_url)\"."),
      option("stop_timeout", &Daemon::stop_timeout, DurationCodec{"1s", "5m"}, reload,
             "How long transfers in flight may take to finish when the daemon is asked to stop."),
  };
}

std::vector<Option> storage_options() {
  return {
      option(
          "path", &Storage::path, path, restart,
          "Folder of the store; empty means \"store\" in $STATE_DIRECTORY, in $XDG_STATE_HOME/newsfold or in "
          "~/.local/state/newsfold."),
      option("sync", &Storage::sync,
             ChoiceCodec<SyncMode>{{{"group", SyncMode::group}, {"os", SyncMode::os}}}, restart,
             "\"group\": a change is announced only when it is on the disk (one sync for many articles). "
             "\"os\": the "
             "kernel writes when it likes; survives a crash of the daemon, not of the machine."),
      option("retention_age", &Storage::retention_age, DurationCodec{"0", "36500d"}, reload,
             "Articles older than this are deleted with all their versions; 0 keeps them for ever."),
      option("retention_size", &Storage::retention_size, SizeCodec{"0", "1000TiB"}, reload,
             "When the store outgrows this, the oldest articles are deleted; half of it is for the change "
             "log where "
             "changes_size says nothing else. 0 sets no limit."),
      option("changes_age", &Storage::changes_age, DurationCodec{"1h", "36500d"}, reload,
             "How far back a subscriber may resume."),
      option("changes_max", &Storage::changes_max, BigCount{0, 1'000'000'000'000}, reload,
             "The most events kept in the change log; 0 sets no limit."),
      option(
          "changes_size", &Storage::changes_size, SizeCodec{"0", "1000TiB"}, reload,
          "The size of the change log on disk, about; beyond it the oldest events leave. 0 sets no limit."),
      option("cache", &Storage::cache, SizeCodec{"1MiB", "1TiB"}, restart,
             "Memory for blocks that were read from disk."),
      option("write_buffer", &Storage::write_buffer, SizeCodec{"1MiB", "4GiB"}, restart,
             "Memory for rows that are not yet in a file of their own; larger means fewer, bigger writes."),
      option("disk_free_min", &Storage::disk_free_min, SizeCodec{"0", "1000TiB"}, reload,
             "Below this much free space polling pauses, says so, and resumes by itself."),
      option("group_max", &Storage::group_max, Count{1, 10'000}, restart, "The most articles in one commit."),
  };
}

std::vector<Option> fetch_options() {
  return {
      option("concurrency", &Fetch::concurrency, Count{1, 512}, restart,
             "Transfers in flight at once, over all hosts."),
      option("timeout", &Fetch::timeout, DurationCodec{"1s", "10m"}, reload,
             "The longest that one request may take in all."),
      option("connect_timeout", &Fetch::connect_timeout, DurationCodec{"1s", "5m"}, reload,
             "The longest that name resolution, connection and TLS may take."),
      option("body_max", &Fetch::body_max, SizeCodec{"64KiB", "1GiB"}, reload,
             "The largest body, counted after decompression; a larger one is an error of its feed."),
      option("header_max", &Fetch::header_max, SizeCodec{"4KiB", "1MiB"}, reload,
             "The most bytes of response headers."),
      option("redirects_max", &Fetch::redirects_max, Count{0, 50}, reload, "Redirects followed in one poll."),
      option("allow_private", &Fetch::allow_private, BoolCodec{}, restart,
             "Whether private, loopback and link-local addresses may be fetched; off, a hostile feed cannot "
             "make "
             "us knock at doors inside your network."),
      option("resolve", &Fetch::resolve, TextListCodec{}, restart,
             "Fixed addresses, each \"HOST:PORT:ADDRESS\" or \"HOST:PORT:ADDRESS:PORT\"; for tests and split "
             "DNS."),
      option("ca_file", &Fetch::ca_file, path, restart,
             "Certificates to trust; empty means the system's bundle."),
      option(
          "proxy", &Fetch::proxy, TextCodec{TextRule::url}, restart,
          "The proxy for requests to publishers, \"http://HOST:PORT\" or \"socks5h://HOST:PORT\"; empty "
          "means "
          "none, whatever the environment says. It resolves the names, so it must refuse addresses of your "
          "network itself."),
      option("http2", &Fetch::http2, BoolCodec{}, restart, "Whether HTTP/2 is offered to servers over TLS."),
  };
}

std::vector<Option> polling_options() {
  return {
      option("interval", &Polling::interval, DurationCodec{"1m", "7d"}, reload,
             "Between two polls of a feed whose server says nothing about it."),
      option("floor", &Polling::floor, DurationCodec{"1m", "24h"}, reload,
             "A server's hint (max-age, ttl) may shorten the interval to no less than this."),
      option("ceiling", &Polling::ceiling, DurationCodec{"1m", "30d"}, reload,
             "The longest between two polls of a feed that is well, jitter aside. What its server asks for "
             "and its own interval may be longer."),
      option("budget", &Polling::budget, RateCodec{}, reload,
             "The most polls to make, over all hosts, with the sitemaps of an index; they go where news is "
             "likeliest. Article pages, robots.txt and hubs come on top; fixed intervals, goals and longest "
             "intervals are kept also where they cost more. \"0\" sets none."),
      option("adaptive", &Polling::adaptive, BoolCodec{}, reload,
             "Whether polls are placed by what was learned of each feed's rate and hours; off, every feed is "
             "polled as often as politeness allows: after polling.interval, or what its server's hint makes "
             "of it."),
      option("jitter", &Polling::jitter, NumberCodec{0, 1}, reload,
             "The largest random delay, as a share of the interval; always later, never earlier."),
      option("jitter_max", &Polling::jitter_max, DurationCodec{"0", "24h"}, reload,
             "The largest random delay."),
      option("overdue_spread", &Polling::overdue_spread, DurationCodec{"0", "24h"}, restart,
             "After a pause of the daemon, overdue polls are spread over 50 ms for each, but over no more "
             "than this (nor a feed's over more than its interval)."),
      option("host_spacing", &Polling::host_spacing, DurationCodec{"0", "10m"}, restart,
             "The least time between two requests to one host; a Crawl-delay of the host may raise it."),
      option(
          "robots_for_feeds", &Polling::robots_for_feeds, BoolCodec{}, reload,
          "Whether robots.txt binds feed URLs, too; article pages and the lists of [[page]] always obey it."),
      option("failing_after", &Polling::failing_after, DurationCodec{"0", "30d"}, reload,
             "How long a feed may fail before feed.failing is announced."),
      option(
          "moved_after", &Polling::moved_after, DurationCodec{"1s", "90d"}, reload,
          "A publisher's permanent redirect must stay that long, and be seen three times, before its target "
          "is polled in its place and feed.moved announced."),
      option("error_backoff", &Polling::error_backoff, DurationCodec{"1s", "24h"}, reload,
             "The delay after a first failure; doubled at each further one. It is never shorter than the "
             "least that the feed waits when all is well, nor than Retry-After."),
      option("error_backoff_max", &Polling::error_backoff_max, DurationCodec{"1s", "7d"}, reload,
             "The longest delay after failures, for the first two weeks of them; then it is 7 days."),
      option(
          "recheck", &Polling::recheck, RecheckCodec{}, restart,
          "How often article pages are looked at again for edits, by age: \"15m < 3h\" is every 15 "
          "minutes while "
          "younger than 3 hours; [] never. A host whose pages turn out not to be edited is looked at up to "
          "four times more rarely."),
      option("websub_callback_url", &Polling::websub_callback_url, TextCodec{TextRule::http_url}, restart,
             "Public URL of this daemon's /websub, where hubs push to; empty means no WebSub."),
  };
}

std::vector<Option> clean_options() {
  return {
      option("paid_text", &Clean::paid_text,
             ChoiceCodec<PaidText>{{{"drop", PaidText::drop}, {"keep", PaidText::keep}}}, reload,
             "What to do with text that a publisher left in the page but marks as paid."),
      option("fetch_pages", &Clean::fetch_pages, fetch_pages_choice(), reload,
             "Whether the page of an item is fetched: \"auto\" when the feed carries only a summary."),
      option("photo_credits", &Clean::photo_credits,
             ChoiceCodec<PhotoCredits>{{{"drop", PhotoCredits::drop}, {"keep", PhotoCredits::keep}}}, reload,
             "Whether lines that name a photographer stay in the text."),
      option("join_pages", &Clean::join_pages, BoolCodec{}, reload,
             "Whether an article in several pages is put together."),
      option("join_pages_max", &Clean::join_pages_max, Count{2, 50}, reload,
             "The most pages of one article."),
      option(
          "learn_templates", &Clean::learn_templates, BoolCodec{}, reload,
          "Whether blocks that recur over many articles of a host are taken for its template and dropped."),
      option("rules_dir", &Clean::rules_dir, path, reload,
             "Folder with site rules of your own (*.toml); empty means none."),
  };
}

std::vector<Option> dedup_options() {
  return {
      option("window", &Dedup::window, DurationCodec{"1h", "3650d"}, restart,
             "Articles further apart than this are never folded into one story."),
      option("threshold", &Dedup::threshold, NumberCodec{0.5, 1}, restart,
             "How sure the comparison must be that two articles are copies."),
      option(
          "scope", &Dedup::scope,
          ChoiceCodec<DedupScope>{
              {{"all", DedupScope::all}, {"feed", DedupScope::feed}, {"tag", DedupScope::tag}}},
          restart,
          "Among which articles copies are looked for: all, those of one feed, or those that share a tag."),
  };
}

std::vector<Option> http_options() {
  return {
      option("listen", &Http::listen, text, restart,
             "ADDRESS:PORT of the API; empty means none. Any address but loopback needs token_file."),
      option("socket", &Http::socket, text, restart,
             "Path of the API's Unix socket; \"none\" means none; empty means newsfold.sock in "
             "$RUNTIME_DIRECTORY, in "
             "$XDG_RUNTIME_DIR, or beside the store."),
      option("socket_mode", &Http::socket_mode, ModeCodec{}, restart, "Who may open the Unix socket."),
      option(
          "token_file", &Http::token_file, path, reload,
          "File with the tokens that may read, one a line; empty means the credential newsfold.token where "
          "systemd passes one."),
      option("admin_token_file", &Http::admin_token_file, path, reload,
             "File with the tokens that may also change things; empty means the credential "
             "newsfold.admin-token."),
      option("tls_cert_file", &Http::tls_cert_file, path, reload,
             "Certificate chain (PEM); with tls_key_file turns TLS on. A reload reads both files again, for "
             "new connections; turning TLS on or off needs a restart."),
      option("tls_key_file", &Http::tls_key_file, path, reload, "Private key (PEM)."),
      option("public_url", &Http::public_url, TextCodec{TextRule::http_url}, restart,
             "How the outside reaches this API; stands in links and as the source of events."),
      option("allowed_hosts", &Http::allowed_hosts, TextListCodec{}, restart,
             "Further names that a Host header may hold; guards against DNS rebinding."),
      option("cors_origins", &Http::cors_origins, TextListCodec{}, restart,
             "Origins whose pages may read the API; [] means none."),
      option("connections_max", &Http::connections_max, Count{1, 1'000'000}, restart,
             "The most clients at once."),
      option("request_max", &Http::request_max, SizeCodec{"4KiB", "64MiB"}, restart,
             "The largest request body; what a hub pushes to /websub may have 4 MiB."),
      option("bookmark_interval", &Http::bookmark_interval, DurationCodec{"1s", "15s"}, restart,
             "A stream without a matching event gets a bookmark this often, so that its cursor moves."),
  };
}

std::vector<Option> alarm_options() {
  return {
      option("silent_gaps", &Alarms::silent_gaps, NumberCodec{0, 1000}, reload,
             "A feed that answers well and brings nothing for so many times its usual gap raises an alarm; 0 "
             "raises none."),
      option("silent_min", &Alarms::silent_min, DurationCodec{"1h", "365d"}, reload,
             "No alarm for a silence shorter than this: weekends."),
      option("shrink_share", &Alarms::shrink_share, NumberCodec{0, 1}, reload,
             "A feed whose newest articles have less than this share of the words that its articles used to "
             "have "
             "raises an alarm: a new layout, or a wall; 0 raises none."),
  };
}

std::vector<Option> log_options() {
  return {
      option(
          "level", &Log::level,
          ChoiceCodec<log::Level>{{{"debug", log::Level::debug},
                                   {"info", log::Level::info},
                                   {"warning", log::Level::warning},
                                   {"error", log::Level::error}}},
          reload,
          "The least important lines that are written; `systemctl reload newsfold` changes it at run time."),
      option("style", &Log::style,
             ChoiceCodec<log::Style>{{{"auto", log::Style::automatic},
                                      {"journal", log::Style::journal},
                                      {"terminal", log::Style::terminal},
                                      {"plain", log::Style::plain}}},
             reload, "How lines look; \"auto\" sees whether it writes to the journal, a terminal or a file."),
  };
}

// The filter of what is pushed: the same options wherever it stands.
template <class Section>
std::vector<Option> filter_options() {
  using List = std::vector<std::string>;
  constexpr auto list = [](List EventFilter::*member) { return static_cast<List Section::*>(member); };
  return {
      option("types", list(&EventFilter::types), TextListCodec{}, reload,
             "Event types, such as \"article.*\"; [] means all."),
      option("feeds", list(&EventFilter::feeds), TextListCodec{}, reload,
             "Names of feeds, with * and ?; [] means all."),
      option("tags", list(&EventFilter::tags), TextListCodec{}, reload,
             "Articles with any of these tags; [] means all."),
      option("languages", list(&EventFilter::languages), TextListCodec{}, reload,
             "Articles in any of these languages; [] means all."),
      option("query", static_cast<std::string Section::*>(&EventFilter::query), text, reload,
             "Words and \"phrases\" that must stand in title or text."),
      option("copies", static_cast<Copies Section::*>(&EventFilter::copies),
             ChoiceCodec<Copies>{{{"fold", Copies::fold}, {"show", Copies::show}}}, reload,
             "\"fold\" leaves out what happens to articles that do not lead their story; \"show\" sends it, "
             "too."),
  };
}

void append(std::vector<Option>& options, std::vector<Option> more) {
  std::move(more.begin(), more.end(), std::back_inserter(options));
}

std::vector<Option> nats_options() {
  std::vector<Option> options{
      option("url", &Nats::url, TextCodec{TextRule::url}, reload,
             "A NATS server, nats://HOST:PORT or tls://HOST:PORT; empty means none."),
      option("stream", &Nats::stream, TextCodec{TextRule::name}, reload,
             "The JetStream stream that takes the events."),
      option(
          "subject", &Nats::subject, TextCodec{TextRule::name}, reload,
          "Under which subject each event goes: parts between dots, of which {type}, {feed} and {lang} are "
          "filled in. A stream that is missing is made to take them."),
      option("credentials_file", &Nats::credentials_file, path, reload,
             "Credentials as `nsc` makes them; empty means the credential newsfold.nats where systemd passes "
             "one, else none."),
  };
  append(options, filter_options<Nats>());
  return options;
}

template <std::string FeedAccess::*member>
Option access_option(std::string_view key, std::string_view sentence) {
  Option row{key, path.name(), "", "\"\"", sentence, false, reload, {}, {}};
  row.read = [](Value const& value, void* section, std::string const& base) {
    return path.read(value, static_cast<Source*>(section)->access.*member, base);
  };
  row.same = [](void const* section, void const* other) {
    return static_cast<Source const*>(section)->access.*member ==
           static_cast<Source const*>(other)->access.*member;
  };
  return row;
}

std::vector<Option> source_options() {
  return {
      option("name", &Source::name, TextCodec{TextRule::name}, reload,
             "What the feed is called everywhere; its identity: under a new name it is a new feed.",
             Presence::required),
      option("url", &Source::url, TextCodec{TextRule::http_url}, reload, "Where it is.", Presence::required),
      option(
          "interval", &Source::interval, DurationCodec{"1s", "30d"}, reload,
          "Polls this often, jitter added, whatever the server's hints and skipHours say or we have learned. "
          "Under 5 minutes is rude; under 1 minute is refused unless fetch.resolve names the host."),
      option("fresh", &Source::fresh, DurationCodec{"1m", "7d"}, reload,
             "A goal: news of this feed should be known this soon after it appears."),
      option("weight", &Source::weight, NumberCodec{0.01, 100}, reload,
             "How much sooner than others this feed should be known when the budget is short; of copies that "
             "nothing "
             "else tells apart, the one of the heavier feed is taken for the original."),
      option("tags", &Source::tags, TextListCodec{}, reload,
             "Put on every article of the feed; subscribers filter by them."),
      option("language", &Source::language, text, reload,
             "BCP 47, for feeds that do not say it or say it wrongly."),
      option("fetch_pages", &Source::fetch_pages, fetch_pages_choice(), reload,
             "Overrides clean.fetch_pages."),
      option("recheck", &Source::recheck, BoolCodec{}, reload,
             "Whether pages of this feed are looked at again for edits (polling.recheck)."),
      option("retention_age", &Source::retention_age, DurationCodec{"0", "36500d"}, reload,
             "Overrides storage.retention_age; 0 leaves it."),
      option(
          "retention_size", &Source::retention_size, SizeCodec{"0", "1000TiB"}, reload,
          "When the articles that it brought first hold more than this, before compression, its oldest are "
          "deleted; 0 sets no limit."),
      option("enabled", &Source::enabled, BoolCodec{}, reload,
             "Whether it is polled; off keeps what was stored."),
      access_option<&FeedAccess::basic_auth_file>("basic_auth_file", "File with one line \"user:password\"."),
      access_option<&FeedAccess::bearer_token_file>("bearer_token_file",
                                                    "File with one line, sent as a bearer token."),
      access_option<&FeedAccess::header_file>(
          "header_file", "File with lines \"Name: value\", sent to this feed's host only."),
  };
}

std::vector<Option> page_options() {
  auto options = source_options();
  std::vector<Option> const selectors{
      option("item", &Source::item, text, reload,
             "CSS selector of one item in the list; empty: each link that `link` selects is one, with what "
             "is around it; where that is empty, too, they are found by themselves."),
      option("link", &Source::link, text, reload,
             "CSS selector of the link inside an item; empty: its first link with words, else its first."),
      option("title", &Source::title, text, reload,
             "CSS selector of the headline; empty: a heading, else the link's text."),
      option("date", &Source::date, text, reload,
             "CSS selector of the date; empty: a <time> element or none."),
      option("summary", &Source::summary, text, reload,
             "CSS selector of the summary; empty: none, or without `item` the longest paragraph."),
  };
  options.insert(options.begin() + 2, selectors.begin(), selectors.end());
  return options;
}

// Its feeds get what is said here, but a pace of their own and none of its secrets.
std::vector<Option> opml_options() {
  auto options = source_options();
  for (auto& row : options) {
    if (row.key == "name")
      row.sentence = "What the list is called; its feeds are called what the list calls them.";
    if (row.key == "url") row.sentence = "Where the OPML file is; it is polled like a feed.";
    if (row.key == "interval")
      row.sentence = "Between two looks at the list itself, not at its feeds; empty: as for a feed.";
  }
  return options;
}

std::vector<Option> webhook_options() {
  std::vector<Option> options{
      option("name", &Webhook::name, TextCodec{TextRule::name}, reload,
             "What the webhook is called (letters, digits and . _ -); its cursor is stored under it.",
             Presence::required),
      option("url", &Webhook::url, TextCodec{TextRule::http_url}, reload,
             "Where events are sent by POST. At a new one, a webhook that was disabled begins anew.",
             Presence::required),
      option("secret_file", &Webhook::secret_file, path, reload,
             "File with the signing keys (Standard Webhooks, \"whsec_...\"), one a line, the newest first; "
             "all sign. Empty means the credential newsfold.webhook.NAME where systemd passes one."),
  };
  append(options, filter_options<Webhook>());
  append(options,
         {
             option("batch_max", &Webhook::batch_max, Count{1, 1'000}, reload,
                    "The most events in one request; above 1 the body is an array."),
             option("batch_wait", &Webhook::batch_wait, DurationCodec{"0", "1m"}, reload,
                    "How long to wait for a batch to fill."),
             option("timeout", &Webhook::timeout, DurationCodec{"1s", "1m"}, reload,
                    "The longest that the receiver may take to answer."),
             option("allow_private", &Webhook::allow_private, BoolCodec{}, reload,
                    "Whether the receiver may be at a private, loopback or link-local address."),
             option("enabled", &Webhook::enabled, BoolCodec{}, reload, "Off keeps the cursor where it is."),
         });
  return options;
}

template <auto member>
void* part(Config& config) {
  return &(config.*member);
}

void* new_source(Config& config, SourceKind kind) {
  config.sources.emplace_back().kind = kind;
  return &config.sources.back();
}

std::vector<Section> make_sections() {
  return {
      {"daemon", "The process.", daemon_options(), false, part<&Config::daemon>},
      {"storage", "What is kept, where and for how long.", storage_options(), false, part<&Config::storage>},
      {"fetch", "Requests to publishers: bounds and addresses.", fetch_options(), false,
       part<&Config::fetch>},
      {"polling", "When feeds are asked, and what patience they get.", polling_options(), false,
       part<&Config::polling>},
      {"clean", "From pages to articles.", clean_options(), false, part<&Config::clean>},
      {"dedup", "Which articles are copies of one story.", dedup_options(), false, part<&Config::dedup>},
      {"http", "The API: who may reach it and how.", http_options(), false, part<&Config::http>},
      {"alarms", "What is told although every poll goes well (see docs/OPERATIONS.md).", alarm_options(),
       false, part<&Config::alarms>},
      {"log", "What goes to standard error.", log_options(), false, part<&Config::log>},
      {"nats", "A durable copy of the change log on a NATS JetStream server.", nats_options(), false,
       part<&Config::nats>},
      {"feed", "A source: RSS, Atom, JSON Feed or a sitemap.", source_options(), true,
       [](Config& config) { return new_source(config, SourceKind::feed); }},
      {"page", "A source without a feed: an HTML page that lists articles.", page_options(), true,
       [](Config& config) { return new_source(config, SourceKind::page); }},
      {"opml",
       "A list of feeds on the web (OPML), kept up to date: its feeds come and go with it. They get its "
       "tags, fresh, weight, language, fetch_pages, recheck and retention; interval and the files of secrets "
       "are for the list itself.",
       opml_options(), true, [](Config& config) { return new_source(config, SourceKind::opml); }},
      {"webhook", "A receiver of events over HTTP, signed by Standard Webhooks.", webhook_options(), true,
       [](Config& config) -> void* { return &config.webhooks.emplace_back(); }},
  };
}

}  // namespace

std::span<Section const> sections() {
  static std::vector<Section> const table = make_sections();
  return table;
}

Section const* find_section(std::string_view name) {
  for (auto const& section : sections()) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

Option const* find_option(Section const& section, std::string_view key) {
  for (auto const& option : section.options) {
    if (option.key == key) return &option;
  }
  return nullptr;
}

}  // namespace newsfold::config
