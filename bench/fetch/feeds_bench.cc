#include "bench/fetch/feeds_bench.h"

#include "bench/fetch/feed_files.h"
#include "bench/fetch/nginx.h"
#include "daemon/pipeline/pipeline.h"
#include "daemon/runtime/clock.h"
#include "feeds/fetch/fetcher.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace newsfold::bench {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr int feeds = 10'000;
constexpr int changed_every = 5;  // one in five feeds has something new: 80 % are answered 304
constexpr std::size_t in_flight = 100;
constexpr std::size_t state_bytes = 300;  // about what the scheduler keeps of a feed
constexpr int newsboat_feeds = 400;
// A feed that failed in the first round is asked again half an hour later.
constexpr auto given_up_after = 60s;

struct PollOutcome {
  double cpu = 0;
  std::size_t not_modified = 0;
  std::size_t articles = 0;
};

// Fetcher, pipeline, writer and store as the daemon has them; the order of the polls is this file's.
class Poller {
 public:
  Poller(Nginx const& nginx, std::filesystem::path const& directory) {
    storage::StoreOptions options;
    options.fresh_epoch = Epoch{1};
    store_ = storage::Store::open(directory, options).value();
    writer_ =
        std::make_unique<pipeline::Writer>(io_.get_executor(), writer_thread_.get_executor(), *store_, clock_,
                                           pipeline::WriterOptions{}, [](storage::CommitReport const&) {});
    pipeline_ = std::make_unique<pipeline::Pipeline>(cpu_.get_executor(), *store_, *writer_,
                                                     pipeline::PipelineOptions{});
    fetch::FetchOptions fetch;
    fetch.user_agent = "newsfold-bench";
    fetch.resolve = {"*:443:127.0.0.1:" + std::to_string(nginx.tls_feeds)};
    fetch.allow_private = {"127.0.0.0/8"};
    fetch.ca_file = nginx.path("all.pem");
    fetcher_ = fetch::Fetcher::create(io_.get_executor(), fetch).value();
    pipeline_->set_page_client(*fetcher_);
    std::vector<pipeline::Source> sources;
    for (int i = 0; i < feeds; ++i) {
      auto& feed = specs_.emplace_back();
      feed.id = FeedId{static_cast<std::uint64_t>(i) + 1};
      feed.name = "feed" + std::to_string(i);
      feed.url = "https://h" + std::to_string(i) + ".bench.example/" + FeedFiles::name_of(i);
      pipeline::Source source;
      source.id = feed.id;
      source.name = feed.name;
      source.pages = pipeline::PagePolicy::never;
      sources.push_back(std::move(source));
    }
    pipeline_->set_sources(std::move(sources));
    validators_.resize(feeds);
    asio::co_spawn(io_, writer_->run(), asio::detached);
  }
  ~Poller() {
    asio::co_spawn(io_, writer_->finish(), asio::detached);
    io_.restart();
    io_.run();
  }

  // What is read of full answers: those of all feeds, or only of those that have something new next time.
  // Of the others the validators are enough to be answered 304; storing what they show, too, would make the
  // bench five times as long, at 1.1 ms of CPU an article.
  enum class Reading : std::uint8_t { all, changing };

  PollOutcome poll_all(Reading reading) {
    reading_ = reading;
    next_ = done_ = not_modified_ = 0;
    auto const articles = pipeline_->counters().created + pipeline_->counters().copied;
    auto const before = cpu(RUSAGE_SELF);
    for (std::size_t i = 0; i < in_flight; ++i) asio::co_spawn(io_, worker(), asio::detached);
    while (done_ < feeds) {
      io_.restart();
      io_.run_one();
    }
    return {cpu(RUSAGE_SELF) - before, not_modified_,
            pipeline_->counters().created + pipeline_->counters().copied - articles};
  }

 private:
  struct Validators {
    std::string etag;
    std::string last_modified;
  };

  asio::awaitable<void> worker() {
    while (next_ < feeds) {
      auto const i = next_++;
      co_await poll(i);
      ++done_;
    }
  }

