// WebSub over the daemon's own HTTP: a hub on loopback confirms and pushes.

#include "tests/e2e/daemon_process.h"
#include "tests/origin/origin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <future>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string item(std::string const& title) {
  return "<item><title>" + title + "</title><link>http://news.example/" + title + "</link><guid>" + title +
         "</guid><description>What there is to say of it.</description></item>";
}

std::string rss_of(std::string const& items) {
  return "<rss version='2.0'><channel><title>News</title>" + items + "</channel></rss>";
}

// One request over the daemon's socket, its answer whole.
std::string ask(Installation const& installation, std::string const& head, std::string const& body = {}) {
  int const socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  auto const path = installation.folder() + "/newsfold.sock";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  std::string answer;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    auto const request =
        head + "\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    (void)!::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
    char bytes[4096];
    while (wait_readable(socket, within(20s))) {
      auto const n = ::recv(socket, bytes, sizeof bytes, 0);
      if (n <= 0) break;
      answer.append(bytes, static_cast<std::size_t>(n));
    }
  }
  ::close(socket);
  return answer;
}

std::string form_value(std::string const& form, std::string const& key) {
  auto const at = form.find(key + '=');
  if (at == std::string::npos) return {};
  auto const begin = at + key.size() + 1;
  return form.substr(begin, form.find('&', begin) - begin);
}

std::string signature(std::string const& secret, std::string const& body) {
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

TEST(WebSub, WhatAHubPushesIsAnnouncedWithoutAPoll) {
  origin::OriginServer server;
  std::promise<std::string> asked;
  std::atomic<int> polls = 0;
  server.handle("news.example", "/feed", [&](origin::OriginRequest const&) {
    ++polls;
    origin::OriginResponse response;
    response.headers = {{"Link", "<http://hub.example/>; rel=hub, <http://news.example/feed>; rel=self"}};
    response.body = rss_of(item("first"));
    return response;
  });
  server.handle("hub.example", "/", [&](origin::OriginRequest const& request) {
    asked.set_value(request.body);
    origin::OriginResponse response;
    response.status = 202;
    return response;
  });
  auto const port = std::to_string(server.port());
  Installation const installation(
      "[fetch]\nallow_private = true\nresolve = [\"news.example:80:127.0.0.1:" + port +
      "\", \"hub.example:80:127.0.0.1:" + port +
      "\"]\n[polling]\nhost_spacing = \"0\"\nwebsub_callback_url = \"https://us.example/websub\"\n"
      "[clean]\nfetch_pages = \"never\"\n[[feed]]\nname = \"news\"\nurl = \"http://news.example/feed\"\n");
  auto const daemon = installation.start_daemon();
  auto form_future = asked.get_future();
  ASSERT_EQ(form_future.wait_for(30s), std::future_status::ready) << installation.log();
  auto const form = form_future.get();
  auto const callback = form_value(form, "hub.callback");
  auto const id = callback.substr(callback.rfind("%2f") + 3);
  ASSERT_EQ(id.size(), 32u) << form;

  auto const question = "/websub/" + id +
                        "?hub.mode=subscribe&hub.topic=http%3A%2F%2Fnews.example%2Ffeed&hub.challenge=c4711"
                        "&hub.lease_seconds=864000";
  EXPECT_THAT(ask(installation, "GET /websub/00?hub.mode=subscribe&hub.topic=x&hub.challenge=y HTTP/1.1"),
              StartsWith("HTTP/1.1 404"));
  auto const confirmed = ask(installation, "GET " + question + " HTTP/1.1");
  EXPECT_THAT(confirmed, StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(confirmed.ends_with("\r\n\r\nc4711")) << confirmed;

  auto const forged = rss_of(item("forged"));
  EXPECT_THAT(ask(installation, "POST /websub/" + id + " HTTP/1.1\r\nX-Hub-Signature: sha256=00", forged),
              StartsWith("HTTP/1.1 202"));
  auto const pushed = rss_of(item("pushed") + item("first"));
  EXPECT_THAT(ask(installation,
                  "POST /websub/" + id +
                      " HTTP/1.1\r\nX-Hub-Signature: " + signature(form_value(form, "hub.secret"), pushed),
                  pushed),
              StartsWith("HTTP/1.1 202"));
  auto const large =
      rss_of("<description>" + std::string(std::size_t{2} << 20, ' ') + "</description>" + item("large"));
  EXPECT_THAT(ask(installation,
                  "POST /websub/" + id +
                      " HTTP/1.1\r\nX-Hub-Signature: " + signature(form_value(form, "hub.secret"), large),
                  large),
              StartsWith("HTTP/1.1 202"));
  EXPECT_THAT(ask(installation, "POST /websub/0123 HTTP/1.1\r\nX-Hub-Signature: sha256=00", forged),
              StartsWith("HTTP/1.1 410"));

  auto const events =
      installation.events_until([](SeenEvent const& event) { return event.title == "pushed"; }, within(30s));
  ASSERT_FALSE(events.empty()) << installation.log();
  EXPECT_EQ(events.back().title, "pushed") << installation.log();
  for (auto const& event : events) EXPECT_NE(event.title, "forged");
  EXPECT_EQ(polls, 1);
}

}  // namespace
}  // namespace newsfold::e2e
