// What publishers get wrong: each kind gives a state and a log line that say so, and disturbs no other feed.

#include "tests/e2e/daemon_process.h"
#include "tests/origin/origin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <map>
#include <memory>
#include <sstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using origin::Delivery;
using origin::OriginRequest;
using origin::OriginResponse;
using ::testing::HasSubstr;

std::string rss(int items) {
  std::string out = "<rss version=\"2.0\"><channel><title>Good news</title><link>http://good.example/</link>";
  for (int i = 0; i < items; ++i) {
    auto const n = std::to_string(i);
    out += "<item><title>Good story number " + n + "</title><guid>good-" + n +
           "</guid><link>http://good.example/" + n +
           "</link><description>Something good happened in house number " + n + ".</description></item>";
  }
  return out + "</channel></rss>";
}

void install_bad_sites(origin::OriginServer& server) {
  server.handle("html.example", "/feed", [](OriginRequest const&) {
    OriginResponse response;
    response.headers = {{"Content-Type", "text/html"}};
    response.body =
        "<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>No feed here.</p></body></html>";
    return response;
  });
  server.handle("error.example", "/feed", [](OriginRequest const&) {
    OriginResponse response;
    response.status = 500;
    return response;
  });
  server.handle("silent.example", "/feed", [](OriginRequest const&) {
    OriginResponse response;
    response.delivery = Delivery::silent;
    return response;
  });
  server.handle("endless.example", "/feed", [](OriginRequest const&) {
    OriginResponse response;
    response.delivery = Delivery::endless;
    response.body = std::string(16'384, 'x');
    return response;
  });
  server.handle("loop.example", "/feed",
                [](OriginRequest const&) { return origin::redirect_to("http://loop.example/feed"); });
}

// A server whose certificate nobody vouches for.
class SelfSigned {
 public:
  explicit SelfSigned(std::string const& folder) {
    auto const key = folder + "/key.pem", certificate = folder + "/certificate.pem";
    Process make({{openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
                   certificate, "-days", "2", "-subj", "/CN=tls.example"},
                  {},
                  {}});
    make.wait(within(30s));
    server_ = std::make_unique<Process>(Process::Command{
        {openssl, "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"}, {}, {}});
    while (auto const line = server_->line(within(10s))) {
      if (!line->starts_with("ACCEPT ")) continue;
      port_ = line->substr(line->rfind(':') + 1);
      break;
    }
  }
  std::string const& port() const noexcept { return port_; }

 private:
  static constexpr char const* openssl = "/usr/bin/openssl";
  std::unique_ptr<Process> server_;
  std::string port_;
};

std::string feed_table(std::string const& name, std::string const& url) {
  return "[[feed]]\nname = \"" + name + "\"\nurl = \"" + url +
         "\"\ninterval = \"1s\"\nfetch_pages = \"never\"\n";
}

std::string config_for(std::uint16_t port, std::string const& tls_port) {
  auto const here = ":127.0.0.1:" + std::to_string(port) + "\", ";
  std::string config =
      "[fetch]\ntimeout = \"2s\"\nconnect_timeout = \"2s\"\nbody_max = \"64KiB\"\nallow_private = "
      "true\nresolve = [";
  for (auto const* name : {"good", "html", "error", "silent", "endless", "loop"}) {
    config += "\"" + std::string(name) + ".example:80" + here;
  }
  config +=
      "\"tls.example:443:127.0.0.1:" + tls_port +
      "\"]\n[polling]\nhost_spacing = \"0\"\njitter = 0\nfailing_after = \"1s\"\nerror_backoff = \"1s\"\n"
      "error_backoff_max = \"1s\"\nrobots_for_feeds = false\n";
  for (auto const* name : {"good", "html", "error", "silent", "endless", "loop"}) {
    config += feed_table(name, "http://" + std::string(name) + ".example/feed");
  }
  return config + feed_table("tls", "https://tls.example/feed");
}

// The lines of the log about polls of one feed that went wrong.
std::string complaints(std::string const& log, std::string const& feed) {
  std::istringstream in(log);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    bool const is_its = line.find("feed=" + feed + " ") != std::string::npos;
    if (is_its && line.find("error=\"\"") == std::string::npos && line.find("error=") != std::string::npos) {
      out += line + "\n";
    }
  }
  return out;
}

