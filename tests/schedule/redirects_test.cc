// When the address of a feed changes for good, and what never goes to another one.
#include "tests/schedule/poll_world.h"

namespace newsfold::schedule {
namespace {

using origin::answer_conditionally;
using origin::OriginRequest;
using origin::redirect_to;

constexpr char const* strong_etag = "\"1\"";

TEST_F(PollWorld, APermanentRedirectIsAdoptedOnlyAfterAWeek) {
  serve("old.example", "/f", [](OriginRequest const&) { return redirect_to("http://new.example/f", 301); });
  serve("new.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", strong_etag}}));
  });
  start({feed("http://old.example/f")});
  run_for(std::chrono::days(6));
  EXPECT_TRUE(sink_.notices.empty());
  run_for(std::chrono::days(2));
  ASSERT_EQ(sink_.kinds(), (std::vector{NoticeKind::moved}));
  EXPECT_EQ(sink_.notices[0].url, "http://new.example/f");
  auto const before = times("old.example/f").size();
  run_for(std::chrono::days(2));
  EXPECT_EQ(times("old.example/f").size(), before);
  // Conditional all the while: the validators belong to the final URL.
  auto const seen = origin_.requests("new.example");
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_TRUE(seen[i].has_header("If-None-Match")) << i;
}

TEST_F(PollWorld, APermanentRedirectOfARareFeedIsAdoptedAtTheThirdSighting) {
  serve("old.example", "/f", [](OriginRequest const&) { return redirect_to("http://new.example/f", 301); });
  serve("new.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", strong_etag}}));
  });
  auto spec = feed("http://old.example/f");
  spec.interval = std::chrono::days(8);  // a week is over at the second sighting
  start({spec});
  run_for(std::chrono::days(9));
  EXPECT_EQ(times("old.example/f").size(), 2u);
  EXPECT_EQ(state().adopted_url, "");
  run_for(std::chrono::days(8));
  EXPECT_EQ(times("old.example/f").size(), 3u);
  EXPECT_EQ(state().adopted_url, "http://new.example/f");
}

TEST_F(PollWorld, HowLongAPermanentRedirectMustStayIsTheOperatorsChoice) {
  serve("old.example", "/f", [](OriginRequest const&) { return redirect_to("http://new.example/f", 301); });
  serve("new.example", "/f", [](OriginRequest const&) { return say("1\n"); });
  auto spec = feed("http://old.example/f");
  spec.interval = 10min;
  options_.polling.moved_after = 35min;
  start({spec});
  run_for(39min);
  EXPECT_EQ(times("old.example/f").size(), 4u);
  EXPECT_EQ(state().adopted_url, "");
  run_for(10min);
  EXPECT_EQ(state().adopted_url, "http://new.example/f");
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::moved}));
}

TEST_F(PollWorld, WhereTheAdoptedAddressFailsFiveTimesTheConfiguredOneIsAskedAgain) {
  bool moved = true;
  serve("old.example", "/f", [&](OriginRequest const& request) {
    return moved ? redirect_to("http://new.example/f", 301) : unchanged(request);
  });
  serve("new.example", "/f",
        [&](OriginRequest const& request) { return moved ? unchanged(request) : status(404); });
  start({feed("http://old.example/f")});
  run_for(std::chrono::days(10));
  ASSERT_EQ(state().adopted_url, "http://new.example/f");
  moved = false;
  auto const before = times("new.example/f").size();
  run_for(std::chrono::days(2));
  EXPECT_EQ(times("new.example/f").size(), before + 5);
  EXPECT_EQ(state().adopted_url, "");
  EXPECT_EQ(state().last_error, "");
}

// As a server with a certificate would: http leads to https of the same address.
class Upgrading final : public fetch::Client {
 public:
  boost::asio::awaitable<Result<fetch::Response>> fetch(fetch::Request request) override {
    fetch::Response response;
    asked.push_back(request.url);
    response.final_url = request.url;
    if (request.url.starts_with("http://")) {
      response.status = 301;
      response.redirects.push_back({request.url, "https://" + request.url.substr(7), 301});
    } else {
      response.status = 200;
      response.headers.etag = "\"1\"";
      response.body = "1\n";
    }
    co_return response;
  }
  std::vector<std::string> asked;
};

