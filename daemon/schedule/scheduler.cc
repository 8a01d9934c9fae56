#include "daemon/schedule/scheduler.h"

#include "daemon/runtime/task_group.h"
#include "daemon/schedule/alarm.h"
#include "daemon/schedule/budget.h"
#include "daemon/schedule/due_queue.h"
#include "daemon/schedule/gatekeeper.h"
#include "daemon/schedule/host_key.h"
#include "daemon/schedule/page_client.h"
#include "daemon/schedule/robots_cache.h"
#include "daemon/schedule/server_hints.h"

#include <xxhash.h>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <random>
#include <unordered_map>

namespace newsfold::schedule {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr auto spread_overdue_max = 10min;
constexpr auto spread_per_feed = 50ms;  // so many feeds, so long a first round
constexpr auto solve_every = 1h;
constexpr std::size_t solve_sample_max = 4096;  // feeds; more are estimated from these
constexpr auto commit_retry = 60s;

}  // namespace

// About 700 bytes a feed with its record and its URL: the record is kept encoded, and decoded for the poll.
struct Entry {
  std::shared_ptr<FeedSpec const> spec;
  std::string record;  // an encoded PollState
  std::string host;    // its gate
  std::size_t due_place = due_nowhere;
  UtcMicros next_due{};
  BudgetShare share;
  seconds interval{0};
  FeedStatus::Activity activity = FeedStatus::Activity::waiting;
  UtcMicros paused_at{};  // UtcMicros{}: it is not
  bool removed = false;

  bool paused() const noexcept { return paused_at != UtcMicros{}; }
};
using EntryPtr = std::shared_ptr<Entry>;

struct Scheduler::Impl {
  Impl(asio::any_io_executor e, SleepingClock& c, fetch::Client& f, PollSink& s, SchedulerOptions o)
      : executor(e),
        clock(c),
        client(f),
        sink(s),
        options(std::move(o)),
        random(options.seed),
        gates(e, c, options.hosts),
        robots(c, f, gates, options.robots_agent),
        pages(f, gates, robots, c),
        alarm(e, c, [this] { pump(); }),
        over(e, asio::steady_timer::time_point::max()),
        tasks(e) {}

  void pump();
  void start(EntryPtr const& entry, Gatekeeper::Permit permit);
  void release();
  void put_back(EntryPtr const& entry);
  asio::awaitable<void> poll(EntryPtr entry, Gatekeeper::Permit permit);
  asio::awaitable<PollOutcome> ask(FeedSpec const& spec, PollState const& state, Gatekeeper::Permit permit,
                                   PollTrace& trace);
  asio::awaitable<std::unique_ptr<PendingItems>> read(FeedSpec const& spec, PollState const& state,
                                                      PollOutcome& outcome);
  void finish(EntryPtr const& entry, PollState state, Decision const& decision, PollTrace trace,
              PollOutcome const& outcome);
  void count(PollOutcome const& outcome);
  EntryPtr make_entry(FeedSpec spec, std::string const& record, UtcMicros now);
  void spread(std::vector<EntryPtr> const& late, UtcMicros now);
  void reckon(Entry& entry, PollState const& state, UtcMicros now) const;
  double price(UtcMicros now);
  double dice() { return std::uniform_real_distribution<double>(0, 1)(random); }

  asio::any_io_executor executor;
  SleepingClock& clock;
  fetch::Client& client;
  PollSink& sink;
  SchedulerOptions options;
  std::mt19937_64 random;
  std::unordered_map<std::uint64_t, EntryPtr> entries;
  DueQueue<Entry> queue;
  std::deque<std::pair<EntryPtr, Gatekeeper::Permit>> ready;  // through the gate, beyond polls_max
  SchedulerCounters counters;
  std::function<void(PollTrace const&)> listener;
  double k = 1;
  UtcMicros solved_at{};
  bool running = false;
  bool stopping = false;
  bool held = false;
  Gatekeeper gates;
  RobotsCache robots;
  PageClient pages;
  Alarm alarm;
  asio::steady_timer over;  // never expires; cancelled when run() is to return
  TaskGroup tasks;          // last: polls refer to all of the above
};

