#include "daemon/webhook/webhook_set.h"

#include "daemon/webhook/delivery_record.h"
#include "tests/webhook/openssl_hmac.h"
#include "tests/webhook/webhook_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsfold::webhook {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(WebhookTest, DeliversWhatComesInOrderSignedAndAsCloudEvents) {
  Receiver receiver(origin_, "/hook");
  ingest_new(1, 2);  // before the webhook was there
  set({spec(receiver)});
  settle();
  ingest_new(3, 5);
  run_until([&] { return receiver.count() == 3; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(3, 4, 5));
  auto const all = receiver.all();
  std::string previous = "00000000000000000002";
  for (auto const& got : all) {
    EXPECT_EQ(got.content_type, "application/json");
    EXPECT_EQ(got.signature, "v1," + openssl_hmac(first_secret, got.id, got.timestamp, got.body));
    auto const event = boost::json::parse(got.body);
    EXPECT_EQ(event.at("specversion").as_string(), "1.0");
    EXPECT_EQ(event.at("type").as_string(), "article.created");
    EXPECT_EQ(event.at("prev").as_string(), previous);
    previous = event.at("id").as_string();
    EXPECT_EQ(got.id, "evt_00000000000000e1_" + previous);
  }
  // The receiver knows of the last one before its answer has come back.
  run_until([&] { return status().state.delivered == 3; }, "three to count as delivered");
  EXPECT_EQ(status().condition, WebhookCondition::fine);
}

