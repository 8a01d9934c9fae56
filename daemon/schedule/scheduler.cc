#include "daemon/schedule/scheduler.h"

#include "daemon/schedule/host_key.h"
#include "daemon/schedule/pace.h"
#include "daemon/schedule/scheduler_impl.h"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cmath>

namespace newsfold::schedule {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr auto spread_per_feed =
    50ms;  // so many feeds, so long a first round; options.overdue_spread at most
constexpr auto solve_every = 1h;
constexpr std::size_t solve_parts = 8;          // and after so many polls as this part of all feeds is
constexpr double told_again_below = 0.9;        // of the budget: a cost about as high as it is told once
constexpr std::size_t solve_sample_max = 4096;  // feeds; more are estimated from these

}  // namespace

bool wants_more(FeedSpec const& before, FeedSpec const& now) {
  return before.interval != now.interval || before.fresh != now.fresh ||
         before.reading_key != now.reading_key || before.limits.body_bytes_max < now.limits.body_bytes_max;
}

// What waits by a clock that was set back waits no longer for that, and no shorter either.
void Scheduler::Impl::follow_clock() {
  auto const before = std::exchange(set_back, clock.set_back());
  if (set_back == before) return;
  auto const by = before - set_back;
  robots.shift(by);
  solved_at = {};
  renewals.clear();
  for (auto const& [id, entry] : entries) {
    entry->next_due += by;
    if (entry->due_place != due_nowhere) queue.set(*entry, entry->next_due);
    if (auto state = decode_poll_state(entry->record)) {
      shift(*state, by);
      entry->record = encode(*state);
    }
    if (!entry->push) continue;
    shift(*entry->push, by);
    renew_later(*entry, entry->push->renew_at);
  }
  gates.follow_clock();  // last: it may start polls
}

// Hands every due feed to its host's gate, and sleeps until the next is due.
void Scheduler::Impl::pump() {
  follow_clock();
  if (!running || stopping || held) return;
  auto const now = clock.now();
  std::vector<EntryPtr> late;  // the machine slept, its clock was set, polling was held
  while (Entry* const due = queue.pop_due(now)) {
    auto const entry = entries.at(number(due->spec->id));
    if (now - entry->next_due > late_min)
      late.push_back(entry);
    else
      enqueue(entry);
  }
  spread(late, now);
  wake_for_next();
}

// At the end of the round in which the next is due.
void Scheduler::Impl::wake_for_next() {
  auto due = queue.next_due();
  auto const round = std::chrono::microseconds(options.round);
  if (due != UtcMicros::max() && round > 0us && queue.size() >= options.round_feeds_min)
    due = UtcMicros{(due.time_since_epoch() + round - 1us) / round * round};
  alarm.set(due);
}

void Scheduler::Impl::enqueue(EntryPtr const& entry) {
  entry->activity = FeedStatus::Activity::queued;
  ++counters.queued;
  gates.enqueue(entry->host, [this, entry](Gatekeeper::Permit permit) {
    --counters.queued;
    if (entry->removed || stopping) return;
    if (held || entry->paused()) return put_back(entry);
    start(entry, std::move(permit));
  });
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
  gates.place_is_free();
}

double Scheduler::Impl::price(UtcMicros now) {
  // Of a feed that was never asked neither hint nor rate is known: by a price from before, a thousand new
  // ones would all be asked as often as they allow. In parts, so that the cost is each poll's small share.
  bool const learnt = priced_since_solved++ >= std::max<std::size_t>(1, entries.size() / solve_parts);
  if (solved_at != UtcMicros{} && now - solved_at < solve_every && !learnt) return k;
  solved_at = now;
  priced_since_solved = 0;
  // A sample keeps this below a millisecond of the loop at any number of feeds.
  std::vector<BudgetShare> shares;
  auto const step = std::max<std::size_t>(1, entries.size() / solve_sample_max);
  std::size_t polled = 0;
  for (auto const& [id, entry] : entries)
    if (!entry->paused() && polled++ % step == 0) shares.push_back(entry->share);
  double const part = polled == 0 ? 1 : static_cast<double>(shares.size()) / static_cast<double>(polled);
  k = solve_budget(shares, budget_of(options.polling, shares, part));
  auto const least = least_cost(shares) / part;
  auto unmet = infeasible_budget(least, options.polling.budget_per_day);
  if (unmet && !std::exchange(budget_told, true)) unmet_budget = std::move(*unmet);
  if (least < told_again_below * options.polling.budget_per_day) budget_told = false;
  return k;
}

