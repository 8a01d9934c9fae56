// A WebSub subscriber against a hub on loopback; the clock is turned by hand.
#include "daemon/schedule/websub.h"
#include "tests/schedule/poll_world.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <boost/asio/detached.hpp>

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;

// ---- websub.h -------------------------------------------------------------------------------------

TEST(HubOffer, HeadersComeBeforeTheDocumentAndSelfIsTheTopic) {
  DocumentReport document;
  document.hubs = {{"rssCloud", "http://cloud.example/"}, {"WebSub", "https://doc-hub.example/"}};
  document.self_url = "https://a.example/self";
  auto const from_document = offered_hub({}, &document, "https://a.example/polled");
  ASSERT_TRUE(from_document);
  EXPECT_EQ(from_document->hub, "https://doc-hub.example/");
  EXPECT_EQ(from_document->topic, "https://a.example/self");
  auto const from_headers = offered_hub({"<https://a.example/style.css>; rel=preload, "
                                         "<https://hub.example/?a=1,2>; title=\"x, y\"; rel=\"HUB\"",
                                         "<https://a.example/topic>;rel=\"alternate self\""},
                                        &document, "https://a.example/polled");
  ASSERT_TRUE(from_headers);
  EXPECT_EQ(from_headers->hub, "https://hub.example/?a=1,2");
  EXPECT_EQ(from_headers->topic, "https://a.example/topic");
}

TEST(HubOffer, TheHubOfAHeaderGoesWithTheSelfOfTheDocument) {
  DocumentReport document;
  document.hubs = {{"WebSub", "https://doc-hub.example/"}};
  document.self_url = "https://a.example/self";
  auto const mixed = offered_hub({"<https://hub.example/>; rel=hub"}, &document, "https://a.example/polled");
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->hub, "https://hub.example/");
  EXPECT_EQ(mixed->topic, "https://a.example/self");
  auto const other = offered_hub({"<https://a.example/topic>; rel=self"}, &document, "https://a.example/f");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->hub, "https://doc-hub.example/");
  EXPECT_EQ(other->topic, "https://a.example/topic");
}

TEST(HubOffer, LinksAreRelativeToTheAddressOfTheAnswer) {
  auto const offer = offered_hub({"</hub>; rel=hub, <news.xml?a=1>; rel=self, <//x.example/>; rel=next"},
                                 nullptr, "https://a.example/feeds/f");
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->hub, "https://a.example/hub");
  EXPECT_EQ(offer->topic, "https://a.example/feeds/news.xml?a=1");
}

TEST(HubOffer, IsNoneWithoutAUsableHub) {
  EXPECT_FALSE(offered_hub({}, nullptr, "https://a.example/"));
  EXPECT_FALSE(offered_hub({"<ftp://hub.example/>; rel=hub", "<https://x.example/>; rel=hubs", "<<>>;;,,\"",
                            "<https://x.example/>; rel=\"hub"},
                           nullptr, "https://a.example/"));
  EXPECT_EQ(offered_hub({"<https://hub.example/>; rel=hub"}, nullptr, "https://a.example/f")->topic,
            "https://a.example/f");
}

TEST(Signature, IsTheHmacOfTheBodyByAnyOfTheFourDigests) {
  std::string const body = "The quick brown fox jumps over the lazy dog";
  EXPECT_TRUE(signature_fits("sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9", "key", body));
  EXPECT_TRUE(
      signature_fits("sha256=F7BC83F430538424B13298E6AA6FB143EF4D59A14946175997479DBC2D1A3CD8", "key", body));
  for (auto const* bad : {"", "sha256=", "sha256", "md5=80070713463e7749b90c2dc24911e275",
                          "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d8", "=de7c9b85"})
    EXPECT_FALSE(signature_fits(bad, "key", body)) << bad;
  EXPECT_FALSE(signature_fits("sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9", "other", body));
}

TEST(RandomToken, IsLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(random_token());
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(seen.begin()->size(), 32u);
}

// ---- With a hub -----------------------------------------------------------------------------------

class PushWorld : public PollWorld {
 protected:
  PushWorld() {
    options_.polling.push.callback_url = "https://news.example/websub";
    serve("hub.example", "/", [this](OriginRequest const& request) {
      forms_.push_back(read_form(request.body));
      return status(hub_status_);
    });
    serve("h.example", "/f", [this](OriginRequest const& request) {
      return answer_conditionally(request, say(body_, {{"ETag", '"' + std::to_string(body_.size()) + '"'},
                                                       {"Link", "<http://hub.example/>; rel=hub"},
                                                       {"Link", "<http://h.example/f>; rel=self"}}));
    });
  }

