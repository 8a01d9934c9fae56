#include "daemon/webhook/delivery_state.h"

#include <algorithm>
#include <cassert>

namespace newsfold::webhook {

namespace {

// Feeds and stories are numbered apart: this bit keeps their lanes apart.
constexpr std::uint64_t feed_lane = std::uint64_t{1} << 63;
constexpr std::uint64_t lost_lane = feed_lane | std::uint64_t{1} << 62;

std::string shortened(std::string text) {
  if (text.size() > error_bytes_max) text.resize(error_bytes_max);
  return text;
}

// Keeps the order of the log.
void park(DeliveryState& state, Parked parked) {
  auto const at = std::ranges::upper_bound(state.parked, parked.sequence, {}, &Parked::sequence);
  state.parked.insert(at, std::move(parked));
}

auto find(DeliveryState& state, Sequence sequence) {
  return std::ranges::find(state.parked, sequence, &Parked::sequence);
}

void bury(DeliveryState& state, Parked const& parked, UtcMicros now) {
  if (state.dead.size() >= dead_letters_max) {
    state.dead.pop_front();
    ++state.dead_forgotten;
  }
  state.dead.push_back({parked.sequence, parked.previous, parked.lanes, parked.attempts, now, parked.error});
}

void receiver_failed(DeliveryState& state, Answer const& answer, UtcMicros now, double random, Step& step) {
  if (state.failures++ == 0) {
    state.failing_since = now;
    step.began_to_fail = true;
  }
  auto delay = backoff(state.failures, random);
  if (answer.retry_after)
    delay = std::max<std::chrono::microseconds>(delay, std::min(*answer.retry_after, retry_after_max));
  state.not_before = now + delay;
  state.error = shortened(answer.words);
}

void receiver_works(DeliveryState& state, Step& step) {
  step.recovered = state.failures > 0;
  state.failures = 0;
  state.throttles = 0;
  state.not_before = {};
  state.failing_since = {};
  state.error.clear();
}

// The receiver asks for time: that is no failure. One that asks again and again for none gets more and more.
void throttle(DeliveryState& state, Answer const& answer, UtcMicros now, double random) {
  auto const asked = std::min(answer.retry_after.value_or(std::chrono::seconds(0)), retry_after_max);
  auto const with_jitter =
      std::chrono::duration_cast<std::chrono::microseconds>(asked * (1 + backoff_jitter * random));
  state.not_before = now + std::max(with_jitter, backoff(++state.throttles, random));
  state.error = shortened(answer.words);
}

void move_on(DeliveryState& state, Attempt const& attempt) {
  for (auto const& joined : attempt.joined) park(state, joined);
  state.cursor = attempt.cursor;
  state.previous = attempt.previous;
  state.head_server_errors = 0;
  if (state.cursor >= state.batch_end) state.batch_end = {};
  if (state.cursor >= state.single_until) state.single_until = {};
}

void park_head(DeliveryState& state, Attempt const& attempt, Answer const& answer, UtcMicros now,
               double random, Step& step) {
  auto parked = attempt.parked;
  parked.attempts = std::max(1u, state.head_server_errors);
  parked.first_failed = now;
  parked.next_try = now + backoff(parked.attempts, random);
  parked.error = shortened(answer.words);
  move_on(state, attempt);
  park(state, std::move(parked));
  ++step.parked;
}

void head_failed(DeliveryState& state, Attempt const& attempt, Answer const& answer, UtcMicros now,
                 double random, Step& step) {
  bool const alone = attempt.sequences.size() == 1;
  if (answer.verdict == Verdict::refused) {
    if (alone) {
      park_head(state, attempt, answer, now, random, step);
    } else {
      state.single_until = attempt.sequences.back();
      state.batch_end = {};
    }
    return;
  }
  if (!alone) state.batch_end = attempt.sequences.back();
  if (answer.verdict != Verdict::server_error) return;
  // A receiver that breaks on one event must not be held up by it for ever: alone, then to the side.
  if (++state.head_server_errors < server_errors_to_park) return;
  if (alone && state.parked.size() < parked_max) {
    park_head(state, attempt, answer, now, random, step);
  } else if (!alone) {
    state.single_until = attempt.sequences.back();
    state.batch_end = {};
    state.head_server_errors = 0;
  }
}

void parked_failed(DeliveryState& state, Attempt const& attempt, Answer const& answer, UtcMicros now,
                   double random, Step& step) {
  auto const at = find(state, attempt.sequences.front());
  if (at == state.parked.end()) return;
  at->error = shortened(answer.words);
  if (answer.verdict == Verdict::unreachable) return;  // says nothing about the event
  if (at->attempts++ == 0) at->first_failed = now;
  at->next_try = now + backoff(at->attempts, random);
  if (now - at->first_failed < give_up_after) return;
  auto const buried = std::move(*at);
  state.parked.erase(at);
  bury(state, buried, now);
  ++step.dead;
}

}  // namespace

Lanes lanes_of(notify::LoggedEvent const& event) noexcept {
  if (event.lost) {  // nobody knows whose it was: it waits for nobody
    auto const lane = number(event.sequence) | lost_lane;
    return {lane, lane};
  }
  if (!is_article_event(event.type)) {
    auto const lane = number(event.feed) | feed_lane;
    return {lane, lane};
  }
  auto const story = number(event.story);
  auto const former = number(event.former_story);
  return {story, former != 0 ? former : story};
}

Answer read_answer(unsigned status, std::optional<std::chrono::seconds> retry_after) {
  Answer answer;
  answer.words = "answers " + std::to_string(status);
  answer.retry_after = retry_after;
  if (status >= 200 && status < 300)
    answer.verdict = Verdict::delivered;
  else if (status == 410)
    answer.verdict = Verdict::gone;
  else if (status == 429 || (status == 503 && retry_after))
    answer.verdict = Verdict::throttled;
  else if (status >= 400 && status < 500 && status != 401 && status != 403 && status != 404 &&
           status != 407 && status != 408 && status != 425)
    answer.verdict = Verdict::refused;
  else
    answer.verdict = Verdict::server_error;
  return answer;
}

Answer read_answer(Error const& error, bool connected) {
  Answer answer;
  // A receiver that redirects, or whose answer is no HTTP, is there and wrong.
  answer.verdict = connected || error.code == ErrorCode::malformed || error.code == ErrorCode::too_large
                       ? Verdict::server_error
                       : Verdict::unreachable;
  answer.words = error.message;
  return answer;
}

std::chrono::microseconds backoff(unsigned failures, double random) noexcept {
  auto delay = backoff_first;
  for (unsigned i = 1; i < failures && delay < backoff_max; ++i) delay *= backoff_growth;
  delay = std::min(delay, backoff_max);
  return std::chrono::duration_cast<std::chrono::microseconds>(delay * (1 + backoff_jitter * random));
}

Step apply(DeliveryState& state, Attempt const& attempt, Answer const& answer, UtcMicros now, double random) {
  assert(!attempt.sequences.empty());
  Step step;
  switch (answer.verdict) {
    case Verdict::delivered:
      receiver_works(state, step);
      state.delivered += attempt.sequences.size();
      if (attempt.head) {
        move_on(state, attempt);
      } else if (auto const at = find(state, attempt.sequences.front()); at != state.parked.end()) {
        state.parked.erase(at);
      }
      return step;
    case Verdict::gone:
      state.disabled = "the receiver " + answer.words + " (gone): it wants no more";
      state.disabled_at = now;
      step.disabled = true;
      return step;
    case Verdict::throttled: throttle(state, answer, now, random); break;
    case Verdict::refused: receiver_works(state, step); break;
    case Verdict::unreachable: receiver_failed(state, answer, now, random, step); break;
    case Verdict::server_error:
      // To one that was put to the side before, it says nothing new about the receiver.
      if (attempt.head) receiver_failed(state, answer, now, random, step);
      break;
  }
  if (answer.verdict == Verdict::throttled) {
    if (attempt.head && attempt.sequences.size() > 1) state.batch_end = attempt.sequences.back();
    return step;
  }
  if (attempt.head)
    head_failed(state, attempt, answer, now, random, step);
  else
    parked_failed(state, attempt, answer, now, random, step);
  return step;
}

void skip(DeliveryState& state, std::vector<Parked> joined, Sequence cursor, Sequence previous) {
  Attempt passed;
  passed.joined = std::move(joined);
  passed.cursor = cursor;
  passed.previous = previous;
  auto const errors = state.head_server_errors;
  move_on(state, passed);
  state.head_server_errors = errors;
}

std::optional<Parked> due(DeliveryState const& state, UtcMicros now) {
  for (auto it = state.parked.begin(); it != state.parked.end(); ++it) {
    if (it->next_try > now) continue;
    bool const first_of_its_lanes = std::none_of(
        state.parked.begin(), it, [&](Parked const& earlier) { return earlier.lanes.meet(it->lanes); });
    if (first_of_its_lanes) return *it;
  }
  return std::nullopt;
}

UtcMicros next_due(DeliveryState const& state) noexcept {
  auto earliest = UtcMicros::max();
  for (auto it = state.parked.begin(); it != state.parked.end(); ++it) {
    bool const first_of_its_lanes = std::none_of(
        state.parked.begin(), it, [&](Parked const& earlier) { return earlier.lanes.meet(it->lanes); });
    if (first_of_its_lanes) earliest = std::min(earliest, it->next_try);
  }
  return earliest;
}

bool is_parked(DeliveryState const& state, Lanes const& lanes) noexcept {
  return std::ranges::any_of(state.parked, [&](Parked const& one) { return one.lanes.meet(lanes); });
}

void lose_parked(DeliveryState& state, Sequence sequence) {
  auto const at = find(state, sequence);
  if (at == state.parked.end()) return;
  state.parked.erase(at);
  ++state.lost;
}

std::size_t replay_dead(DeliveryState& state, UtcMicros now) {
  std::size_t replayed = 0;
  while (!state.dead.empty() && state.parked.size() < parked_max) {
    auto const& letter = state.dead.front();
    Parked parked;
    parked.sequence = letter.sequence;
    parked.previous = letter.previous;
    parked.lanes = letter.lanes;
    parked.first_failed = now;
    parked.next_try = now;
    parked.error = letter.error;
    park(state, std::move(parked));
    state.dead.pop_front();
    ++replayed;
  }
  if (replayed > 0) state.not_before = {};
  return replayed;
}

void rewind(DeliveryState& state, Sequence cursor, Sequence previous) {
  state.cursor = cursor;
  state.previous = previous;
  state.batch_end = {};
  state.single_until = {};
  state.head_server_errors = 0;
  state.not_before = {};
  std::erase_if(state.parked, [&](Parked const& one) { return one.sequence > cursor; });
  std::erase_if(state.dead, [&](DeadLetter const& one) { return one.sequence > cursor; });
}

void enable(DeliveryState& state) {
  state.disabled.clear();
  state.disabled_at = {};
  state.failures = 0;
  state.throttles = 0;
  state.not_before = {};
  state.failing_since = {};
  state.error.clear();
}

}  // namespace newsfold::webhook
