#pragma once
// What config.toml says, as plain values with our defaults. Each member is one option; its name, bounds
// and sentence stand in options.cc, from which the parser, the sample file, `newsfold config reference`
// and docs/configuration.md are made. Here a comment says only what the code that reads it must know.
//
// A Config that came out of load_config() is whole: every value lies in its bounds, names are unique,
// relative paths are resolved against the file they stand in, and the paths that depend on the
// environment are filled in.

#include "daemon/log/log.h"
#include "feeds/model/ids.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsfold::config {

// A file that systemd put into $CREDENTIALS_DIRECTORY: "credential:NAME" in the place of a path.
inline constexpr std::string_view credential_prefix = "credential:";

using Duration = std::chrono::milliseconds;

// "2000/h". Zero: no limit.
struct Rate {
  std::uint64_t count = 0;
  Duration per = std::chrono::hours(1);

  bool limited() const noexcept { return count > 0; }
  double per_day() const noexcept {
    return static_cast<double>(count) * 86'400'000.0 / static_cast<double>(per.count());
  }
  bool operator==(Rate const&) const = default;
};

// One rung of the ladder on which article pages are looked at again: "15m < 3h" means every 15 minutes
// while the article is younger than 3 hours.
struct RecheckStep {
  Duration every{};
  Duration younger_than{};
  bool operator==(RecheckStep const&) const = default;
};

struct Daemon {
  std::uint32_t threads = 0;  // 0: one a core
  std::string contact_url;    // goes into the User-Agent
  std::string user_agent;     // replaces the whole User-Agent; empty: ours, with version and contact_url
  Duration stop_timeout = std::chrono::seconds(10);
};

enum class SyncMode : std::uint8_t { group, os };

struct Storage {
  std::string path;  // filled in by load_config(): never empty
  SyncMode sync = SyncMode::group;
  Duration retention_age{};          // of articles and their versions; 0: for ever
  std::uint64_t retention_size = 0;  // of the whole store on disk; 0: no limit
  Duration changes_age = std::chrono::hours(30 * 24);
  std::uint64_t changes_max = 0;   // events kept in the change log; 0: no limit
  std::uint64_t changes_size = 0;  // bytes of the change log; 0: no limit
  std::uint64_t cache = 32ULL << 20;
  std::uint64_t write_buffer = 16ULL << 20;
  std::uint64_t disk_free_min = 512ULL << 20;
  std::uint32_t group_max = 128;  // articles in one commit
};

struct Fetch {
  std::uint32_t concurrency = 128;
  Duration timeout = std::chrono::seconds(60);
  Duration connect_timeout = std::chrono::seconds(15);
  std::uint64_t body_max = 16ULL << 20;  // after decompression
  std::uint64_t header_max = 64ULL << 10;
  std::uint32_t redirects_max = 8;
  bool allow_private = false;
  std::vector<std::string> resolve;  // "HOST:PORT:ADDRESS[:PORT]"
  std::string ca_file;               // empty: the system's bundle
  std::string proxy;                 // "http://HOST:PORT", "socks5h://HOST:PORT"; empty: none
  bool http2 = true;
};

struct Polling {
  Duration interval = std::chrono::hours(1);  // where the server says nothing
  Duration floor = std::chrono::minutes(5);   // a server's hint lowers `interval` to no less
  Duration ceiling = std::chrono::hours(24);  // the longest between two polls
  Rate budget{2000, std::chrono::hours(1)};   // of all polls together
  double jitter = 0.1;                        // share of the interval, later only
  Duration jitter_max = std::chrono::minutes(30);
  Duration overdue_spread = std::chrono::minutes(10);
  Duration host_spacing = std::chrono::seconds(1);
  bool robots_for_feeds = true;
  Duration failing_after = std::chrono::hours(6);
  Duration moved_after = std::chrono::hours(7 * 24);  // and three sightings
  Duration error_backoff = std::chrono::minutes(30);  // doubled at each failure in a row
  Duration error_backoff_max = std::chrono::hours(24);
  bool adaptive = true;
  std::vector<RecheckStep> recheck{{std::chrono::minutes(15), std::chrono::hours(3)},
                                   {std::chrono::hours(1), std::chrono::hours(24)},
                                   {std::chrono::hours(6), std::chrono::hours(7 * 24)},
                                   {std::chrono::hours(3 * 24), std::chrono::hours(30 * 24)}};
  std::string websub_callback_url;  // empty: no WebSub
};

enum class PaidText : std::uint8_t { drop, keep };
enum class FetchPages : std::uint8_t { automatic, always, never };
enum class PhotoCredits : std::uint8_t { drop, keep };