  static std::map<std::string, std::string> read_form(std::string const& body) {
    std::map<std::string, std::string> out;
    for (std::size_t at = 0; at < body.size();) {
      auto const end = std::min(body.find('&', at), body.size());
      auto const equals = body.find('=', at);
      std::string value;
      for (std::size_t i = equals + 1; i < end; ++i) {
        if (body[i] == '%') {
          value += static_cast<char>(std::stoi(body.substr(i + 1, 2), nullptr, 16));
          i += 2;
        } else {
          value += body[i];
        }
      }
      out[body.substr(at, equals - at)] = value;
      at = end + 1;
    }
    return out;
  }

  // Four days of an item each, which the poll finds to be three hours old.
  void publish_without_a_push() {
    sink_.adjust = [this](DocumentReport& report) {
      for (std::uint32_t i = 0; i < report.new_items; ++i)
        report.dated.push_back({clock_.now() - 3h, DocumentReport::DatedItem::Novelty::fresh});
    };
    for (int day = 0; day < 4; ++day) {
      run_for(std::chrono::days(1));
      body_ += std::to_string(day + 2) + "\n";
    }
  }

  std::string id() const {
    auto const callback = forms_.back().at("hub.callback");
    return callback.substr(callback.rfind('/') + 1);
  }
  Result<std::string> verify(PushQuery query) {
    Result<std::string> answer = Error{ErrorCode::cancelled, "no answer"};
    auto task = [](Scheduler& scheduler, PushQuery q,
                   Result<std::string>& out) -> boost::asio::awaitable<void> {
      out = co_await scheduler.verify_push(std::move(q));
    };
    boost::asio::co_spawn(loop_, task(*scheduler_, std::move(query), answer), boost::asio::detached);
    drain();
    return answer;
  }
  PushQuery intent() const { return {id(), "subscribe", "http://h.example/f", "challenge-1", "", 864'000}; }
  // Subscribed and confirmed, a few seconds after the first poll.
  void subscribe() {
    start({feed("http://h.example/f")});
    run_for(10s);
    ASSERT_EQ(forms_.size(), 1u);
    ASSERT_EQ(verify(intent()).value(), "challenge-1");
  }
  // By a push, after the first backup poll.
  void learn_two_hundred_items() {
    subscribe();
    run_for(90min);
    std::string items;
    for (int i = 0; i < 200; ++i) items += "pushed " + std::to_string(i) + "\n";
    ASSERT_TRUE(push(items));
  }
  Result<void> push(std::string body, std::string signature = "") {
    if (signature.empty()) signature = sign(body);
    PushDelivery delivery{id(), std::move(signature), "application/rss+xml", std::move(body)};
    auto const done = scheduler_->deliver_push(std::move(delivery));
    drain();
    return done;
  }
  std::string sign(std::string const& body) const {
    auto const& secret = forms_.back().at("hub.secret");
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<unsigned char const*>(body.data()), body.size(), mac, &size);
    std::string out = "sha256=";
    for (unsigned i = 0; i < size; ++i) {
      out += "0123456789abcdef"[mac[i] >> 4];
      out += "0123456789abcdef"[mac[i] & 15];
    }
    return out;
  }
  std::size_t polls() { return times("h.example/f").size(); }

  std::vector<std::map<std::string, std::string>> forms_;
  unsigned hub_status_ = 202;
  std::string body_ = "1\n";
};

TEST_F(PushWorld, AsksTheHubThatTheFeedNames) {
  start({feed("http://h.example/f")});
  run_for(10s);
  ASSERT_EQ(forms_.size(), 1u);
  EXPECT_EQ(forms_[0].at("hub.mode"), "subscribe");
  EXPECT_EQ(forms_[0].at("hub.topic"), "http://h.example/f");
  EXPECT_TRUE(forms_[0].at("hub.callback").starts_with("https://news.example/websub/"));
  EXPECT_EQ(forms_[0].at("hub.secret").size(), 32u);
  EXPECT_EQ(forms_[0].at("hub.lease_seconds"), "864000");
  run_for(5h);
  EXPECT_EQ(forms_.size(), 1u);  // once, and polls go on until the hub confirms
  EXPECT_EQ(polls(), 6u);
}

// The 304 carries the hub's Link header, but no document that names the topic.
TEST_F(PushWorld, AnAnswerWithoutADocumentLeavesTheTopicThatTheDocumentNamed) {
  serve("h.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request,
                                say("1\n", {{"ETag", "\"1\""}, {"Link", "<http://hub.example/>; rel=hub"}}));
  });
  sink_.adjust = [](DocumentReport& report) { report.self_url = "http://h.example/canonical"; };
  start({feed("http://h.example/f")});
  run_for(5h);
  EXPECT_GE(scheduler_->counters().not_modified, 4u);
  ASSERT_EQ(forms_.size(), 1u);
  EXPECT_EQ(forms_[0].at("hub.topic"), "http://h.example/canonical");
}

