#include "daemon/webhook/webhook.h"

#include "daemon/log/log.h"
#include "daemon/runtime/run_on.h"
#include "daemon/schedule/server_hints.h"
#include "daemon/webhook/delivery_record.h"
#include "feeds/model/event_json.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace newsfold::webhook {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t read_ahead_events = 64;
constexpr std::size_t answer_bytes_max = std::size_t{256} << 10;  // of the receiver, read and thrown away
constexpr auto save_interval = 1s;                                // while events flow
constexpr std::size_t save_deliveries = 200;

fetch::Limits limits_of(WebhookSpec const& spec) {
  fetch::Limits limits;
  limits.body_bytes_max = answer_bytes_max;
  limits.redirects_max = 0;  // a POST that wanders would be delivered to somebody else, or as a GET
  limits.total_max = spec.timeout;
  limits.connect_max = spec.timeout;
  return limits;
}

std::string id_of(Epoch epoch, std::vector<Sequence> const& sequences) {
  auto id = "evt_" + format_epoch(epoch) + "_" + format_sequence(sequences.front());
  if (sequences.size() > 1) id += "_" + format_sequence(sequences.back());
  return id;
}

Parked parked_of(notify::LoggedEvent const& event) {
  Parked parked;
  parked.sequence = event.sequence;
  parked.previous = event.previous;
  parked.lanes = lanes_of(event);
  return parked;
}

}  // namespace

std::string_view to_string(WebhookCondition condition) noexcept {
  switch (condition) {
    case WebhookCondition::fine: return "fine";
    case WebhookCondition::failing: return "failing";
    case WebhookCondition::throttled: return "throttled";
    case WebhookCondition::disabled: return "disabled";
  }
  return "fine";
}

std::string subscription_of(std::string_view name) { return "webhook." + std::string(name); }

Webhook::Webhook(WebhookParts const& parts, fetch::Client& client, WebhookSpec spec, std::uint64_t seed)
    : parts_(parts),
      client_(client),
      spec_(std::move(spec)),
      random_(seed),
      wake_(parts.executor),
      alarm_(parts.executor, parts.clock,
             [this] {
               woken_ = true;
               wake_.cancel();
             }),
      listening_(parts.changes.listen([this] {
        woken_ = true;
        wake_.cancel();
      })) {}

// ---- The loop ----------------------------------------------------------------------------------

asio::awaitable<void> Webhook::run() {
  co_await load();
  for (;;) {
    woken_ = false;
    bool const worked = co_await step();
    auto const now = parts_.clock.now();
    if (changed_ && (delivered_unsaved_ >= save_deliveries || now - saved_at_ >= save_interval))
      co_await save();
    if (!worked) co_await wait(wake_time());
  }
}

// The store was restored: the numbers that the state holds are those of another log.
void Webhook::begin_epoch(DeliveryState& state) {
  auto const before = Sequence{number(parts_.store.oldest_sequence()) - 1};
  log::warning("webhook_new_epoch",
               {{"webhook", spec_.name}, {"cursor", before}, {"parked_lost", state.parked.size()}});
  state.lost += state.parked.size();
  state.parked.clear();
  rewind(state, before, Sequence{0});
}

asio::awaitable<void> Webhook::load() {
  auto job = [this]() -> Result<DeliveryState> {
    auto const view = parts_.store.view();
    DeliveryState state;
    auto const kept = view.subscription(subscription_of(spec_.name));
    if (kept) {
      auto decoded = decode(kept->settings, kept->acknowledged);
      if (!decoded) return decoded.error();
      state = std::move(*decoded);
    } else {
      state.cursor = parts_.store.last_sequence();  // a new webhook hears of what comes
    }
    if (kept && kept->epoch != parts_.store.epoch()) begin_epoch(state);
    if (!kept || state.filter_key != spec_.filter.key()) {
      auto const previous = notify::previous_match(parts_.store, spec_.filter, state.cursor);
      if (previous) state.previous = *previous;
      state.filter_key = spec_.filter.key();
    }
    return state;
  };
  auto loaded = co_await run_on(parts_.blocking, std::move(job));
  if (loaded) {
    state_ = std::move(*loaded);
  } else {
    log::error(
        "webhook_state_unreadable",
        {{"webhook", spec_.name}, {"reason", loaded.error().message}, {"instead", "begins with what comes"}});
    state_ = {};
    state_.cursor = parts_.store.last_sequence();
    state_.filter_key = spec_.filter.key();
  }
  if (state_.url != spec_.url) {
    if (!state_.url.empty()) webhook::enable(state_);  // a new address gets a new chance
    state_.url = spec_.url;
  }
  if (!state_.disabled.empty())
    log::warning("webhook_disabled", {{"webhook", spec_.name}, {"reason", state_.disabled}});
  changed_ = true;
  co_await save();
}

