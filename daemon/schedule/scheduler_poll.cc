// One poll, from its request to its commit.
#include "daemon/schedule/host_key.h"
#include "daemon/schedule/pace.h"
#include "daemon/schedule/scheduler_impl.h"
#include "daemon/schedule/server_hints.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace newsfold::schedule {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto commit_retry = 60s;
constexpr auto twin_rest = 1h;
constexpr std::size_t resting_max = 8;  // hosts in one record
constexpr std::size_t outside_per_place = 16;

// Whatever way a poll ends, the next may start.
struct OnExit {
  std::function<void()> action;
  ~OnExit() { action(); }
};

}  // namespace

asio::awaitable<void> Scheduler::Impl::poll(EntryPtr entry, Gatekeeper::Permit permit) {
  OnExit const on_exit{[this] { release(); }};
  follow_clock();
  // What it began with holds to its end, whatever a reload changes meanwhile.
  auto const spec = std::make_shared<FeedSpec>(*entry->spec);
  spec->reading = sink.begin(*spec);
  auto state = state_at(spec->url, entry->record);
  read_anew(state, *spec);
  auto const began = clock.now();
  // It waited for its turn, maybe into hours that its publisher wants us to skip.
  std::optional<UtcMicros> later;
  if (began - entry->next_due > late_min && after_skipped_hours(state, *spec, began) > began)
    later = began;
  else
    later = leave_to_twin(*entry, state);
  if (later) {
    entry->next_due = after_skipped_hours(state, *spec, *later);
    put_back(entry);
    wake_for_next();
    co_return;
  }
  auto set_back_seen = clock.set_back();
  auto const follow_step = [&](PollOutcome* outcome) {
    follow_clock();  // or it would move what is noted here once more
    auto const by = std::exchange(set_back_seen, clock.set_back()) - clock.set_back();
    if (by == 0s) return false;
    shift(state, by);
    if (!outcome) return true;
    auto const since = std::exchange(outcome->set_back, clock.set_back()) - clock.set_back();
    outcome->asked += since;
    outcome->now += since;
    return true;
  };
  PollTrace trace{.feed = spec.get(), .error = {}, .unmet_wish = {}, .unmet_budget = {}};

  PollOutcome outcome = co_await ask(*spec, state, std::move(permit), trace);
  auto pending = co_await read(entry, *spec, state, outcome);
  follow_step(&outcome);  // what is read from here on notes its times by the clock as it is
  auto older = co_await read_more(*spec, state, outcome);
  follow_step(&outcome);
  double const price_now = price(outcome.now);
  // Nothing waits from here to the encoded record, so that the subscription cannot change in between.
  state.push = copy_of(entry->push);
  if (state.push) outcome.more.new_items += state.push->arrivals;
  Decision const decision = settle(state, *spec, options.polling, outcome, price_now, dice());
  // A poll that failed taught no rate: what was pushed counts with the next one.
  std::uint32_t counted = 0;
  if (state.push && state.last_answer == outcome.now) counted = std::exchange(state.push->arrivals, 0);
  auto const& tired = state.resting_host(entry->host);
  if (decision.host_rest_until) gates.rest(tired, *decision.host_rest_until);
  if (!entry->removed) note_rests(state, tired);
  if (outcome.document && *outcome.document) trace.new_items = (*outcome.document)->new_items;

  entry->push = copy_of(state.push);
  watch_hub(entry, state, outcome);
  state.paused_at = entry->paused_at;
  // Of one that has another URL now no record stays: it would take the place of the new one's.
  bool const replaced = entry->removed && entries.contains(number(spec->id));
  if (entry->removed) state.push.reset();
  std::string record = replaced ? std::string() : encode(state);
  std::string old_record = replaced ? std::string() : entry->record;
  auto notices = decision.notices;
  Result<void> kept;
  if (outcome.unread) {
    kept = *outcome.unread;
  } else {
    entry->storing = true;
    OnExit const stored{[&entry] { entry->storing = false; }};
    kept = co_await keep(*spec, std::move(older), std::move(pending), std::move(old_record), record,
                         std::move(notices));
  }
  if (kept) {
    if (follow_step(nullptr)) record = encode(state);
    // Paused, resumed or taken out while it was being stored: that is to be kept, too.
    bool const left = entry->removed && state.push && !entries.contains(number(spec->id));
    if (left) let_go_of_push(state, *spec, options.polling, clock.now());
    entry->record = std::move(record);
    if (left || (state.paused_at != entry->paused_at && !entry->removed)) {
      state.paused_at = entry->paused_at;
      entry->record = encode(state);
      co_await keep_record(*spec, entry->record);
    }
    finish(entry, std::move(state), decision, std::move(trace), outcome);
    if (!entry->push_unsaved) co_return;
    co_await save_push(entry);
    // Denied while this poll relied on it.
    if (entry->push && entry->push->phase == PushState::Phase::refused) poll_again(entry);
    co_return;
  }
  if (entry->push) entry->push->arrivals += counted;  // with the next one, then
  trace.error = "not stored: " + kept.error().message;
  co_await forget_outcome(entry, *spec, std::move(state), decision, std::move(trace), outcome);
}

