#include "daemon/run/daemon.h"

#include "daemon/api/server.h"
#include "daemon/config/load.h"
#include "daemon/log/log.h"
#include "daemon/notify/change_feed.h"
#include "daemon/notify/subscriptions.h"
#include "daemon/run/admin_routes.h"
#include "daemon/run/feed_status.h"
#include "daemon/run/left_feeds.h"
#include "daemon/run/observer.h"
#include "daemon/run/reload.h"
#include "daemon/run/sinks.h"
#include "daemon/run/source_routes.h"
#include "daemon/run/stored_states.h"
#include "daemon/run/wiring.h"
#include "daemon/runtime/run_on.h"
#include "daemon/runtime/task_group.h"
#include "daemon/service/liveness.h"
#include "daemon/service/systemd.h"
#include "daemon/sources/living_lists.h"
#include "daemon/version.h"
#include "feeds/text/join.h"

#include <sys/resource.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <thread>
#include <utility>

namespace newsfold::run {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t blocking_threads = 2;
constexpr auto retention_interval = 10min;
constexpr auto retention_pause = 1s;  // between two slices of one round: commits go first
constexpr auto left_feeds_interval = 6h;
constexpr std::size_t left_feeds_slice = 1000;  // forgotten in one step: some milliseconds of the writer's
constexpr auto status_interval = 15s;           // of the line that systemd shows

std::uint64_t random_number() {
  std::random_device device;
  return std::uint64_t(device()) << 32 | device();
}

std::size_t cpu_threads(config::Config const& config) {
  return config.daemon.threads != 0 ? config.daemon.threads
                                    : std::max(1u, std::thread::hardware_concurrency());
}

// Each transfer and each subscriber is a descriptor: take what the system allows us.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

Result<void> make_directory(std::filesystem::path const& path, std::string const& option) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure)
    return Error{ErrorCode::unreadable, "cannot make the directory " + path.string() + ": " +
                                            failure.message() + "; set " + option +
                                            " in config.toml, or run as a user who may"};
  return {};
}

// What the store says of itself, and what a person can do.
Error with_a_way_out(Error error) {
  if (error.code == ErrorCode::conflict)
    error.message += "; stop the daemon that has it, or set storage.path";
  else if (error.code == ErrorCode::corrupt)
    error.message +=
        "; try `newsfold verify --repair`, else move the store away and `newsfold restore` a backup";
  else if (error.code == ErrorCode::unreadable)
    error.message +=
        "; the user that the daemon runs as must own the folder (storage.path) and what is in it";
  return error;
}

// 1208 to "1,208".
std::string with_commas(std::uint64_t number) {
  auto out = std::to_string(number);
  for (auto at = std::ssize(out) - 3; at > 0; at -= 3) out.insert(std::size_t(at), ",");
  return out;
}

}  // namespace

struct Daemon::Impl {
  config::Config config;
  config::Config started;  // its options, without sources: those that need a restart are as they were then
  std::string config_path;

  // Threads stand above what runs on them: they are joined last.
  asio::io_context io{1};
  asio::thread_pool cpu;
  asio::thread_pool writer_thread{1};
  asio::thread_pool blocking{blocking_threads};
  asio::thread_pool care{1};     // backups, verifications: minutes
  asio::thread_pool probing{1};  // the watchdog's look at the store: waits behind nobody's reads

  SystemClock clock;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<pipeline::Writer> writer;
  std::unique_ptr<fetch::Fetcher> fetcher;
  std::unique_ptr<pipeline::Pipeline> pipeline;
  std::unique_ptr<sources::LivingLists> lists;
  std::unique_ptr<schedule::Scheduler> scheduler;
  std::unique_ptr<pipeline::Rechecker> rechecker;
  std::unique_ptr<notify::ChangeFeed> changes;
  std::unique_ptr<notify::StoreSubscriptions> subscriptions;
  std::unique_ptr<health::HealthWatch> health;
  std::unique_ptr<Observer> observer;
  std::unique_ptr<SchedulerStatus> feed_status;
  std::unique_ptr<AdminRoutes> admin;
  std::vector<int> inherited;  // listening sockets of the service manager
  std::unique_ptr<Sinks> sinks;
  std::unique_ptr<WriterStories> stories;
  std::unique_ptr<api::ApiServer> api;
  ListBounds list_bounds;
  bool stopping = false;