TEST_F(PushWorld, WithoutACallbackOfOursNobodyIsAsked) {
  options_.polling.push.callback_url.clear();
  start({feed("http://h.example/f")});
  run_for(5h);
  EXPECT_TRUE(forms_.empty());
}

TEST_F(PushWorld, OnlyWhatWeAskedForIsConfirmed) {
  start({feed("http://h.example/f")});
  run_for(10s);
  auto query = intent();
  query.topic = "http://h.example/other";
  EXPECT_EQ(verify(query).error().code, ErrorCode::not_found);
  query = intent();
  query.callback_id = std::string(32, 'a');
  EXPECT_EQ(verify(query).error().code, ErrorCode::not_found);
  query = intent();
  query.mode = "unsubscribe";
  EXPECT_EQ(verify(query).error().code, ErrorCode::not_found);
  EXPECT_EQ(verify(intent()).value(), "challenge-1");
  // Long after we asked, a question is not an answer to it.
  run_for(std::chrono::days(2));
  EXPECT_EQ(verify(intent()).error().code, ErrorCode::not_found);
}

TEST_F(PushWorld, AHubThatDidNotHearOurAnswerMayAskOnceMore) {
  subscribe();
  auto const lease_until = state().push->lease_until;
  run_for(1min);
  EXPECT_EQ(verify(intent()).value(), "challenge-1");
  EXPECT_EQ(state().push->lease_until, lease_until);
  run_for(10min);
  EXPECT_EQ(verify(intent()).error().code, ErrorCode::not_found);
}

TEST_F(PushWorld, WhilePushesComeADayLiesBetweenTwoPolls) {
  subscribe();
  run_for(std::chrono::days(4));
  for (std::size_t i = 1; i + 1 < gaps_min("h.example/f").size(); ++i)
    EXPECT_EQ(gaps_min("h.example/f")[i], 1440) << i;
  EXPECT_EQ(polls(), 5u);
}

TEST_F(PushWorld, APushBringsItemsAndMovesNoPoll) {
  subscribe();
  run_for(90min);  // the first backup poll is behind us
  auto const due = state().next_due;
  auto const etag = state().etag;
  ASSERT_TRUE(push("2\n1\n"));
  EXPECT_TRUE(sink_.seen.contains("http://h.example/f2"));
  EXPECT_EQ(scheduler_->counters().pushes, 1u);
  EXPECT_EQ(state().next_due, due);
  EXPECT_EQ(state().etag, etag);
  EXPECT_EQ(state().push->arrivals, 1u);
  for (int i = 0; i < 20; ++i) {
    run_for(1h);
    ASSERT_TRUE(push(std::to_string(100 + i) + "\n"));
  }
  run_for(4h);
  EXPECT_EQ(times("h.example/f").back(), due);
}

TEST_F(PushWorld, WhatWasPushedTeachesTheRateAlsoWhereTheNextPollIsNotStored) {
  learn_two_hundred_items();
  auto const due = state().next_due;
  run_until(due - 1min);
  sink_.fail_commits = true;
  run_until(due + 1min);
  sink_.fail_commits = false;
  ASSERT_EQ(times("h.example/f").back(), due);
  run_for(30h);
  EXPECT_GT(times("h.example/f").back(), due);
  EXPECT_GT(state().rate.per_day(clock_.now()), 20);
}

TEST_F(PushWorld, WhatWasPushedTeachesTheRateAlsoWhereTheNextPollFails) {
  learn_two_hundred_items();
  serve("h.example", "/f", [](OriginRequest const&) { return status(500); });
  run_for(24h);
  EXPECT_NE(state().last_error, "");
  EXPECT_EQ(state().push->arrivals, 200u);
  serve("h.example", "/f", unchanged);
  run_for(24h);
  EXPECT_EQ(state().last_error, "");
  EXPECT_GT(state().rate.per_day(clock_.now()), 20);
}