// Nothing of a poll was kept: the old validators bring the items again. But the server was asked, so its next
// turn is no sooner than if all had gone well.
asio::awaitable<void> Scheduler::Impl::forget_outcome(EntryPtr const& entry, FeedSpec const& spec,
                                                      PollState state, Decision decision, PollTrace trace,
                                                      PollOutcome const& outcome) {
  auto old = state_at(spec.url, entry->record);
  old.last_request = state.last_request;
  old.paused_at = entry->paused_at;
  old.resting = std::move(state.resting);
  old.next_due = decision.next_due = std::max(state.next_due, outcome.now + commit_retry);
  if (entry->removed) let_go_of_push(old, spec, options.polling, clock.now());
  entry->record = encode(old);
  // A restart, too, is to ask no sooner.
  if (!entry->removed || !entries.contains(number(spec.id))) co_await keep_record(spec, entry->record);
  finish(entry, std::move(old), decision, std::move(trace), outcome);
}

// What the hosts asked for that this poll, or a page in its time, met.
void Scheduler::Impl::note_rests(PollState& state, std::string const& own) {
  state.host_spacing = gates.learned(own);
  for (auto& host : state.resting) host.spacing = gates.learned(host.host);
  std::erase_if(state.resting, [now = clock.now()](auto const& host) {
    return host.until <= now && host.spacing == std::chrono::milliseconds{0};
  });
  auto const rested = gates.take_rested(resting_max - std::min(resting_max, state.resting.size()));
  for (auto const& host : rested) {
    std::erase_if(state.resting, [&](auto const& known) { return known.host == host; });
    auto const until = gates.rests_until(host);
    if (host == own)
      state.host_cooled_until = std::max(state.host_cooled_until, until);
    else
      state.resting.push_back({host, until, gates.learned(host)});
  }
}

// Two feeds may be at one address: one is configured so, others have moved there. What is published there is
// seen by the one that is polled, and well; asking for both would be two requests where the publisher counts
// one reader. When to look again; none: ask now.
std::optional<UtcMicros> Scheduler::Impl::leave_to_twin(Entry const& entry, PollState& state) {
  std::optional<UtcMicros> later;
  bool const moved = !state.adopted_url.empty();
  auto const heed = [&, now = clock.now()](Entry const& other) {
    if (&other == &entry) return;
    auto const known = decode_poll_state(other.record);
    if (!known || known->poll_url() != state.poll_url()) return;
    if (known->last_request > state.last_request) {  // what that one was told is what counts
      state.etag = known->etag;
      state.last_modified = known->last_modified;
      state.validators_url = known->validators_url;
      state.body_hash = known->body_hash;
      state.document_error = known->document_error;
      state.outgrown = known->outgrown;
    }
    if (other.paused()) return;
    if (known->failures > 0) {  // nor right after its failure
      auto const soonest = known->last_request + options.polling.error_first;
      if (soonest > now) later = soonest;
    } else if (moved) {
      later = std::max(other.next_due, now + twin_rest);
    }
  };
  if (auto const it = by_url.find(state.poll_url()); it != by_url.end()) heed(*it->second);
  auto const leader = leaders.find(state.poll_url());
  if (!later && leader != leaders.end())
    if (auto const it = entries.find(leader->second.id); it != entries.end()) heed(*it->second);
  if (!later && moved) leaders[state.adopted_url] = {number(entry.spec->id), state.last_request};
  return later;
}

// What is older first, so that the stream tells things in their order; with the old record, so that a crash
// in between brings all of it again.
asio::awaitable<Result<void>> Scheduler::Impl::keep(FeedSpec const& spec, Pendings older,
                                                    std::unique_ptr<PendingItems> pending,
                                                    std::string old_record, std::string record,
                                                    std::vector<FeedNotice> notices) {
  while (!older.empty()) {
    auto oldest = std::move(older.back());
    older.pop_back();
    std::vector<FeedNotice> none;
    auto const kept = co_await sink.commit(spec, std::move(oldest), old_record, std::move(none));
    if (!kept) co_return kept;
  }
  co_return co_await sink.commit(spec, std::move(pending), std::move(record), std::move(notices));
}