  asio::signal_set signals{io, SIGTERM, SIGINT, SIGHUP};
  Result<void> outcome;
  TaskGroup polling{io.get_executor()};    // scheduler: drained first
  TaskGroup writing{io.get_executor()};    // writer: ends by its end mark
  TaskGroup attending{io.get_executor()};  // rechecks, watchdog, retention: cancelled
  TaskGroup serving{io.get_executor()};    // subscribers: last, they hear of what the drain brought

  Impl(config::Config c, std::string path)
      : config(std::move(c)),
        started(options_of(config)),
        config_path(std::move(path)),
        cpu(cpu_threads(config)) {}

  Result<void> open();
  Result<void> open_api();
  Result<schedule::Scheduler::Difference> apply_sources(config::Config const& from);
  void apply_list(std::string const& list);

  asio::awaitable<void> main();
  asio::awaitable<void> stop();
  asio::awaitable<void> poll();
  asio::awaitable<void> write();
  asio::awaitable<void> serve();
  asio::awaitable<void> keep_alive();
  asio::awaitable<void> probe_loop();
  asio::awaitable<void> probe_writer();
  asio::awaitable<void> probe_store();
  asio::awaitable<void> keep_retention();
  asio::awaitable<void> forget_left_feeds();
  asio::awaitable<ReloadOutcome> reload();
  struct Reloading;
  struct Prepared {
    Sinks::Plan pushing;
    api::ApiOptions answering;
    api::TlsContext certificate;  // null: there is no TLS, or it is to end
  };
  Result<Prepared> prepare(config::LoadResult const& loaded) const;
  api::Readiness readiness() const;
  bool reloading = false;
  std::string status_line() const;
};

Result<void> Daemon::Impl::open() {
  auto sockets = systemd::inherited_sockets();
  if (!sockets) return sockets.error();
  inherited = std::move(*sockets);
  raise_descriptor_limit();
  if (auto made = make_directory(config.storage.path, "storage.path"); !made) return made;
  std::optional<systemd::StartExtension> start(std::in_place);
  auto opened = storage::Store::open(config.storage.path, store_options(config, Epoch{random_number() | 1}));
  start.reset();
  if (!opened) return with_a_way_out(opened.error());
  store = std::move(*opened);
  changes = std::make_unique<notify::ChangeFeed>(io.get_executor(), store->last_sequence());

  writer =
      std::make_unique<pipeline::Writer>(io.get_executor(), writer_thread.get_executor(), *store, clock,
                                         writer_options(config), [this](storage::CommitReport const& report) {
                                           changes->publish(report);
                                           observer->committed(report);
                                         });
  auto made = fetch::Fetcher::create(io.get_executor(), fetch_options(config));
  if (!made) return made.error();
  fetcher = std::move(*made);
  pipeline =
      std::make_unique<pipeline::Pipeline>(cpu.get_executor(), *store, *writer, pipeline_options(config));
  // A list that changed is applied from the loop, not from inside the poll that read it.
  lists = std::make_unique<sources::LivingLists>(
      *pipeline, cpu.get_executor(), sources::lists_beside(config.storage.path),
      [this](std::string const& list) { asio::post(io, [this, list] { apply_list(list); }); });
  scheduler = std::make_unique<schedule::Scheduler>(io.get_executor(), clock, *fetcher, *lists,
                                                    scheduler_options(config, random_number()));
  pipeline->set_page_client(scheduler->digest_client());
  rechecker = std::make_unique<pipeline::Rechecker>(io.get_executor(), blocking.get_executor(), clock, *store,
                                                    *pipeline, *writer, scheduler->page_client(),
                                                    recheck_options(config));
  pipeline->on_new([this](ArticleId article, FeedId feed) { rechecker->watch(article, feed); });
  health =
      std::make_unique<health::HealthWatch>(blocking.get_executor(), clock, *store, health_options(config),
                                            [this](bool low) { scheduler->hold(low); });
  health->on_rules([this](FeedId feed, std::string const& host) {
    auto const source = pipeline->source(feed);
    return source ? rules_of(*source, host) : health::FeedRules();
  });
  ObservedParts const observed{*store,     *writer,  *fetcher, *pipeline, *scheduler,
                               *rechecker, *changes, *health,  clock};
  observer = std::make_unique<Observer>(blocking.get_executor(), observed);
  scheduler->on_poll([this](schedule::PollTrace const& trace) {
    health->noted(trace);
    observer->noted(trace);
    auto const level = trace.error.empty() ? log::Level::info : log::Level::warning;
    log::write(level, trace.pushed ? "push" : "poll",
               {{"feed", trace.feed->name},
                {"status", trace.status},
                {"new", trace.new_items},
                {"bytes", trace.wire_bytes},
                {"took", trace.time},
                {"next", trace.next_due},
                {"error", trace.error}});
    if (!trace.unmet_wish.empty())
      log::warning("fresh_cannot_be_met", {{"feed", trace.feed->name}, {"reason", trace.unmet_wish}});
    if (!trace.unmet_budget.empty()) log::warning("budget_cannot_be_kept", {{"reason", trace.unmet_budget}});
  });
  if (auto applied = apply_sources(config); !applied) return applied.error();
  health->begin();
  if (auto const possible = Sinks::plan(config); !possible) return possible.error();
  return open_api();
}

