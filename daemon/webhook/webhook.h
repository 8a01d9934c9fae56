#pragma once
// One receiver of events over HTTP: reads the change log from its own cursor, posts what passes its filter,
// signed, one request at a time, and remembers in the store how far it got. At least once, in order within a
// story; the rules stand in delivery_state.h.
//
// Not thread-safe: one executor (the I/O thread). Holds no event while its receiver is down: the log on disk
// is the queue.

#include "daemon/notify/change_feed.h"
#include "daemon/notify/filter.h"
#include "daemon/notify/log_reader.h"
#include "daemon/notify/subscriptions.h"
#include "daemon/runtime/clock.h"
#include "daemon/schedule/alarm.h"
#include "daemon/webhook/delivery_state.h"
#include "daemon/webhook/signature.h"
#include "feeds/fetch/client.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace newsfold::webhook {

struct WebhookSpec {
  std::string name;  // letters, digits and . _ -
  std::string url;
  std::string secret_file;
  std::vector<SigningKey> keys;  // those of secret_file; all sign
  notify::Filter filter;
  std::uint32_t batch_max = 1;  // events in one request; above 1 the body is an array
  std::chrono::milliseconds batch_wait{};
  std::chrono::milliseconds timeout{15'000};
  bool allow_private = false;  // may post to private, loopback and link-local addresses
};

// What a webhook works with; all of it outlives the webhook.
struct WebhookParts {
  storage::Store& store;
  notify::ChangeFeed& changes;
  notify::SubscriptionKeeper& subscriptions;
  SleepingClock& clock;
  boost::asio::any_io_executor executor;
  boost::asio::any_io_executor blocking;  // for reads of the log
};

enum class WebhookCondition : std::uint8_t { fine, failing, throttled, disabled };
std::string_view to_string(WebhookCondition condition) noexcept;

struct WebhookStatus {
  std::string name;
  std::string url;
  WebhookCondition condition{};
  std::string error;  // in words; empty: all well
  DeliveryState state;
  Sequence last{};               // of the log
  std::size_t dead_expired = 0;  // dead letters whose events have left the log: they cannot be sent again
  std::size_t keys = 0;
};

struct TestReport {
  unsigned status = 0;  // 0: no answer
  std::string error;    // in words; empty: 2xx
  std::chrono::microseconds took{};
};

class Webhook {
 public:
  // `client` posts; `seed` is that of the jitter.
  Webhook(WebhookParts const& parts, fetch::Client& client, WebhookSpec spec, std::uint64_t seed);
  Webhook(Webhook const&) = delete;
  Webhook& operator=(Webhook const&) = delete;

  // Until cancelled. Then call save().
  boost::asio::awaitable<void> run();
  // Writes the state down where it changed since the last time.
  boost::asio::awaitable<void> save();

  WebhookSpec const& spec() const noexcept { return spec_; }
  WebhookStatus status() const;

  // One request out of turn, with an event of type "newsfold.test"; never repeated.
  boost::asio::awaitable<TestReport> test();
  // Dead letters go out again. Returns how many; the rest found no room and stays.
  std::size_t replay_dead();
  // Everything behind `after` goes out again. Fails with `expired`, or with `invalid` beyond the last number.
  boost::asio::awaitable<Result<void>> replay_from(Sequence after);
  void enable();
  void set_keys(std::vector<SigningKey> keys) { spec_.keys = std::move(keys); }

 private:
  boost::asio::awaitable<void> load();
  void begin_epoch(DeliveryState& state);
  boost::asio::awaitable<bool> step();  // false: nothing to do now
  boost::asio::awaitable<void> read_ahead();
  std::optional<Attempt> next_from_log();
  boost::asio::awaitable<std::optional<std::string>> body_of(Attempt const& attempt);
  boost::asio::awaitable<void> deliver(Attempt attempt, std::string body);
  boost::asio::awaitable<Result<fetch::Response>> post(std::string id, std::string body, bool& connected);
  boost::asio::awaitable<void> wait(UtcMicros until);
  void tell(Step const& step, Answer const& answer);
  void forget_ahead();
  void retention_was_faster();
  void log_unreadable(Error const& error);
  UtcMicros wake_time() const;
  double random() { return std::uniform_real_distribution<>(0, 1)(random_); }
  std::size_t batch_size() const;

  WebhookParts parts_;
  fetch::Client& client_;
  WebhookSpec spec_;
  std::mt19937_64 random_;
  DeliveryState state_;
  std::uint64_t generation_ = 0;  // raised where somebody moved the cursor by hand

  // Read and not yet sent; forgotten at the first failure.
  std::deque<notify::LoggedEvent> ahead_;
  Sequence ahead_cursor_{};
  Sequence ahead_previous_{};
  UtcMicros read_again_at_{};  // the disk did not give the log
  UtcMicros batch_since_{};    // when the first event of a batch that is not full was seen

  bool changed_ = false;  // since the last save
  std::size_t delivered_unsaved_ = 0;
  UtcMicros saved_at_{};

  boost::asio::steady_timer wake_;
  bool woken_ = false;
  schedule::Alarm alarm_;
  notify::ChangeFeed::Listening listening_;
};

// The name of the subscription that keeps the cursor of webhook `name`.
std::string subscription_of(std::string_view name);

}  // namespace newsfold::webhook