// One delivery, or one look at the log that brought nothing to send.
asio::awaitable<bool> Webhook::step() {
  auto const now = parts_.clock.now();
  if (!state_.disabled.empty() || now < state_.not_before || now < read_again_at_) co_return false;
  std::optional<Attempt> attempt;
  if (auto const parked = due(state_, now)) {
    attempt.emplace();
    attempt->head = false;
    attempt->sequences.push_back(parked->sequence);
    attempt->previous = parked->previous;
  } else {
    auto const before = state_.cursor;
    if (ahead_.empty()) co_await read_ahead();
    attempt = next_from_log();
    if (!attempt) co_return state_.cursor != before;
  }
  auto body = co_await body_of(*attempt);
  if (!body) co_return true;  // what else there is to do shows in the next step
  co_await deliver(std::move(*attempt), std::move(*body));
  co_return true;
}

std::size_t Webhook::batch_size() const {
  return number(state_.single_until) > number(state_.cursor) ? 1 : spec_.batch_max;
}

asio::awaitable<void> Webhook::read_ahead() {
  if (number(state_.cursor) >= number(parts_.store.last_sequence())) co_return;
  if (state_.parked.size() >= parked_max) co_return;  // until one of them is through, or dead
  notify::SliceLimits limits;
  limits.events_max = std::max<std::size_t>(read_ahead_events, spec_.batch_max);
  auto const generation = generation_;
  auto job = [this, limits, cursor = state_.cursor, previous = state_.previous] {
    return notify::read_slice(parts_.store, spec_.filter, cursor, previous, limits);
  };
  auto slice = co_await run_on(parts_.blocking, std::move(job));
  if (generation != generation_) co_return;
  if (!slice) {
    if (slice.error().code == ErrorCode::expired)
      retention_was_faster();
    else
      log_unreadable(slice.error());
    co_return;
  }
  if (slice->lost > 0)
    log::error("webhook_skipped_corrupt", {{"webhook", spec_.name}, {"events", slice->lost}});
  ahead_.assign(std::make_move_iterator(slice->events.begin()), std::make_move_iterator(slice->events.end()));
  ahead_cursor_ = slice->cursor;
  ahead_previous_ = slice->previous;
}

// What the disk does not give now it may give later; until then nothing moves.
void Webhook::log_unreadable(Error const& error) {
  log::error("webhook_log_unreadable", {{"webhook", spec_.name}, {"reason", error.message}});
  read_again_at_ = parts_.clock.now() + backoff_first;
}

void Webhook::forget_ahead() {
  std::deque<notify::LoggedEvent>().swap(ahead_);
  ahead_cursor_ = {};
}

void Webhook::retention_was_faster() {
  auto const oldest = number(parts_.store.oldest_sequence());
  if (oldest <= number(state_.cursor) + 1) return;
  auto const lost = oldest - 1 - number(state_.cursor);
  log::error("webhook_lost", {{"webhook", spec_.name},
                              {"events", lost},
                              {"reason", "the change log keeps no more (storage.changes_age)"}});
  state_.lost += lost;
  skip(state_, {}, Sequence{oldest - 1}, state_.previous);
  changed_ = true;
}

// The events of the next request. Nothing: none is there, or a batch still fills; what is only passed over
// moves the cursor.
std::optional<Attempt> Webhook::next_from_log() {
  Attempt attempt;
  attempt.cursor = state_.cursor;
  attempt.previous = state_.previous;
  auto const size = batch_size();
  std::size_t taken = 0;
  for (auto const& event : ahead_) {
    if (attempt.sequences.size() >= size) break;
    if (number(state_.batch_end) != 0 && event.sequence > state_.batch_end && !attempt.sequences.empty())
      break;
    auto parked = parked_of(event);
    bool const waits =
        is_parked(state_, parked.lanes) ||
        std::ranges::any_of(attempt.joined, [&](Parked const& one) { return one.lanes.meet(parked.lanes); });
    if (waits) {
      if (state_.parked.size() + attempt.joined.size() >= parked_max) break;
      attempt.joined.push_back(std::move(parked));
    } else {
      attempt.sequences.push_back(event.sequence);
      attempt.parked = std::move(parked);
    }
    attempt.cursor = event.sequence;
    attempt.previous = event.sequence;
    ++taken;
  }
  bool const all = taken == ahead_.size();
  if (all && number(ahead_cursor_) > number(attempt.cursor)) {
    attempt.cursor = ahead_cursor_;
    attempt.previous = ahead_previous_;
  }
  if (attempt.sequences.empty()) {
    if (attempt.cursor != state_.cursor) {
      skip(state_, std::move(attempt.joined), attempt.cursor, attempt.previous);
      ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<std::ptrdiff_t>(taken));
      changed_ = true;
    }
    return std::nullopt;
  }
  bool const may_grow = all && attempt.sequences.size() < size && number(state_.batch_end) == 0 &&
                        number(attempt.cursor) >= number(parts_.store.last_sequence());
  if (may_grow && spec_.batch_wait.count() > 0) {
    auto const now = parts_.clock.now();
    if (batch_since_ == UtcMicros{}) batch_since_ = now;
    if (now < batch_since_ + spec_.batch_wait) {
      forget_ahead();  // it is read again with what comes
      return std::nullopt;
    }
  }
  batch_since_ = {};
  return attempt;
}