Result<void> Daemon::Impl::open_api() {
  auto options = api_options(config);
  if (!options) return options.error();
  if (!options->socket_path.empty()) {
    auto made = make_directory(std::filesystem::path(options->socket_path).parent_path(), "http.socket");
    if (!made) return made;
  }
  subscriptions = std::make_unique<notify::StoreSubscriptions>(*store, writer->thread());
  options->inherited = inherited;
  feed_status = std::make_unique<SchedulerStatus>(*scheduler, *health, clock);
  auto text_of_metrics = [this](bool openmetrics) { return observer->text(openmetrics); };
  auto how_we_are = [this] { return readiness(); };
  api::ApiParts parts{*store,
                      *changes,
                      *subscriptions,
                      clock,
                      feed_status.get(),
                      std::move(text_of_metrics),
                      std::move(how_we_are)};
  stories = std::make_unique<WriterStories>(*writer);
  parts.stories = stories.get();
  api = std::make_unique<api::ApiServer>(io.get_executor(), blocking.get_executor(), std::move(parts),
                                         std::move(*options));
  observer->set_api([this] { return api->counters(); });
  admin = std::make_unique<AdminRoutes>(blocking.get_executor(), care.get_executor(), *store, *scheduler,
                                        *health, clock);
  admin->add_to(api->routes());
  webhook::WebhookParts const pushing{*store, *changes,          *subscriptions,
                                      clock,  io.get_executor(), blocking.get_executor()};
  sinks = std::make_unique<Sinks>(pushing, config, random_number());
  sinks->add_routes(api->routes());
  add_websub_routes(api->routes(), *scheduler);
  add_reload_route(api->routes(), [this] { return reload(); });
  return api->listen();
}

