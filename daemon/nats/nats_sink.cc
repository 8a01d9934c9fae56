#include "daemon/nats/nats_sink.h"

#include "daemon/log/log.h"
#include "daemon/notify/log_reader.h"
#include "daemon/runtime/run_on.h"
#include "feeds/model/event_json.h"

#include <algorithm>
#include <utility>

namespace newsfold::nats {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t batch_events = 256;
constexpr std::size_t batch_bytes = std::size_t{1} << 20;
constexpr auto retry_first = 1s;
constexpr auto retry_max = 60s;
constexpr auto save_interval = 5s;
constexpr auto look_interval = std::chrono::minutes(1);  // where nothing happens

// An event that the server would not take, without its content: a reader fetches it from the API.
std::string reference_to(notify::LoggedEvent const& event, Epoch epoch) {
  auto json = "{\"specversion\":\"1.0\",\"id\":\"" + format_sequence(event.sequence) +
              "\",\"source\":\"/newsfold/" + format_epoch(epoch) + "\",\"type\":\"" +
              std::string(to_string(event.type)) + "\",\"time\":\"" + format_rfc3339(event.time) +
              "\",\"dataref\":\"/v1/articles/" + std::to_string(number(event.article)) + "\"";
  append_event_end(json, event.previous);
  return json;
}

}  // namespace

NatsSink::NatsSink(SinkParts const& parts, JetStreamOptions options, SubjectTemplate subject,
                   notify::Filter filter)
    : parts_(parts),
      stream_(options),
      options_(std::move(options)),
      subject_(std::move(subject)),
      filter_(std::move(filter)) {}

asio::awaitable<void> NatsSink::run() {
  std::chrono::seconds retry = retry_first;
  for (;;) {
    // Two awaits in one conditional expression would be destroyed twice (g++ 12).
    auto done = Result<void>();
    if (status_.attached)
      done = co_await copy();
    else
      done = co_await attach();
    auto const now = parts_.clock.now();
    if (done) {
      if (!status_.error.empty()) log::info("nats_recovered", {{"stream", options_.stream}});
      status_.error.clear();
      retry = retry_first;
      bool const all = number(status_.cursor) >= number(parts_.store.last_sequence());
      if (now - saved_at_ >= save_interval) co_await save();
      if (all)
        co_await parts_.changes.wait_beyond(status_.cursor, std::chrono::steady_clock::now() + look_interval);
      continue;
    }
    status_.attached = false;
    auto const& error = done.error();
    if (error.code == ErrorCode::conflict) ++status_.conflicts;
    if (status_.error.empty())
      log::warning("nats_failing",
                   {{"stream", options_.stream},
                    {"reason", error.message},
                    {"behind", number(parts_.store.last_sequence()) - number(status_.cursor)}});
    status_.error = error.message;
    co_await parts_.clock.sleep_until(now + retry);
    retry = std::min<std::chrono::seconds>(retry * 2, retry_max);
  }
}

// Where the stream ends decides where we go on.
asio::awaitable<Result<void>> NatsSink::attach() {
  auto job = [this] { return stream_.attach(); };
  auto const end = co_await run_on(parts_.publisher, std::move(job));
  if (!end) co_return end.error();
  auto const last = parts_.store.last_sequence();
  previous_.reset();
  if (end->last && end->epoch == parts_.store.epoch()) {
    if (number(*end->last) > number(last))
      co_return Error{ErrorCode::conflict, "NATS: stream " + options_.stream + " ends with event " +
                                               format_sequence(*end->last) +
                                               ", which this store does not have: it copies another store"};
    status_.cursor = *end->last;
    previous_ = *end->last;  // also where the filter is another one now: nothing stands between the two
  } else if (end->last) {
    // The store was restored or made anew. Ids that the server remembers must be forgotten first, or it might
    // take the new events for the old.
    log::warning("nats_new_epoch", {{"stream", options_.stream}, {"waits", end->duplicate_window}});
    co_await parts_.clock.sleep_until(parts_.clock.now() + end->duplicate_window);
    status_.cursor = co_await noted();
  } else if (end->used) {
    status_.cursor = co_await noted();
  } else {
    status_.cursor = Sequence{number(parts_.store.oldest_sequence()) - 1};
  }
  status_.attached = true;
  log::info("nats_attached", {{"stream", options_.stream}, {"cursor", status_.cursor}});
  co_return Result<void>();
}

