#pragma once
// What is remembered of one webhook, and the rules by which an answer of the receiver changes it. Pure: no
// network, no clock, no log; kept in the store between two runs (delivery_record.h).
//
//   cursor: everything up to here was delivered, or stands in `parked` or `dead`, or nobody wanted it.
//   An event that the receiver refuses is parked with those that come later in its story, and the others go
//   on: in order within a story, and one poisonous event holds up nobody else. Where the receiver itself is
//   down, nothing moves: the log on disk is the queue, and no event is held in memory.

#include "daemon/notify/log_reader.h"
#include "feeds/model/error.h"
#include "feeds/model/event.h"
#include "feeds/model/time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace newsfold::webhook {

inline constexpr std::size_t parked_max = 128;         // beyond, the webhook waits for room
inline constexpr std::size_t dead_letters_max = 1000;  // beyond, the oldest is forgotten, and counted
inline constexpr std::size_t error_bytes_max = 300;    // of a reason that is kept
inline constexpr std::chrono::seconds backoff_first{5};
inline constexpr int backoff_growth = 3;
inline constexpr std::chrono::seconds backoff_max = std::chrono::hours(6);
inline constexpr double backoff_jitter = 0.25;  // of the delay, later only
inline constexpr std::chrono::seconds retry_after_max = std::chrono::hours(24);
inline constexpr std::chrono::seconds give_up_after = std::chrono::hours(3 * 24);  // on a refused event
inline constexpr unsigned server_errors_to_park = 5;  // Verdict::server_error in a row, to one event

// Events of one lane are delivered in order: those of a story, those of a feed.
struct Lanes {
  std::uint64_t first = 0;
  std::uint64_t second = 0;  // a merge touches two stories; else equal to `first`

  bool meet(Lanes const& other) const noexcept {
    return first == other.first || first == other.second || second == other.first || second == other.second;
  }
  bool operator==(Lanes const&) const = default;
};
Lanes lanes_of(notify::LoggedEvent const& event) noexcept;

struct Parked {
  Sequence sequence{};
  Sequence previous{};
  Lanes lanes;
  unsigned attempts = 0;  // 0: waits behind another of its story
  UtcMicros first_failed{};
  UtcMicros next_try{};
  std::string error;
  bool operator==(Parked const&) const = default;
};

struct DeadLetter {
  Sequence sequence{};
  Sequence previous{};
  Lanes lanes;
  unsigned attempts = 0;
  UtcMicros died_at{};
  std::string error;
  bool operator==(DeadLetter const&) const = default;
};

struct DeliveryState {
  Sequence cursor{};
  Sequence previous{};      // the newest number up to `cursor` that passes the filter ...
  std::string filter_key;   // ... of this key
  Sequence batch_end{};     // a failed batch ended here: it is asked again as it was
  Sequence single_until{};  // a batch up to here was refused: its events go one by one
  unsigned head_server_errors = 0;

  unsigned failures = 0;   // of the receiver, in a row
  unsigned throttles = 0;  // times that it asked for time, in a row
  UtcMicros not_before{};
  UtcMicros failing_since{};
  std::string error;

  std::string url;       // as configured when the rest was learned
  std::string disabled;  // why; empty: enabled
  UtcMicros disabled_at{};

  std::deque<Parked> parked;  // by number
  std::deque<DeadLetter> dead;
  std::uint64_t delivered = 0;
  std::uint64_t dead_forgotten = 0;  // beyond dead_letters_max
  std::uint64_t lost = 0;            // numbers that retention took before the receiver was back
  bool operator==(DeliveryState const&) const = default;
};

// What an answer means.
enum class Verdict : std::uint8_t {
  delivered,     // 2xx
  unreachable,   // no connection: DNS, TCP, TLS
  server_error,  // the receiver is there, but not well: 5xx, 401, 403, 404, 408, a redirect, no answer in
                 // time
  throttled,     // 429, or 503 with Retry-After
  refused,       // any other 4xx: it does not like this request
  gone,          // 410: it wants no more
};

struct Answer {
  Verdict verdict{};
  std::string words;  // for a person: "500", "no connection (...)"
  std::optional<std::chrono::seconds> retry_after;
};
// `retry_after`: of the header, where there is one.
Answer read_answer(unsigned status, std::optional<std::chrono::seconds> retry_after);
// `connected`: the receiver was there, and then did not answer.
Answer read_answer(Error const& error, bool connected);

// The delay after failure number `failures` (1, 2, ...); `random` in [0, 1).
std::chrono::microseconds backoff(unsigned failures, double random) noexcept;

// One request's worth of events. `head`: next in the log; else one parked event.
struct Attempt {
  bool head = true;
  std::vector<Sequence> sequences;  // in order; never empty
  // Of a head attempt: events passed over on the way because their story is parked.
  std::vector<Parked> joined;
  Sequence cursor{};  // where the webhook stands when this is delivered
  Sequence previous{};
  Parked parked;  // the event itself where it is one alone: as it is to be parked
};

// What there is to tell of a step; for log and status.
struct Step {
  bool began_to_fail = false;
  bool recovered = false;
  bool disabled = false;
  std::size_t parked = 0;
  std::size_t dead = 0;
};

// Changes `state` by the answer to `attempt`.
Step apply(DeliveryState& state, Attempt const& attempt, Answer const& answer, UtcMicros now, double random);

// Passes over events without sending: none of a slice is to be sent now.
void skip(DeliveryState& state, std::vector<Parked> joined, Sequence cursor, Sequence previous);

// The parked event whose turn it is: due, and the first of its lanes.
std::optional<Parked> due(DeliveryState const& state, UtcMicros now);
// When the next parked event is due; max() where none is.
UtcMicros next_due(DeliveryState const& state) noexcept;
bool is_parked(DeliveryState const& state, Lanes const& lanes) noexcept;
// Removes one that can be delivered no more (it left the log).
void lose_parked(DeliveryState& state, Sequence sequence);

// Dead letters back among the parked ones, due now; as many as there is room for. Returns how many.
std::size_t replay_dead(DeliveryState& state, UtcMicros now);
// Begins again behind `cursor`.
void rewind(DeliveryState& state, Sequence cursor, Sequence previous);
// Forgets that the receiver failed or wanted no more.
void enable(DeliveryState& state);

}  // namespace newsfold::webhook
