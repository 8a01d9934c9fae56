#include "daemon/health/health_watch.h"

#include "daemon/log/log.h"
#include "daemon/metrics/process.h"
#include "daemon/runtime/run_on.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace newsfold::health {

namespace asio = boost::asio;

namespace {

// Whose articles are read between two looks at the disk, a quarter of a millisecond each: after a start with
// ten thousand feeds all have had their turn in half an hour, at two thousandths of a core.
constexpr std::size_t feeds_a_round = 32;
constexpr std::size_t feeds_waiting_max = 65'536;
constexpr std::size_t failing_feeds_min = 5;  // of fewer, most failing means nothing

FeedHealth::State state_of(schedule::PollState const& state) {
  if (state.paused_at != UtcMicros{}) return FeedHealth::State::paused;
  if (state.gone_announced) return FeedHealth::State::gone;
  return state.failures > 0 ? FeedHealth::State::failing : FeedHealth::State::fine;
}

void count(FeedCounts& counts, FeedHealth const& feed, std::size_t one) {
  counts.failing += feed.state == FeedHealth::State::failing ? one : 0;
  counts.gone += feed.state == FeedHealth::State::gone ? one : 0;
  counts.paused += feed.state == FeedHealth::State::paused ? one : 0;
  counts.silent += feed.silent.empty() ? 0 : one;
  counts.shrunk += feed.shrunk.empty() ? 0 : one;
}

// What the articles say of how they were read; one whose text cannot be read says nothing.
std::vector<ReadArticle> read_all(storage::View const& view, std::vector<storage::ArticleHead> const& heads) {
  std::vector<ReadArticle> out;
  for (auto const& head : heads) {
    auto& one = out.emplace_back();
    one.url = head.url;
    auto const version = view.version(head.id, 0);
    if (!version) continue;
    auto const& content = version->content;
    one.extractor = content.extractor;
    one.paywall_evidence = content.paywall_evidence;
    one.lost_to_template =
        std::any_of(content.removed.begin(), content.removed.end(),
                    [](Removed const& removed) { return removed.kind == FragmentKind::template_block; });
  }
  return out;
}

std::string in_mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

HealthWatch::HealthWatch(asio::any_io_executor blocking, SleepingClock& clock, storage::Store const& store,
                         HealthOptions options, std::function<void(bool)> hold)
    : blocking_(std::move(blocking)),
      clock_(clock),
      store_(store),
      options_(std::move(options)),
      hold_(std::move(hold)),
      disk_(options_.disk_free_min) {}

void HealthWatch::set_options(HealthOptions options) {
  options_ = std::move(options);
  disk_.set_min(options_.disk_free_min);
}

// Takes the feed out of the counts, changes it, and counts it again.
void HealthWatch::change(FeedHealth& feed, std::function<void(FeedHealth&)> const& how) {
  count(counts_, feed, std::size_t(-1));
  how(feed);
  count(counts_, feed, 1);
}

void HealthWatch::set_feeds(std::vector<schedule::FeedStatus> const& feeds) {
  auto const before = std::exchange(feeds_, {});
  counts_ = {};
  counts_.total = feeds.size();
  for (auto const& status : feeds) {
    auto const known = before.find(status.id);
    auto& feed = feeds_[status.id];
    if (known != before.end()) feed = known->second;
    feed.health.state = state_of(status.state);
    feed.name = status.name;
    count(counts_, feed.health, 1);
    look_for_silence(status.state, feed);
    look_soon(status.id);
  }
}

void HealthWatch::look_soon(FeedId feed) {
  if (waiting_.size() < feeds_waiting_max && waiting_.insert(feed).second) with_news_.push_back(feed);
}

void HealthWatch::retained(FeedId feed) {
  if (feeds_.contains(feed)) look_soon(feed);
}

void HealthWatch::look_for_silence(schedule::PollState const& state, Feed& feed) {
  auto const silence = silence_of(state, options_.alarms);
  bool const was_silent = !feed.health.silent.empty();
  if (silence && !was_silent)
    log::warning("feed_silent",
                 {{"feed", feed.name}, {"last_news", state.last_new}, {"usual_gap", silence->usual_gap}});
  if (!silence && was_silent) log::info("feed_speaks_again", {{"feed", feed.name}});
  if (silence || was_silent)
    change(feed.health, [&](FeedHealth& f) { f.silent = silence ? describe(*silence) : std::string(); });
}

void HealthWatch::noted(schedule::PollTrace const& trace) {
  auto const found = feeds_.find(trace.feed->id);
  if (found == feeds_.end()) return;  // removed meanwhile
  auto& feed = found->second;
  ++feed.health.polls;
  feed.health.wire_bytes += trace.wire_bytes;
  if (!trace.state) return;
  auto const state = state_of(*trace.state);
  if (state != feed.health.state) change(feed.health, [state](FeedHealth& f) { f.state = state; });
  look_for_silence(*trace.state, feed);
  if (trace.new_items > 0) look_soon(trace.feed->id);
}

void HealthWatch::paused(FeedId id, bool is_paused) {
  auto const found = feeds_.find(id);
  if (found == feeds_.end()) return;
  change(found->second.health, [is_paused](FeedHealth& feed) {
    feed.state = is_paused ? FeedHealth::State::paused : FeedHealth::State::fine;
    if (is_paused) feed.silent.clear();
  });
}

asio::awaitable<void> HealthWatch::run() {
  for (;;) {
    co_await look_at_disk();
    co_await look_at_articles();
    co_await clock_.sleep_until(clock_.now() + options_.every);
  }
}

asio::awaitable<void> HealthWatch::look_at_disk() {
  struct Disk {
    std::optional<std::uint64_t> free;
    bool writes_stopped = false;
  };
  auto look = [path = options_.store_path, &store = store_] {
    Disk seen;
    seen.free = metrics::free_bytes(path);
    seen.writes_stopped = store.writes_stopped();
    return seen;
  };
  auto const seen = co_await run_on(blocking_, std::move(look));
  writes_stopped_ = seen.writes_stopped;
  judge_disk(seen.free);
}

void HealthWatch::begin() { judge_disk(metrics::free_bytes(options_.store_path)); }

void HealthWatch::judge_disk(std::optional<std::uint64_t> free_bytes) {
  if (!disk_.update(free_bytes)) return;
  if (disk_.low())
    log::error("disk_low",
               {{"free", disk_.free_bytes()},
                {"wanted", disk_.min()},
                {"consequence", "no feed is polled until there is room; subscribers are served"}});
  else
    log::info("disk_has_room", {{"free", disk_.free_bytes()}});
  hold_(disk_.low());
}

// What feeds with news have stored, and whether their newest articles lost their text.
asio::awaitable<void> HealthWatch::look_at_articles() {
  for (std::size_t i = 0; i < feeds_a_round && !with_news_.empty(); ++i) {
    auto const id = with_news_.front();
    with_news_.pop_front();
    waiting_.erase(id);
    auto job = [&store = store_, id, alarms = options_.alarms] { return read(store.view(), id, alarms); };
    auto const seen = co_await run_on(blocking_, std::move(job));
    auto const found = feeds_.find(id);
    if (found == feeds_.end()) continue;  // removed meanwhile
    auto& health = found->second.health;
    health.articles = seen.brought;
    health.copies = seen.copies;
    health.stored_bytes = seen.bytes;
    if (seen.articles_read) judge_shrinking(id, found->second, seen);
  }
}

HealthWatch::Seen HealthWatch::read(storage::View const& view, FeedId feed, AlarmOptions const& alarms) {
  Seen seen;
  if (auto const row = view.feed(feed)) {
    seen.brought = row->articles;
    seen.copies = row->copies;
    seen.bytes = row->bytes;
  }
  storage::ArticlePage page;
  page.feed = feed;
  page.limit = shrink_looked_at;
  auto const articles = view.articles(page);
  if (!articles) return seen;
  seen.articles_read = true;
  seen.shrinking = shrinking_of(*articles, alarms);
  if (seen.shrinking) seen.readings = readings_of(read_all(view, *articles));
  return seen;
}

void HealthWatch::judge_shrinking(FeedId id, Feed& feed, Seen const& seen) {
  auto const& shrinking = seen.shrinking;
  bool const was = !feed.health.shrunk.empty();
  if (!shrinking && !was) return;
  Remedy remedy;
  if (shrinking) {
    auto const rules = rules_of_ ? rules_of_(id, seen.readings.host) : FeedRules();
    remedy = remedy_for(*shrinking, seen.readings, rules, feed.name);
  }
  if (shrinking && !was)
    log::warning("feed_shrunk", {{"feed", feed.name}, {"what", describe(*shrinking)}, {"rule", remedy.rule}});
  if (!shrinking && was) log::info("feed_has_its_text_again", {{"feed", feed.name}});
  change(feed.health, [&](FeedHealth& health) {
    health.shrunk = shrinking ? describe(*shrinking) + "; " + remedy.rule : std::string();
    health.suggestion = remedy.toml;
  });
}

FeedHealth const* HealthWatch::feed(FeedId id) const {
  auto const found = feeds_.find(id);
  return found == feeds_.end() ? nullptr : &found->second.health;
}

std::vector<Condition> HealthWatch::conditions(std::string const& writer_paused) const {
  std::vector<Condition> out;
  if (disk_.low())
    out.push_back({"disk_low", "only " + in_mebibytes(disk_.free_bytes()) +
                                   " are free and storage.disk_free_min is " + in_mebibytes(disk_.min()) +
                                   ": nothing is polled; make room, or lower the bound"});
  if (!writer_paused.empty())
    out.push_back({"disk_full", "nothing can be written (" + writer_paused +
                                    "): what was fetched waits and is stored when there is room"});
  if (writes_stopped_)
    out.push_back({"store_stopped", "RocksDB takes no writes: see the log, and the disk's health"});
  if (auto const corrupt = store_.corrupt_rows(); corrupt > 0)
    out.push_back(
        {"corrupt_rows",
         std::to_string(corrupt) + " rows did not decode since the start; `newsfold verify` tells which"});
  if (counts_.total >= failing_feeds_min && counts_.failing * 2 > counts_.total)
    out.push_back({"most_feeds_failing", std::to_string(counts_.failing) + " of " +
                                             std::to_string(counts_.total) +
                                             " feeds fail: is the network, DNS or a proxy down?"});
  return out;
}

}  // namespace newsfold::health