TEST_F(WebhookTest, FiltersAsEveryTransportAndPrevCountsWhatPasses) {
  Receiver receiver(origin_, "/hook");
  auto filtered = spec(receiver);
  notify::FilterSpec wanted;
  wanted.feeds = {storage::feed_name(storage::valley)};
  filtered.filter = notify::Filter::make(wanted).value();
  set({filtered});
  settle();
  ingest({storage::doc(1)}, storage::valley);
  ingest({storage::doc(2), storage::doc(3)}, storage::harbour);
  ingest({storage::doc(4)}, storage::valley);
  run_until([&] { return receiver.count() == 2; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(1, 4));
  EXPECT_EQ(boost::json::parse(receiver.all()[1].body).at("prev").as_string(), "00000000000000000001");
  ingest({storage::doc(5)}, storage::harbour);
  run_until([&] { return number(status().state.cursor) == 5; }, "the cursor to pass what nobody wants");
}

TEST_F(WebhookTest, TriesAgainWithTheSameIdAndAFreshTimestamp) {
  Receiver receiver(origin_, "/hook");
  int failures = 3;
  receiver.script([&](Received const&) { return answer(failures-- > 0 ? 500 : 200); });
  set({spec(receiver)});
  settle();
  ingest_new(1, 2);
  run_until([&] { return status().condition == WebhookCondition::failing; });
  settle();
  EXPECT_EQ(receiver.count(), 1U) << "no instant retry";
  EXPECT_EQ(status().error, "answers 500");
  auto const began = clock_.now();
  turn_until([&] { return receiver.accepted().size() == 2; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(1, 2));
  EXPECT_GE(clock_.now() - began, 5s + 15s + 45s);
  EXPECT_LE(clock_.now() - began, (5s + 15s + 45s) * 5 / 4 + 2s);
  auto const all = receiver.all();
  ASSERT_EQ(all.size(), 5U);
  for (int i = 1; i < 4; ++i) {
    EXPECT_EQ(all[i].id, all[0].id);
    EXPECT_EQ(all[i].body, all[0].body);
    EXPECT_GT(all[i].timestamp, all[i - 1].timestamp);
    EXPECT_EQ(all[i].signature, "v1," + openssl_hmac(first_secret, all[i].id, all[i].timestamp, all[i].body));
  }
  EXPECT_EQ(status().condition, WebhookCondition::fine);
}

TEST_F(WebhookTest, ARestartResumesAtTheCursor) {
  Receiver receiver(origin_, "/hook");
  set({spec(receiver)});
  settle();
  ingest_new(1, 3);
  run_until([&] { return receiver.count() == 3; });
  settle();
  end();
  ingest_new(4, 5);  // while it is not running
  begin();
  set({spec(receiver)});
  run_until([&] { return receiver.count() == 5; });
  settle();
  EXPECT_THAT(receiver.accepted(), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(boost::json::parse(receiver.all()[3].body).at("prev").as_string(), "00000000000000000003");
}

// A kill leaves what was saved last: at most a second old. Nothing is lost; what is sent again has the id
// that it had.
TEST_F(WebhookTest, AKillInTheMiddleLosesNothing) {
  Receiver receiver(origin_, "/hook");
  set({spec(receiver)});
  settle();
  auto const before = store_->view().subscription(subscription_of("archive")).value();
  ingest_new(1, 3);
  run_until([&] { return receiver.count() == 3; });
  end();
  wait_for(subscriptions_->put(before));  // as a power cut would leave it
  begin();
  ingest_new(4, 4);
  set({spec(receiver)});
  run_until([&] { return receiver.count() == 7; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(1, 2, 3, 1, 2, 3, 4));
  auto const all = receiver.all();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(all[i].id, all[i + 3].id);
}

TEST_F(WebhookTest, AnAnswerThatNeverCameIsAskedForAgain) {
  Receiver receiver(origin_, "/hook");
  int broken = 1;
  receiver.script([&](Received const&) {
    auto response = answer(200);
    if (broken-- > 0) response.delivery = origin::Delivery::reset;
    return response;
  });
  set({spec(receiver)});
  settle();
  ingest_new(1, 1);
  turn_until([&] { return receiver.accepted().size() == 1; });
  EXPECT_EQ(receiver.count(), 2U);
}

TEST_F(WebhookTest, BothKeysSignWhileOneReplacesTheOther) {
  Receiver receiver(origin_, "/hook");
  auto const path = (directory_ / "keys").string();
  std::ofstream(path) << first_secret << "\n";
  auto hook = spec(receiver);
  hook.secret_file = path;
  set({hook});
  settle();
  ASSERT_TRUE(rotate_key_file(path, Secret(std::string(second_secret))));
  EXPECT_EQ(set_->reread_keys("archive").value(), 2U);
  ingest_new(1, 1);
  run_until([&] { return receiver.count() == 1; });
  auto const got = receiver.all()[0];
  EXPECT_EQ(got.signature, "v1," + openssl_hmac(second_secret, got.id, got.timestamp, got.body) + " v1," +
                               openssl_hmac(first_secret, got.id, got.timestamp, got.body));
  ASSERT_TRUE(finish_rotation(path));
  EXPECT_EQ(set_->reread_keys("archive").value(), 1U);
  ingest_new(2, 2);
  run_until([&] { return receiver.count() == 2; });
  auto const last = receiver.all()[1];
  EXPECT_EQ(last.signature, "v1," + openssl_hmac(second_secret, last.id, last.timestamp, last.body));
  std::ofstream(path) << "nonsense\n";
  EXPECT_FALSE(set_->reread_keys("archive"));
  EXPECT_EQ(status().keys, 1U) << "a broken file changes nothing";
}

TEST_F(WebhookTest, GoneDisablesAndTheStateIsKept) {
  Receiver receiver(origin_, "/hook");
  receiver.script([](Received const& got) { return answer(got.sequences[0] == 2 ? 410 : 200); });
  set({spec(receiver)});
  settle();
  ingest_new(1, 4);
  run_until([&] { return status().condition == WebhookCondition::disabled; });
  EXPECT_THAT(status().error, HasSubstr("410"));
  end();
  begin();
  set({spec(receiver)});
  settle();
  EXPECT_EQ(status().condition, WebhookCondition::disabled);
  EXPECT_EQ(number(status().state.cursor), 1U);
  clock_.advance(30 * 24h);
  settle();
  EXPECT_EQ(receiver.count(), 2U) << "not asked again by itself";
  receiver.script({});
  set_->find("archive")->enable();
  run_until([&] { return receiver.accepted().size() == 4; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(1, 2, 3, 4));
}

TEST_F(WebhookTest, ANewUrlGetsANewChance) {
  Receiver old(origin_, "/old");
  old.script([](Received const&) { return answer(410); });
  Receiver fresh(origin_, "/new");
  set({spec(old)});
  settle();
  ingest_new(1, 2);
  run_until([&] { return status().condition == WebhookCondition::disabled; });
  auto const difference = set({spec(fresh)});
  EXPECT_THAT(difference.changed, ElementsAre("archive"));
  run_until([&] { return fresh.accepted().size() == 2; });
}

TEST_F(WebhookTest, RetryAfterIsWaitedOut) {
  Receiver receiver(origin_, "/hook");
  int throttled = 1;
  receiver.script([&](Received const&) {
    return throttled-- > 0 ? answer(429, {{"Retry-After", "600"}}) : answer(200);
  });
  set({spec(receiver)});
  settle();
  ingest_new(1, 1);
  run_until([&] { return status().condition == WebhookCondition::throttled; });
  auto const began = clock_.now();
  clock_.advance(599s);
  settle();
  EXPECT_EQ(receiver.count(), 1U);
  turn_until([&] { return receiver.count() == 2; });
  EXPECT_GE(clock_.now() - began, 600s);
  EXPECT_THAT(receiver.accepted(), ElementsAre(1));
}

TEST_F(WebhookTest, OneThatAsksForNoTimeIsNotAskedAgainAtOnce) {
  for (auto const& headers :
       {origin::HeaderList{{"Retry-After", "0"}}, {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}, {}}) {
    auto const name =
        "hook" + std::to_string(headers.size() + (headers.empty() ? 0 : headers[0].second.size()));
    Receiver receiver(origin_, "/" + name);
    receiver.script([&](Received const&) { return answer(429, headers); });
    set({spec(receiver, name)});
    settle();
    edit(1);
    run_until([&] { return status(name).condition == WebhookCondition::throttled; });
    settle();
    EXPECT_EQ(receiver.count(), 1U);
    auto const began = clock_.now();
    turn_until([&] { return receiver.count() == 4; });
    EXPECT_GE(clock_.now() - began, 5s + 15s + 45s);
    set({});
  }
}

// It takes the connection and hangs on one event: that one goes to the side, the others arrive.
TEST_F(WebhookTest, AnEventThatTheReceiverNeverAnswersIsParked) {
  Receiver receiver(origin_, "/hook");
  receiver.script([](Received const& got) {
    auto response = answer(200);
    if (got.sequences == std::vector<std::uint64_t>{1}) response.delivery = origin::Delivery::silent;
    return response;
  });
  auto hook = spec(receiver);
  hook.timeout = 400ms;
  set({hook});
  settle();
  ingest_new(1, 3);
  turn_until([&] { return number(status().state.cursor) == 3; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(2, 3));
  ASSERT_EQ(status().state.parked.size(), 1U);
  EXPECT_EQ(number(status().state.parked.front().sequence), 1U);
  EXPECT_THAT(status().state.parked.front().error, HasSubstr("too slow"));
}

// One that cannot be reached at all says nothing about the event.
TEST_F(WebhookTest, NothingIsParkedWhileTheReceiverIsAway) {
  Receiver receiver(origin_, "/hook");
  auto hook = spec(receiver);
  hook.url = "http://127.0.0.1:1/";  // nobody listens on it
  set({hook});
  settle();
  ingest_new(1, 3);
  turn_until([&] { return status().state.failures == 8; });
  EXPECT_EQ(number(status().state.cursor), 0U);
  EXPECT_TRUE(status().state.parked.empty());
}

TEST_F(WebhookTest, AnEventThatTheDiskDamagedIsSentAsLostAndTheNextOnesCome) {
  Receiver receiver(origin_, "/hook");
  set({spec(receiver)});
  settle();
  end();
  ingest_new(1, 3);
  reopen([](auto const& store) { storage::damage_event(store, Sequence{2}); });
  begin();
  set({spec(receiver)});
  run_until([&] { return receiver.accepted().size() == 3; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(1, 2, 3));
  auto const all = receiver.all();
  EXPECT_EQ(boost::json::parse(all[1].body).at("type").as_string(), "lost");
  EXPECT_EQ(boost::json::parse(all[2].body).at("prev").as_string(), "00000000000000000002");
}

TEST_F(WebhookTest, WhileTheLogCannotBeReadNothingMoves) {
  Receiver receiver(origin_, "/hook");
  set({spec(receiver)});
  settle();
  end();
  for (int i = 0; i < 10; ++i) ingest_new(1 + i * 30, 30 + i * 30);
  reopen(storage::damage_log);
  begin();
  set({spec(receiver)});
  settle();
  for (int i = 0; i < 3; ++i) {
    clock_.advance(10s);
    settle();
  }
  EXPECT_EQ(number(status().state.cursor), 0U);
  EXPECT_EQ(status().state.lost, 0U);
  EXPECT_EQ(receiver.count(), 0U);
}

TEST_F(WebhookTest, AfterARestoreItGoesOnWithTheNewLog) {
  Receiver receiver(origin_, "/hook");
  receiver.script([](Received const&) { return answer(400); });
  set({spec(receiver)});
  settle();
  ingest_new(1, 2);
  run_until([&] { return status().state.parked.size() == 2; });
  end();
  ASSERT_TRUE(store_->backup(directory_ / "backup"));
  reopen([this](std::filesystem::path const& store) {
    std::filesystem::remove_all(store);
    ASSERT_TRUE(storage::Store::restore(directory_ / "backup", store, Epoch{0xe2}));
  });
  receiver.script({});
  begin();
  ingest_new(3, 4);
  auto const last = number(store_->last_sequence());
  set({spec(receiver)});
  run_until([&] { return receiver.accepted().size() == 2; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(last - 1, last));
  EXPECT_EQ(status().state.lost, 2U) << "the two that were parked";
  EXPECT_TRUE(status().state.parked.empty());
}

TEST_F(WebhookTest, ARefusedEventHoldsUpItsStoryOnlyAndEndsAsADeadLetterThatCanBeReplayed) {
  Receiver receiver(origin_, "/hook");
  bool picky = true;
  receiver.script([&](Received const& got) { return answer(picky && got.sequences[0] == 1 ? 422 : 200); });
  set({spec(receiver)});
  settle();
  ingest_new(1, 1);
  edit(1);  // event 2, in the story of event 1
  ingest_new(3, 4);
  ASSERT_EQ(number(store_->last_sequence()), 4U);
  run_until([&] { return receiver.accepted().size() == 2; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(3, 4)) << "others go on";
  run_until([&] { return number(status().state.cursor) == 4; });
  EXPECT_EQ(status().state.parked.size(), 2U);

  auto const began = clock_.now();
  turn_until([&] { return !status().state.dead.empty(); });
  EXPECT_GE(clock_.now() - began, give_up_after);
  run_until([&] { return receiver.accepted().size() == 3; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(3, 4, 2))
      << "the rest of the story, once its first is given up";
  EXPECT_EQ(number(status().state.dead.front().sequence), 1U);

  end();  // dead letters survive a restart
  begin();
  set({spec(receiver)});
  settle();
  ASSERT_EQ(status().state.dead.size(), 1U);
  picky = false;
  EXPECT_EQ(set_->find("archive")->replay_dead(), 1U);
  run_until([&] { return receiver.accepted().size() == 4; });
  EXPECT_EQ(receiver.accepted().back(), 1U);
  EXPECT_TRUE(status().state.dead.empty());
}

TEST_F(WebhookTest, ADeadEndpointCostsNoMemoryAndDelaysNobody) {
  Receiver receiver(origin_, "/hook");
  auto dead = spec(receiver, "dead");
  dead.url = "http://127.0.0.1:1/";  // nobody listens
  set({spec(receiver), dead});
  settle();
  ingest_new(1, 1);
  run_until([&] { return status("dead").condition == WebhookCondition::failing; });
  auto const bytes = encode(status("dead").state).size();
  for (int i = 0; i < 20; ++i) ingest_new(2 + i * 10, 11 + i * 10);
  run_until([&] { return receiver.accepted().size() == 201; }, "the one that lives");
  EXPECT_EQ(encode(status("dead").state).size(), bytes) << "200 events later it holds what it held";
  EXPECT_EQ(number(status("dead").state.cursor), 0U);
  EXPECT_THAT(status("dead").error, HasSubstr("no connection"));
}

TEST_F(WebhookTest, BatchesFillWithinTheirTime) {
  Receiver receiver(origin_, "/hook");
  auto batched = spec(receiver);
  batched.batch_max = 3;
  batched.batch_wait = 10s;
  set({batched});
  settle();
  ingest_new(1, 4);
  run_until([&] { return receiver.count() == 1; });
  settle();
  EXPECT_EQ(receiver.count(), 1U) << "the fourth waits for company";
  auto const began = clock_.now();
  turn_until([&] { return receiver.count() == 2; });
  EXPECT_GE(clock_.now() - began, 10s);
  auto const all = receiver.all();
  EXPECT_THAT(all[0].sequences, ElementsAre(1, 2, 3));
  EXPECT_THAT(all[1].sequences, ElementsAre(4));
  EXPECT_EQ(all[0].id, "evt_00000000000000e1_00000000000000000001_00000000000000000003");
  EXPECT_EQ(all[0].signature, "v1," + openssl_hmac(first_secret, all[0].id, all[0].timestamp, all[0].body));
}

TEST_F(WebhookTest, AFailedBatchIsAskedAgainAsItWasAndARefusedOneGoesOneByOne) {
  Receiver receiver(origin_, "/hook");
  int answers = 0;
  receiver.script([&](Received const& got) {
    if (++answers == 1) return answer(503);
    bool const poisoned = std::find(got.sequences.begin(), got.sequences.end(), 2U) != got.sequences.end();
    return answer(poisoned ? 400 : 200);
  });
  auto batched = spec(receiver);
  batched.batch_max = 10;
  set({batched});
  settle();
  ingest_new(1, 3);
  run_until([&] { return receiver.count() == 1; });
  settle();
  ingest_new(4, 6);
  turn_until([&] { return receiver.accepted().size() == 5; });
  auto const all = receiver.all();
  EXPECT_THAT(all[1].sequences, ElementsAre(1, 2, 3));
  EXPECT_EQ(all[1].id, all[0].id);
  EXPECT_THAT(receiver.accepted(), ElementsAre(1, 3, 4, 5, 6));
  EXPECT_EQ(status().state.parked.size(), 1U);
}

TEST_F(WebhookTest, WhatRetentionTookIsCountedAndSaid) {
  Receiver receiver(origin_, "/hook");
  receiver.script([](Received const&) { return answer(500); });
  set({spec(receiver)});
  settle();
  ingest_new(1, 8);
  run_until([&] { return status().condition == WebhookCondition::failing; });
  std::promise<void> done;
  boost::asio::post(writer_, [&] {
    storage::Retention rules;
    rules.changes_age_max = 60s;
    EXPECT_TRUE(store_->retain(rules, storage::at(60 * 24)));
    done.set_value();
  });
  done.get_future().get();
  ASSERT_GT(number(store_->oldest_sequence()), 1U);
  ingest_new(9, 9);
  receiver.script({});
  turn_until([&] { return receiver.accepted().size() >= 1 && number(status().state.cursor) == 9; });
  EXPECT_EQ(status().state.lost, receiver.accepted().front() - 1);
}

TEST_F(WebhookTest, DeadLettersWhoseEventsLeftTheLogAreToldApart) {
  Receiver receiver(origin_, "/hook");
  receiver.script([](Received const& got) { return answer(got.sequences[0] <= 2 ? 422 : 200); });
  set({spec(receiver)});
  settle();
  ingest_new(1, 8);
  turn_until([&] { return status().state.dead.size() == 2; });
  EXPECT_EQ(status().dead_expired, 0U);
  std::promise<void> done;
  boost::asio::post(writer_, [&] {
    storage::Retention rules;
    rules.changes_count_max = 7;
    EXPECT_TRUE(store_->retain(rules, storage::at(60)));
    done.set_value();
  });
  done.get_future().get();
  ASSERT_EQ(number(store_->oldest_sequence()), 2U);
  EXPECT_EQ(status().dead_expired, 1U);
  receiver.script({});
  set_->find("archive")->replay_dead();
  turn_until([&] { return status().state.parked.empty(); });
  EXPECT_EQ(receiver.accepted().back(), 2U);
  EXPECT_EQ(status().state.lost, 1U);
}

TEST_F(WebhookTest, AReloadAddsChangesAndRemovesAndKeepsTheCursor) {
  Receiver one(origin_, "/one");
  Receiver two(origin_, "/two");
  EXPECT_THAT(set({spec(one, "one")}).added, ElementsAre("one"));
  settle();
  auto const second = set({spec(one, "one"), spec(two, "two")});
  EXPECT_THAT(second.added, ElementsAre("two"));
  EXPECT_THAT(second.changed, IsEmpty());
  settle();
  ingest_new(1, 1);
  run_until([&] { return one.count() == 1 && two.count() == 1; });
  EXPECT_THAT(set({spec(one, "one")}).removed, ElementsAre("two"));
  ingest_new(2, 2);
  run_until([&] { return one.count() == 2; });
  EXPECT_EQ(two.count(), 1U);
  set({spec(one, "one"), spec(two, "two")});
  run_until([&] { return two.count() == 2; });
  EXPECT_THAT(two.accepted(), ElementsAre(1, 2)) << "it was away, and missed nothing";
}

TEST_F(WebhookTest, EverythingFromANumberOnCanBeSentAgain) {
  Receiver receiver(origin_, "/hook");
  set({spec(receiver)});
  settle();
  ingest_new(1, 4);
  run_until([&] { return receiver.count() == 4; });
  EXPECT_TRUE(wait_for(set_->find("archive")->replay_from(Sequence{2})));
  run_until([&] { return receiver.count() == 6; });
  EXPECT_THAT(receiver.accepted(), ElementsAre(1, 2, 3, 4, 3, 4));
  EXPECT_EQ(wait_for(set_->find("archive")->replay_from(Sequence{99})).error().code, ErrorCode::invalid);
}

TEST_F(WebhookTest, ATestIsOneSignedRequestOutOfTurn) {
  Receiver receiver(origin_, "/hook");
  set({spec(receiver)});
  settle();
  auto const good = wait_for(set_->find("archive")->test());
  EXPECT_EQ(good.status, 200U);
  EXPECT_EQ(good.error, "");
  auto const got = receiver.all().at(0);
  EXPECT_EQ(boost::json::parse(got.body).at("type").as_string(), "newsfold.test");
  EXPECT_EQ(got.signature, "v1," + openssl_hmac(first_secret, got.id, got.timestamp, got.body));
  receiver.script([](Received const&) { return answer(500); });
  EXPECT_EQ(wait_for(set_->find("archive")->test()).error, "answers 500");
  EXPECT_EQ(status().condition, WebhookCondition::fine) << "a test changes nothing";
}

TEST_F(WebhookTest, PrivateAddressesAreRefusedUnlessAllowed) {
  Receiver receiver(origin_, "/hook");
  auto guarded = spec(receiver);
  guarded.allow_private = false;
  set({guarded});
  settle();
  ingest_new(1, 1);
  run_until([&] { return status().condition == WebhookCondition::failing; });
  EXPECT_EQ(receiver.count(), 0U);
  EXPECT_THAT(status().error, HasSubstr("not a public address"));
}

TEST_F(WebhookTest, ARedirectIsNotFollowed) {
  Receiver receiver(origin_, "/hook");
  Receiver elsewhere(origin_, "/elsewhere");
  receiver.script([&](Received const&) { return origin::redirect_to(elsewhere.url(), 307); });
  set({spec(receiver)});
  settle();
  ingest_new(1, 1);
  run_until([&] { return status().condition == WebhookCondition::failing; });
  EXPECT_EQ(elsewhere.count(), 0U);
  EXPECT_THAT(status().error, HasSubstr("redirect"));
}

}  // namespace
}  // namespace newsfold::webhook