// The feed's own document, at the host's gate.
asio::awaitable<PollOutcome> Scheduler::Impl::ask(FeedSpec const& spec, PollState const& state,
                                                  Gatekeeper::Permit permit, PollTrace& trace) {
  PollOutcome outcome;
  auto request = request_for(state, spec, clock.now());
  outcome.unconditional = request.etag.empty() && request.last_modified.empty();
  // Who waits at another's gate leaves its place to those who need not, as long as those are few.
  bool gave = false;
  GatedClient::Account account;
  account.waits = [this, &gave](bool begins) {
    if (begins && outside < outside_per_place * options.polls_max) {
      gave = true;
      ++outside;
      release();
    } else if (!begins && std::exchange(gave, false)) {
      --outside;
      ++counters.in_flight;
    }
  };
  auto response = co_await exchange(spec, std::move(request), std::move(permit), account);
  outcome.now = clock.now();
  outcome.asked = std::min(account.asked, outcome.now);  // where the clock was set back in between
  outcome.unasked = account.resting;
  outcome.set_back = clock.set_back();
  if (response) {
    trace.status = response->status;
    trace.wire_bytes = response->wire_bytes;
    trace.time = response->total_time;
  }
  outcome.response = std::move(response);
  co_return outcome;
}

// One exchange with the permit in hand, robots.txt before it where that is due.
asio::awaitable<Result<fetch::Response>> Scheduler::Impl::exchange(FeedSpec const& spec,
                                                                   fetch::Request request,
                                                                   Gatekeeper::Permit permit,
                                                                   GatedClient::Account& account) {
  auto response = co_await gated.fetch(std::move(request), std::move(permit), spec.robots, account);
  if (account.robots_denied) ++counters.robots_denied;
  co_return response;
}

// A document whose pages are fetched is minutes in the reading, and one that we cannot bear may be our end:
// a restart is to find that the feed was asked. What it holds is not stored yet, so the validators stay.
asio::awaitable<void> Scheduler::Impl::note_asked(EntryPtr const& entry, FeedSpec const& spec,
                                                  PollOutcome const& outcome) {
  if (entry->removed) co_return;
  auto state = state_at(spec.url, entry->record);
  read_anew(state, spec);
  state.last_request = std::max(state.last_request, outcome.asked);
  state.header_hint = freshness(outcome.response->headers, outcome.now, options.polling.hint_max);
  state.next_due = outcome.now + floor_of(state, spec, options.polling);
  state.push = copy_of(entry->push);
  state.paused_at = entry->paused_at;
  entry->record = encode(state);
  co_await keep_record(spec, entry->record);  // else the poll's own says why not
}

// Alone: of what changes between polls, or before one has read what came.
asio::awaitable<Result<void>> Scheduler::Impl::keep_record(FeedSpec const& spec, std::string record) {
  std::vector<FeedNotice> none;
  co_return co_await sink.commit(spec, nullptr, std::move(record), std::move(none));
}

// Lets the sink read a full answer whose bytes are not those of last time.
asio::awaitable<std::unique_ptr<PendingItems>> Scheduler::Impl::read(EntryPtr const& entry,
                                                                     FeedSpec const& spec,
                                                                     PollState const& state,
                                                                     PollOutcome& outcome) {
  if (!outcome.response || outcome.response->status != 200) co_return nullptr;
  auto const& body = outcome.response->body;
  outcome.body_hash = std::max<std::uint64_t>(1, XXH3_64bits(body.data(), body.size()));
  bool const final_url_same = outcome.response->final_url == state.validators_url;
  if (outcome.body_hash == state.body_hash && final_url_same) co_return nullptr;
  co_await note_asked(entry, spec, outcome);
  fetch::Response document = *outcome.response;
  document.body = std::exchange(outcome.response->body, {});
  Digest digest = co_await sink.digest(spec, std::move(document));
  if (digest.unread()) {
    outcome.unread = digest.report.error();
    co_return nullptr;
  }
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
  else if (is_busy(status))
    ++counters.throttled;
  else
    ++counters.failed;
}

void Scheduler::Impl::finish(EntryPtr const& entry, PollState state, Decision const& decision,
                             PollTrace trace, PollOutcome const& outcome) {
  count(outcome);
  entry->share = share_of(state, *entry->spec, options.polling, outcome.now);
  entry->interval_s = static_cast<std::uint32_t>(decision.interval.count());
  entry->host = host_key(state.poll_url());  // a redirect may have been adopted
  entry->next_due = decision.next_due;
  entry->activity = FeedStatus::Activity::waiting;
  trace.next_due = decision.next_due;
  if (trace.error.empty()) trace.error = state.last_error;
  auto const unmet = infeasible_wish(state, *entry->spec, options.polling, outcome.now);
  if (unmet && !entry->wish_told) trace.unmet_wish = unmet->why;
  entry->wish_told = unmet.has_value();
  trace.unmet_budget = std::exchange(unmet_budget, {});
  trace.state = &state;
  if (listener && !entry->removed) listener(trace);
  if (entry->removed || stopping || entry->paused()) return;
  queue.set(*entry, entry->next_due);
  if (wants_more(*trace.feed, *entry->spec)) {  // since this poll began
    std::vector<EntryPtr> late;
    bring_forward(entry, clock.now(), late);
    spread(late, clock.now());
  }
  wake_for_next();
}

}  // namespace newsfold::schedule