Result<schedule::Scheduler::Difference> Daemon::Impl::apply_sources(config::Config const& from) {
  auto sources = make_sources(from, [this](FeedId list) { return lists->find(list); });
  if (!sources) return sources.error();
  list_bounds = std::move(sources->list_bounds);
  for (auto const& [list, feeds] : sources->unusable_in_lists)
    log::warning("list_urls_unusable", {{"list", list}, {"feeds", feeds}});
  pipeline->set_sources(std::move(sources->sources));
  scheduler->set_polling(scheduler_options(from, 0).polling);  // by which the feeds are paced
  auto const load = stored_states(*store, sources->feeds, [this](FeedId list) { return lists->find(list); });
  auto difference = scheduler->set_feeds(std::move(sources->feeds), load);
  health->set_feeds(scheduler->status());
  log::info("feeds", {{"total", scheduler->feeds()},
                      {"added", difference.added.size()},
                      {"removed", text::join(difference.removed, ", ")},
                      {"changed", text::join(difference.changed, ", ")}});
  return difference;
}

void Daemon::Impl::apply_list(std::string const& list) {
  log::info("list_changed", {{"list", list}});
  auto const applied = apply_sources(config);
  if (applied) return;
  log::error("list_refused", {{"list", list}, {"reason", applied.error().message}});
  lists->tell_again(list);
}

// The manager hears of the end of a reload however it ends.
struct Daemon::Impl::Reloading {
  explicit Reloading(Impl& daemon) : impl(daemon) {
    impl.reloading = true;
    systemd::notify_reloading();
  }
  Reloading(Reloading const&) = delete;
  Reloading& operator=(Reloading const&) = delete;
  ~Reloading() {
    impl.reloading = false;
    if (!impl.stopping) systemd::notify_ready(impl.status_line());
  }
  Impl& impl;
};

// What a reload needs beside the sources: read and checked before anything is applied.
Result<Daemon::Impl::Prepared> Daemon::Impl::prepare(config::LoadResult const& loaded) const {
  if (!loaded.ok()) return Error{ErrorCode::invalid, config::describe(loaded.problems)};
  // What the next start would refuse, a reload refuses, too.
  if (auto const problems = problems_of_files(loaded.config); !problems.empty())
    return Error{ErrorCode::invalid, text::join(problems, "\n")};
  auto pushing = Sinks::plan(loaded.config);
  if (!pushing) return pushing.error();
  auto answering = api_options(loaded.config);
  if (!answering) return answering.error();
  if (!config.http.token_file.empty() && answering->read_tokens.empty())
    return Error{ErrorCode::refused,
                 "without `http.token_file` the API would be open to everyone who reaches it: that needs a "
                 "restart"};
  Prepared out{std::move(*pushing), std::move(*answering), nullptr};
  if (api->speaks_tls() && !out.answering.tls_cert_file.empty()) {
    auto certificate = api::read_certificate(out.answering.tls_cert_file, out.answering.tls_key_file);
    if (!certificate) return certificate.error();
    out.certificate = std::move(*certificate);
  }
  return out;
}

// All of it or nothing: what cannot be applied whole leaves the running configuration as it is.
asio::awaitable<ReloadOutcome> Daemon::Impl::reload() {
  ReloadOutcome done;
  if (reloading) {
    done.refused = "another reload is under way";
    log::warning("reload_refused", {{"reason", done.refused}});
    co_return done;
  }
  Reloading const under_way(*this);
  auto loaded = config::load_config(config_path);
  for (auto const& warning : loaded.warnings) {
    done.warnings.push_back(warning.to_string());
    log::warning("config", {{"warning", done.warnings.back()}});  // who sends SIGHUP reads only the log
  }
  auto prepared = prepare(loaded);
  if (!prepared) {
    done.refused = prepared.error().message;
  } else if (auto applied = apply_sources(loaded.config); !applied) {
    done.refused = applied.error().message;
  } else {
    done.added = std::move(applied->added);
    done.removed = std::move(applied->removed);
    done.changed = std::move(applied->changed);
    add_changed_sources(done, config, loaded.config);
    done.needs_restart = options_that_need_a_restart(started, loaded.config);
    if (api->speaks_tls() == loaded.config.http.tls_cert_file.empty())
      done.needs_restart.emplace_back("http.tls_cert_file");
    log::configure(loaded.config.log.level, loaded.config.log.style);
    health->set_options(health_options(loaded.config));
    api->set_tokens(std::move(prepared->answering.read_tokens), std::move(prepared->answering.admin_tokens));
    api->set_certificate(std::move(prepared->certificate));
    config = std::move(loaded.config);
    if (auto const directory = config::process_environment()("CREDENTIALS_DIRECTORY");
        directory && has_secrets_in(*directory, config))
      done.warnings.emplace_back(
          "secrets that systemd passes are those of the start; a new one needs systemctl restart newsfold");
    if (auto const pushed = co_await sinks->apply(std::move(prepared->pushing)); !pushed)
      done.warnings.push_back("webhooks and NATS stay as they were: " + pushed.error().message);
    log::info("reloaded", {{"config", config_path}, {"needs_restart", text::join(done.needs_restart, ", ")}});
  }
  if (!done.refused.empty())
    log::error("reload_refused", {{"reason", done.refused}, {"kept", "the running configuration"}});
  co_return done;
}