EntryPtr Scheduler::Impl::make_entry(FeedSpec spec, std::string const& record, UtcMicros now) {
  auto entry = std::make_shared<Entry>();
  auto state = state_at_start(spec, record, options.polling, now, running ? Arrival::reload : Arrival::start);
  entry->host = host_key(state.poll_url());
  entry->next_due = state.next_due;
  entry->paused_at = state.paused_at;
  entry->spec = std::make_shared<FeedSpec const>(std::move(spec));
  entry->push = copy_of(state.push);
  entry->record = encode(state);
  if (!state.adopted_url.empty())  // who asked there last goes on
    if (auto& leader = leaders[state.adopted_url]; leader.id == 0 || leader.last_request < state.last_request)
      leader = {number(entry->spec->id), state.last_request};
  entry->share = share_of(state, *entry->spec, options.polling, now);
  if (state.last_request != UtcMicros{} && state.next_due > state.last_request)
    entry->interval_s =
        static_cast<std::uint32_t>(std::chrono::floor<seconds>(state.next_due - state.last_request).count());
  gates.remember(state.resting_host(entry->host), state.host_cooled_until, state.host_spacing,
                 state.last_request);
  for (auto const& other : state.resting)
    gates.remember(other.host, other.until, other.spacing, state.last_request);
  return entry;
}

// Feeds that came due while we were away, or are new, do not all start at once, nor in the hours that their
// publishers want us to skip.
void Scheduler::Impl::spread(std::vector<EntryPtr> const& late, UtcMicros now) {
  auto const window = std::min<std::chrono::microseconds>(
      options.overdue_spread,
      spread_per_feed * static_cast<std::int64_t>(late.size() - (late.empty() ? 0 : 1)));
  for (auto const& entry : late) {
    auto const interval = std::chrono::microseconds(seconds(entry->interval_s));  // 0: not known yet
    auto const apart = spread_within(interval > 0s ? std::min(window, interval) : window);
    entry->next_due = now + apart;
    if (auto const state = decode_poll_state(entry->record))
      if (auto const after = after_skipped_hours(*state, *entry->spec, entry->next_due);
          after > entry->next_due)
        entry->next_due = after + apart;
    queue.set(*entry, entry->next_due);
  }
}

std::chrono::microseconds Scheduler::Impl::spread_within(std::chrono::microseconds window) {
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::duration<double, std::micro>(window) * dice());
}

// The configuration wants a feed more often than when it was asked last, or read another way: that holds from
// now on, not from the next poll on, which may be a day away.
void Scheduler::Impl::bring_forward(EntryPtr const& entry, UtcMicros now, std::vector<EntryPtr>& late) {
  if (entry->activity != FeedStatus::Activity::waiting || entry->paused()) return;
  auto state = decode_poll_state(entry->record);
  if (!state) return;
  bool const anew = reads_otherwise(*state, *entry->spec);
  auto const due = sooner_due(*state, *entry->spec, options.polling, entry->next_due, k);
  if (anew) entry->record = encode(*state);
  if (!due) return;
  entry->next_due = *due;
  if (*due <= now)
    late.push_back(entry);
  else
    queue.set(*entry, *due);
}