struct Clean {
  PaidText paid_text = PaidText::drop;
  FetchPages fetch_pages = FetchPages::automatic;
  PhotoCredits photo_credits = PhotoCredits::drop;
  bool join_pages = false;
  std::uint32_t join_pages_max = 10;
  bool learn_templates = true;
  std::string rules_dir;  // the operator's own site rules; empty: none
};

enum class DedupScope : std::uint8_t { all, feed, tag };

struct Dedup {
  Duration window = std::chrono::hours(30 * 24);
  double threshold = 0.8;
  DedupScope scope = DedupScope::all;
};

struct Http {
  std::string listen = "127.0.0.1:8480";  // empty: no TCP listener
  std::string socket;                     // filled in by load_config(); "none": no Unix socket
  std::uint32_t socket_mode = 0660;
  std::string token_file;        // may read
  std::string admin_token_file;  // may also poll, pause, split, reload
  std::string tls_cert_file;
  std::string tls_key_file;
  std::string public_url;                  // how the outside names us: links in feeds and events
  std::vector<std::string> allowed_hosts;  // beside loopback names and the host of public_url
  std::vector<std::string> cors_origins;
  std::uint32_t connections_max = 12'000;
  std::uint64_t request_max = 1ULL << 20;
  Duration bookmark_interval = std::chrono::seconds(15);
};

struct Alarms {
  double silent_gaps = 10;  // times a feed's usual gap; 0: no such alarm
  Duration silent_min = std::chrono::hours(48);
  double shrink_share = 0.33;  // of the usual length; 0: no such alarm
};

struct Log {
  log::Level level = log::Level::info;
  log::Style style = log::Style::automatic;
};

enum class Copies : std::uint8_t { fold, show };

// Which events are sent: what a subscriber's filter means on every transport.
struct EventFilter {
  std::vector<std::string> types;  // event types, globs; empty: all
  std::vector<std::string> feeds;  // names, globs
  std::vector<std::string> tags;
  std::vector<std::string> languages;
  std::string query;  // words or "phrases" in title or text
  Copies copies = Copies::fold;

  bool operator==(EventFilter const&) const = default;
};

// A durable copy of the change log on a NATS JetStream server. Off while `url` is empty.
struct Nats : EventFilter {
  Nats() { copies = Copies::show; }  // a copy is whole unless somebody asks for less
  std::string url;
  std::string stream = "NEWSFOLD";
  std::string subject = "newsfold.{type}";
  std::string credentials_file;
};

// How to prove who we are to a publisher; the secrets stand in files (or systemd credentials), never here.
struct FeedAccess {
  std::string basic_auth_file;    // one line "user:password"
  std::string bearer_token_file;  // one line
  std::string header_file;        // lines "Name: value"
};

enum class SourceKind : std::uint8_t { feed, page, opml };

// What [[feed]], [[page]] and [[opml]] have in common; for a page the selectors below say where its items
// are, for a list on the web (OPML) it is what its feeds get.
struct Source {
  SourceKind kind = SourceKind::feed;
  std::string name;
  std::string url;
  std::optional<Duration>
      interval;  // the operator's word: always wins; under 1 min only for fetch.resolve hosts
  std::optional<Duration> fresh;  // goal: items should be known this soon
  double weight = 1.0;
  std::vector<std::string> tags;
  std::string language;  // BCP 47; empty: as the feed says, or detected
  std::optional<FetchPages> fetch_pages;
  bool recheck = true;
  bool enabled = true;
  FeedAccess access;
  Duration retention_age{};          // 0: as in [storage]
  std::uint64_t retention_size = 0;  // of its articles' versions, before compression; 0: no limit

  // [[page]] only. Without `item` the links are looked for, those of `link` or by themselves, and what is
  // around each of them is an item.
  std::string item;
  std::string link;
  std::string title;
  std::string date;
  std::string summary;

  std::string declared_at;  // "config.toml:41", for messages
  std::string identity;     // what the id is made of; empty: the name
};

// [[webhook]]
struct Webhook : EventFilter {
  std::string name;
  std::string url;
  std::string secret_file;      // Standard Webhooks keys, one a line, the newest first; empty: a credential
  std::uint32_t batch_max = 1;  // events in one request; above 1 the body is an array
  Duration batch_wait{};
  Duration timeout = std::chrono::seconds(15);
  bool allow_private = false;
  bool enabled = true;
};

struct Config {
  Daemon daemon;
  Storage storage;
  Fetch fetch;
  Polling polling;
  Clean clean;
  Dedup dedup;
  Http http;
  Alarms alarms;
  Log log;
  Nats nats;
  std::vector<Source> sources;  // [[feed]], [[page]] and [[opml]], in the order of the files
  std::vector<Webhook> webhooks;

  std::vector<std::string> files;  // config.toml and what it included: what a reload reads again
};

// Hash of the configured name: the identity that survives a changed URL.
FeedId feed_id(Source const& source) noexcept;

}  // namespace newsfold::config