TEST_F(PushWorld, WhatIsNotSignedByTheHubIsDroppedWithoutAWord) {
  subscribe();
  for (auto const* signature : {"sha256=00", "nonsense", "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"})
    EXPECT_TRUE(push("2\n", signature));
  EXPECT_EQ(scheduler_->counters().pushes_dropped, 3u);
  EXPECT_FALSE(sink_.seen.contains("http://h.example/f2"));
  PushDelivery stranger{std::string(32, '0'), "sha256=00", "text/xml", "2\n"};
  EXPECT_EQ(scheduler_->deliver_push(stranger).error().code, ErrorCode::gone);
}

TEST_F(PushWorld, ALeaseIsRenewedAtHalfOfItAndNeverTakenForLongerThanTwoWeeks) {
  start({feed("http://h.example/f")});
  run_for(10s);
  auto query = intent();
  query.lease_seconds = 365 * 86'400;
  auto const begun = clock_.now();
  verify(query).value();
  EXPECT_EQ(state().push->lease_until - begun, std::chrono::days(14));
  run_for(std::chrono::days(7) - 1min);
  EXPECT_EQ(forms_.size(), 1u);
  run_for(2min);
  ASSERT_EQ(forms_.size(), 2u);
  EXPECT_EQ(forms_[1], forms_[0]);  // the same callback, topic and secret
  EXPECT_EQ(verify(intent()).value(), "challenge-1");
}

TEST_F(PushWorld, AShortLeaseIsRenewedInTimeAndALostOneGoesBackToPolling) {
  start({feed("http://h.example/f")});
  run_for(10s);
  auto query = intent();
  query.lease_seconds = 7200;
  verify(query).value();
  run_for(61min);
  ASSERT_EQ(forms_.size(), 2u);
  run_for(4h);  // the hub never confirms it
  EXPECT_GE(polls(), 5u);
  run_for(std::chrono::days(3));
  auto const before = polls();
  run_for(24h);
  EXPECT_GE(polls(), before + 20);
}

TEST_F(PushWorld, AfterThreeMissesPollsGoOnAsIfThereWereNoHub) {
  subscribe();
  publish_without_a_push();
  run_for(std::chrono::days(1));
  EXPECT_EQ(state().push->phase, PushState::Phase::distrusted);
  auto const before = polls();
  run_for(24h);
  EXPECT_GE(polls(), before + 12);
  // And what the hub still says is heard.
  ASSERT_TRUE(push("99\n"));
  EXPECT_TRUE(sink_.seen.contains("http://h.example/f99"));
}

TEST_F(PushWorld, ASilentHubIsFoundOutAlsoWhereTheItemsHaveNoDates) {
  subscribe();
  for (int day = 0; day < 5; ++day) {
    run_for(std::chrono::days(1));
    body_ += std::to_string(day + 2) + "\n";
  }
  run_for(std::chrono::days(1));
  EXPECT_EQ(state().push->phase, PushState::Phase::distrusted);
}

TEST_F(PushWorld, OneThatPushesMostItemsWithoutDatesIsTrusted) {
  subscribe();
  for (int day = 0; day < 5; ++day) {
    run_for(std::chrono::days(1));
    body_ += std::to_string(day + 2) + "\n";
    ASSERT_TRUE(push("pushed " + std::to_string(day) + "\n"));
  }
  run_for(std::chrono::days(1));
  EXPECT_EQ(state().push->phase, PushState::Phase::active);
}

TEST_F(PushWorld, ARenewalAloneRestoresNoTrust) {
  subscribe();
  publish_without_a_push();
  run_for(25h);
  ASSERT_EQ(forms_.size(), 2u);  // half of the ten days' lease is over
  ASSERT_EQ(verify(intent()).value(), "challenge-1");
  EXPECT_EQ(state().push->phase, PushState::Phase::distrusted);
  stop();
  start({feed("http://h.example/f")});
  auto const before = polls();
  run_for(24h);
  EXPECT_GE(polls(), before + 12);
  ASSERT_TRUE(push("99\n"));  // it works again
  EXPECT_EQ(state().push->phase, PushState::Phase::distrusted);
  run_for(std::chrono::days(4) + 1h);
  ASSERT_EQ(forms_.size(), 3u);
  ASSERT_EQ(verify(intent()).value(), "challenge-1");
  EXPECT_EQ(state().push->phase, PushState::Phase::active);
  EXPECT_EQ(state().push->misses, 0u);
}

TEST_F(PushWorld, ASubscriptionSurvivesARestart) {
  subscribe();
  run_for(2h);
  stop();
  start({feed("http://h.example/f")});
  run_for(2h);
  EXPECT_EQ(forms_.size(), 1u);
  ASSERT_TRUE(push("2\n"));
  EXPECT_TRUE(sink_.seen.contains("http://h.example/f2"));
  run_for(std::chrono::days(5));
  EXPECT_EQ(forms_.size(), 2u);  // and is renewed
}