  asio::awaitable<void> poll(std::size_t i) {
    auto const& feed = specs_[i];
    fetch::Request request;
    request.url = feed.url;
    request.etag = validators_[i].etag;
    request.last_modified = validators_[i].last_modified;
    auto response = co_await fetcher_->fetch(std::move(request));
    if (!response) {
      std::fprintf(stderr, "%s\n", response.error().message.c_str());
      co_return;
    }
    std::unique_ptr<schedule::PendingItems> pending;
    if (response->status == 304) {
      ++not_modified_;
    } else {
      validators_[i] = {response->headers.etag, response->headers.last_modified};
      if (reading_ == Reading::all || FeedFiles::publishes(static_cast<int>(i), 1, changed_every)) {
        auto digest = co_await pipeline_->digest(feed, std::move(*response));
        if (!digest.report) std::fprintf(stderr, "%s\n", digest.report.error().message.c_str());
        pending = std::move(digest.pending);
      }
    }
    std::vector<schedule::FeedNotice> notices;
    std::string state(state_bytes, 's');
    auto const committed =
        co_await pipeline_->commit(feed, std::move(pending), std::move(state), std::move(notices));
    if (!committed) std::fprintf(stderr, "%s\n", committed.error().message.c_str());
  }

  asio::io_context io_{1};
  asio::thread_pool cpu_{1};
  asio::thread_pool writer_thread_{1};
  SystemClock clock_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<pipeline::Writer> writer_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::unique_ptr<fetch::Fetcher> fetcher_;
  std::vector<schedule::FeedSpec> specs_;
  std::vector<Validators> validators_;
  Reading reading_ = Reading::all;
  std::size_t next_ = 0;
  std::size_t done_ = 0;
  std::size_t not_modified_ = 0;
};

// CPU seconds of one reload; negative: it could not run.
double newsboat_reload(Nginx const& nginx) {
  auto const before = cpu(RUSAGE_CHILDREN);
  pid_t const pid = fork();
  if (pid == 0) {
    if (!std::freopen("/dev/null", "w", stdout) || !std::freopen("/dev/null", "w", stderr)) _exit(126);
    setenv("HOME", nginx.path("").c_str(), 1);
    setenv("TERM", "dumb", 0);
    auto const urls = nginx.path("newsboat.urls");
    auto const cache = nginx.path("newsboat.db");
    auto const config = nginx.path("newsboat.conf");
    execlp("newsboat", "newsboat", "-u", urls.c_str(), "-c", cache.c_str(), "-C", config.c_str(), "-x",
           "reload", nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? cpu(RUSAGE_CHILDREN) - before : -1;
}

void configure_newsboat(Nginx const& nginx) {
  std::ofstream urls(nginx.path("newsboat.urls"));
  for (int i = 0; i < newsboat_feeds; ++i)
    urls << "https://127.0.0.1:" << nginx.tls_feeds << "/" << FeedFiles::name_of(i) << "\n";
  std::ofstream(nginx.path("newsboat.conf")) << "ssl-verifypeer no\nssl-verifyhost no\nreload-threads 2\n"
                                                "max-items 0\ncleanup-on-quit no\n";
}

bool print(char const* what, double value, char const* unit, double bar, bool good) {
  std::printf("%-62s %8.1f %-8s (bar %.1f) %s\n", what, value, unit, bar, good ? "" : "MISSED");
  std::fflush(stdout);
  return good;
}

// user + system seconds of a running process, and its resident megabytes.
double cpu_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double resident_mb(pid_t pid, char const* field) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(field)) return std::atof(line.c_str() + std::string(field).size()) / 1024;
  return 0;
}

// Of a store that nobody has open.
void print_size(std::string const& path) {
  std::uint64_t bytes = 0;
  for (auto const& entry : std::filesystem::directory_iterator(path)) bytes += entry.file_size();
  storage::StoreOptions options;
  options.mode = storage::OpenMode::read_only;
  auto const store = storage::Store::open(path, options);
  if (!store) return;
  auto const articles = (*store)->view().counts().value().articles;
  std::printf("  %llu articles, %.1f MB on the disk\n", static_cast<unsigned long long>(articles),
              static_cast<double>(bytes) / 1e6);
}

// `lasting_percent` of the feeds are at hosts that take up a TLS session of the poll before.
void configure_daemon(Nginx const& nginx, int count, int lasting_percent) {
  std::ofstream out(nginx.path("config.toml"));
  out << "[storage]\npath = \"" << nginx.path("store") << "\"\n[fetch]\nallow_private = true\nca_file = \""
      << nginx.path("feeds.pem") << "\"\nresolve = [\"*:443:127.0.0.1:" << nginx.tls_feeds
      << "\", \"*:8443:127.0.0.1:" << nginx.tls_feeds_lasting << "\"]\n"
      << "[polling]\nbudget = \"0\"\nrecheck = []\nrobots_for_feeds = false\n[clean]\nfetch_pages = "
         "\"never\"\n"
      << "[http]\nlisten = \"\"\nsocket = \"" << nginx.path("api.sock") << "\"\n[log]\nlevel = \"warning\"\n";
  for (int i = 0; i < count; ++i)
    out << "[[feed]]\nname = \"feed" << i << "\"\nurl = \"https://" << Nginx::host_of(i)
        << (i % 100 < lasting_percent ? ":8443/" : "/") << FeedFiles::name_of(i)
        << "\"\ninterval = \"15m\"\n";
}

}  // namespace

