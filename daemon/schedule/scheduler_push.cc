// WebSub: asking hubs for pushes, answering their questions, reading what they push. The rules are in
// websub.h.
#include "daemon/schedule/host_key.h"
#include "daemon/schedule/scheduler_impl.h"

#include <algorithm>

namespace newsfold::schedule {

namespace asio = boost::asio;
using Phase = PushState::Phase;

namespace {

PushState new_subscription(HubOffer offer, PushOptions const& options) {
  PushState push;
  push.callback_key = callback_key(options);
  push.hub = std::move(offer.hub);
  push.topic = std::move(offer.topic);
  push.secret = random_token();
  push.callback_id = random_token();
  return push;
}

bool is_due(PushState const& push, PushOptions const& options, UtcMicros now) {
  bool const asked_lately = push.requested_at != UtcMicros{} && now - push.requested_at < options.ask_again;
  switch (push.phase) {
    case Phase::requested:
    case Phase::refused: return !asked_lately;
    case Phase::active:
    case Phase::distrusted: return now >= push.renew_at && !asked_lately;
  }
  return false;
}

}  // namespace

// What belongs to a subscription that the record knows: its callback, and when to renew.
void Scheduler::Impl::adopt_push(EntryPtr const& entry) {
  if (!entry->push) return;
  callbacks[entry->push->callback_id] = entry;
  if (entry->push->phase == Phase::active || entry->push->phase == Phase::distrusted)
    renew_later(*entry, entry->push->renew_at);
}

void Scheduler::Impl::renew_later(Entry const& entry, UtcMicros when) {
  if (stopping) return;
  renewals.insert({when, number(entry.spec->id)});
  push_alarm.set(renewals.begin()->first);
}

void Scheduler::Impl::renew_due() {
  auto const now = clock.now();
  while (!renewals.empty() && renewals.begin()->first <= now) {
    auto const id = renewals.begin()->second;
    renewals.erase(renewals.begin());
    auto const it = entries.find(id);
    if (it != entries.end() && it->second->push && is_due(*it->second->push, options.polling.push, now))
      ask_hub(it->second);
  }
  push_alarm.set(renewals.empty() ? UtcMicros::max() : renewals.begin()->first);
}

void Scheduler::Impl::drop_push(EntryPtr const& entry) {
  auto const push = std::move(entry->push);
  if (!push) return;
  callbacks.erase(push->callback_id);
  bool const told = push->phase == Phase::active || push->phase == Phase::distrusted;
  if (!told || stopping || !running) return;
  if (leaving.size() >= leaving_max) leaving.clear();
  leaving[push->callback_id] = push->topic;
  tasks.spawn(talk_to_hub(entry, PushMode::unsubscribe, *push));
}

// Of a feed that is in no configuration any more: whoever brings it back must not rely on a hub that let go.
asio::awaitable<void> Scheduler::Impl::forget_push(EntryPtr entry) {
  auto state = decode_poll_state(entry->record);
  if (entry->storing || !state || !state->push) co_return;  // storing: its poll does this after that
  let_go_of_push(*state, *entry->spec, options.polling, clock.now());
  auto const spec = entry->spec;
  (void)co_await keep_record(*spec, encode(*state));
}

// The hub tells its news no more: its pace is its own again.
void Scheduler::Impl::poll_again(EntryPtr const& entry) {
  if (entry->removed || stopping) return;
  auto const now = clock.now();
  std::vector<EntryPtr> late;
  bring_forward(entry, now, late);
  spread(late, now);
  wake_for_next();
}

// After a good answer: is there a hub, and is it time to talk to it?
void Scheduler::Impl::watch_hub(EntryPtr const& entry, PollState& state, PollOutcome const& outcome) {
  auto const& push_options = options.polling.push;
  bool const good = outcome.response &&
                    (outcome.response->status == 200 || outcome.response->status == 304) &&
                    state.failures == 0;
  if (push_options.callback_url.empty() || !good || entry->spec->kind != SourceKind::feed || entry->removed)
    return;
  auto const* const document = outcome.document && *outcome.document ? &**outcome.document : nullptr;
  auto offer = offered_hub(outcome.response->headers.links, document, outcome.response->final_url);
  if (offer) {
    // Where no document came (304), its self link is not to be seen: no word against the topic that we have.
    bool const unsaid = !document && offer->topic == outcome.response->final_url;
    bool const known =
        entry->push && entry->push->hub == offer->hub && (unsaid || entry->push->topic == offer->topic);
    if (!known) {
      drop_push(entry);
      entry->push = std::make_unique<PushState>(new_subscription(std::move(*offer), push_options));
      callbacks[entry->push->callback_id] = entry;
    }
  } else if (document) {
    drop_push(entry);  // the feed names no hub any more
  }
  if (entry->push && is_due(*entry->push, push_options, outcome.now)) ask_hub(entry);
  state.push = copy_of(entry->push);
}

void Scheduler::Impl::ask_hub(EntryPtr const& entry) {
  if (stopping) return;
  auto const now = clock.now();
  auto& push = *entry->push;
  if (auto const rests = gates.rests_until(host_key(push.hub)); rests > now)
    return renew_later(*entry, rests);
  push.requested_at = now;
  if (push.phase == Phase::refused) push.phase = Phase::requested;
  renew_later(*entry, now + options.polling.push.ask_again);  // where no answer comes
  tasks.spawn(talk_to_hub(entry, PushMode::subscribe, push));
}

asio::awaitable<void> Scheduler::Impl::talk_to_hub(EntryPtr entry, PushMode mode, PushState push) {
  fetch::Request request;
  request.url = push.hub;
  request.method = fetch::Method::post;
  request.accept = fetch::Accept::any;
  request.body = subscription_form(mode, push, options.polling.push);
  request.body_content_type = "application/x-www-form-urlencoded";
  request.limits = entry->spec->limits;
  auto const answer = co_await pages.fetch(std::move(request));
  if (mode == PushMode::unsubscribe || (answer && answer->status >= 200 && answer->status < 300)) co_return;
  bool const still_ours = entry->push && entry->push->callback_id == push.callback_id;
  if (!still_ours) co_return;
  if (auto const rests = gates.rests_until(host_key(push.hub)); rests > clock.now()) {
    entry->push->requested_at = {};  // it was not asked, or does not want to be: again when it has rested
    renew_later(*entry, rests);
    co_return;
  }
  if (entry->push->phase != Phase::requested) co_return;
  entry->push->phase = Phase::refused;
  co_await save_push(entry);
}

// Keeps what changed of the subscription. A poll under way keeps it with its own commit, or right after.
asio::awaitable<void> Scheduler::Impl::save_push(EntryPtr entry) {
  if (entry->activity == FeedStatus::Activity::polling) {
    entry->push_unsaved = true;
    co_return;
  }
  entry->push_unsaved = false;
  auto decoded = decode_poll_state(entry->record);
  if (!decoded || entry->removed) co_return;
  decoded->push = copy_of(entry->push);
  entry->record = encode(*decoded);
  // A failure is no harm: the hub asks again, or the next poll keeps it.
  auto const spec = entry->spec;
  (void)co_await keep_record(*spec, entry->record);
}

bool Scheduler::awaits_push(std::string const& callback_id) const {
  return impl_->callbacks.contains(callback_id);
}

asio::awaitable<Result<std::string>> Scheduler::verify_push(PushQuery query) {
  Impl& impl = *impl_;
  auto const now = impl.clock.now();
  if (query.mode == "unsubscribe") {
    auto const it = impl.leaving.find(query.callback_id);
    if (it == impl.leaving.end() || it->second != query.topic)
      co_return Error{ErrorCode::not_found, "we did not ask for that"};
    impl.leaving.erase(it);
    co_return query.challenge;
  }
  auto const it = impl.callbacks.find(query.callback_id);
  if (it == impl.callbacks.end() || !it->second->push || it->second->push->topic != query.topic)
    co_return Error{ErrorCode::not_found, "no subscription of ours is called so"};
  auto const entry = it->second;
  auto& push = *entry->push;
  auto const& options = impl.options.polling.push;
  if (query.mode == "denied") {
    push.phase = Phase::refused;
    push.requested_at = now;
    co_await impl.save_push(entry);
    impl.poll_again(entry);
    co_return std::string();
  }
  // Intent: only what we asked for lately is confirmed, or anybody could subscribe us to anything.
  bool const asked = push.requested_at != UtcMicros{} && now - push.requested_at < options.ask_again &&
                     push.phase != Phase::refused;
  if (query.mode == "subscribe" && !query.challenge.empty() && confirmed_lately(push, now))
    co_return query.challenge;
  if (query.mode != "subscribe" || !asked || query.challenge.empty())
    co_return Error{ErrorCode::not_found, "we did not ask for that"};
  auto const lease =
      std::clamp(std::chrono::seconds(query.lease_seconds.value_or(options.lease_wanted.count())),
                 options.lease_min, options.lease_max);
  confirm_push(push, lease, now);
  impl.renew_later(*entry, push.renew_at);
  co_await impl.save_push(entry);
  co_return query.challenge;
}

Result<void> Scheduler::deliver_push(PushDelivery delivery) {
  Impl& impl = *impl_;
  auto const it = impl.callbacks.find(delivery.callback_id);
  if (it == impl.callbacks.end() || !it->second->push || it->second->push->phase == Phase::refused)
    return Error{ErrorCode::gone, "no subscription of ours is called so"};
  if (impl.stopping || impl.held || impl.deliveries >= impl.options.polling.push.deliveries_max)
    return Error{ErrorCode::unreachable, "too busy to read this now; the hub may bring it again"};
  auto const& push = *it->second->push;
  // W3C WebSub 8: accepted and dropped, so that nobody learns from the answer whether a guess was right.
  if (!signature_fits(delivery.signature, push.secret, delivery.body)) {
    ++impl.counters.pushes_dropped;
    return {};
  }
  ++impl.deliveries;
  impl.tasks.spawn(impl.read_push(it->second, std::move(delivery)));
  return {};
}

// A push brings items; it moves no due time and no validators.
asio::awaitable<void> Scheduler::Impl::read_push(EntryPtr entry, PushDelivery delivery) {
  struct Done {
    std::size_t& count;
    ~Done() { --count; }
  } const done{deliveries};
  auto const spec = entry->spec;
  fetch::Response response;
  response.status = 200;
  response.final_url = entry->push ? entry->push->topic : spec->url;
  response.headers.content_type = std::move(delivery.content_type);
  response.body = std::move(delivery.body);
  PollTrace trace{.feed = spec.get(), .status = 200, .error = {}, .unmet_wish = {}, .unmet_budget = {}};
  trace.wire_bytes = response.body.size();
  trace.pushed = true;
  trace.next_due = entry->next_due;
  Digest digest = co_await sink.digest(*spec, std::move(response));
  if (digest.report) {
    std::vector<FeedNotice> none;
    auto const kept = co_await sink.commit(*spec, std::move(digest.pending), std::string(), std::move(none));
    if (!kept) trace.error = "not stored: " + kept.error().message;
    trace.new_items = digest.report->new_items;
    if (kept && entry->push) {
      entry->push->last_push = clock.now();
      entry->push->arrivals += digest.report->new_items;
      ++counters.pushes;
      co_await save_push(entry);
    }
  } else {
    trace.error = digest.report.error().message;
  }
  if (listener) listener(trace);
}

}  // namespace newsfold::schedule