// What is said of each bad feed, in the log and by `newsfold feeds`.
struct Verdict {
  char const* feed;
  int http_status;
  char const* words;
};
constexpr Verdict verdicts[] = {
    {"html", 200, "a web page, not a feed; `newsfold discover` lists the feeds it names"},
    {"error", 500, "the server answered 500"},
    {"silent", 0, "silent.example: too slow ("},
    {"endless", 0, "endless.example: the body decodes to more than 65536 bytes (fetch.body_max)"},
    {"loop", 0, "loop.example: redirects in a circle"},
    {"tls", 0, "tls.example: TLS failed (SSL certificate problem: "},
};

// The rows of `newsfold feeds --json`, by the feed's name.
std::map<std::string, boost::json::object> feed_rows(Installation const& installation) {
  std::map<std::string, boost::json::object> out;
  auto const table = boost::json::parse(installation.run({"feeds", "--json"}).output);
  for (auto const& row : table.at("feeds").as_array())
    out[row.at("name").as_string().c_str()] = row.as_object();
  return out;
}

TEST(BadInput, EachKindIsToldAndTheGoodFeedKeepsFlowing) {
  origin::OriginServer server;
  int polls = 0;
  server.handle("good.example", "/feed", [&polls](OriginRequest const&) {  // one thread calls all handlers
    OriginResponse response;
    response.headers = {{"Content-Type", "application/rss+xml"}};
    response.body = rss(++polls);
    return response;
  });
  install_bad_sites(server);
  TemporaryFolder const certificates;
  SelfSigned const untrusted(certificates.path());
  ASSERT_NE(untrusted.port(), "") << "openssl s_server did not start";
  Installation const installation(config_for(server.port(), untrusted.port()));
  auto const daemon = installation.start_daemon();

  // Feeds that fail are announced, and the good one brings an item with each poll meanwhile.
  std::map<std::string, int> failing;
  int good = 0;
  auto const events = installation.events_until(
      [&](SeenEvent const& event) {
        if (event.type == "feed.failing") ++failing[event.feed];
        if (event.feed == "good" && event.article != 0) ++good;
        return failing.size() >= 6 && good >= 5;
      },
      within(60s));
  auto const log = installation.log();
  auto const rows = feed_rows(installation);
  for (auto const& [name, http_status, words] : verdicts) {
    EXPECT_EQ(failing[name], 1) << name << ": announced once\n" << complaints(log, name);
    EXPECT_THAT(complaints(log, name), HasSubstr("status=" + std::to_string(http_status) + " "));
    EXPECT_THAT(complaints(log, name), HasSubstr(words));
    auto const& row = rows.at(name);
    EXPECT_EQ(row.at("state"), "failing") << name;
    EXPECT_EQ(row.at("http_status"), http_status) << name;
    EXPECT_EQ(row.at("articles"), 0) << name;
    EXPECT_GE(row.at("failures").to_number<int>(), 2) << name;
    EXPECT_TRUE(row.contains("failing_since")) << name;
    EXPECT_THAT(row.at("error").as_string().c_str(), HasSubstr(words));
  }
  EXPECT_GE(good, 5);
  EXPECT_EQ(broken_promise(events), "");
  EXPECT_EQ(complaints(log, "good"), "");
  EXPECT_FALSE(daemon->exited());
  auto const& well = rows.at("good");
  EXPECT_EQ(well.at("state"), "waiting");
  EXPECT_EQ(well.at("failures"), 0);
  EXPECT_FALSE(well.contains("error"));
}

TEST(BadConfig, IsRefusedWithAllThatIsWrongAndStatus2) {
  Installation const installation("[polling]\nintervall = \"1h\"\njitter = 9\n");
  auto const daemon = installation.command({"run", "--config", installation.config_path()});
  EXPECT_EQ(daemon->wait(within(20s)), 2);
  auto const said = read_text_file(installation.folder() + "/commands.log");
  EXPECT_THAT(said, HasSubstr("did you mean `interval`?"));
  EXPECT_THAT(said, HasSubstr("9 is out of bounds"));
}

}  // namespace
}  // namespace newsfold::e2e
