// How soon news is seen at an equal number of requests, with the daemon's own scheduler on a clock that is
// turned by hand; and what a feed costs the scheduler in memory and time.
//
// 700 synthetic feeds: log-normal rates with a mean of 9 items a day, a daily cycle each; 14 days to learn,
// 14 days measured. The peers: every feed once an hour, and polls in proportion to the rate, as Miniflux
// does. And the bound: what a scheduler would reach that knew every feed's true rate and hours.
//
//   bench_schedule [WORLDS]    so many worlds from seeds of their own (6 unless told). Few feeds bring most
//   of the
//                              items of a world: the bars are held against the mean of them all.
#include "daemon/schedule/due_queue.h"
#include "daemon/schedule/scheduler.h"

#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <numbers>
#include <random>
#include <vector>

namespace newsfold::schedule {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr std::size_t feeds_count = 700;
constexpr int warm_days = 14;
constexpr int measured_days = 14;
constexpr double mean_items_per_day = 9;
constexpr double sigma =
    1.7;  // the square-root rule alone then gains a half on fixed polling, as in the design's figures
constexpr std::uint32_t window = 30;  // items a document holds
constexpr double polls_per_day = 24;
constexpr double to_fixed_max = 0.45;
constexpr double to_proportional_max = 0.52;

UtcMicros const start = UtcMicros{std::chrono::sys_days(std::chrono::year(2026) / 11 / 2)};
UtcMicros const measure_from = start + std::chrono::days(warm_days);
UtcMicros const end = measure_from + std::chrono::days(measured_days);

struct Source {
  double per_day = 0;
  double phase = 0;  // of its day
  std::vector<UtcMicros> arrivals;
};

std::vector<Source> make_world(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> rates(std::log(mean_items_per_day) - sigma * sigma / 2, sigma);
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<Source> world(feeds_count);
  double sum = 0;
  for (auto& source : world) sum += source.per_day = rates(random);
  for (auto& source : world) {
    source.per_day *= mean_items_per_day * feeds_count / sum;
    double const phase = source.phase = unit(random);
    std::exponential_distribution<double> gap(2 * source.per_day);  // thinned below
    for (double t = gap(random); t < warm_days + measured_days; t += gap(random)) {
      double const level = (1 + 0.9 * std::sin(2 * std::numbers::pi * (t - phase))) / 2;
      if (unit(random) < level)
        source.arrivals.push_back(start + std::chrono::duration_cast<std::chrono::microseconds>(
                                              std::chrono::duration<double, std::ratio<86400>>(t)));
    }
  }
  return world;
}

struct Delays {
  std::vector<double> minutes;
  std::size_t polls = 0;
  std::chrono::microseconds shortest_gap = std::chrono::microseconds::max();

  void poll(std::vector<UtcMicros> const& arrivals, std::size_t& seen, UtcMicros now, UtcMicros last) {
    if (now >= measure_from && now < end) {
      ++polls;
      if (last != UtcMicros{}) shortest_gap = std::min(shortest_gap, now - last);
    }
    for (; seen < arrivals.size() && arrivals[seen] <= now; ++seen)
      if (arrivals[seen] >= measure_from)
        minutes.push_back(std::chrono::duration<double, std::ratio<60>>(now - arrivals[seen]).count());
  }
  double mean() const {
    double sum = 0;
    for (double const m : minutes) sum += m;
    return sum / static_cast<double>(std::max<std::size_t>(1, minutes.size()));
  }
  double percentile(double p) {
    std::ranges::sort(minutes);
    return minutes.empty() ? 0
                           : minutes[static_cast<std::size_t>(p * static_cast<double>(minutes.size() - 1))];
  }
  double per_feed_day() const { return static_cast<double>(polls) / feeds_count / measured_days; }
};

// The network of the simulation: a server with validators and max-age=300, like many news sites.
class World final : public fetch::Client, public PollSink {
 public:
  World(std::vector<Source> const& sources, Clock const& clock)
      : sources_(sources),
        clock_(clock),
        seen_(sources.size()),
        reported_(sources.size()),
        last_(sources.size()) {}

  asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
    auto const i = static_cast<std::size_t>(std::stoul(request.url.substr(request.url.rfind('/') + 1)));
    auto const now = clock_.now();
    delays.poll(sources_[i].arrivals, seen_[i], now, last_[i]);
    last_[i] = now;
    fetch::Response response;
    response.final_url = request.url;
    response.conditional = !request.etag.empty();
    response.headers.etag = std::to_string(seen_[i] + 1);
    response.headers.cache_control = "max-age=300";
    response.status = response.headers.etag == request.etag ? 304 : 200;
    if (response.status == 200) response.body = request.url + ' ' + response.headers.etag;
    co_return response;
  }
  asio::awaitable<Digest> digest(FeedSpec const& feed, fetch::Response) override {
    auto const i = static_cast<std::size_t>(number(feed.id));
    auto const& arrivals = sources_[i].arrivals;
    auto const first = seen_[i] > window ? seen_[i] - window : 0;
    Digest digest;
    DocumentReport& report = *digest.report;
    report.items = static_cast<std::uint32_t>(seen_[i] - first);
    report.new_items = static_cast<std::uint32_t>(seen_[i] - std::max(first, reported_[i]));
    for (auto k = first; k < seen_[i]; ++k)
      report.dated.push_back({arrivals[k], k >= reported_[i] ? DocumentReport::DatedItem::Novelty::fresh
                                                             : DocumentReport::DatedItem::Novelty::known});
    reported_[i] = seen_[i];
    co_return digest;
  }
  asio::awaitable<Result<void>> commit(FeedSpec const&, std::unique_ptr<PendingItems>, std::string state,
                                       std::vector<FeedNotice>) override {
    record_bytes += state.size();
    ++records;
    co_return Result<void>();
  }

  Delays delays;
  std::size_t record_bytes = 0;
  std::size_t records = 0;

 private:
  std::vector<Source> const& sources_;
  Clock const& clock_;
  std::vector<std::size_t> seen_, reported_;
  std::vector<UtcMicros> last_;
};

FeedSpec spec_of(std::size_t i) {
  FeedSpec spec;
  spec.id = FeedId{i};
  spec.name = "feed-" + std::to_string(i);
  spec.url = "https://site" + std::to_string(i) + ".example/feeds/news/" + std::to_string(i);
  spec.robots = RobotsRule::ignore;
  return spec;
}

Delays run_scheduler(std::vector<Source> const& sources, std::optional<std::chrono::seconds> interval) {
  asio::io_context loop;
  ManualClock clock(start);
  World world(sources, clock);
  SchedulerOptions options;
  options.polling.budget_per_day = polls_per_day * feeds_count;
  options.polling.polls_per_feed_per_day = polls_per_day;
  if (interval) options.polling.jitter = 0;
  Scheduler scheduler(loop.get_executor(), clock, world, world, options);
  std::vector<FeedSpec> feeds;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    feeds.push_back(spec_of(i));
    feeds.back().interval = interval;
  }
  scheduler.set_feeds(std::move(feeds), {});
  asio::co_spawn(loop, scheduler.run(), asio::detached);
  loop.poll();
  while (clock.next_wake() < end) {
    clock.set(clock.next_wake());
    loop.restart();
    loop.poll();
  }
  asio::co_spawn(loop, scheduler.stop(), asio::detached);
  loop.restart();
  loop.poll();
  return std::move(world.delays);
}

