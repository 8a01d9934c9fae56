// docs/openapi.json against everything that the running daemon answers.

#include "daemon/commands/api_client.h"
#include "tests/api/openapi_check.h"
#include "tests/e2e/daemon_process.h"
#include "tests/origin/origin_server.h"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace newsfold::e2e {
namespace {

using namespace std::chrono_literals;
using api::OpenApiCheck;
using api::Question;

// A daemon with a webhook that reads the demo world.
struct OpenApi : ::testing::Test {
  void SetUp() override {
    receiver.handle("", "/hook", [](origin::OriginRequest const&) { return origin::OriginResponse{}; });
    world = std::make_unique<DemoOrigin>(installation, 4, 3600);
    std::ofstream(installation.folder() + "/hook.key") << "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n";
    std::ofstream(installation.config_path(), std::ios::app)
        << "\n[[webhook]]\nname = \"hook\"\nurl = \"" << receiver.url("/hook")
        << "\"\nsecret_file = \"hook.key\"\nallow_private = true\n";
    daemon = installation.start_daemon();
    ASSERT_GE(installation.events(10, within(60s)).size(), 10u) << installation.log();
  }
  boost::json::value get(std::string const& target) const {
    ApiAddress address;
    address.socket = installation.socket_path();
    auto const answer = ApiClient(std::move(address)).get(target);
    return boost::json::parse(answer.value().body);
  }

  Installation installation;
  origin::OriginServer receiver;
  std::unique_ptr<DemoOrigin> world;
  std::unique_ptr<Process> daemon;
};

TEST_F(OpenApi, DescribesEveryRouteOfTheDaemonAndNoOther) {
  OpenApiCheck const document;
  auto const registered = OpenApiCheck::operations_of(get("/v1"));
  auto const described = document.operations();
  for (auto const& route : registered)
    EXPECT_TRUE(described.contains(route)) << route << " is answered, and not in docs/openapi.json";
  for (auto const& route : described)
    EXPECT_TRUE(registered.contains(route)) << route << " is in docs/openapi.json, and nobody answers it";
}

// What tests/api does not reach: the routes that the daemon adds to those of the API's own.
TEST_F(OpenApi, HasTheAnswersOfTheDaemonsOwnRoutes) {
  OpenApiCheck const document;
  auto const feed = std::string(get("/v1/feeds").at("feeds").at(0).at("name").as_string());
  auto const of_feed = "/v1/feeds/" + percent_encoded(feed);
  auto const pause = of_feed + "/pause";
  auto const resume = of_feed + "/resume";
  auto const backup = R"({"directory":")" + installation.folder() + R"(/backups"})";
  std::vector<Question> const questions{
      {"GET", "/v1/feeds/{name}", of_feed.c_str(), 200},
      {"GET", "/v1/feeds/{name}", "/v1/feeds/nobody", 404},
      {"GET", "/v1/feeds", "/v1/feeds", 200},
      {"POST", "/v1/feeds/{name}/pause", pause.c_str(), 200},
      {"POST", "/v1/feeds/{name}/pause", "/v1/feeds/nobody/pause", 404},
      {"POST", "/v1/feeds/{name}/resume", resume.c_str(), 200},
      {"POST", "/v1/feeds/{name}/resume", "/v1/feeds/nobody/resume", 404},
      {"GET", "/v1/search", "/v1/search?q=the&limit=3", 200},
      {"GET", "/v1/search", "/v1/search", 400},
      {"GET", "/v1/export", "/v1/export?after=1", 200},
      {"GET", "/v1/export", "/v1/export?after=x", 400},
      {"POST", "/v1/admin/backup", "/v1/admin/backup", 200, backup.c_str()},
      {"POST", "/v1/admin/backup", "/v1/admin/backup", 400, R"({"directory":"here"})"},
      {"POST", "/v1/admin/verify", "/v1/admin/verify", 200},
      {"POST", "/v1/admin/compact", "/v1/admin/compact", 200},
      {"POST", "/v1/articles/{id}/split", "/v1/articles/999999/split", 404},
      {"POST", "/v1/articles/{id}/split", "/v1/articles/1/split", 400, "7"},
      {"GET", "/v1/articles/{id}/why", "/v1/articles/1/why", 200},
      {"POST", "/v1/reload", "/v1/reload", 200},
      {"GET", "/v1/webhooks", "/v1/webhooks", 200},
      {"GET", "/v1/webhooks/{name}", "/v1/webhooks/hook", 200},
      {"GET", "/v1/webhooks/{name}", "/v1/webhooks/nobody", 404},
      {"POST", "/v1/webhooks/{name}/test", "/v1/webhooks/hook/test", 200},
      {"POST", "/v1/webhooks/{name}/replay", "/v1/webhooks/hook/replay", 200},
      {"POST", "/v1/webhooks/{name}/replay", "/v1/webhooks/hook/replay", 200, R"({"from":"1"})"},
      {"POST", "/v1/webhooks/{name}/replay", "/v1/webhooks/hook/replay", 400, "{}"},
      {"POST", "/v1/webhooks/{name}/enable", "/v1/webhooks/hook/enable", 200},
      {"POST", "/v1/webhooks/{name}/keys", "/v1/webhooks/hook/keys", 200},
      {"GET", "/v1/nats", "/v1/nats", 404},
      {"GET", "/websub/{id}", "/websub/nobody?hub.mode=subscribe", 404},
      {"POST", "/websub/{id}", "/websub/nobody", 410, "<rss/>"},
  };
  std::set<std::string> asked;
  for (auto const& one : questions) {
    asked.insert(operation(one));
    EXPECT_EQ(document.ask(api::WireClient(std::filesystem::path(installation.socket_path())), one), "");
  }
  for (auto const& route : document.operations()) {
    bool const is_the_daemons = route.find("/v1/admin/") != std::string::npos ||
                                route.find("/v1/webhooks") != std::string::npos ||
                                route.find("/websub/") != std::string::npos;
    if (is_the_daemons) {
      EXPECT_TRUE(asked.contains(route)) << route << " was not tried";
    }
  }
}

}  // namespace
}  // namespace newsfold::e2e