// A single event as it stands, several as an array. Nothing where a parked one has left the log, or cannot be
// read now.
asio::awaitable<std::optional<std::string>> Webhook::body_of(Attempt const& attempt) {
  if (!attempt.head) {
    auto const sequence = attempt.sequences.front();
    auto job = [this, sequence, previous = attempt.previous] {
      return notify::read_event(parts_.store, sequence, previous);
    };
    auto event = co_await run_on(parts_.blocking, std::move(job));
    if (event) {
      if (spec_.batch_max > 1) co_return "[" + event->json + "]";
      co_return std::move(event->json);
    }
    if (event.error().code != ErrorCode::expired) {
      log_unreadable(event.error());
      co_return std::nullopt;
    }
    log::error("webhook_lost",
               {{"webhook", spec_.name}, {"event", sequence}, {"reason", event.error().message}});
    lose_parked(state_, sequence);
    changed_ = true;
    co_return std::nullopt;
  }
  std::string body;
  auto next = attempt.sequences.begin();
  for (auto const& event : ahead_) {
    if (next == attempt.sequences.end()) break;
    if (event.sequence != *next) continue;
    body += body.empty() ? "" : ",\n";
    body += event.json;
    ++next;
  }
  if (spec_.batch_max > 1) body = "[" + body + "]";
  co_return body;
}

asio::awaitable<Result<fetch::Response>> Webhook::post(std::string id, std::string body, bool& connected) {
  auto const now = parts_.clock.now();
  fetch::Request request;
  request.url = spec_.url;
  request.method = fetch::Method::post;
  request.accept = fetch::Accept::any;
  request.limits = limits_of(spec_);
  request.body_content_type = "application/json";
  request.credentials.headers = {{"webhook-id", id},
                                 {"webhook-timestamp", timestamp(now)},
                                 {"webhook-signature", sign(spec_.keys, id, now, body)}};
  request.body = std::move(body);
  request.connected = &connected;
  co_return co_await client_.fetch(std::move(request));
}

asio::awaitable<void> Webhook::deliver(Attempt attempt, std::string body) {
  auto const generation = generation_;
  bool connected = false;
  auto const response =
      co_await post(id_of(parts_.store.epoch(), attempt.sequences), std::move(body), connected);
  auto const now = parts_.clock.now();
  auto const answer = response ? read_answer(response->status, schedule::retry_after(response->headers, now))
                               : read_answer(response.error(), connected);
  if (generation != generation_) co_return;  // the cursor was moved by hand meanwhile
  auto const step = apply(state_, attempt, answer, now, random());
  changed_ = true;
  if (answer.verdict == Verdict::delivered) {
    delivered_unsaved_ += attempt.sequences.size();
  } else {
    saved_at_ = {};  // what went wrong is written down at once
    forget_ahead();
  }
  while (!ahead_.empty() && ahead_.front().sequence <= state_.cursor) ahead_.pop_front();
  tell(step, answer);
}

void Webhook::tell(Step const& step, Answer const& answer) {
  if (step.began_to_fail)
    log::warning("webhook_failing",
                 {{"webhook", spec_.name},
                  {"reason", answer.words},
                  {"next_try", state_.not_before},
                  {"behind", number(parts_.store.last_sequence()) - number(state_.cursor)}});
  if (step.recovered) log::info("webhook_recovered", {{"webhook", spec_.name}});
  if (step.disabled)
    log::error("webhook_disabled", {{"webhook", spec_.name},
                                    {"reason", state_.disabled},
                                    {"cursor", state_.cursor},
                                    {"resume_with", "newsfold webhook enable " + spec_.name}});
  if (step.parked > 0)
    log::warning("webhook_parked",
                 {{"webhook", spec_.name}, {"reason", answer.words}, {"parked", state_.parked.size()}});
  if (step.dead > 0)
    log::error("webhook_dead_letter", {{"webhook", spec_.name},
                                       {"reason", answer.words},
                                       {"dead_letters", state_.dead.size()},
                                       {"resume_with", "newsfold webhook replay " + spec_.name}});
}

