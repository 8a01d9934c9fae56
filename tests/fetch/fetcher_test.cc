#include "feeds/fetch/header_lines.h"
#include "tests/fetch/fetch_fixture.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

namespace newsfold::fetch {
namespace {

using namespace std::chrono_literals;
using origin::answer_conditionally;
using origin::Delivery;
using origin::OriginRequest;
using origin::OriginResponse;
using origin::redirect_to;

OriginResponse say(std::string text, origin::HeaderList headers = {}) {
  OriginResponse response;
  response.body = std::move(text);
  response.headers = std::move(headers);
  return response;
}

TEST_F(FetchTest, WhatWasTransformedOnTheWayIsWhole) {
  origin_.handle("h.example", "/f", [](auto const&) {
    auto response = say("<rss/>");
    response.status = 203;
    return response;
  });
  auto const response = get("http://h.example/f").value();
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.body, "<rss/>");
}

TEST_F(FetchTest, BringsStatusBodyAndTheHeadersOfInterest) {
  origin_.handle("news.example", "/feed", [](auto const&) {
    return say("<rss/>", {{"ETag", "W/\"a b\""},
                          {"Last-Modified", "Mon, 5 Jan 2026 10:00:00 GMT"},
                          {"Cache-Control", "max-age=300"},
                          {"Cache-Control", "public"},
                          {"X-RateLimit-Reset", "9"},
                          {"Link", "<https://hub.example/>; rel=\"hub\""},
                          {"Link", "<http://news.example/feed>; rel=self"},
                          {"Content-Type", "application/rss+xml; charset=utf-8"}});
  });
  auto const response = get("http://news.example/feed").value();
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.body, "<rss/>");
  EXPECT_EQ(response.final_url, "http://news.example/feed");
  EXPECT_EQ(response.headers.etag, "W/\"a b\"");
  EXPECT_EQ(response.headers.last_modified, "Mon, 5 Jan 2026 10:00:00 GMT");
  EXPECT_EQ(response.headers.cache_control, "max-age=300, public");
  EXPECT_EQ(response.headers.rate_limit_reset, "9");
  EXPECT_EQ(response.headers.links.size(), 2u);
  EXPECT_EQ(response.headers.content_type, "application/rss+xml; charset=utf-8");
  EXPECT_FALSE(response.conditional);
  EXPECT_GT(response.wire_bytes, response.body.size());
}

TEST_F(FetchTest, SendsOneCleanGet) {
  origin_.handle("", "", [](auto const&) { return say("x", {{"Set-Cookie", "a=b"}}); });
  get("http://news.example/feed?a=1&b=%20c").value();
  get("http://news.example/feed?a=1&b=%20c").value();
  auto const seen = origin_.requests();
  ASSERT_EQ(seen.size(), 2u);
  for (auto const& request : seen) {
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.target, "/feed?a=1&b=%20c");
    EXPECT_EQ(request.header("User-Agent"), "Newsfold/0.1 (+https://newsfold.example/bot)");
    EXPECT_EQ(request.header("Accept-Encoding"), "gzip, br, zstd");
    EXPECT_TRUE(request.header("Accept").starts_with("application/atom+xml"));
    std::set<std::string> names;
    for (auto const& header : request.headers) names.insert(header.first);
    EXPECT_EQ(names, (std::set<std::string>{"Host", "User-Agent", "Accept", "Accept-Encoding"}));
  }
  EXPECT_EQ(seen[0].connection, seen[1].connection);  // kept alive
}

TEST_F(FetchTest, SendsBothValidatorsByteForByte) {
  origin_.handle("", "", [](OriginRequest const& request) {
    return answer_conditionally(request, say("x", {{"ETag", "W/\"1-gzip\""}}));
  });
  Request request;
  request.url = "http://news.example/feed";
  request.etag = "W/\"1-gzip\"";
  request.last_modified = "monday, 5th of January";  // whatever it was
  auto const response = fetch(request).value();
  EXPECT_EQ(response.status, 304u);
  EXPECT_TRUE(response.conditional);
  auto const seen = origin_.requests();
  EXPECT_EQ(seen.at(0).header("If-None-Match"), "W/\"1-gzip\"");
  EXPECT_EQ(seen.at(0).header("If-Modified-Since"), "monday, 5th of January");
}

