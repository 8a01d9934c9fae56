#pragma once
// Keeps a JetStream stream a copy of the change log, or of what a filter lets pass of it: every event once,
// in order, under its number. Goes on behind the last message of the stream, whatever our own notes say; a
// stream that never held anything gets the whole log that is retained. `prev` names the message before.
//
// Not thread-safe: one executor (the I/O thread). The library blocks: it runs on a thread of its own.

#include "daemon/nats/jetstream.h"
#include "daemon/nats/subject.h"
#include "daemon/notify/change_feed.h"
#include "daemon/notify/filter.h"
#include "daemon/notify/subscriptions.h"
#include "daemon/runtime/clock.h"
#include "storage/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::nats {

// The name of the subscription that notes how far the stream is; for people, and for a stream that was
// emptied.
inline constexpr std::string_view nats_subscription = "nats";

struct SinkParts {
  storage::Store& store;
  notify::ChangeFeed& changes;
  notify::SubscriptionKeeper& subscriptions;
  SleepingClock& clock;
  boost::asio::any_io_executor blocking;   // for reads of the log
  boost::asio::any_io_executor publisher;  // one thread, for nobody else
};

struct SinkStatus {
  bool attached = false;
  Sequence cursor{};            // everything up to here is in the stream
  std::string error;            // in words; empty: all well
  std::uint64_t published = 0;  // since the start
  std::uint64_t lost = 0;       // numbers that retention took before the server was back
  std::uint64_t conflicts = 0;  // somebody else wrote to the stream
  std::uint64_t cut = 0;        // events too large for the server, sent as a reference
};

class NatsSink {
 public:
  NatsSink(SinkParts const& parts, JetStreamOptions options, SubjectTemplate subject,
           notify::Filter filter = {});
  NatsSink(NatsSink const&) = delete;
  NatsSink& operator=(NatsSink const&) = delete;

  // Until cancelled; a call to the server that has begun is waited for (some seconds at most). Then call
  // save().
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> save();

  SinkStatus const& status() const noexcept { return status_; }

 private:
  boost::asio::awaitable<Result<void>> attach();
  boost::asio::awaitable<Result<void>> copy();
  std::vector<Message> messages(std::vector<notify::LoggedEvent> events);
  boost::asio::awaitable<Sequence> noted();
  void note_lost();

  SinkParts parts_;
  JetStream stream_;
  JetStreamOptions options_;
  SubjectTemplate subject_;
  notify::Filter filter_;
  std::optional<Sequence> previous_;  // what passed last; unknown after a break where nothing tells of it
  SinkStatus status_;
  Sequence saved_{};
  UtcMicros saved_at_{};
};

}  // namespace newsfold::nats