// ---- Waiting and writing down ------------------------------------------------------------------

UtcMicros Webhook::wake_time() const {
  auto until = UtcMicros::max();
  if (changed_) until = std::min<UtcMicros>(until, saved_at_ + save_interval);
  if (!state_.disabled.empty()) return until;
  auto const not_before = std::max(state_.not_before, read_again_at_);
  if (parts_.clock.now() < not_before) return std::min(until, not_before);
  until = std::min(until, next_due(state_));
  if (batch_since_ != UtcMicros{}) until = std::min<UtcMicros>(until, batch_since_ + spec_.batch_wait);
  return until;
}

asio::awaitable<void> Webhook::wait(UtcMicros until) {
  if (woken_) co_return;
  wake_.expires_at(asio::steady_timer::time_point::max());
  alarm_.set(until);
  boost::system::error_code woken;
  co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  alarm_.set(UtcMicros::max());
  auto const cancelled = co_await asio::this_coro::cancellation_state;
  if (cancelled.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<void> Webhook::save() {
  if (!changed_) co_return;
  changed_ = false;
  delivered_unsaved_ = 0;
  saved_at_ = parts_.clock.now();
  storage::Subscription subscription;
  subscription.name = subscription_of(spec_.name);
  subscription.epoch = parts_.store.epoch();
  subscription.acknowledged = state_.cursor;
  subscription.moved_at = saved_at_;
  subscription.settings = encode(state_);
  auto const saved = co_await parts_.subscriptions.put(std::move(subscription));
  if (saved) co_return;
  changed_ = true;
  log::error("webhook_not_saved", {{"webhook", spec_.name}, {"reason", saved.error().message}});
}

// ---- What people ask for -----------------------------------------------------------------------

WebhookStatus Webhook::status() const {
  WebhookStatus status;
  status.name = spec_.name;
  status.url = spec_.url;
  status.state = state_;
  status.last = parts_.store.last_sequence();
  auto const oldest = parts_.store.oldest_sequence();
  status.dead_expired = static_cast<std::size_t>(
      std::ranges::count_if(state_.dead, [&](DeadLetter const& letter) { return letter.sequence < oldest; }));
  status.keys = spec_.keys.size();
  status.error = state_.disabled.empty() ? state_.error : state_.disabled;
  if (!state_.disabled.empty())
    status.condition = WebhookCondition::disabled;
  else if (state_.failures > 0)
    status.condition = WebhookCondition::failing;
  else if (parts_.clock.now() < state_.not_before)
    status.condition = WebhookCondition::throttled;
  return status;
}

asio::awaitable<TestReport> Webhook::test() {
  auto const now = parts_.clock.now();
  auto const id = "test_" + std::to_string(now.time_since_epoch().count());
  auto body = "{\"specversion\":\"1.0\",\"id\":\"" + id + "\",\"source\":\"/newsfold/" +
              format_epoch(parts_.store.epoch()) + "\",\"type\":\"newsfold.test\",\"time\":\"" +
              format_rfc3339(now) + "\",\"datacontenttype\":\"application/json\",\"data\":{\"webhook\":";
  append_json_string(body, spec_.name);
  body += "}}";
  if (spec_.batch_max > 1) body = "[" + body + "]";
  bool connected = false;
  auto const response = co_await post(id, std::move(body), connected);
  TestReport report;
  if (!response) {
    report.error = response.error().message;
    co_return report;
  }
  report.status = response->status;
  report.took = response->total_time;
  if (auto const answer = read_answer(response->status, std::nullopt); answer.verdict != Verdict::delivered)
    report.error = answer.words;
  co_return report;
}

std::size_t Webhook::replay_dead() {
  auto const replayed = webhook::replay_dead(state_, parts_.clock.now());
  changed_ = true;
  woken_ = true;
  wake_.cancel();
  return replayed;
}

asio::awaitable<Result<void>> Webhook::replay_from(Sequence after) {
  auto job = [this, after]() -> Result<Sequence> {
    if (auto const reader = parts_.store.changes(after); !reader) return reader.error();
    return notify::previous_match(parts_.store, spec_.filter, after);
  };
  auto const previous = co_await run_on(parts_.blocking, std::move(job));
  if (!previous) co_return previous.error();
  ++generation_;
  forget_ahead();
  rewind(state_, after, *previous);
  changed_ = true;
  woken_ = true;
  wake_.cancel();
  co_return Result<void>();
}

void Webhook::enable() {
  webhook::enable(state_);
  changed_ = true;
  woken_ = true;
  wake_.cancel();
}

}  // namespace newsfold::webhook