// The request of one that was taken out is under way: who has its URL now, under another name, asks no sooner
// than it would have asked again.
void Scheduler::Impl::wait_for_request_of(Entry const& entry, UtcMicros now, std::vector<EntryPtr>& late) {
  if (entry.activity != FeedStatus::Activity::polling) return;
  auto it = by_url.find(entry.spec->url);
  if (it == by_url.end()) it = by_url.find(state_at(entry.spec->url, entry.record).poll_url());
  if (it == by_url.end()) return;
  auto& next = *it->second;
  if (next.activity != FeedStatus::Activity::waiting) return;  // it waits for the same gate already
  std::erase_if(late, [&](EntryPtr const& one) { return one.get() == &next; });
  std::chrono::microseconds const interval =
      std::clamp(seconds(entry.interval_s), options.polling.floor,
                 std::max(options.polling.floor, options.polling.ceiling));
  next.next_due = std::max(next.next_due, now + interval);
  if (!next.paused()) queue.set(next, next.next_due);
}

Scheduler::Scheduler(asio::any_io_executor executor, SleepingClock& clock, fetch::Client& client,
                     PollSink& sink, SchedulerOptions options)
    : impl_(std::make_unique<Impl>(std::move(executor), clock, client, sink, std::move(options))) {}
Scheduler::~Scheduler() = default;

Scheduler::Difference Scheduler::set_feeds(std::vector<FeedSpec> feeds, LoadState const& load) {
  Impl& impl = *impl_;
  impl.follow_clock();
  auto const now = impl.clock.now();
  Difference difference;
  std::unordered_map<std::uint64_t, EntryPtr> before = std::move(impl.entries);
  impl.entries.clear();
  impl.by_url.clear();
  std::vector<EntryPtr> late, sooner;
  for (auto& spec : feeds) {
    auto const id = number(spec.id);
    if (impl.entries.contains(id)) continue;  // configured twice: the first holds
    auto const it = before.find(id);
    EntryPtr entry;
    if (it != before.end() && it->second->spec->url == spec.url) {
      entry = it->second;  // keeps its record, its place in the queue and the poll in hand
      before.erase(it);
      bool const changed = *entry->spec != spec;
      if (impl.polling_changed || wants_more(*entry->spec, spec)) sooner.push_back(entry);
      if (changed) {
        difference.changed.push_back(spec.name);
        entry->spec = std::make_shared<FeedSpec const>(std::move(spec));
      }
      if (changed || impl.polling_changed)
        if (auto const state = decode_poll_state(entry->record))
          entry->share = share_of(*state, *entry->spec, impl.options.polling, now);
    } else {
      (it == before.end() ? difference.added : difference.changed).push_back(spec.name);
      auto const record = load ? load(spec) : std::string();
      entry = impl.make_entry(std::move(spec), record, now);
      impl.adopt_push(entry);
      if (!entry->paused() && entry->next_due <= now)
        late.push_back(entry);
      else if (!entry->paused())
        impl.queue.set(*entry, entry->next_due);
    }
    impl.by_url.emplace(entry->spec->url, entry.get());
    impl.entries.emplace(id, std::move(entry));
  }
  for (auto const& [id, entry] : before) {
    if (!impl.entries.contains(id)) difference.removed.push_back(entry->spec->name);
    entry->removed = true;
    impl.wait_for_request_of(*entry, now, late);
    impl.drop_push(entry);
    if (impl.running && !impl.stopping && !impl.entries.contains(id))
      impl.tasks.spawn(impl.forget_push(entry));
    impl.queue.remove(*entry);
  }
  std::erase_if(impl.leaders, [&](auto const& one) { return !impl.entries.contains(one.second.id); });
  impl.polling_changed = false;
  impl.solved_at = {};
  impl.price(now);  // of these feeds under these rules: before anybody comes sooner by it
  for (auto const& entry : sooner) impl.bring_forward(entry, now, late);
  impl.spread(late, now);
  std::ranges::sort(difference.added);
  std::ranges::sort(difference.removed);
  std::ranges::sort(difference.changed);
  impl.pump();
  return difference;
}