TEST_F(PushWorld, AHubThatRefusesIsAskedAgainTheNextDayAtTheEarliest) {
  hub_status_ = 400;
  start({feed("http://h.example/f")});
  run_for(23h);
  EXPECT_EQ(forms_.size(), 1u);
  EXPECT_GE(polls(), 23u);
  EXPECT_TRUE(sink_.notices.empty());
  run_for(3h);
  EXPECT_EQ(forms_.size(), 2u);
  hub_status_ = 202;
  run_for(25h);
  ASSERT_EQ(forms_.size(), 3u);
  auto denied = intent();
  denied.mode = "denied";
  EXPECT_TRUE(verify(denied));
  EXPECT_EQ(push("2\n").error().code, ErrorCode::gone);
}

TEST_F(PushWorld, AHubThatWantsRestIsAskedOnceWhenItHasRested) {
  serve("hub.example", "/", [this](OriginRequest const& request) {
    forms_.push_back(read_form(request.body));
    return forms_.size() == 1 ? status(429, {{"Retry-After", "432000"}}) : status(202);
  });
  start({feed("http://h.example/f")});
  run_for(std::chrono::days(5) - 1h);
  EXPECT_EQ(forms_.size(), 1u);
  run_for(3h);
  EXPECT_EQ(forms_.size(), 2u);
}

TEST_F(PushWorld, AStopDoesNotWaitForAHubThatRests) {
  serve("hub.example", "/", [](OriginRequest const&) { return status(429, {{"Retry-After", "432000"}}); });
  serve("g.example", "/f", [](OriginRequest const&) {
    return say("1\n", {{"Link", "<http://hub.example/>; rel=hub"}});
  });
  start({feed("http://h.example/f", 1), feed("http://g.example/f", 2)});
  run_for(500ms);  // the second waits for its turn when the first is refused
  stop();
  EXPECT_LE(clock_.now(), test_start() + 1h);
}

TEST_F(PushWorld, ASubscriptionUnderAnotherCallbackIsMadeAnewAndNotReliedOn) {
  subscribe();
  run_for(2h);
  stop();
  options_.polling.push.callback_url = "https://moved.example/websub";
  auto const before = polls();
  start({feed("http://h.example/f")});
  run_for(2h);
  EXPECT_GE(polls(), before + 1);
  ASSERT_EQ(forms_.size(), 2u);
  EXPECT_TRUE(forms_[1].at("hub.callback").starts_with("https://moved.example/websub/"));
}

TEST_F(PushWorld, AHubThatTakesItsWordBackLeavesTheFeedToPollingAtOnce) {
  subscribe();
  run_for(4h);
  auto const before = polls();
  ASSERT_LE(before, 2u);
  auto query = intent();
  query.mode = "denied";
  ASSERT_TRUE(verify(query));
  run_for(10min);
  EXPECT_EQ(polls(), before + 1);
  run_for(3h);
  EXPECT_GE(polls(), before + 3);
}

TEST_F(PushWorld, WhilePollingIsHeldNoPushIsTakenEither) {
  subscribe();
  scheduler_->hold(true);
  EXPECT_EQ(push("2\n").error().code, ErrorCode::unreachable);
  scheduler_->hold(false);
  EXPECT_TRUE(push("2\n"));
}

TEST_F(PushWorld, AFeedThatWasTakenOutAndComesBackDoesNotRelyOnItsOldHub) {
  subscribe();
  run_for(1h);
  set_feeds({});
  run_for(10s);
  ASSERT_EQ(forms_.back().at("hub.mode"), "unsubscribe");
  stop();
  start({feed("http://h.example/f")});
  auto const before = polls();
  run_for(2h);
  EXPECT_GE(polls(), before + 1);
  EXPECT_EQ(forms_.back().at("hub.mode"), "subscribe");
}

TEST_F(PushWorld, AFeedThatIsTakenOutLeavesItsHub) {
  subscribe();
  run_for(2h);
  set_feeds({});
  drain();
  run_for(5s);
  ASSERT_EQ(forms_.size(), 2u);
  EXPECT_EQ(forms_[1].at("hub.mode"), "unsubscribe");
  EXPECT_EQ(forms_[1].at("hub.topic"), "http://h.example/f");
  PushQuery query{id(), "unsubscribe", "http://h.example/f", "bye", "", {}};
  EXPECT_EQ(verify(query).value(), "bye");
  EXPECT_EQ(verify(query).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace newsfold::schedule
