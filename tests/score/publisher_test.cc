// A publisher on loopback, asked by the daemon's fetcher; the second between two requests is turned by hand.
#include "daemon/score/publisher.h"

#include "feeds/fetch/fetcher.h"
#include "tests/origin/origin_server.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <optional>

namespace newsfold::score {
namespace {

using namespace std::chrono_literals;
using origin::answer_conditionally;
using origin::OriginRequest;
using origin::OriginResponse;

constexpr char const* modified = "Sun, 01 Nov 2026 09:08:07 GMT";

std::string feed_of(std::size_t text_bytes = 10) {
  return "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>T</title><link>http://h.example/</link>"
         "<description>d</description><item><title>One</title><guid isPermaLink=\"false\">1</guid><pubDate>" +
         std::string(modified) + "</pubDate><description>" + std::string(text_bytes, 'x') +
         "</description></item></channel></rss>";
}

OriginResponse good_answer() {
  OriginResponse response;
  response.headers = {{"ETag", "\"1\""}, {"Last-Modified", modified}, {"Cache-Control", "max-age=1800"}};
  response.body = feed_of();
  return response;
}

// 304 to either validator, the tag with it: as nginx does for a file.
OriginResponse good_server(OriginRequest const& request) {
  auto response = good_answer();
  if (request.header("If-None-Match") == "\"1\"" || request.header("If-Modified-Since") == modified) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

boost::asio::awaitable<void> ask_into(fetch::Client& client, SleepingClock& clock, std::string url,
                                      std::optional<Result<PublisherAnswers>>& out) {
  out = co_await ask_publisher(client, clock, std::move(url));
}

class Publisher : public ::testing::Test {
 protected:
  Publisher() : clock_(parse_rfc3339("2026-11-02T00:00:00Z").value()) {
    fetch::FetchOptions options;
    options.user_agent = "Newsfold/0.1 (+https://newsfold.example/bot)";
    options.resolve = origin_.resolve_rules();
    options.allow_private = {"127.0.0.0/8"};
    fetcher_ = fetch::Fetcher::create(loop_.get_executor(), options).value();
  }

  Result<PublisherAnswers> ask() {
    std::optional<Result<PublisherAnswers>> out;
    boost::asio::co_spawn(loop_, ask_into(*fetcher_, clock_, "http://h.example/f", out),
                          boost::asio::detached);
    while (!out) {
      loop_.restart();
      if (loop_.poll() > 0) continue;
      if (fetcher_->counters().in_flight > 0) {
        loop_.run_one();
      } else {
        clock_.set(clock_.next_wake());
        turned_ += 1;
      }
    }
    return std::move(*out);
  }
  // "kept", "broken", "untried" by rule.
  std::map<std::string, Verdict::Kind> grades() {
    std::map<std::string, Verdict::Kind> out;
    for (auto const& line : grade_publisher(ask().value(), clock_.now()).lines)
      out[line.rule] = line.verdict.kind;
    return out;
  }

  static constexpr auto kept = Verdict::Kind::kept;
  static constexpr auto broken = Verdict::Kind::broken;
  static constexpr auto untried = Verdict::Kind::untried;

  origin::OriginServer origin_;
  boost::asio::io_context loop_;
  ManualClock clock_;
  std::unique_ptr<fetch::Fetcher> fetcher_;
  int turned_ = 0;
};

TEST_F(Publisher, AGoodServerIsAskedFourTimesASecondApart) {
  origin_.handle("h.example", "/f", good_server);
  auto const begun = clock_.now();
  auto const given = grades();
  EXPECT_EQ(clock_.now() - begun, 3s);
  EXPECT_EQ(turned_, 3);
  auto const seen = origin_.requests();
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_FALSE(seen[0].has_header("If-None-Match") || seen[0].has_header("If-Modified-Since"));
  EXPECT_TRUE(seen[1].has_header("If-None-Match") && seen[1].has_header("If-Modified-Since"));
  EXPECT_FALSE(seen[2].has_header("If-Modified-Since"));
  EXPECT_FALSE(seen[3].has_header("If-None-Match"));
  for (auto const& [rule, verdict] : given) {
    auto const expected = rule == "It is served over TLS"        ? broken
                          : rule.starts_with("It is compressed") ? untried  // a small one
                                                                 : kept;
    EXPECT_EQ(verdict, expected) << rule;
  }
}

TEST_F(Publisher, WhoIgnoresValidatorsIsFoundOut) {
  origin_.handle("h.example", "/f", [](OriginRequest const&) { return good_answer(); });
  auto const given = grades();
  EXPECT_EQ(given.at("It gives an ETag or Last-Modified"), kept);
  for (auto const* rule :
       {"What it gave brings 304", "ETag alone brings 304", "Last-Modified alone brings 304"})
    EXPECT_EQ(given.at(rule), broken) << rule;
}

TEST_F(Publisher, WhoPublishesInThatSecondIsNotBlamed) {
  std::size_t n = 0;
  origin_.handle("h.example", "/f", [&](OriginRequest const&) {
    auto response = good_answer();
    response.body = feed_of(++n);
    return response;
  });
  EXPECT_EQ(grades().at("What it gave brings 304"), untried);
}

TEST_F(Publisher, WithoutValidatorsHintsAndCompressionEachIsNamed) {
  origin_.handle("h.example", "/f", [](OriginRequest const&) {
    OriginResponse response;
    response.body = feed_of(5000);
    return response;
  });
  auto const given = grades();
  EXPECT_EQ(origin_.request_count(), 1u);
  EXPECT_EQ(given.at("It gives an ETag or Last-Modified"), broken);
  EXPECT_EQ(given.at("It says how often it wants to be asked"), broken);
  EXPECT_EQ(given.at("It is compressed where the fetcher can read that"), broken);
}

TEST_F(Publisher, A304WithoutItsTagAndALentAddressAreNamed) {
  origin_.handle("h.example", "/f", [](OriginRequest const&) {
    OriginResponse response;
    response.status = 302;
    response.headers = {{"Location", "/new"}};
    return response;
  });
  origin_.handle("h.example", "/new", [](OriginRequest const& request) {
    auto response = good_server(request);
    if (response.status == 304) response.headers.clear();
    return response;
  });
  auto const given = grades();
  EXPECT_EQ(given.at("What it gave brings 304"), kept);  // asked of the address that gave it
  EXPECT_EQ(given.at("A 304 repeats the ETag"), broken);
  EXPECT_EQ(given.at("Redirects are permanent, so that they can be saved"), broken);
}

TEST_F(Publisher, WhereThereIsNothingThereIsNoGrade) {
  auto const answers = ask();
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().code, ErrorCode::unreachable);
}

}  // namespace
}  // namespace newsfold::score