asio::awaitable<Sequence> NatsSink::noted() {
  auto job = [this] { return parts_.store.view().subscription(nats_subscription); };
  auto const kept = co_await run_on(parts_.blocking, std::move(job));
  if (kept && kept->epoch == parts_.store.epoch()) co_return kept->acknowledged;
  co_return Sequence{number(parts_.store.oldest_sequence()) - 1};
}

asio::awaitable<Result<void>> NatsSink::copy() {
  notify::SliceLimits limits;
  limits.events_max = batch_events;
  limits.bytes_max = batch_bytes;
  auto read = [this, limits, cursor = status_.cursor]() -> Result<notify::LogSlice> {
    if (!previous_) {
      auto const found = notify::previous_match(parts_.store, filter_, cursor);
      if (!found) return found.error();
      previous_ = *found;
    }
    return notify::read_slice(parts_.store, filter_, cursor, *previous_, limits);
  };
  auto slice = co_await run_on(parts_.blocking, std::move(read));
  if (!slice) {
    if (slice.error().code != ErrorCode::expired) co_return slice.error();
    note_lost();
    co_return Result<void>();
  }
  if (slice->lost > 0)
    log::error("nats_skipped_corrupt", {{"stream", options_.stream}, {"events", slice->lost}});
  if (!slice->events.empty()) {
    auto const count = slice->events.size();
    auto publish = [this, out = messages(std::move(slice->events)), epoch = parts_.store.epoch()] {
      return stream_.publish(out, epoch);
    };
    auto const published = co_await run_on(parts_.publisher, std::move(publish));
    if (!published) co_return published.error();
    status_.published += count;
  }
  status_.cursor = slice->cursor;
  previous_ = slice->previous;
  co_return Result<void>();
}

std::vector<Message> NatsSink::messages(std::vector<notify::LoggedEvent> events) {
  std::vector<Message> out;
  out.reserve(events.size());
  for (auto& event : events) {
    Message message{event.sequence, subject_.of(event), {}};
    bool const fits = event.json.size() <= stream_.body_bytes_max();
    if (!fits) {
      ++status_.cut;
      log::warning("nats_event_cut", {{"event", event.sequence},
                                      {"bytes", event.json.size()},
                                      {"server_takes", stream_.body_bytes_max()},
                                      {"instead", "a reference to the article (dataref)"}});
    }
    message.body = fits ? std::move(event.json) : reference_to(event, parts_.store.epoch());
    out.push_back(std::move(message));
  }
  return out;
}

void NatsSink::note_lost() {
  auto const oldest = number(parts_.store.oldest_sequence());
  if (oldest <= number(status_.cursor) + 1) return;
  auto const lost = oldest - 1 - number(status_.cursor);
  status_.lost += lost;
  status_.cursor = Sequence{oldest - 1};
  log::error("nats_lost", {{"stream", options_.stream},
                           {"events", lost},
                           {"reason", "the change log keeps no more (storage.changes_age)"}});
}

asio::awaitable<void> NatsSink::save() {
  if (!status_.attached || status_.cursor == saved_) co_return;
  saved_at_ = parts_.clock.now();
  storage::Subscription subscription;
  subscription.name = std::string(nats_subscription);
  subscription.epoch = parts_.store.epoch();
  subscription.acknowledged = status_.cursor;
  subscription.moved_at = saved_at_;
  auto const cursor = status_.cursor;
  auto const saved = co_await parts_.subscriptions.put(std::move(subscription));
  if (saved)
    saved_ = cursor;
  else
    log::error("nats_not_saved", {{"reason", saved.error().message}});
}

}  // namespace newsfold::nats