// Hands every due feed to its host's gate, and sleeps until the next is due.
void Scheduler::Impl::pump() {
  if (!running || stopping || held) return;
  auto const now = clock.now();
  while (Entry* const due = queue.pop_due(now)) {
    auto const entry = entries.at(number(due->spec->id));
    entry->activity = FeedStatus::Activity::queued;
    ++counters.queued;
    gates.enqueue(entry->host, [this, entry](Gatekeeper::Permit permit) {
      --counters.queued;
      if (entry->removed || stopping) return;
      if (held || entry->paused()) return put_back(entry);
      if (counters.in_flight >= options.polls_max)
        ready.emplace_back(entry, std::move(permit));
      else
        start(entry, std::move(permit));
    });
  }
  alarm.set(queue.next_due());
}

void Scheduler::Impl::start(EntryPtr const& entry, Gatekeeper::Permit permit) {
  ++counters.in_flight;
  entry->activity = FeedStatus::Activity::polling;
  tasks.spawn(poll(entry, std::move(permit)));
}

// It was due and may not be asked now: it waits again, where it is not paused.
void Scheduler::Impl::put_back(EntryPtr const& entry) {
  entry->activity = FeedStatus::Activity::waiting;
  if (entry->paused() || entry->removed) return;
  queue.set(*entry, entry->next_due);
}

void Scheduler::Impl::release() {
  --counters.in_flight;
  while (!ready.empty() && counters.in_flight < options.polls_max && !stopping) {
    auto [entry, permit] = std::move(ready.front());
    ready.pop_front();
    if (entry->removed) continue;
    if (held || entry->paused())
      put_back(entry);
    else
      start(entry, std::move(permit));
  }
}

namespace {

// Whatever way a poll ends, the next may start.
struct OnExit {
  std::function<void()> action;
  ~OnExit() { action(); }
};

}  // namespace

asio::awaitable<void> Scheduler::Impl::poll(EntryPtr entry, Gatekeeper::Permit permit) {
  OnExit const on_exit{[this] { release(); }};
  auto const spec = entry->spec;
  PollState state;
  if (auto decoded = decode_poll_state(entry->record)) state = std::move(*decoded);
  state.configured_url = spec->url;
  PollTrace trace{.feed = spec.get(), .error = {}};

  PollOutcome outcome = co_await ask(*spec, state, std::move(permit), trace);
  auto pending = co_await read(*spec, state, outcome);
  double const price_now = price(outcome.now);
  Decision const decision = settle(state, *spec, options.polling, outcome, price_now, dice());
  if (decision.host_rest_until) gates.rest(entry->host, *decision.host_rest_until);
  if (outcome.document && *outcome.document) trace.new_items = (*outcome.document)->new_items;

  state.paused_at = entry->paused_at;
  std::string record = encode(state);
  auto notices = decision.notices;
  auto const kept = co_await sink.commit(*spec, std::move(pending), record, std::move(notices));
  if (kept) {
    // Paused or resumed while it was being stored: that is to be kept, too.
    if (state.paused_at != entry->paused_at) {
      state.paused_at = entry->paused_at;
      record = encode(state);
      std::vector<FeedNotice> none;
      co_await sink.commit(*spec, nullptr, record, std::move(none));
    }
    entry->record = std::move(record);
    finish(entry, std::move(state), decision, std::move(trace), outcome);
    co_return;
  }
  // Nothing of this poll was kept: the old validators bring the items again. But the server was asked, so
  // its next turn is no sooner than if all had gone well.
  trace.error = "not stored: " + kept.error().message;
  PollState old;
  if (auto decoded = decode_poll_state(entry->record)) old = std::move(*decoded);
  old.configured_url = spec->url;
  old.last_request = state.last_request;
  old.paused_at = entry->paused_at;
  old.next_due = std::max(state.next_due, outcome.now + commit_retry);
  entry->record = encode(old);
  Decision late = decision;
  late.next_due = old.next_due;
  finish(entry, std::move(old), late, std::move(trace), outcome);
}