// libcurl lets a bare CR through. A request that took it along would be refused for ever.
TEST_F(FetchTest, AValidatorThatHoldsALineBreakIsNone) {
  for (char const line_break : {'\r', '\0'}) {
    HeaderLines lines;
    lines.add(std::string("ETag: \"a") + line_break + "b\"\r\n");
    lines.add(std::string("Last-Modified: Mon, 5 Jan") + line_break + " 2026 10:00:00 GMT\r\n");
    EXPECT_EQ(lines.headers.etag, "");
    EXPECT_EQ(lines.headers.last_modified, "");
  }
  origin_.handle("a.example", "", [](auto const&) {
    OriginResponse response;
    response.raw =
        "HTTP/1.1 200 OK\r\nETag: \"a\rb\"\r\nLast-Modified: Mon, 5 Jan 2026 10:00:00 GMT\r\r\n"
        "Content-Length: 1\r\n\r\nx";
    return response;
  });
  auto const first = get("http://a.example/feed").value();
  EXPECT_EQ(first.headers.etag, "");
  EXPECT_EQ(first.headers.last_modified, "Mon, 5 Jan 2026 10:00:00 GMT");
  Request request;
  request.url = "http://a.example/feed";
  request.etag = first.headers.etag;
  request.last_modified = first.headers.last_modified;
  EXPECT_TRUE(fetch(request));
}

TEST_F(FetchTest, ValidatorsGoOnlyToTheUrlThatGaveThem) {
  origin_.handle("old.example", "", [](auto const&) { return redirect_to("http://new.example/feed", 301); });
  origin_.handle("new.example", "", [](auto const&) { return say("x"); });
  Request request;
  request.url = "http://old.example/feed";
  request.etag = "\"1\"";
  EXPECT_FALSE(fetch(request).value().conditional);
  EXPECT_TRUE(origin_.requests("old.example").at(0).has_header("If-None-Match"));
  EXPECT_FALSE(origin_.requests("new.example").at(0).has_header("If-None-Match"));
  origin_.forget_requests();
  request.validators_url = "http://new.example/feed";
  EXPECT_TRUE(fetch(request).value().conditional);
  EXPECT_FALSE(origin_.requests("old.example").at(0).has_header("If-None-Match"));
  EXPECT_TRUE(origin_.requests("new.example").at(0).has_header("If-None-Match"));
}

TEST_F(FetchTest, RecordsEachHopWithItsPermanence) {
  origin_.handle("a.example", "/1", [](auto const&) { return redirect_to("/2", 301); });
  origin_.handle("a.example", "/2", [](auto const&) { return redirect_to("//b.example/3", 307); });
  origin_.handle("b.example", "/3", [](auto const&) { return say("there"); });
  auto const response = get("http://a.example/1").value();
  EXPECT_EQ(response.body, "there");
  EXPECT_EQ(response.final_url, "http://b.example/3");
  ASSERT_EQ(response.redirects.size(), 2u);
  EXPECT_EQ(response.redirects[0].to, "http://a.example/2");
  EXPECT_TRUE(response.redirects[0].permanent());
  EXPECT_FALSE(response.redirects[1].permanent());
}

TEST_F(FetchTest, GivesUpOnCirclesAndOnEndlessChains) {
  origin_.handle("a.example", "/1", [](auto const&) { return redirect_to("/2"); });
  origin_.handle("a.example", "/2", [](auto const&) { return redirect_to("/1"); });
  origin_.handle("b.example", "",
                 [](OriginRequest const& request) { return redirect_to(request.path + "x"); });
  auto const circle = get("http://a.example/1");
  ASSERT_FALSE(circle);
  EXPECT_EQ(circle.error().code, ErrorCode::malformed);
  EXPECT_EQ(origin_.requests("a.example").size(), 2u);
  auto const chain = get("http://b.example/");
  ASSERT_FALSE(chain);
  EXPECT_NE(chain.error().message.find("fetch.redirects_max"), std::string::npos);
  EXPECT_EQ(origin_.requests("b.example").size(), 11u);
}

