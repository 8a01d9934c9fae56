// docs/openapi.json and docs/event.schema.json against what the server really answers.

#include "tests/api/api_world.h"
#include "tests/api/schema_check.h"
#include "tests/api/ws_client.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <fstream>
#include <set>
#include <sstream>

namespace newsfold::api {
namespace {

namespace json = boost::json;

json::value document(std::string const& name) {
  std::ifstream file(std::string(PROJECT_DIR) + "/docs/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

json::value const& openapi() {
  static json::value const read = document("openapi.json");
  return read;
}

SchemaCheck const& schemas() {
  static SchemaCheck const made(
      {{"openapi.json", openapi()}, {"event.schema.json", document("event.schema.json")}});
  return made;
}

std::string as_event(std::string const& text) {
  return schemas().check(json::parse(text), "event.schema.json", "");
}

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
  world.notices("alpha", 2);
}

TEST(Documents, EveryEventOnEveryTransportFitsTheSchema) {
  ApiWorld world;
  fill(world);
  auto const last = format_sequence(world.store().last_sequence());
  std::set<std::string> types;
  for (auto const* since : {"0", "snapshot"}) {
    auto client = world.wire();
    client.get("/v1/changes?since=" + std::string(since), "Accept: application/x-ndjson\r\n");
    client.read_head();
    for (;;) {
      auto const line = client.read_line();
      EXPECT_EQ(as_event(line), "");
      auto const event = json::parse(line);
      types.emplace(event.at("type").as_string());
      if (event.at("type").as_string() == "bookmark") break;
    }
  }
  for (auto const* type : {"article.created", "article.copied", "article.updated", "article.withdrawn",
                           "feed.failing", "feed.recovered", "bookmark", "article.snapshot"})
    EXPECT_TRUE(types.contains(type)) << type << " was not tried";
  WsClient socket(world.port(), "/v1/changes?since=0");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(as_event(socket.read()), "");
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
}

struct Question {
  char const* method;
  char const* path;    // as the document names it
  char const* target;  // as it is asked
  long status;
  char const* body = "";
};

TEST(Documents, EveryAnswerHasAStatusATypeAndABodyThatTheDocumentNames) {
  ApiWorld world;
  fill(world);
  std::vector<Question> const questions{
      {"GET", "/healthz", "/healthz", 200},
      {"GET", "/readyz", "/readyz", 200},
      {"GET", "/metrics", "/metrics", 200},
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
  std::set<std::pair<std::string, std::string>> asked;
  for (auto const& one : questions) {
    std::string verb(one.method);
    for (char& c : verb) c = char(std::tolower(c));
    asked.emplace(one.path, verb);
    WireClient client(world.socket_path());
    client.send(std::string(one.method) + " " + one.target +
                " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(std::string_view(one.body).size()) + "\r\n\r\n" + one.body);
    auto const head = client.read_head();
    auto const body = client.read_body(head);
    EXPECT_EQ(head.status, one.status) << one.target << " " << body;
    auto const& responses = openapi().at("paths").at(one.path).at(verb).at("responses").as_object();
    auto const* response = responses.if_contains(std::to_string(head.status));
    ASSERT_NE(response, nullptr) << one.target << " answers " << head.status
                                 << ", which is not in the document";
    if (auto const* reference = response->as_object().if_contains("$ref"))
      response = &openapi().at_pointer(json::string_view(reference->as_string()).substr(1));
    auto const type = head.fields.at("content-type");
    auto const& content = response->at("content").as_object();
    auto const* media = content.if_contains(type.substr(0, type.find(';')));
    ASSERT_NE(media, nullptr) << one.target << ": " << type << " is not in the document";
    if (type.find("json") == std::string::npos) continue;
    auto const why = schemas().check_at(json::parse(body), "openapi.json", media->at("schema"));
    EXPECT_EQ(why, "") << one.target;
  }
  for (auto const& [path, item] : openapi().at("paths").as_object())
    for (auto const& [method, ignored] : item.as_object())
      if (method != "parameters") {
        EXPECT_TRUE(asked.contains({std::string(path), std::string(method)})) << method << " " << path;
      }
}

}  // namespace
}  // namespace newsfold::api