// One exchange at the host's gate, robots.txt before it where that is due.
asio::awaitable<PollOutcome> Scheduler::Impl::ask(FeedSpec const& spec, PollState const& state,
                                                  Gatekeeper::Permit permit, PollTrace& trace) {
  PollOutcome outcome;
  auto request = request_for(state, spec, clock.now());
  auto const host = permit.host();
  Gatekeeper::Permit shared;
  if (auto gate = gates.address_gate(host); !gate.empty()) shared = co_await gates.enter(std::move(gate));
  if (spec.robots == RobotsRule::obey) {
    auto const allowed = co_await robots.check(request.url, permit);
    if (!allowed) {
      ++counters.robots_denied;
      outcome.asked = outcome.now = clock.now();
      outcome.response = allowed.error();
      co_return outcome;
    }
  }
  outcome.asked = clock.now();
  auto response = co_await client.fetch(std::move(request));
  outcome.now = clock.now();
  auto reply = HostReply::fine;
  if (!response)
    reply = HostReply::unreachable;
  else if (response->status == 429 ||
           (response->status == 503 && retry_after(response->headers, outcome.now)))
    reply = HostReply::throttled;
  if (response) {
    gates.learn_address(host, response->address);
    trace.status = response->status;
    trace.wire_bytes = response->wire_bytes;
    trace.time = response->total_time;
  }
  outcome.response = std::move(response);
  // Rest before the gate opens: else the next in line would slip through between the two.
  if (outcome.response && reply == HostReply::throttled)
    if (auto const wait = retry_after(outcome.response->headers, outcome.now))
      gates.rest(host, outcome.now + *wait);
  shared.leave(reply);
  permit.leave(reply);
  co_return outcome;
}

// Lets the sink read a full answer whose bytes are not those of last time.
asio::awaitable<std::unique_ptr<PendingItems>> Scheduler::Impl::read(FeedSpec const& spec,
                                                                     PollState const& state,
                                                                     PollOutcome& outcome) {
  if (!outcome.response || outcome.response->status != 200) co_return nullptr;
  auto const& body = outcome.response->body;
  outcome.body_hash = std::max<std::uint64_t>(1, XXH3_64bits(body.data(), body.size()));
  bool const final_url_same = outcome.response->final_url == state.validators_url;
  if (outcome.body_hash == state.body_hash && final_url_same) co_return nullptr;
  fetch::Response document = *outcome.response;
  document.body = std::exchange(outcome.response->body, {});
  Digest digest = co_await sink.digest(spec, std::move(document));
  outcome.document.emplace(std::move(digest.report));
  co_return std::move(digest.pending);
}

void Scheduler::Impl::count(PollOutcome const& outcome) {
  ++counters.polls;
  unsigned const status = outcome.response ? outcome.response->status : 0;
  if (status == 304)
    ++counters.not_modified;
  else if (status == 200 && !(outcome.document && !*outcome.document))
    ++counters.full;
  else if (status == 429 || status == 503)
    ++counters.throttled;
  else
    ++counters.failed;
}

void Scheduler::Impl::finish(EntryPtr const& entry, PollState state, Decision const& decision,
                             PollTrace trace, PollOutcome const& outcome) {
  count(outcome);
  reckon(*entry, state, outcome.now);
  entry->interval = decision.interval;
  entry->next_due = decision.next_due;
  entry->activity = FeedStatus::Activity::waiting;
  trace.next_due = decision.next_due;
  if (trace.error.empty()) trace.error = state.last_error;
  trace.state = &state;
  if (listener) listener(trace);
  if (entry->removed || stopping || entry->paused()) return;
  queue.set(*entry, entry->next_due);
  alarm.set(queue.next_due());
}

// What the budget solver needs to know of this feed.
void Scheduler::Impl::reckon(Entry& entry, PollState const& state, UtcMicros now) const {
  auto const& spec = *entry.spec;
  entry.share.root_rate = std::sqrt(spec.weight * state.rate.per_day(now)) * state.rate.mean_root_profile();
  entry.share.floor = floor_of(state, spec, options.polling);
  entry.share.ceiling = options.polling.ceiling;
  if (spec.interval || spec.fresh) {  // spends what it spends
    entry.share.floor = std::max(entry.share.floor, spec.fresh ? 2 * *spec.fresh : 0s);
    entry.share.ceiling = entry.share.floor;
  }
}