int feeds_over_tls() {
  Nginx const nginx;
  if (!nginx.up()) return 2;
  FeedFiles files(nginx.feeds(), feeds);
  files.write_all();
  bool good = true;
  double ours = 0;
  {
    Poller poller(nginx, nginx.path("store"));
    auto const first = poller.poll_all(Poller::Reading::changing);
    std::printf("%d feeds over TLS for the first time, one in %d read: %.1f CPU s, %zu articles stored\n",
                feeds, changed_every, first.cpu, first.articles);
    std::fflush(stdout);
    files.publish(changed_every);
    auto const second = poller.poll_all(Poller::Reading::all);
    ours = feeds / second.cpu;
    std::printf("  %.2f CPU s; %zu of them answered 304, %zu new articles\n", second.cpu, second.not_modified,
                second.articles);
    good &= print("10,000 feeds over TLS, 80 % 304, parsed and stored", ours, "feeds/s", 800, ours >= 800);
  }
  configure_newsboat(nginx);
  if (newsboat_reload(nginx) < 0) {
    std::fprintf(stderr, "newsboat is not installed or failed: no peer\n");
    return 2;
  }
  files.publish(changed_every);
  auto const reload = newsboat_reload(nginx);
  auto const theirs = newsboat_feeds / reload;
  std::printf("  newsboat reloads %d of these feeds in %.2f CPU s: %.1f feeds/s a core\n", newsboat_feeds,
              reload, theirs);
  good &= print("  against newsboat", ours / theirs, "x", 20, ours / theirs >= 20);
  return good ? 0 : 1;
}

int daemon_at_rest(int minutes, int count, int lasting_percent) {
  Nginx nginx;
  if (count < 1 || count > feeds || !nginx.up() || !nginx.make_feed_certificates()) return 2;
  FeedFiles files(nginx.feeds(), count);
  files.write_all();
  configure_daemon(nginx, count, lasting_percent);
  pid_t const pid = fork();
  if (pid == 0) {
    execl(NEWSFOLD_BIN, "newsfold", "run", "--config", nginx.path("config.toml").c_str(), nullptr);
    _exit(127);
  }
  auto const began = std::chrono::steady_clock::now();
  auto first = nginx.answers().all;
  for (auto quiet = 0s; first < std::uint64_t(count) && quiet < given_up_after; ++quiet) {
    if (waitpid(pid, nullptr, WNOHANG) != 0) return 2;
    std::this_thread::sleep_for(1s);
    auto const all = nginx.answers().all;
    if (std::exchange(first, all) != all) quiet = 0s;
  }
  if (first < std::uint64_t(count))
    std::printf("only %llu feeds were answered: the machine was too busy for the others\n",
                static_cast<unsigned long long>(first));
  std::printf("first round of %d feeds: %.0f s, %.1f CPU s, %.0f MB resident\n", count,
              std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), cpu_of(pid),
              resident_mb(pid, "VmRSS:"));
  std::fflush(stdout);
  auto const answered = nginx.answers();
  auto const spent = cpu_of(pid);
  auto const from = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - from < std::chrono::minutes(minutes)) {
    std::this_thread::sleep_for(30s);
    files.publish(changed_every * 30);  // one in five feeds has something new between two of its polls
  }
  auto const wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  auto const now = nginx.answers();
  auto const share = 100 * (cpu_of(pid) - spent) / wall;
  std::printf("%.0f s: %llu polls (%.0f %% answered 304), %.2f a second; %d %% of the hosts resume TLS\n",
              wall, static_cast<unsigned long long>(now.all - answered.all),
              100.0 * static_cast<double>(now.not_modified - answered.not_modified) /
                  static_cast<double>(now.all - answered.all),
              static_cast<double>(now.all - answered.all) / wall, lasting_percent);
  bool good = print("daemon, each feed at 15 min: share of a core", share, "%", 2, share <= 2);
  auto const resident = resident_mb(pid, "VmRSS:");
  good &= print("  resident (peak below)", resident, "MB", 200, resident <= 200);
  std::printf("  peak %.0f MB, anonymous %.0f MB\n", resident_mb(pid, "VmHWM:"),
              resident_mb(pid, "RssAnon:"));
  kill(pid, SIGTERM);
  waitpid(pid, nullptr, 0);
  print_size(nginx.path("store"));
  return good ? 0 : 1;
}

}  // namespace newsfold::bench
