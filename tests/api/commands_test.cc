// `newsfold tail`, `show` and `webhook` against a running server, in this process.

#include "daemon/commands/commands.h"
#include "daemon/commands/command_line.h"
#include "tests/api/api_world.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <future>

namespace newsfold::api {
namespace {

namespace json = boost::json;

struct Said {
  int exit_code = 0;
  std::string output;
};

Said run(ApiWorld& world, std::vector<std::string> words) {
  CommandContext context;
  CommandLine line("newsfold", "", "");
  add_tail_command(line.root(), context);
  add_show_command(line.root(), context);
  add_webhook_command(line.root(), context);
  words.insert(words.begin(), "newsfold");
  words.insert(words.end(), {"--socket", world.socket_path().string()});
  std::vector<char const*> arguments;
  for (auto const& word : words) arguments.push_back(word.c_str());
  testing::internal::CaptureStdout();
  Said said;
  line.run(int(arguments.size()), arguments.data(), context.exit_code);
  said.output = testing::internal::GetCapturedStdout();
  said.exit_code = context.exit_code;
  return said;
}

// Numbers of the events that `newsfold tail --once --json OPTIONS...` prints, each with a blank.
std::string tailed(ApiWorld& world, std::vector<std::string> options) {
  options.insert(options.begin(), {"tail", "--once", "--json", "--from", "1"});
  auto const said = run(world, std::move(options));
  EXPECT_EQ(said.exit_code, 0);
  std::string numbers;
  for (std::size_t at = 0; at < said.output.size();) {
    auto const end = said.output.find('\n', at);
    auto const event = json::parse(said.output.substr(at, end - at));
    numbers += std::to_string(number(*parse_sequence(std::string_view(event.at("id").as_string())))) + " ";
    at = end + 1;
  }
  return numbers;
}

TEST(TailCommand, EveryFilterReachesTheDaemon) {
  ApiWorld world;
  auto tagged = storage::doc(1);
  tagged.tags = {"Sea"};
  world.ingest(storage::harbour, {tagged, storage::doc(2)});
  world.ingest(storage::valley, {storage::doc(1)}, 1);  // a copy of the first
  world.notice("alpha");
  EXPECT_EQ(tailed(world, {}), "1 2 3 4 ");
  EXPECT_EQ(tailed(world, {"--feed", "alp*"}), "4 ");
  EXPECT_EQ(tailed(world, {"--feed", "alpha", "--feed", storage::feed_name(storage::valley)}), "3 4 ");
  EXPECT_EQ(tailed(world, {"--tag", "sea"}), "1 ");
  EXPECT_EQ(tailed(world, {"--lang", "en"}), "1 2 3 ");
  EXPECT_EQ(tailed(world, {"--lang", "de"}), "");
  EXPECT_EQ(tailed(world, {"-q", "\"headline number 2\""}), "2 ");
  EXPECT_EQ(tailed(world, {"--query", "nowhere"}), "");
  EXPECT_EQ(tailed(world, {"--copies", "fold"}), "1 2 4 ");
  EXPECT_EQ(tailed(world, {"--copies", "show", "--type", "article.copied"}), "3 ");
}

TEST(TailCommand, SaysInWordsThatAnEventIsLostAndGoesOn) {
  ApiWorld world;
  world.notices("alpha", 3, "it answers 500");
  world.restart([](std::filesystem::path const& store) { storage::damage_event(store, Sequence{2}); });
  auto const said = run(world, {"tail", "--once", "--from", "1"});
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_NE(said.output.find("lost"), std::string::npos) << said.output;
  EXPECT_NE(said.output.find("event 2 of the change log cannot be read"), std::string::npos) << said.output;
  EXPECT_EQ(std::count(said.output.begin(), said.output.end(), '\n'), 3) << said.output;
  EXPECT_EQ(tailed(world, {}), "1 2 3 ");
}

TEST(ShowCommand, PrintsTheDifferenceOfTheNewestVersion) {
  ApiWorld world;
  world.ingest(storage::harbour, {storage::doc(1)});
  auto edited = storage::doc(1);
  edited.title = "Headline for number 1";
  world.ingest(storage::harbour, {edited}, 1);
  auto const said = run(world, {"show", "1", "--diff"});
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_EQ(said.output,
            "version 1 to 2, headline: 1 words added, 0 removed\n\nHeadline {+for+} number 1 \n");
}

boost::asio::awaitable<Reply> replay(Request const& request, std::promise<std::string>& asked) {
  asked.set_value(std::string(request.variable("name")) + " " + request.body);
  Reply reply;
  reply.body = R"({"replayed":2,"dead_letters":1})";
  co_return reply;
}

TEST(WebhookCommand, ReplaySendsDeadLettersAgain) {
  std::promise<std::string> asked;
  auto settings = ApiWorld::quick();
  settings.prepare = [&asked](ApiServer& server) {
    auto handler = [&asked](Request const& request) { return replay(request, asked); };
    server.routes().add({Method::post, "/v1/webhooks/{name}/replay", Scope::admin, 4096, handler});
  };
  ApiWorld world(settings);
  auto const said = run(world, {"webhook", "replay", "archive"});
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_EQ(asked.get_future().get(), "archive ");
  EXPECT_NE(said.output.find("2 dead letters go out again"), std::string::npos) << said.output;
}

boost::asio::awaitable<Reply> list_webhooks() {
  Reply reply;
  reply.body =
      R"({"webhooks":[{"name":"archive","state":"fine","behind":0,"delivered":7,"parked":0,"dead_letters":5,"dead_letters_expired":3}]})";
  co_return reply;
}

TEST(WebhookCommand, ListSaysHowManyDeadLettersCannotBeSentAgain) {
  auto settings = ApiWorld::quick();
  settings.prepare = [](ApiServer& server) {
    server.routes().add(
        {Method::get, "/v1/webhooks", Scope::admin, 0, [](Request const&) { return list_webhooks(); }});
  };
  ApiWorld world(settings);
  auto const said = run(world, {"webhook", "list"});
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_NE(said.output.find("(3 dead letters have left the log)"), std::string::npos) << said.output;
}

}  // namespace
}  // namespace newsfold::api
