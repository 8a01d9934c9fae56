#pragma once
// A stream of a NATS JetStream server, to append to. Blocking, with bounds: runs on a thread of its own. No
// policy here: when to try again and what to send stands in nats_sink.h.
//
// No type of the library leaves jetstream.cc. Not thread-safe: one call at a time.

#include "feeds/model/error.h"
#include "feeds/model/event.h"
#include "feeds/model/ids.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace newsfold::nats {

struct JetStreamOptions {
  std::string url;      // "nats://host:port"; "tls://host:port" verifies the server's certificate
  std::string stream;   // made where it is not there
  std::string pattern;  // the subjects that are ours
  std::string credentials_file;
  std::string ca_file = "/etc/ssl/certs/ca-certificates.crt";
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds answer_timeout{5'000};
};

struct Message {
  Sequence sequence{};
  std::string subject;
  std::string body;
};

// Where the stream ends.
struct StreamEnd {
  bool used = false;                             // something was stored in it once
  std::optional<Sequence> last;                  // the number of our newest message; nothing: there is none
  Epoch epoch{};                                 // of that message
  std::chrono::microseconds duplicate_window{};  // the server forgets an id after this
};

class JetStream {
 public:
  explicit JetStream(JetStreamOptions options);
  ~JetStream();

  // Connects anew, makes the stream where it is missing, and finds its end. Fails with `unreachable`, or with
  // `conflict` where the stream does not take our subjects.
  Result<StreamEnd> attach();

  // Appends in order, each under its number as Nats-Msg-Id and only behind the message before it
  // (Nats-Expected-Last-Sequence): nothing is stored twice or out of order. All are on the server when it
  // succeeds; after any failure some may be: attach() tells which. Fails with `conflict` where
  // somebody else wrote to the stream, with `unreachable`.
  Result<void> publish(std::span<Message const> messages, Epoch epoch);

  // The largest body that the server takes; known after attach().
  std::size_t body_bytes_max() const noexcept;

 private:
  struct Connection;
  JetStreamOptions options_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace newsfold::nats