TEST_F(PollWorld, HttpsOfTheSameAddressIsAdoptedAtOnce) {
  Upgrading client;
  client_ = &client;
  start({feed("http://h.example/f")});
  run_for(61min);
  EXPECT_EQ(client.asked,
            (std::vector<std::string>{"http://h.example/f", "https://h.example/f", "https://h.example/f"}));
  EXPECT_EQ(sink_.kinds(), (std::vector{NoticeKind::moved}));
  stop();
  client_ = nullptr;
}

TEST_F(PollWorld, WhatIsGoneWhereARedirectLedMayBeBackWhereTheOperatorSaid) {
  bool moved = true;
  serve("old.example", "/f", [&](OriginRequest const& request) {
    return moved ? redirect_to("http://new.example/f", 301) : unchanged(request);
  });
  serve("new.example", "/f",
        [&](OriginRequest const& request) { return moved ? unchanged(request) : status(410); });
  start({feed("http://old.example/f")});
  run_for(std::chrono::days(10));
  ASSERT_EQ(state().adopted_url, "http://new.example/f");
  sink_.notices.clear();
  moved = false;
  auto const before = times("old.example/f").size();
  run_for(std::chrono::days(2));
  EXPECT_GT(times("old.example/f").size(), before);
  EXPECT_TRUE(sink_.notices.empty());
  EXPECT_EQ(state().last_error, "");
}

TEST_F(PollWorld, ATemporaryHopIsNeverAdopted) {
  serve("a.example", "/f", [](OriginRequest const&) { return redirect_to("http://b.example/f", 301); });
  serve("b.example", "/f", [](OriginRequest const&) { return redirect_to("http://c.example/f", 302); });
  serve("c.example", "/f", [](OriginRequest const&) {
    return say("1\n", {{"Cache-Control", "max-age=3600"}});
  });
  start({feed("http://a.example/f")});
  run_for(std::chrono::days(15));
  EXPECT_TRUE(sink_.notices.empty());
  EXPECT_EQ(times("a.example/f").size(), times("c.example/f").size());
}

TEST_F(PollWorld, SecretsStayWithTheConfiguredHostAlsoAfterItsRedirectWasAdopted) {
  serve("old.example", "/f", [](OriginRequest const&) { return redirect_to("http://new.example/f", 301); });
  serve("new.example", "/f", [](OriginRequest const& request) {
    return answer_conditionally(request, say("1\n", {{"ETag", strong_etag}}));
  });
  auto spec = feed("http://old.example/f");
  auto credentials = bearer("secret");
  credentials.headers = {{"X-Key", "secret"}};
  spec.credentials = credentials;
  start({spec});
  run_for(std::chrono::days(9));
  ASSERT_EQ(state().poll_url(), "http://new.example/f");
  for (auto const& request : origin_.requests("old.example")) EXPECT_EQ(request.header("X-Key"), "secret");
  for (auto const& request : origin_.requests("new.example")) {
    EXPECT_FALSE(request.has_header("X-Key"));
    EXPECT_FALSE(request.has_header("Authorization"));
  }
}

TEST(Credentials, GoToTheConfiguredPlaceAndFromHttpToHttpsOfIt) {
  FeedSpec spec;
  spec.url = "http://me:secret@h.example/f";
  for (auto const* url : {"http://h.example/f", "https://H.example:443/g"})
    EXPECT_EQ(credentials_for(spec, url).password, "secret") << url;
  for (auto const* url : {"http://h.example:8080/f", "https://h.example:8443/f", "http://a.h.example/f", "x"})
    EXPECT_TRUE(credentials_for(spec, url).empty()) << url;
  spec.url = "https://h.example/f";
  spec.credentials = bearer("secret");
  EXPECT_TRUE(credentials_for(spec, "http://h.example/f").empty());
}

}  // namespace
}  // namespace newsfold::schedule