api::Readiness Daemon::Impl::readiness() const {
  api::Readiness out;
  if (stopping) out.state = "stopping";
  for (auto const& condition : health->conditions(writer->status().paused))
    out.degraded.push_back({std::string(condition.name), condition.message});
  return out;
}

// "412 feeds, 3 failing, 1,208 articles today".
std::string Daemon::Impl::status_line() const {
  auto const& feeds = health->counts();
  auto line = with_commas(feeds.total) + (feeds.total == 1 ? " feed, " : " feeds, ") +
              with_commas(feeds.failing + feeds.gone) + " failing, " +
              with_commas(observer->articles_today()) +
              (observer->articles_today() == 1 ? " article today" : " articles today");
  if (feeds.silent + feeds.shrunk > 0)
    line += ", " + with_commas(feeds.silent + feeds.shrunk) +
            (feeds.silent + feeds.shrunk == 1 ? " alarm" : " alarms");
  for (auto const& condition : health->conditions(writer->status().paused))
    line += "; " + std::string(condition.name) + ": " + condition.message;
  return line;
}

asio::awaitable<void> Daemon::Impl::poll() { co_await scheduler->run(); }
asio::awaitable<void> Daemon::Impl::serve() { co_await api->run(); }
asio::awaitable<void> Daemon::Impl::write() { co_await writer->run(); }

// How long a task that is ready waits for the loop.
asio::awaitable<void> Daemon::Impl::probe_loop() {
  auto const posted = std::chrono::steady_clock::now();
  co_await asio::post(io.get_executor(), asio::use_awaitable);
  observer->loop_answered(std::chrono::steady_clock::now() - posted);
}

asio::awaitable<void> Daemon::Impl::probe_writer() {
  auto answer = [] {};
  co_await run_on(writer_thread.get_executor(), answer);
}

asio::awaitable<void> Daemon::Impl::probe_store() {
  auto look = [this] { return store->view().sequence(); };
  co_await run_on(probing.get_executor(), look);
}

// The watchdog hears of us only after loop, writer and store have all answered.
asio::awaitable<void> Daemon::Impl::keep_alive() {
  auto const watchdog = systemd::watchdog_interval();
  auto const every = watchdog ? std::min<std::chrono::microseconds>(*watchdog / 3, status_interval)
                              : std::chrono::microseconds(status_interval);
  std::vector<systemd::Probe> parts{[this] { return probe_loop(); }, [this] { return probe_writer(); },
                                    [this] { return probe_store(); }};
  auto tell = [this] {
    observer->all_answered();
    systemd::notify_watchdog();
    systemd::notify_status(status_line());
  };
  return systemd::watch_liveness(clock, every, std::move(parts), std::move(tell));
}