TEST_F(FetchTest, CredentialsNeverCrossHostsNotEvenOnTheWayBack) {
  origin_.handle("a.example", "/1", [](auto const&) { return redirect_to("http://b.example/2"); });
  origin_.handle("b.example", "/2", [](auto const&) { return redirect_to("http://a.example/3"); });
  origin_.handle("a.example", "/3", [](auto const&) { return say("x"); });
  Request request;
  request.url = "http://a.example/1";
  request.credentials.user = "me";
  request.credentials.password = "secret";
  request.credentials.headers = {{"X-Key", "k"}};
  fetch(request).value();
  auto const seen = origin_.requests();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].header("Authorization"), "Basic bWU6c2VjcmV0");
  EXPECT_EQ(seen[0].header("X-Key"), "k");
  for (auto i : {1u, 2u}) {
    EXPECT_FALSE(seen[i].has_header("Authorization")) << i;
    EXPECT_FALSE(seen[i].has_header("X-Key")) << i;
  }
  origin_.forget_requests();
  get("http://a.example/3").value();  // and a later request without credentials has none
  EXPECT_FALSE(origin_.requests().at(0).has_header("Authorization"));
}

TEST_F(FetchTest, AUserInTheUrlIsACredentialNotAPartOfTheUrl) {
  origin_.handle("a.example", "/", [](auto const&) { return say("x"); });
  auto const response = get("http://me:secret@a.example/").value();
  EXPECT_EQ(response.final_url, "http://a.example/");
  EXPECT_EQ(origin_.requests().at(0).header("Authorization"), "Basic bWU6c2VjcmV0");
}