// As Miniflux does it: an interval in proportion to one through the entries of the last week, between 5
// minutes and a day, a day where there were none.
Delays run_proportional_at(std::vector<Source> const& sources, double factor) {
  Delays delays;
  for (auto const& source : sources) {
    std::size_t seen = 0, week_ago = 0;
    UtcMicros last{};
    for (auto t = start; t < end;) {
      delays.poll(source.arrivals, seen, t, last);
      last = t;
      while (week_ago < seen && source.arrivals[week_ago] < t - std::chrono::days(7)) ++week_ago;
      double const entries = static_cast<double>(seen - week_ago);
      double const minutes = entries == 0 ? 1440.0 : std::clamp(7 * 1440 / (entries * factor), 5.0, 1440.0);
      t += std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::duration<double, std::ratio<60>>(minutes));
    }
  }
  return delays;
}

Delays run_proportional(std::vector<Source> const& sources) {
  double low = 0.01, high = 100;
  for (int i = 0; i < 20; ++i) {
    double const middle = std::sqrt(low * high);
    (run_proportional_at(sources, middle).per_feed_day() > polls_per_day ? high : low) = middle;
  }
  return run_proportional_at(sources, low);
}

// With true rates and hours known, nothing that happens teaches more (arrivals are Poisson): the least mean
// delay has polls at a density of k sqrt(rate(t)), and is (sum of the means of sqrt(rate))^2 / (2 budget x
// sum of the rates). Exact but for whole polls: by dynamic programming over poll times, 0.2 % more.
double bound_minutes(std::vector<Source> const& sources) {
  constexpr int steps = 10'000;
  double root_of_day = 0;  // mean of sqrt(1 + 0.9 sin)
  for (int i = 0; i < steps; ++i)
    root_of_day += std::sqrt(1 + 0.9 * std::sin(2 * std::numbers::pi * i / steps)) / steps;
  double roots = 0, rates = 0;
  for (auto const& source : sources) {
    roots += std::sqrt(source.per_day) * root_of_day;
    rates += source.per_day;
  }
  return roots * roots / (2 * polls_per_day * feeds_count * rates) * 1440;
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

struct Node {
  std::size_t due_place = due_nowhere;
};

double nanoseconds_per_choice(std::size_t n) {
  std::vector<Node> nodes(n);
  DueQueue<Node> queue;
  std::mt19937_64 random(1);
  for (auto& node : nodes) queue.set(node, UtcMicros{std::chrono::microseconds(random() % 3'600'000'000)});
  constexpr int rounds = 300'000;
  auto const begun = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) {
    auto const due = queue.next_due();
    Node* const node = queue.pop_due(due);
    queue.set(*node, due + std::chrono::microseconds(random() % 3'600'000'000));
  }
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begun).count() / rounds;
}

// 100,000 feeds with a full record each, as after a restart.
bool measure_scale() {
  constexpr std::size_t n = 100'000;
  asio::io_context loop;
  ManualClock clock(start);
  std::vector<Source> none(n);
  World world(none, clock);
  PollState state;
  state.etag = "W/\"5f3c-60a1b2c3d4e5f\"";
  state.last_modified = "Mon, 02 Nov 2026 00:00:00 GMT";
  for (int h = 0; h < 400; ++h) state.rate.note_arrival(start + h * 1h);
  state.next_due = start + 30min;
  state.last_request = state.last_answer = state.last_full = start - 30min;
  auto const before = resident_bytes();
  auto const begun = std::chrono::steady_clock::now();
  std::vector<FeedSpec> feeds;
  feeds.reserve(n);
  for (std::size_t i = 0; i < n; ++i) feeds.push_back(spec_of(i));
  Scheduler scheduler(loop.get_executor(), clock, world, world, {});
  scheduler.set_feeds(std::move(feeds), [&](FeedSpec const& spec) {
    PollState mine;
    mine.configured_url = spec_of(number(spec.id)).url;
    mine.etag = state.etag;
    mine.last_modified = state.last_modified;
    mine.rate = state.rate;
    mine.next_due = start + std::chrono::seconds(number(spec.id) % 3600);
    mine.last_request = mine.last_answer = mine.last_full = state.last_full;
    return encode(mine);
  });
  asio::co_spawn(loop, scheduler.run(), asio::detached);
  loop.poll();
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  double const each = static_cast<double>(resident_bytes() - before) / n;
  std::printf("100,000 feeds: %.0f bytes a feed (bar 1024), restart to first poll %.2f s (bar 3)\n", each,
              seconds);
  asio::co_spawn(loop, scheduler.stop(), asio::detached);
  loop.restart();
  loop.poll();
  return each < 1024 && seconds < 3;
}

struct Ratios {
  double to_fixed = 0;
  double to_proportional = 0;
  double bound = 0;  // against proportional
  bool polite = true;
};

Ratios measure_world(std::uint64_t seed) {
  auto const world = make_world(seed);
  auto const begun = std::chrono::steady_clock::now();
  auto ours = run_scheduler(world, std::nullopt);
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  auto fixed = run_scheduler(world, 3600s);
  auto proportional = run_proportional(world);
  std::printf("\nworld %llu\n%-28s %12s %10s %10s %14s\n", static_cast<unsigned long long>(seed), "policy",
              "polls/feed/d", "mean min", "p95 min", "shortest gap s");
  auto const line = [](char const* name, Delays& d) {
    std::printf("%-28s %12.2f %10.2f %10.1f %14.0f\n", name, d.per_feed_day(), d.mean(), d.percentile(0.95),
                std::chrono::duration<double>(d.shortest_gap).count());
  };
  line("fixed, once an hour", fixed);
  line("proportional, as Miniflux", proportional);
  line("newsfold", ours);
  double const bound = bound_minutes(world);
  std::printf("%-28s %12.2f %10.2f\n", "bound: all is known", polls_per_day, bound);
  Ratios const ratios{ours.mean() / fixed.mean(), ours.mean() / proportional.mean(),
                      bound / proportional.mean(),
                      ours.shortest_gap >= 300s && ours.per_feed_day() <= polls_per_day * 1.01};
  std::printf(
      "against fixed %.3f, against proportional %.3f (bound %.3f); %.1f us a simulated "
      "poll\n",
      ratios.to_fixed, ratios.to_proportional, ratios.bound,
      seconds * 1e6 / (static_cast<double>(ours.polls) * 2));
  std::printf("polite: %s\n", ratios.polite ? "yes" : "NO");
  return ratios;
}

int run(int worlds) {
  bool good = measure_scale();
  std::printf("choosing the next poll: %.0f ns of 1,000, %.0f ns of 100,000, %.0f ns of 1,000,000 feeds\n",
              nanoseconds_per_choice(1'000), nanoseconds_per_choice(100'000),
              nanoseconds_per_choice(1'000'000));
  Ratios sum, worst;
  for (int i = 0; i < worlds; ++i) {
    auto const ratios = measure_world(i == 0 ? 20'261'102 : 1000 + static_cast<std::uint64_t>(i));
    sum.to_fixed += ratios.to_fixed;
    sum.to_proportional += ratios.to_proportional;
    sum.bound += ratios.bound;
    worst.to_fixed = std::max(worst.to_fixed, ratios.to_fixed);
    worst.to_proportional = std::max(worst.to_proportional, ratios.to_proportional);
    good = good && ratios.polite;
  }
  std::printf(
      "\nmean of %d worlds: against fixed %.4f (bar %.2f, worst %.3f), against proportional %.4f (bar %.2f, "
      "worst "
      "%.3f, bound %.3f)\n",
      worlds, sum.to_fixed / worlds, to_fixed_max, worst.to_fixed, sum.to_proportional / worlds,
      to_proportional_max, worst.to_proportional, sum.bound / worlds);
  good = good && sum.to_fixed / worlds <= to_fixed_max && sum.to_proportional / worlds <= to_proportional_max;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace newsfold::schedule

int main(int count, char** arguments) {
  return newsfold::schedule::run(count > 1 ? std::max(1, std::atoi(arguments[1])) : 6);
}