asio::awaitable<void> Daemon::Impl::keep_retention() {
  for (;;) {
    auto rules = retention(config);
    rules.feed_age_max.insert(rules.feed_age_max.end(), list_bounds.ages.begin(), list_bounds.ages.end());
    rules.feed_bytes_max.insert(rules.feed_bytes_max.end(), list_bounds.sizes.begin(),
                                list_bounds.sizes.end());
    auto job = [this, rules = std::move(rules)] { return store->retain(rules, clock.now()); };
    auto const report = co_await run_on(writer_thread.get_executor(), std::move(job));
    if (!report)
      log::error("retention_failed", {{"reason", report.error().message}});
    else
      observer->retained(*report);
    if (report)
      for (auto const feed : report->feeds) health->retained(feed);
    if (report && report->changes_removed + report->articles_removed > 0)
      log::info("retention", {{"changes", report->changes_removed}, {"articles", report->articles_removed}});
    bool const more = report && report->more;
    co_await clock.sleep_until(clock.now() + (more ? retention_pause : retention_interval));
  }
}

asio::awaitable<void> Daemon::Impl::forget_left_feeds() {
  for (;;) {
    co_await clock.sleep_until(clock.now() + left_feeds_interval);
    // Also those that are off: they are to go on where they were.
    auto configured = disabled_feeds(config, [this](FeedId list) { return lists->find(list); });
    for (auto const id : scheduler->feed_ids()) configured.insert(id);
    auto look = [this, configured = std::move(configured)] {
      return left_feeds(store->view(), configured, clock.now());
    };
    auto const left = co_await run_on(blocking.get_executor(), std::move(look));
    for (std::span<storage::FeedState const> rest(left); !rest.empty();) {
      auto const slice = rest.first(std::min(rest.size(), left_feeds_slice));
      rest = rest.subspan(slice.size());
      auto forget = [this, slice] { return store->forget_feeds(slice); };
      auto const done = co_await run_on(writer_thread.get_executor(), forget);
      if (!done) log::error("retention_failed", {{"reason", done.error().message}});
    }
  }
}

asio::awaitable<void> Daemon::Impl::main() {
  writing.spawn(write());
  serving.spawn(serve());
  polling.spawn(poll());
  attending.spawn(rechecker->run());
  attending.spawn(keep_alive());
  attending.spawn(health->run());
  attending.spawn(observer->count_today());
  attending.spawn(keep_retention());
  attending.spawn(forget_left_feeds());
  auto pushing = Sinks::plan(config).value();  // open() has looked
  if (auto const applied = co_await sinks->apply(std::move(pushing)); !applied)
    log::error("sinks_refused", {{"reason", applied.error().message}});
  log::info("started", {{"version", version}, {"store", config.storage.path}, {"feeds", scheduler->feeds()}});
  systemd::notify_ready(status_line());
  for (;;) {
    auto const signal = co_await signals.async_wait(asio::use_awaitable);
    if (signal != SIGHUP) {
      log::info("stopping", {{"signal", signal}});
      break;
    }
    co_await reload();
  }
  stopping = true;
  systemd::notify_stopping();
  co_await stop();
}

// No new polls; what is under way is committed, or cut off when it takes too long: it is still due then.
asio::awaitable<void> Daemon::Impl::stop() {
  admin->stop();
  attending.cancel();
  asio::steady_timer patience(io, config.daemon.stop_timeout);
  patience.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) polling.cancel();
  });
  co_await scheduler->stop();
  co_await polling.join();
  patience.cancel();
  co_await attending.join();
  co_await writer->finish();
  co_await writing.join();
  co_await sinks->stop();
  co_await api->stop();
  co_await serving.join();
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::create(config::Config config, std::string config_path) {
  log::configure(config.log.level, config.log.style);
  auto impl = std::make_unique<Impl>(std::move(config), std::move(config_path));
  if (auto opened = impl->open(); !opened) return opened.error();
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

Result<void> Daemon::run() {
  std::signal(SIGPIPE, SIG_IGN);
  auto& impl = *impl_;
  auto rethrow = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(impl.io, impl.main(), rethrow);
  impl.io.run();
  log::info("stopped");
  log::flush();
  return impl.outcome;
}

}  // namespace newsfold::run