TEST_F(FetchTest, DecodesGzipAndBoundsWhatItDecodesTo) {
  origin_.handle("a.example", "/good",
                 [](auto const&) { return origin::gzipped(say(std::string(100'000, 'x'))); });
  origin_.handle("a.example", "/bomb",
                 [](auto const&) { return origin::gzipped(say(std::string(8'000'000, 'x'))); });
  auto const good = get("http://a.example/good").value();
  EXPECT_EQ(good.body.size(), 100'000u);
  EXPECT_LT(good.wire_bytes, 10'000u);
  Request request;
  request.url = "http://a.example/bomb";
  request.limits.body_bytes_max = 1'000'000;
  auto const bomb = fetch(request);
  ASSERT_FALSE(bomb);
  EXPECT_EQ(bomb.error().code, ErrorCode::too_large);
  EXPECT_NE(bomb.error().message.find("fetch.body_max"), std::string::npos);
}

TEST_F(FetchTest, BoundsEndlessBodiesAndHeaders) {
  origin_.handle("a.example", "/endless", [](auto const&) {
    auto response = say(std::string(10'000, 'x'));
    response.delivery = Delivery::endless;
    return response;
  });
  origin_.handle("a.example", "/headers", [](auto const&) {
    auto response = say("x");
    for (int i = 0; i < 100; ++i)
      response.headers.emplace_back("X-" + std::to_string(i), std::string(1000, 'y'));
    return response;
  });
  EXPECT_EQ(get("http://a.example/endless").error().code, ErrorCode::too_large);
  auto const headers = get("http://a.example/headers");
  ASSERT_FALSE(headers);
  EXPECT_NE(headers.error().message.find("fetch.header_max"), std::string::npos);
}

TEST_F(FetchTest, BoundsTheTimeOfAllHopsTogether) {
  origin_.handle("a.example", "", [](OriginRequest const& request) {
    auto response = redirect_to(request.path + "x");
    response.delay = 60ms;
    return response;
  });
  Request request;
  request.url = "http://a.example/";
  request.limits.total_max = 150ms;
  auto const started = std::chrono::steady_clock::now();
  auto const response = fetch(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::unreachable);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 2s);
  EXPECT_LT(origin_.request_count(), 5u);
}

TEST_F(FetchTest, SaysWhatBroke) {
  origin_.handle("a.example", "/reset", [](auto const&) {
    auto response = say("half");
    response.delivery = Delivery::reset;
    return response;
  });
  origin_.handle("a.example", "/cut", [](auto const&) {
    auto response = say("half");
    response.delivery = Delivery::truncated;
    return response;
  });
  origin_.handle("a.example", "/nonsense", [](auto const&) {
    OriginResponse response;
    response.raw = "SSH-2.0-OpenSSH_9.2\r\n";
    return response;
  });
  origin_.handle("a.example", "/badgzip", [](auto const&) {
    return say("this is no gzip", {{"Content-Encoding", "gzip"}});
  });
  for (auto const* path : {"/reset", "/cut"}) {
    auto const response = get("http://a.example" + std::string(path));
    ASSERT_FALSE(response) << path;
    EXPECT_EQ(response.error().code, ErrorCode::unreachable) << path;
    EXPECT_TRUE(response.error().message.starts_with("a.example: the connection broke"))
        << response.error().message;
  }
  EXPECT_EQ(get("http://a.example/nonsense").error().code, ErrorCode::malformed);
  EXPECT_EQ(get("http://a.example/badgzip").error().code, ErrorCode::malformed);
  EXPECT_EQ(origin_.request_count(), 4u);  // nothing was tried twice
}

TEST_F(FetchTest, RefusesPrivateAddressesAtConnectTimeOnEveryHop) {
  FetchOptions guarded = options_for_origin();
  guarded.resolve = {"public.example:80:127.0.0.1:" + std::to_string(origin_.port()),
                     "*:80:127.0.0.2:" + std::to_string(origin_.port())};
  guarded.allow_private = {"127.0.0.1"};
  auto const fetcher = Fetcher::create(loop_.get_executor(), guarded).value();
  origin_.handle("public.example", "", [](auto const&) { return redirect_to("http://rebound.example/"); });
  Request request;
  request.url = "http://public.example/";
  auto const response = fetch(*fetcher, request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::refused);
  EXPECT_EQ(origin_.request_count(), 1u);
  EXPECT_EQ(fetcher->counters().refused, 1u);
  request.url = "http://127.0.0.2:" + std::to_string(origin_.port()) + "/";
  EXPECT_EQ(fetch(*fetcher, request).error().code, ErrorCode::refused);
}

TEST_F(FetchTest, RefusesOtherSchemesAlsoAfterARedirect) {
  origin_.handle("a.example", "", [](auto const&) { return redirect_to("file:///etc/passwd"); });
  EXPECT_EQ(get("http://a.example/").error().code, ErrorCode::refused);
  EXPECT_EQ(get("ftp://a.example/").error().code, ErrorCode::refused);
}

TEST_F(FetchTest, SaysWhereNobodyListens) {
  FetchOptions options = options_for_origin();
  {
    origin::OriginServer gone;
    options.resolve = gone.resolve_rules();
  }
  auto const fetcher = Fetcher::create(loop_.get_executor(), options).value();
  Request request;
  request.url = "http://a.example/";
  auto const response = fetch(*fetcher, request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::unreachable);
  EXPECT_TRUE(response.error().message.starts_with("a.example: no connection")) << response.error().message;
}

// libcurl takes "x.localhost" for both ::1 and 127.0.0.1.
TEST_F(FetchTest, OfAHostOneOfWhoseAddressesIsRefusedTheOtherSaysWhatCameOfIt) {
  FetchOptions options = options_for_origin();
  options.resolve.clear();
  std::uint16_t port = 0;
  {
    origin::OriginServer gone;
    port = gone.port();
  }
  for (auto const* allowed : {"127.0.0.0/8", "::1/128"}) {
    options.allow_private = {allowed};
    auto const fetcher = Fetcher::create(loop_.get_executor(), options).value();
    Request request;
    request.url = "http://a.localhost:" + std::to_string(port) + "/";
    EXPECT_EQ(fetch(*fetcher, request).error().code, ErrorCode::unreachable) << allowed;
  }
  options.allow_private.clear();
  auto const fetcher = Fetcher::create(loop_.get_executor(), options).value();
  Request request;
  request.url = "http://a.localhost:" + std::to_string(port) + "/";
  EXPECT_EQ(fetch(*fetcher, request).error().code, ErrorCode::refused);
}

TEST_F(FetchTest, OneHandleServesManyKindsOfRequestWithoutMixingThem) {
  origin_.handle("", "", [](OriginRequest const& request) { return say(request.method + request.body); });
  Request post;
  post.url = "http://a.example/";
  post.method = Method::post;
  post.body = "hub.mode=subscribe";
  post.body_content_type = "application/x-www-form-urlencoded";
  EXPECT_EQ(fetch(post).value().body, "POSThub.mode=subscribe");
  EXPECT_EQ(get("http://a.example/").value().body, "GET");
  EXPECT_EQ(fetch(post).value().body, "POSThub.mode=subscribe");
}

TEST_F(FetchTest, ManyTransfersShareOneThreadWithinTheBound) {
  FetchOptions options = options_for_origin();
  options.transfers_max = 4;
  auto const fetcher = Fetcher::create(loop_.get_executor(), options).value();
  origin_.handle("", "", [](auto const&) { return say("x"); });
  std::vector<std::optional<Result<Response>>> out(50);
  for (std::size_t i = 0; i < out.size(); ++i) {
    Request request;
    request.url = "http://h" + std::to_string(i) + ".example/";
    boost::asio::co_spawn(loop_, run(*fetcher, request, out[i]), boost::asio::detached);
  }
  loop_.restart();
  std::size_t most = 0;
  while (std::ranges::any_of(out, [](auto const& o) { return !o; })) {
    loop_.run_one();
    most = std::max(most, fetcher->counters().in_flight);
  }
  EXPECT_EQ(most, 4u);
  for (auto const& o : out) EXPECT_TRUE(o->has_value());
  EXPECT_EQ(fetcher->counters().requests, 50u);
}

TEST_F(FetchTest, AFetcherThatHasNothingToDoKeepsNoLoopFromEnding) {
  origin_.handle("a.example", "/", [](auto const&) { return say("x"); });
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get("http://a.example/").value().body, "x");
    loop_.restart();
    loop_.run_for(10s);
    EXPECT_TRUE(loop_.stopped());
  }
}

// The socket stays watched between two transfers, and one that was closed is readable for ever.
TEST_F(FetchTest, AnIdleConnectionThatItsServerClosesIsNoWorkAndNotUsedAgain) {
  origin_.handle("a.example", "/", [](auto const&) {
    OriginResponse response;
    response.raw = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    return response;
  });
  origin_.handle("b.example", "/silent", [](auto const&) {
    OriginResponse response;
    response.delivery = Delivery::silent;
    return response;
  });
  for (auto const connections : {1u, 2u}) {
    EXPECT_EQ(get("http://a.example/").value().body, "x");
    EXPECT_EQ(origin_.requests("a.example").size(), connections);
    loop_.restart();
    // A transfer under way elsewhere, so that the loop looks.
    std::optional<Result<Response>> out;
    Request request;
    request.url = "http://b.example/silent";
    request.limits.total_max = 50ms;
    boost::asio::co_spawn(loop_, run(*fetcher_, request, out), boost::asio::detached);
    EXPECT_LT(loop_.run_for(5s), 100u);
  }
}

// glibc's tcp_info ends before the kernel's does (linux/tcp.h).
struct TcpInfo {
  tcp_info first;
  std::uint64_t rates_and_bytes[4];
  std::uint32_t segments_out;
  std::uint32_t segments_in;
};

// Answers and closes. `segments`: how many of the last connection had come when its request was there.
boost::asio::awaitable<void> count_segments(boost::asio::ip::tcp::acceptor& acceptor,
                                            std::uint32_t& segments) {
  for (;;) {
    auto socket = co_await acceptor.async_accept(boost::asio::use_awaitable);
    std::string request;
    co_await boost::asio::async_read_until(socket, boost::asio::dynamic_buffer(request), "\r\n\r\n",
                                           boost::asio::use_awaitable);
    TcpInfo info{};
    socklen_t size = sizeof info;
    if (getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && size == sizeof info)
      segments = info.segments_in;
    constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    co_await boost::asio::async_write(socket, boost::asio::buffer(answer), boost::asio::use_awaitable);
  }
}

TEST_F(FetchTest, TheRequestIsTheFirstPacketAfterTheServersHandshake) {
  using boost::asio::ip::tcp;
  tcp::acceptor acceptor(loop_, {boost::asio::ip::address_v4::loopback(), 0});
  FetchOptions options = options_for_origin();
  options.resolve = {"*:80:127.0.0.1:" + std::to_string(acceptor.local_endpoint().port())};
  auto const fetcher = Fetcher::create(loop_.get_executor(), options).value();
  std::uint32_t segments = 0;
  boost::asio::co_spawn(loop_, count_segments(acceptor, segments), boost::asio::detached);
  constexpr std::uint32_t syn_and_request = 2;
  // The kernel waits some 40 ms for the request; a machine that is busy may let them pass, but not each time.
  for (int i = 0; i < 50 && segments != syn_and_request; ++i) {
    Request request;
    request.url = "http://a.example/";
    ASSERT_TRUE(fetch(*fetcher, request));
    ASSERT_NE(segments, 0u);
  }
  EXPECT_EQ(segments, syn_and_request);
}

TEST_F(FetchTest, ACancelledFetchEndsAtOnceAndLeavesTheFetcherUsable) {
  origin_.handle("a.example", "/silent", [](auto const&) {
    OriginResponse response;
    response.delivery = Delivery::silent;
    return response;
  });
  origin_.handle("a.example", "/", [](auto const&) { return say("x"); });
  boost::asio::cancellation_signal signal;
  std::optional<Result<Response>> out;
  bool aborted = false;
  Request request;
  request.url = "http://a.example/silent";
  boost::asio::co_spawn(loop_, run(*fetcher_, request, out),
                        boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr failure) {
                          try {
                            std::rethrow_exception(failure);
                          } catch (boost::system::system_error const& e) {
                            aborted = e.code() == boost::asio::error::operation_aborted;
                          }
                        }));
  while (origin_.request_count() == 0) loop_.run_one_for(1ms);
  signal.emit(boost::asio::cancellation_type::terminal);
  loop_.restart();
  while (!aborted) loop_.run_one();
  EXPECT_FALSE(out);
  EXPECT_EQ(fetcher_->counters().in_flight, 0u);
  EXPECT_EQ(get("http://a.example/").value().body, "x");
}

class ThroughAProxy : public FetchTest {
 protected:
  // The origin plays the proxy: it gets whole URLs (RFC 9112, 3.2.2).
  ThroughAProxy() {
    origin_.handle("", "", [](OriginRequest const& request) {
      if (request.target == "http://a.example/inside") return redirect_to("http://192.168.0.1/", 302);
      return say(request.target);
    });
  }
  FetchOptions options_for_proxy() const {
    FetchOptions options;
    options.proxy = "http://127.0.0.1:" + std::to_string(origin_.port());
    return options;
  }
  Result<Response> get_by(FetchOptions const& options, std::string url) {
    auto const fetcher = Fetcher::create(loop_.get_executor(), options).value();
    Request request;
    request.url = std::move(url);
    return fetch(*fetcher, std::move(request));
  }
};

TEST_F(ThroughAProxy, NamesAreTheProxysToResolve) {
  EXPECT_EQ(get_by(options_for_proxy(), "http://a.example/feed").value().body, "http://a.example/feed");
}

TEST_F(ThroughAProxy, TheEnvironmentOpensNoWayPastIt) {
  setenv("NO_PROXY", "*", 1);
  auto const response = get_by(options_for_proxy(), "http://a.example/feed");
  unsetenv("NO_PROXY");
  EXPECT_EQ(response.value().body, "http://a.example/feed");
}

TEST_F(ThroughAProxy, AddressesOfOurNetworkAreNotAskedFor) {
  for (auto const* url : {"http://127.0.0.1/", "http://[::1]/", "http://0x7f.1/", "http://localhost/",
                          "http://feeds.localhost./", "http://a.example/inside"}) {
    auto const response = get_by(options_for_proxy(), url);
    ASSERT_FALSE(response) << url;
    EXPECT_EQ(response.error().code, ErrorCode::refused) << url;
  }
  EXPECT_EQ(origin_.request_count(), 1u);  // the one that redirects
  auto options = options_for_proxy();
  options.allow_private = {"127.0.0.0/8"};
  EXPECT_EQ(get_by(options, "http://127.0.0.1/").value().body, "http://127.0.0.1/");
}

TEST_F(ThroughAProxy, OneThatIsAwayIsTold) {
  FetchOptions options;
  {
    origin::OriginServer gone;
    options.proxy = "http://127.0.0.1:" + std::to_string(gone.port());
  }
  auto const response = get_by(options, "http://a.example/feed");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::unreachable);
  EXPECT_NE(response.error().message.find("127.0.0.1"), std::string::npos) << response.error().message;
}

TEST_F(FetchTest, SaysWhichOptionIsWrong) {
  auto const create = [&](auto change) {
    FetchOptions options;
    change(options);
    return Fetcher::create(loop_.get_executor(), options).error();
  };
  EXPECT_EQ(create([](auto& o) { o.resolve = {"x"}; }).code, ErrorCode::invalid);
  EXPECT_EQ(create([](auto& o) { o.allow_private = {"x"}; }).code, ErrorCode::invalid);
  EXPECT_EQ(create([](auto& o) { o.proxy = "ftp://h:1"; }).code, ErrorCode::invalid);
  EXPECT_EQ(create([](auto& o) { o.ca_file = "/does/not/exist"; }).code, ErrorCode::unreadable);
}

}  // namespace
}  // namespace newsfold::fetch