double Scheduler::Impl::price(UtcMicros now) {
  if (solved_at != UtcMicros{} && now - solved_at < solve_every) return k;
  solved_at = now;
  // A sample keeps this below a millisecond of the loop at any number of feeds.
  std::vector<BudgetShare> shares;
  auto const step = std::max<std::size_t>(1, entries.size() / solve_sample_max);
  std::size_t i = 0;
  for (auto const& [id, entry] : entries)
    if (i++ % step == 0) shares.push_back(entry->share);
  double const budget = std::min(options.polling.budget_per_day, options.polling.polls_per_feed_per_day *
                                                                     static_cast<double>(entries.size()));
  double const part =
      entries.empty() ? 1 : static_cast<double>(shares.size()) / static_cast<double>(entries.size());
  k = solve_budget(shares, budget * part);
  return k;
}

EntryPtr Scheduler::Impl::make_entry(FeedSpec spec, std::string const& record, UtcMicros now) {
  auto entry = std::make_shared<Entry>();
  PollState state;
  if (!record.empty())
    if (auto decoded = decode_poll_state(record)) {
      auto const paused_at = decoded->paused_at;  // holds for another URL, too
      if (decoded->configured_url == spec.url) state = std::move(*decoded);
      state.paused_at = paused_at;
    }
  state.configured_url = spec.url;
  entry->host = host_key(state.poll_url());
  entry->next_due = state.next_due;
  entry->paused_at = state.paused_at;
  entry->spec = std::make_shared<FeedSpec const>(std::move(spec));
  entry->record = encode(state);
  reckon(*entry, state, now);
  if (state.host_cooled_until > now) gates.rest(entry->host, state.host_cooled_until);
  return entry;
}

// Feeds that came due while we were away, or are new, do not all start at once.
void Scheduler::Impl::spread(std::vector<EntryPtr> const& late, UtcMicros now) {
  auto const window = std::min<std::chrono::microseconds>(
      spread_overdue_max, spread_per_feed * static_cast<std::int64_t>(late.size() - (late.empty() ? 0 : 1)));
  for (auto const& entry : late) {
    auto const offset = std::chrono::duration<double, std::micro>(window) * dice();
    entry->next_due = now + std::chrono::duration_cast<std::chrono::microseconds>(offset);
    queue.set(*entry, entry->next_due);
  }
}

Scheduler::Scheduler(asio::any_io_executor executor, SleepingClock& clock, fetch::Client& client,
                     PollSink& sink, SchedulerOptions options)
    : impl_(std::make_unique<Impl>(std::move(executor), clock, client, sink, std::move(options))) {}
Scheduler::~Scheduler() = default;

Scheduler::Difference Scheduler::set_feeds(std::vector<FeedSpec> feeds, LoadState const& load) {
  Impl& impl = *impl_;
  auto const now = impl.clock.now();
  Difference difference;
  std::unordered_map<std::uint64_t, EntryPtr> before = std::move(impl.entries);
  impl.entries.clear();
  std::vector<EntryPtr> late;
  for (auto& spec : feeds) {
    auto const id = number(spec.id);
    if (impl.entries.contains(id)) continue;  // configured twice: the first holds
    auto const it = before.find(id);
    EntryPtr entry;
    if (it != before.end() && it->second->spec->url == spec.url) {
      entry = it->second;  // keeps its record, its place in the queue and the poll in hand
      before.erase(it);
      if (*entry->spec != spec) {
        difference.changed.push_back(spec.name);
        entry->spec = std::make_shared<FeedSpec const>(std::move(spec));
        if (auto const state = decode_poll_state(entry->record)) impl.reckon(*entry, *state, now);
      }
    } else {
      (it == before.end() ? difference.added : difference.changed).push_back(spec.name);
      entry = impl.make_entry(std::move(spec), load ? load(FeedId{id}) : std::string(), now);
      if (!entry->paused() && entry->next_due <= now)
        late.push_back(entry);
      else if (!entry->paused())
        impl.queue.set(*entry, entry->next_due);
    }
    impl.entries.emplace(id, std::move(entry));
  }
  for (auto const& [id, entry] : before) {
    if (!impl.entries.contains(id)) difference.removed.push_back(entry->spec->name);
    entry->removed = true;
    impl.queue.remove(*entry);
  }
  impl.spread(late, now);
  impl.solved_at = {};
  std::ranges::sort(difference.added);
  std::ranges::sort(difference.removed);
  std::ranges::sort(difference.changed);
  impl.pump();
  return difference;
}

