#include "tests/origin/origin_server.h"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

namespace newsfold::origin {
namespace {

namespace asio = boost::asio;

// A plain client: what goes over the wire is what the test says.
class Wire {
 public:
  explicit Wire(OriginServer const& origin) : socket_(loop_) {
    socket_.connect({asio::ip::address_v4::loopback(), origin.port()});
  }
  void send(std::string const& bytes) { asio::write(socket_, asio::buffer(bytes)); }
  void get(std::string const& host, std::string const& path, std::string const& more = "") {
    send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n");
  }
  std::string head() {
    auto const bytes = asio::read_until(socket_, buffer_, "\r\n\r\n");
    return take(bytes);
  }
  std::string body(std::size_t bytes) {
    if (buffer_.size() < bytes) asio::read(socket_, buffer_, asio::transfer_exactly(bytes - buffer_.size()));
    return take(bytes);
  }
  // What comes until the server closes or resets; the error says which.
  std::string rest(boost::system::error_code& error) {
    asio::read(socket_, buffer_, error);
    return take(buffer_.size());
  }

 private:
  std::string take(std::size_t bytes) {
    std::string out(static_cast<char const*>(buffer_.data().data()), bytes);
    buffer_.consume(bytes);
    return out;
  }
  asio::io_context loop_;
  asio::ip::tcp::socket socket_;
  asio::streambuf buffer_;
};

OriginResponse say(std::string text) {
  OriginResponse response;
  response.body = std::move(text);
  return response;
}

TEST(OriginServer, ServesManyHostsOnOnePortAndTheMostSpecificHandlerWins) {
  OriginServer origin;
  origin.handle("", "", [](auto const&) { return say("any"); });
  origin.handle("a.example", "", [](auto const&) { return say("a.*"); });
  origin.handle("a.example", "/x", [](auto const&) { return say("a/x"); });
  Wire wire(origin);
  for (auto const& [host, path, expected] : {std::tuple{"a.example", "/x?q=1", "a/x"},
                                             {"A.example:80", "/y", "a.*"},
                                             {"b.example", "/x", "any"}}) {
    wire.get(host, path);
    wire.head();
    EXPECT_EQ(wire.body(3), expected);
  }
  auto const seen = origin.requests("a.example");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].query, "q=1");
  EXPECT_EQ(seen[0].connection, seen[1].connection);
}

TEST(OriginServer, AnswersNotFoundWhereNothingWasScripted) {
  OriginServer origin;
  Wire wire(origin);
  wire.get("a.example", "/");
  EXPECT_TRUE(wire.head().starts_with("HTTP/1.1 404 "));
}

TEST(OriginServer, AnswersConditionallyByTheTextOfTheValidators) {
  OriginServer origin;
  origin.handle("", "/f", [](OriginRequest const& request) {
    auto response = say("feed");
    response.headers = {{"ETag", "W/\"1\""}, {"Last-Modified", "Mon, 05 Jan 2026 10:00:00 GMT"}};
    return answer_conditionally(request, response);
  });
  Wire wire(origin);
  wire.get("h", "/f", "If-None-Match: W/\"1\"\r\n");
  EXPECT_TRUE(wire.head().starts_with("HTTP/1.1 304 "));
  wire.get("h", "/f", "If-Modified-Since: Mon, 05 Jan 2026 10:00:00 GMT\r\n");
  EXPECT_TRUE(wire.head().starts_with("HTTP/1.1 304 "));
  wire.get("h", "/f", "If-None-Match: \"1\"\r\nIf-Modified-Since: Mon, 05 Jan 2026 10:00:00 GMT\r\n");
  EXPECT_TRUE(wire.head().starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(wire.body(4), "feed");
}

TEST(OriginServer, CutsAndResetsWhereToldTo) {
  OriginServer origin;
  origin.handle("", "/cut", [](auto const&) {
    auto response = say("half");
    response.delivery = Delivery::truncated;
    return response;
  });
  origin.handle("", "/reset", [](auto const&) {
    auto response = say("");
    response.delivery = Delivery::reset;
    return response;
  });
  boost::system::error_code error;
  Wire cut(origin);
  cut.get("h", "/cut");
  EXPECT_NE(cut.head().find("Content-Length: 1004"), std::string::npos);
  EXPECT_EQ(cut.rest(error), "half");
  EXPECT_EQ(error, asio::error::eof);
  Wire reset(origin);
  reset.get("h", "/reset");
  reset.rest(error);
  EXPECT_EQ(error, asio::error::connection_reset);
}

TEST(OriginServer, AnEndlessBodyGoesOnUntilTheClientLeaves) {
  OriginServer origin;
  origin.handle("", "/", [](auto const&) {
    auto response = say("0123456789");
    response.delivery = Delivery::endless;
    return response;
  });
  {
    Wire wire(origin);
    wire.get("h", "/");
    wire.head();
    EXPECT_TRUE(wire.body(100'000).starts_with("a\r\n0123456789\r\na\r\n"));
  }
  Wire another(origin);  // and the server lives on
  another.get("h", "/missing");
  EXPECT_TRUE(another.head().starts_with("HTTP/1.1 404 "));
}

}  // namespace
}  // namespace newsfold::origin
