#include "daemon/webhook/delivery_state.h"

#include <gtest/gtest.h>

namespace newsfold::webhook {
namespace {

using namespace std::chrono_literals;

UtcMicros at(std::chrono::seconds t) { return UtcMicros{std::chrono::hours(24 * 20'000)} + t; }

Attempt attempt_at(std::uint64_t sequence, std::uint64_t story, std::uint64_t previous = 0) {
  Attempt attempt;
  attempt.sequences = {Sequence{sequence}};
  attempt.cursor = Sequence{sequence};
  attempt.previous = Sequence{sequence};
  attempt.parked.sequence = Sequence{sequence};
  attempt.parked.previous = Sequence{previous};
  attempt.parked.lanes = {story, story};
  return attempt;
}

Attempt again(Parked const& parked) {
  Attempt attempt;
  attempt.head = false;
  attempt.sequences = {parked.sequence};
  attempt.previous = parked.previous;
  return attempt;
}

TEST(ReadAnswer, TellsReceiversThatAreDownFromEventsThatAreRefused) {
  EXPECT_EQ(read_answer(200, {}).verdict, Verdict::delivered);
  EXPECT_EQ(read_answer(204, {}).verdict, Verdict::delivered);
  for (unsigned const status : {301U, 401U, 403U, 404U, 408U, 425U, 500U, 502U, 503U, 504U})
    EXPECT_EQ(read_answer(status, {}).verdict, Verdict::server_error) << status;
  for (unsigned const status : {400U, 405U, 409U, 413U, 415U, 422U})
    EXPECT_EQ(read_answer(status, {}).verdict, Verdict::refused) << status;
  EXPECT_EQ(read_answer(410, {}).verdict, Verdict::gone);
  EXPECT_EQ(read_answer(429, {}).verdict, Verdict::throttled);
  EXPECT_EQ(read_answer(503, 5s).verdict, Verdict::throttled);
  EXPECT_EQ(read_answer(Error{ErrorCode::unreachable, ""}, false).verdict, Verdict::unreachable);
  EXPECT_EQ(read_answer(Error{ErrorCode::unreachable, "too slow"}, true).verdict, Verdict::server_error);
  EXPECT_EQ(read_answer(Error{ErrorCode::malformed, "redirects"}, false).verdict, Verdict::server_error);
}

TEST(Backoff, GrowsToHoursAndJitterOnlyDelays) {
  EXPECT_EQ(backoff(1, 0), 5s);
  EXPECT_EQ(backoff(2, 0), 15s);
  EXPECT_EQ(backoff(5, 0), 405s);
  EXPECT_EQ(backoff(1'000'000, 0), 6h);
  for (unsigned n : {1U, 3U, 20U}) {
    EXPECT_GE(backoff(n, 0.999), backoff(n, 0));
    EXPECT_LE(backoff(n, 0.999), backoff(n, 0) * 5 / 4);
  }
}

TEST(Delivery, AnUnreachableReceiverStopsTheCursorForAsLongAsItTakes) {
  DeliveryState state;
  auto now = at(0s);
  for (int i = 0; i < 40; ++i) {  // about a week
    auto const step = apply(state, attempt_at(1, 7),
                            read_answer(Error{ErrorCode::unreachable, "no connection"}, false), now, 0.5);
    EXPECT_EQ(step.began_to_fail, i == 0);
    EXPECT_GT(state.not_before, now);
    now = state.not_before;
  }
  EXPECT_GT(now - at(0s), 7 * 24h);
  EXPECT_EQ(number(state.cursor), 0U);
  EXPECT_TRUE(state.parked.empty() && state.dead.empty());
  EXPECT_TRUE(apply(state, attempt_at(1, 7), read_answer(200, {}), now, 0).recovered);
  EXPECT_EQ(number(state.cursor), 1U);
  EXPECT_EQ(state.failures, 0U);
}

TEST(Delivery, ARefusedEventIsParkedAndThenDead) {
  DeliveryState state;
  auto now = at(0s);
  EXPECT_EQ(apply(state, attempt_at(1, 7), read_answer(422, {}), now, 0).parked, 1U);
  EXPECT_EQ(number(state.cursor), 1U);
  EXPECT_EQ(state.failures, 0U) << "the receiver works";
  EXPECT_TRUE(is_parked(state, {7, 7}));
  EXPECT_FALSE(is_parked(state, {8, 8}));
  std::size_t dead = 0;
  int tries = 1;
  for (; dead == 0 && tries < 100; ++tries) {
    EXPECT_FALSE(due(state, now));
    now = next_due(state);
    auto const parked = due(state, now);
    ASSERT_TRUE(parked);
    dead += apply(state, again(*parked), read_answer(422, {}), now, 0).dead;
  }
  EXPECT_GE(now - at(0s), give_up_after);
  EXPECT_LT(now - at(0s), give_up_after + backoff_max + 1h);
  EXPECT_GT(tries, 10);
  ASSERT_EQ(state.dead.size(), 1U);
  EXPECT_EQ(state.dead.front().error, "answers 422");
  EXPECT_EQ(replay_dead(state, now), 1U);
  EXPECT_TRUE(due(state, now));
  EXPECT_TRUE(state.dead.empty());
}

TEST(Delivery, LaterEventsOfAParkedStoryWaitInOrder) {
  DeliveryState state;
  apply(state, attempt_at(1, 7), read_answer(400, {}), at(0s), 0);
  auto other = attempt_at(4, 9);
  Parked second;
  second.sequence = Sequence{2};
  second.lanes = {7, 7};
  Parked merge;
  merge.sequence = Sequence{3};
  merge.lanes = {8, 7};
  other.joined = {second, merge};
  apply(state, other, read_answer(200, {}), at(0s), 0);
  EXPECT_EQ(number(state.cursor), 4U);
  EXPECT_TRUE(is_parked(state, {8, 8})) << "a merge waits in both of its stories";
  auto now = next_due(state);
  for (std::uint64_t const expected : {1U, 2U, 3U}) {
    auto const parked = due(state, now);
    ASSERT_TRUE(parked);
    EXPECT_EQ(number(parked->sequence), expected);
    apply(state, again(*parked), read_answer(200, {}), now, 0);
  }
  EXPECT_TRUE(state.parked.empty());
}

TEST(Delivery, AnEventThatBreaksTheReceiverIsPutToTheSide) {
  DeliveryState state;
  auto now = at(0s);
  for (unsigned i = 1; i < server_errors_to_park; ++i) {
    apply(state, attempt_at(1, 7), read_answer(500, {}), now, 0);
    EXPECT_EQ(number(state.cursor), 0U);
    now = state.not_before;
  }
  EXPECT_EQ(apply(state, attempt_at(1, 7), read_answer(500, {}), now, 0).parked, 1U);
  EXPECT_EQ(number(state.cursor), 1U);
}

TEST(Delivery, RetryAfterHoldsBackAndIsNoFailure) {
  DeliveryState state;
  auto const step = apply(state, attempt_at(1, 7), read_answer(429, 120s), at(0s), 0);
  EXPECT_FALSE(step.began_to_fail);
  EXPECT_EQ(state.not_before, at(120s));
  EXPECT_EQ(state.failures, 0U);
  apply(state, attempt_at(1, 7), read_answer(429, 365 * 24h), at(0s), 0);
  EXPECT_EQ(state.not_before, at(24h)) << "bounded";
}

// A receiver that says "later" and asks for no time, or for a time that has passed, is not asked at once.
TEST(Delivery, OneThatThrottlesAgainAndAgainIsAskedMoreAndMoreSeldom) {
  for (auto const& answer : {read_answer(429, 0s), read_answer(503, 0s), read_answer(429, {})}) {
    DeliveryState state;
    auto now = at(0s);
    for (unsigned n = 1; n <= 8; ++n) {
      apply(state, attempt_at(1, 7), answer, now, 0);
      EXPECT_EQ(state.not_before - now, backoff(n, 0)) << n;
      now = state.not_before;
    }
    EXPECT_EQ(number(state.cursor), 0U);
    EXPECT_EQ(state.failures, 0U);
    apply(state, attempt_at(1, 7), read_answer(200, {}), now, 0);
    apply(state, attempt_at(2, 7), answer, now, 0);
    EXPECT_EQ(state.not_before - now, backoff(1, 0)) << "a delivery ends the row";
  }
  DeliveryState state;
  apply(state, attempt_at(1, 7), read_answer(429, 600s), at(0s), 0);
  EXPECT_EQ(state.not_before, at(600s)) << "what is asked for is kept where it is more";
}

TEST(Delivery, GoneDisablesAndKeepsEverything) {
  DeliveryState state;
  apply(state, attempt_at(1, 7), read_answer(200, {}), at(0s), 0);
  EXPECT_TRUE(apply(state, attempt_at(2, 7), read_answer(410, {}), at(0s), 0).disabled);
  EXPECT_EQ(number(state.cursor), 1U);
  EXPECT_NE(state.disabled.find("410"), std::string::npos);
  enable(state);
  EXPECT_TRUE(state.disabled.empty());
}

TEST(Delivery, DeadLettersAreBounded) {
  DeliveryState state;
  auto now = at(0s);
  for (std::uint64_t i = 1; i <= dead_letters_max + 5; ++i) {
    apply(state, attempt_at(i, i), read_answer(400, {}), now, 0);
    state.parked.front().first_failed = now - give_up_after;
    apply(state, again(state.parked.front()), read_answer(400, {}), now, 0);
  }
  EXPECT_EQ(state.dead.size(), dead_letters_max);
  EXPECT_EQ(state.dead_forgotten, 5U);
  EXPECT_EQ(number(state.dead.front().sequence), 6U);
  EXPECT_EQ(replay_dead(state, now), parked_max) << "as many as there is room for";
}

TEST(Delivery, ARefusedBatchGoesOneByOne) {
  DeliveryState state;
  auto batch = attempt_at(3, 7);
  batch.sequences = {Sequence{1}, Sequence{2}, Sequence{3}};
  apply(state, batch, read_answer(503, {}), at(0s), 0);
  EXPECT_EQ(number(state.batch_end), 3U) << "asked again as it was";
  apply(state, batch, read_answer(400, {}), at(10s), 0);
  EXPECT_EQ(number(state.single_until), 3U);
  EXPECT_EQ(number(state.cursor), 0U);
  for (std::uint64_t i = 1; i <= 3; ++i) apply(state, attempt_at(i, i), read_answer(200, {}), at(10s), 0);
  EXPECT_EQ(number(state.single_until), 0U);
}

TEST(Delivery, RewindingForgetsWhatComesAgain) {
  DeliveryState state;
  apply(state, attempt_at(1, 1), read_answer(400, {}), at(0s), 0);
  apply(state, attempt_at(2, 2), read_answer(400, {}), at(0s), 0);
  rewind(state, Sequence{1}, Sequence{1});
  ASSERT_EQ(state.parked.size(), 1U);
  EXPECT_EQ(number(state.parked.front().sequence), 1U);
}

}  // namespace
}  // namespace newsfold::webhook