void Scheduler::on_poll(std::function<void(PollTrace const&)> listener) {
  impl_->listener = std::move(listener);
}

asio::awaitable<void> Scheduler::run() {
  Impl& impl = *impl_;
  impl.running = true;
  impl.pump();
  boost::system::error_code error;
  co_await impl.over.async_wait(asio::redirect_error(asio::use_awaitable, error));
  bool const cancelled = !impl.stopping;
  impl.stopping = true;
  impl.ready.clear();
  co_await asio::this_coro::reset_cancellation_state();
  if (cancelled) impl.tasks.cancel();
  co_await impl.tasks.join();
  impl.running = false;
  if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<void> Scheduler::stop() {
  Impl& impl = *impl_;
  impl.stopping = true;
  impl.ready.clear();
  impl.alarm.set(UtcMicros::max());
  co_await impl.tasks.join();
  impl.over.cancel();
}

bool Scheduler::poll_now(FeedId feed) {
  Impl& impl = *impl_;
  auto const it = impl.entries.find(number(feed));
  if (it == impl.entries.end()) return false;
  Entry& entry = *it->second;
  auto const state = decode_poll_state(entry.record);
  auto const now = impl.clock.now();
  auto const floor = std::min(entry.share.floor, impl.options.polling.floor_hinted);
  if (!state || entry.paused() || impl.held || entry.activity != FeedStatus::Activity::waiting) return false;
  if (state->host_cooled_until > now || now - state->last_request < floor) return false;
  impl.queue.set(entry, now);
  impl.pump();
  return true;
}

asio::awaitable<Result<void>> Scheduler::set_paused(FeedId feed, Pause pause) {
  Impl& impl = *impl_;
  auto const it = impl.entries.find(number(feed));
  if (it == impl.entries.end()) co_return Error{ErrorCode::not_found, "there is no such feed"};
  auto const entry = it->second;
  bool const pausing = pause == Pause::yes;
  if (pausing == entry->paused()) co_return Result<void>();
  entry->paused_at = pausing ? impl.clock.now() : UtcMicros{};
  if (pausing) {
    impl.queue.remove(*entry);
  } else if (entry->activity == FeedStatus::Activity::waiting) {
    impl.queue.set(*entry, entry->next_due);
    impl.pump();
  }
  if (entry->activity == FeedStatus::Activity::polling)
    co_return Result<void>();  // kept with the poll in hand
  PollState state;
  if (auto decoded = decode_poll_state(entry->record)) state = std::move(*decoded);
  state.configured_url = entry->spec->url;
  state.paused_at = entry->paused_at;
  entry->record = encode(state);
  auto const spec = entry->spec;
  std::string record = entry->record;
  std::vector<FeedNotice> none;
  co_return co_await impl.sink.commit(*spec, nullptr, std::move(record), std::move(none));
}

void Scheduler::hold(bool held) {
  impl_->held = held;
  impl_->pump();
}

fetch::Client& Scheduler::page_client() noexcept { return impl_->pages; }

std::vector<FeedStatus> Scheduler::status() const {
  std::vector<FeedStatus> out;
  out.reserve(impl_->entries.size());
  for (auto const& [id, entry] : impl_->entries) {
    FeedStatus status;
    status.id = entry->spec->id;
    status.name = entry->spec->name;
    if (auto state = decode_poll_state(entry->record)) status.state = std::move(*state);
    status.url = status.state.poll_url();
    status.state.next_due = entry->next_due;
    status.interval = entry->interval;
    status.activity = entry->activity;
    out.push_back(std::move(status));
  }
  std::ranges::sort(out, {}, &FeedStatus::name);
  return out;
}

SchedulerCounters Scheduler::counters() const { return impl_->counters; }

}  // namespace newsfold::schedule