void Scheduler::set_polling(PollingOptions polling) {
  auto& now = impl_->options.polling;
  impl_->polling_changed |= now.floor != polling.floor || now.floor_hinted != polling.floor_hinted ||
                            now.floor_unconditional != polling.floor_unconditional ||
                            now.ceiling != polling.ceiling || now.adaptive != polling.adaptive ||
                            now.budget_per_day < polling.budget_per_day;
  // Subscriptions stand in the world under the callback that they were made with.
  polling.push = std::move(now.push);
  now = std::move(polling);
  impl_->solved_at = {};
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
  co_await asio::this_coro::reset_cancellation_state();
  impl.tasks.cancel();  // after stop() none is left, but where its patience ended before the polls did
  co_await impl.tasks.join();
  impl.running = false;
  if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<void> Scheduler::stop() {
  Impl& impl = *impl_;
  impl.stopping = true;
  impl.alarm.set(UtcMicros::max());
  impl.push_alarm.set(UtcMicros::max());
  co_await impl.tasks.join();
  impl.gates.stop();
  impl.over.cancel();
}

Result<void> Scheduler::poll_now(FeedId feed) {
  Impl& impl = *impl_;
  auto const it = impl.entries.find(number(feed));
  if (it == impl.entries.end()) return Error{ErrorCode::not_found, "there is no such feed"};
  Entry& entry = *it->second;
  auto const& name = entry.spec->name;
  auto const refused = [&](std::string_view why) {
    return Error{ErrorCode::refused, "feed " + name + " " + std::string(why)};
  };
  if (entry.paused()) return refused("is paused; `newsfold resume " + name + "` first");
  if (entry.activity == FeedStatus::Activity::polling) return refused("is being asked now");
  if (entry.activity == FeedStatus::Activity::queued)
    return refused("is due already and waits for its host's turn");
  if (impl.held) return refused("is not asked now: polling is held, as the disk is nearly full");
  auto const state = state_at(entry.spec->url, entry.record);
  auto wait = soonest_by_hand(state, *entry.spec, impl.options.polling);
  if (auto const rest = impl.gates.rests_until(entry.host); rest > wait.until)
    wait = {rest, "its host wants rest"};
  auto const now = impl.clock.now();
  if (wait.until > now)
    return refused("may not be asked before " + format_rfc3339(wait.until) + ": " + wait.why);
  impl.queue.set(entry, now);
  impl.pump();
  return {};
}

asio::awaitable<Result<void>> Scheduler::set_paused(FeedId feed, Pause pause) {
  Impl& impl = *impl_;
  auto const it = impl.entries.find(number(feed));
  if (it == impl.entries.end()) co_return Error{ErrorCode::not_found, "there is no such feed"};
  auto const entry = it->second;
  bool const pausing = pause == Pause::yes;
  if (pausing == entry->paused()) co_return Result<void>();
  entry->paused_at = pausing ? impl.clock.now() : UtcMicros{};
  impl.solved_at = {};  // one more or less to share the budget
  if (pausing) {
    impl.queue.remove(*entry);
  } else if (entry->activity == FeedStatus::Activity::waiting) {
    impl.queue.set(*entry, entry->next_due);
    impl.pump();
  }
  if (entry->storing) co_return Result<void>();  // it is kept right after that
  // A poll in hand keeps it with what it brings, which may be minutes from now.
  auto state = state_at(entry->spec->url, entry->record);
  state.paused_at = entry->paused_at;
  entry->record = encode(state);
  auto const spec = entry->spec;
  co_return co_await impl.keep_record(*spec, entry->record);
}

void Scheduler::hold(bool held) {
  impl_->held = held;
  impl_->pump();
}

fetch::Client& Scheduler::page_client() noexcept { return impl_->pages; }
fetch::Client& Scheduler::digest_client() noexcept { return impl_->pages_in_hand; }

std::size_t Scheduler::feeds() const noexcept { return impl_->entries.size(); }

std::vector<FeedId> Scheduler::feed_ids() const {
  std::vector<FeedId> out;
  out.reserve(impl_->entries.size());
  for (auto const& [id, entry] : impl_->entries) out.push_back(entry->spec->id);
  return out;
}

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
    status.interval = seconds(entry->interval_s);
    status.interval_is_fixed = entry->spec->interval.has_value();
    status.activity = entry->activity;
    out.push_back(std::move(status));
  }
  std::ranges::sort(out, {}, &FeedStatus::name);
  return out;
}

SchedulerCounters Scheduler::counters() const { return impl_->counters; }

}  // namespace newsfold::schedule
