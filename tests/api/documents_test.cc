// docs/openapi.json and docs/event.schema.json against what the server really answers.

#include "tests/api/api_world.h"
#include "tests/api/openapi_check.h"
#include "tests/api/ws_client.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <fstream>
#include <set>

namespace newsfold::api {
namespace {

namespace json = boost::json;

OpenApiCheck const& documents() {
  static OpenApiCheck const read;
  return read;
}

std::string as_event(std::string const& text) { return documents().event(text); }

// A log with every type of event.
void fill(ApiWorld& world) {
  storage::Doc tagged = storage::doc(1);
  tagged.tags = {"sea"};
  world.ingest(storage::harbour, {tagged, storage::doc(2)});
  world.ingest(storage::valley, {storage::doc(1)}, 1);
  auto edited = storage::doc(2);
  edited.title = "Another headline";
  auto const report = world.ingest(storage::harbour, {edited}, 2);
  world.withdraw(storage::harbour, report.outcomes[0][0].article);
  // Two halves that have nothing in common but the title, then the whole.
  auto half = storage::doc(3);
  auto const middle = half.text.find(' ', half.text.size() / 2);
  half.guid = "first half";
  half.text = storage::doc(3).text.substr(0, middle);
  world.ingest(storage::harbour, {half}, 3);
  half.guid = "second half";
  half.text = storage::doc(3).text.substr(middle + 1);
  world.ingest(storage::valley, {half}, 4);
  world.ingest(FeedId{0x3003}, {storage::doc(3)}, 5);
  for (auto const type : {EventType::feed_failing, EventType::feed_recovered, EventType::feed_moved,
                          EventType::feed_gone, EventType::feed_gap})
    world.notice(type);
}

TEST(Documents, EveryEventOnEveryTransportFitsTheSchema) {
  ApiWorld world;
  fill(world);
  auto const last = format_sequence(world.store().last_sequence());
  std::set<std::string> types;
  bool diff = false;
  for (auto const* since : {"0", "snapshot"}) {
    auto client = world.wire();
    client.get("/v1/changes?since=" + std::string(since), "Accept: application/x-ndjson\r\n");
    client.read_head();
    for (;;) {
      auto const line = client.read_line();
      EXPECT_EQ(as_event(line), "");
      auto const event = json::parse(line);
      types.emplace(event.at("type").as_string());
      diff |=
          event.at("type") == "article.updated" && event.at("data").at("_newsfold").at("diff").is_object();
      if (event.at("type").as_string() == "bookmark") break;
    }
  }
  for (auto const* type : {"article.created", "article.copied", "article.updated", "article.merged",
                           "article.withdrawn", "feed.failing", "feed.recovered", "feed.moved", "feed.gone",
                           "feed.gap", "bookmark", "article.snapshot"})
    EXPECT_TRUE(types.contains(type)) << type << " was not tried";
  EXPECT_TRUE(diff) << "no article.updated had a difference";
  WsClient socket(world.port(), "/v1/changes?since=0");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(as_event(socket.read()), "");
}

TEST(Documents, AnEventThatIsLostFitsTheSchema) {
  ApiWorld world;
  world.notices("alpha", 3);
  world.restart([](std::filesystem::path const& store) { storage::damage_event(store, Sequence{2}); });
  WsClient socket(world.port(), "/v1/changes?since=1");
  auto const lost = socket.read();
  EXPECT_EQ(json::parse(lost).at("type").as_string(), "lost");
  EXPECT_EQ(as_event(lost), "");
  Question const page{"GET", "/v1/changes", "/v1/changes?since=0&wait=0", 200};
  EXPECT_EQ(documents().ask(WireClient(world.socket_path()), page), "");
}

// A merge once lost seven of them.
TEST(Documents, TheApiPageStatesTheEightPromises) {
  std::ifstream file(PROJECT_DIR "/docs/API.md");
  std::string line;
  while (std::getline(file, line) && line != "### What is promised") {
  }
  std::string numbers;
  while (std::getline(file, line) && !line.starts_with("#"))
    if (line.size() > 4 && line[0] >= '0' && line[0] <= '9' && line.substr(1, 4) == ". **")
      numbers += line[0];
  EXPECT_EQ(numbers, "12345678");
}

TEST(Documents, TheCheckSeesWhatIsWrong) {
  auto const bookmark = [](std::string const& id) {
    return as_event(R"({"type":"bookmark","id":")" + id + R"(","epoch":"00000000000000e1"})");
  };
  EXPECT_EQ(bookmark("00000000000000000001"), "");
  EXPECT_NE(bookmark("1"), "");
  EXPECT_NE(as_event(R"({"type":"bookmark","id":"00000000000000000001"})"), "");
  EXPECT_NE(as_event(R"({"type":"bookmark","id":"00000000000000000001","epoch":"00000000000000e1","x":1})"),
            "");
  EXPECT_NE(as_event(R"({"type":"article.nonsense"})"), "");
  auto const updated = [](std::string const& diff) {
    return as_event(
        R"({"specversion":"1.0","id":"00000000000000000001","source":"/newsfold/00000000000000e1",)"
        R"("type":"article.updated","time":"2026-11-24T05:32:26Z","datacontenttype":"application/json",)"
        R"("data":{"id":"1","content_text":"","_newsfold":{"article":1,"version":2,"story":1,)"
        R"("feed":{"id":"00000000000000e1","name":"a"},"paywall":"none","diff":)" +
        diff + R"(}},"prev":"00000000000000000000"})");
  };
  std::string const words = R"("words":{"added":1,"removed":0,"kept":2})";
  EXPECT_EQ(updated("{\"title\":[[\"added\",\"x\"]]," + words + "}"), "");
  EXPECT_NE(updated("{\"title\":[[\"added\"]]," + words + "}"), "");
  EXPECT_NE(updated("{\"title\":[[\"grown\",\"x\"]]," + words + "}"), "");
  EXPECT_NE(updated("{}"), "");
}

TEST(Documents, EveryAnswerHasAStatusATypeAndABodyThatTheDocumentNames) {
  ApiWorld world;
  fill(world);
  std::vector<Question> const questions{
      {"GET", "/healthz", "/healthz", 200},
      {"GET", "/readyz", "/readyz", 200},
      {"GET", "/metrics", "/metrics", 200},
      {"GET", "/metrics", "/metrics?format=openmetrics", 200},
      {"GET", "/", "/", 200},
      {"GET", "/v1", "/v1", 200},
      {"GET", "/v1/changes", "/v1/changes?since=0&wait=0", 200},
      {"GET", "/v1/changes", "/v1/changes?since=yesterday", 400},
      {"GET", "/v1/changes", "/v1/changes?since=999999", 409},
      {"GET", "/v1/feed.json", "/v1/feed.json?copies=show", 200},
      {"GET", "/v1/feed.json", "/v1/feed.json?limit=1", 200},
      {"GET", "/v1/feed.json", "/v1/feed.json?limit=x", 400},
      {"GET", "/v1/feed.atom", "/v1/feed.atom", 200},
      {"GET", "/v1/articles", "/v1/articles?limit=2", 200},
      {"GET", "/v1/articles", "/v1/articles?limit=0", 400},
      {"GET", "/v1/articles/{id}", "/v1/articles/1", 200},
      {"GET", "/v1/articles/{id}", "/v1/articles/99", 404},
      {"GET", "/v1/articles/{id}/versions", "/v1/articles/2/versions", 200},
      {"GET", "/v1/articles/{id}/versions/{number}", "/v1/articles/2/versions/2", 200},
      {"GET", "/v1/articles/{id}/diff", "/v1/articles/2/diff", 200},
      {"GET", "/v1/articles/{id}/diff", "/v1/articles/2/diff?format=html", 200},
      {"GET", "/v1/articles/{id}/diff", "/v1/articles/2/diff?format=ansi", 200},
      {"GET", "/v1/articles/{id}/why", "/v1/articles/1/why", 200},
      {"GET", "/v1/articles/{id}/why", "/v1/articles/1/why?with=2", 200},
      {"GET", "/v1/articles/{id}/why", "/v1/articles/99/why", 404},
      {"POST", "/v1/articles/{id}/split", "/v1/articles/one/split", 404},
      {"GET", "/v1/stories/{id}", "/v1/stories/1", 200},
      {"GET", "/v1/stories/{id}", "/v1/stories/99", 404},
      {"GET", "/v1/feeds", "/v1/feeds", 200},
      {"POST", "/v1/feeds/{name}/poll", "/v1/feeds/nobody/poll", 404},
      {"PUT", "/v1/subscriptions/{name}", "/v1/subscriptions/archive", 200, R"({"cursor":"2"})"},
      {"PUT", "/v1/subscriptions/{name}", "/v1/subscriptions/archive", 400, "{}"},
      {"GET", "/v1/subscriptions", "/v1/subscriptions", 200},
      {"GET", "/v1/subscriptions/{name}", "/v1/subscriptions/archive", 200},
      {"DELETE", "/v1/subscriptions/{name}", "/v1/subscriptions/archive", 200},
      {"GET", "/v1/subscriptions/{name}", "/v1/subscriptions/archive", 404},
      {"GET", "/v1/status", "/v1/status", 200},
  };
  std::set<std::string> asked;
  for (auto const& one : questions) {
    asked.insert(operation(one));
    EXPECT_EQ(documents().ask(WireClient(world.socket_path()), one), "");
  }
  // What other parts of the daemon add is asked for where they are: tests/e2e.
  for (auto const& route : OpenApiCheck::operations_of(world.json("/v1")))
    EXPECT_TRUE(asked.contains(route)) << route << " was not tried";
}

}  // namespace
}  // namespace newsfold::api
